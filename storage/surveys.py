"""Surveys, their waves and the quotas of answers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import orjson
from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, delete, or_, select, update

from domain.survey_json import from_json, to_json
from domain.surveys import Definition, Wave, WaveState
from storage.dialect import Upsert
from storage.ids import Ids
from storage.prepared import Mapped
from storage.survey_responses import SurveyResponses
from storage.tables import surveys

_surveys = surveys.Survey.__table__  # type: ignore[attr-defined]
_waves = surveys.SurveyWave.__table__  # type: ignore[attr-defined]
_quotas = surveys.SurveyQuota.__table__  # type: ignore[attr-defined]
_responses = surveys.SurveyResponse.__table__  # type: ignore[attr-defined]

_COLUMNS: Final = (
    *("id", "survey_id", "wave", "content_hash", "opens_at", "closes_at", "send_at"),
    *("invited_to", "quota", "taken", "released", "state"),
)
_OF_DEFINITION: Final = ("opens_at", "closes_at", "send_at", "quota")
_KEPT: Final = 200
"""How many definitions a process keeps after it has read them."""

_read = select(*(_waves.c[name] for name in _COLUMNS))
_newest = _read.join_from(
    _waves, _surveys, and_(_surveys.c.id == _waves.c.survey_id, _surveys.c.wave == _waves.c.wave)
).order_by(_surveys.c.id)
_all = Mapped(_newest)
_running = Mapped(_newest.where(_waves.c.state == WaveState.RUNNING.value))
_get = Mapped(_newest.where(_surveys.c.id == bindparam("id")))
_by_key = Mapped(_newest.where(_surveys.c.key == bindparam("key")))
_wave = Mapped(_read.where(_waves.c.id == bindparam("id")))
_every = Mapped(_read.where(_waves.c.survey_id == bindparam("id")).order_by(_waves.c.wave.desc()))
_content = select(_waves.c.definition).where(_waves.c.id == bindparam("id"))
_add_survey = Upsert(surveys.Survey, ("key",))
_add_wave = Upsert(surveys.SurveyWave, ("survey_id", "wave"))
_touch = update(_surveys).where(_surveys.c.id == bindparam("of"))
_change = update(_waves).where(_waves.c.id == bindparam("of"))
_next = (
    update(_surveys)
    .where(_surveys.c.id == bindparam("of"), _surveys.c.wave == bindparam("before"))
    .values(wave=_surveys.c.wave + 1, changed_at=bindparam("now"))
)
_any = select(_responses.c.id).where(_responses.c.wave_id == bindparam("wave_of"))
_answered = _any.where(_responses.c.state != "invited")
_take = (
    update(_waves)
    .where(
        _waves.c.id == bindparam("of"),
        or_(_waves.c.quota.is_(None), _waves.c.taken < _waves.c.quota),
    )
    .values(taken=_waves.c.taken + 1)
)
_give_back = update(_waves).where(_waves.c.id == bindparam("of")).values(taken=_waves.c.taken - 1)
_of_quota = and_(_quotas.c.wave_id == bindparam("of"), _quotas.c.key == bindparam("named"))
_take_quota = (
    update(_quotas)
    .where(_of_quota, _quotas.c.taken < _quotas.c.most)
    .values(taken=_quotas.c.taken + 1)
)
_give_back_quota = update(_quotas).where(_of_quota).values(taken=_quotas.c.taken - 1)
_keep_quota = Upsert(surveys.SurveyQuota, ("wave_id", "key"), ("most",))
_taken = select(_quotas.c.key, _quotas.c.taken, _quotas.c.most).where(
    _quotas.c.wave_id == bindparam("of")
)


_definitions: OrderedDict[str, Definition] = OrderedDict()
"""By their hash, for they never change."""


class Surveys:
    """The register of surveys (services.ports.surveys.Surveys)."""

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    def all(self) -> list[Wave]:
        return [self._of(row) for row in _all.rows(self._db, {})]

    def running(self) -> list[Wave]:
        return [self._of(row) for row in _running.rows(self._db, {})]

    def get(self, survey_id: int) -> Wave | None:
        return self._one(_get, {"id": survey_id})

    def by_key(self, key: str) -> Wave | None:
        return self._one(_by_key, {"key": key})

    def wave(self, wave_id: int) -> Wave | None:
        return self._one(_wave, {"id": wave_id})

    def waves(self, survey_id: int) -> list[Wave]:
        return [self._of(row) for row in _every.rows(self._db, {"id": survey_id})]

    # -- writing ------------------------------------------------------------------------

    def save(self, definition: Definition, now: datetime) -> str:
        known = self.by_key(definition.key)
        if known is None:
            survey_id = self._ids.next()
            row = {"id": survey_id, "key": definition.key, "wave": 1, "changed_at": now}
            _add_survey.run(self._db, row)
            self._insert(survey_id, 1, definition, **_began(definition, now))
            return "added"
        data, content_hash = _hashed(definition)
        if known.content_hash == content_hash:
            return "same"
        if not known.definition.asks_like(definition) and self._has_answers(known.id):
            return "answered"
        other = known.definition.anonymous is not definition.anonymous
        if other and self._has_any(known.id):
            return "invited"
        reopens = _reopens(known, definition, now)
        if reopens and definition.anonymous:
            return "ended"
        times: dict[str, Any] = _began(definition, now) if known.opens_at is None else {}
        if reopens:
            times["state"] = WaveState.RUNNING.value
        self._rewrite(known, definition, data, content_hash, times)
        self._db.execute(_touch.values(changed_at=now), {"of": known.survey_id})
        return "changed"

    def open_wave(
        self, wave: Wave, now: datetime, *, closes_at: datetime | None, send_at: datetime | None
    ) -> Wave | None:
        found = {"of": wave.survey_id, "before": wave.wave, "now": now}
        if not self._db.execute(_next, found).rowcount:
            return None
        if wave.state is WaveState.RUNNING:
            self.change(wave.id, state=WaveState.CLOSED.value)
        times = {"opens_at": now, "closes_at": closes_at, "send_at": send_at}
        return self.wave(self._insert(wave.survey_id, wave.wave + 1, wave.definition, **times))

    def change(self, wave_id: int, **values: Any) -> None:
        self._db.execute(_change.values(**values), {"of": wave_id})

    def take(self, wave: Wave, quotas: Iterable[str]) -> bool:
        if not self._db.execute(_take, {"of": wave.id}).rowcount:
            return False
        taken: list[dict[str, Any]] = []
        for key in sorted(quotas):  # always in this order, so that nobody waits for each other
            of = {"of": wave.id, "named": key}
            if not self._db.execute(_take_quota, of).rowcount:
                for one in taken:
                    self._db.execute(_give_back_quota, one)
                self._db.execute(_give_back, {"of": wave.id})
                return False
            taken.append(of)
        return True

    def taken(self, wave_id: int) -> Mapping[str, tuple[int, int]]:
        rows = self._db.execute(_taken, {"of": wave_id})
        return {row[0]: (row[1], row[2]) for row in rows}

    def _insert(self, survey_id: int, wave: int, definition: Definition, **times: Any) -> int:
        data, content_hash = _hashed(definition)
        wave_id = self._ids.next()
        row = {name: getattr(definition, name) for name in _OF_DEFINITION}
        row |= {"id": wave_id, "survey_id": survey_id, "wave": wave, **times}
        row |= {"definition": data, "content_hash": content_hash, **_beside(definition)}
        row |= {"invited_to": 0, "taken": 0, "released": 0, "state": WaveState.RUNNING.value}
        _add_wave.run(self._db, row)
        self._write_quotas(wave_id, definition)
        return wave_id

    def _rewrite(
        self,
        known: Wave,
        definition: Definition,
        data: dict[str, Any],
        content_hash: str,
        times: dict[str, Any],
    ) -> None:
        """Of times and quota only what the file changes: a wave may have been sent or ended
        earlier by hand, and the times of a later one are its own."""
        row = {"definition": data, "content_hash": content_hash, **_beside(definition)}
        for name in _OF_DEFINITION:
            new = getattr(definition, name)
            if new != getattr(known.definition, name):
                row[name] = new
        self.change(known.id, **{**row, **times})
        self._write_quotas(known.id, definition)

    def _write_quotas(self, wave_id: int, definition: Definition) -> None:
        keys = [quota.key for quota in definition.quotas]
        gone = delete(_quotas).where(_quotas.c.wave_id == wave_id, _quotas.c.key.not_in(keys))
        self._db.execute(gone)
        known = self.taken(wave_id)
        given: dict[str, int] | None = None
        for quota in definition.quotas:
            if quota.key not in known and given is None:
                given = self._given(wave_id)
            row = {"wave_id": wave_id, "key": quota.key, "most": quota.most}
            row["taken"] = (given or {}).get(quota.key, 0)  # of a known one it stays
            _keep_quota.run(self._db, row)

    def _given(self, wave_id: int) -> dict[str, int]:
        """By key of a quota: how many have finished with that answer."""
        counted = SurveyResponses(self._db, self._ids).counts(wave_id)
        return {
            f"{question}={one.value}": one.times
            for question, found in counted.items()
            for one in found
        }

    def _has_any(self, wave_id: int) -> bool:
        return self._db.execute(_any.limit(1), {"wave_of": wave_id}).first() is not None

    def _has_answers(self, wave_id: int) -> bool:
        return self._db.execute(_answered.limit(1), {"wave_of": wave_id}).first() is not None

    # -- reading ------------------------------------------------------------------------

    def _one(self, statement: Mapped, values: dict[str, Any]) -> Wave | None:
        row = statement.row(self._db, values)
        return self._of(row) if row else None

    def _of(self, row: dict[str, Any]) -> Wave:
        definition = self._definition(row["id"], row["content_hash"])
        return Wave(**{**row, "state": WaveState(row["state"])}, definition=definition)

    def _definition(self, wave_id: int, content_hash: str) -> Definition:
        if known := _definitions.get(content_hash):
            return known
        data = self._db.execute(_content, {"id": wave_id}).scalar_one()
        made = from_json(data)
        _definitions[content_hash] = made
        while len(_definitions) > _KEPT:
            _definitions.popitem(last=False)
        return made


def _hashed(definition: Definition) -> tuple[dict[str, Any], str]:
    data = to_json(definition)
    return data, sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _began(definition: Definition, now: datetime) -> dict[str, datetime]:
    """One that recurs and says neither when it opens nor when it is sent counts from now."""
    said = definition.opens_at or definition.send_at
    return {"opens_at": now} if definition.recur_days and said is None else {}


def _reopens(known: Wave, definition: Definition, now: datetime) -> bool:
    """Whether a wave that is over gets another end, in the future."""
    until = definition.closes_at
    if known.state is WaveState.RUNNING or until == known.definition.closes_at:
        return False
    return until is None or until > now


def _beside(definition: Definition) -> dict[str, Any]:
    return {name: getattr(definition, name) for name in ("anonymous", "reward", "start")}
