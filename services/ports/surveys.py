"""Ports of surveys: the register of their waves, and the responses of members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from domain.surveys import Definition, Response, Wave


class Counted(NamedTuple):
    """How often one answer was given."""

    value: str
    times: int


class Surveys(Protocol):
    """Surveys and their waves. The newest wave of a survey is the one that runs."""

    def all(self) -> list[Wave]:
        """The newest wave of every survey, oldest survey first."""

    def running(self) -> list[Wave]:
        """The newest waves that are not closed; their windows are not looked at."""

    def get(self, survey_id: int) -> Wave | None:
        """The newest wave of the survey."""

    def by_key(self, key: str) -> Wave | None:
        """The newest wave of the survey with that key."""

    def wave(self, wave_id: int) -> Wave | None: ...
    def waves(self, survey_id: int) -> list[Wave]:
        """All waves of a survey, the newest first."""

    def save(self, definition: Definition, now: datetime) -> str:
        """Adds the survey with its first wave, or changes its newest: `added`, `changed`, `same`;
        or one of these, and nothing is changed: `answered`, it asks something else than what
        people have answered; `invited`, they were told that it is anonymous, or that it is not;
        `ended`, an anonymous one whose answers are settled would open again."""

    def open_wave(
        self, wave: Wave, now: datetime, *, closes_at: datetime | None, send_at: datetime | None
    ) -> Wave | None:
        """Opens the next wave with the definition of `wave`, which is closed if it runs; None if
        there is a newer one than `wave`."""

    def change(self, wave_id: int, **values: Any) -> None:
        """Writes columns of a wave: state, closes_at, send_at, invited_to, released."""

    def take(self, wave: Wave, quotas: Iterable[str]) -> bool:
        """Counts one finished response, of its answers those with a quota (`question=value`);
        False, and nothing is counted, if one of them has as many as it takes."""

    def taken(self, wave_id: int) -> Mapping[str, tuple[int, int]]:
        """By key of a quota: how many it has taken, and how many it takes."""


class SurveyResponses(Protocol):
    """Members' responses and their answers."""

    def of(self, wave: Wave, member_id: int) -> Response | None: ...
    def get(self, response_id: int) -> Response | None: ...
    def of_member(self, member_id: int) -> dict[int, Response]:
        """By wave: every response of the member."""

    def begin(self, response: Response) -> bool:
        """Adds a response; False if the member has one to this wave."""

    def move(self, response: Response) -> None:
        """Writes where the response stands: state, path, seed, locale, occasion, touched_at."""

    def finish(self, response: Response, day: date) -> bool:
        """Writes state, path, finished_at, level and posting; False if it was finished before."""

    def paid(self, response_id: int, posting_id: int | None) -> None:
        """Names the posting that pays the reward."""

    def answers(self, response_id: int) -> dict[str, Any]:
        """By question: the answer."""

    def answer(self, response_id: int, question: str, value: Any) -> None:
        """Keeps the answer to one question in place of an earlier one."""

    def forget(self, response_id: int, questions: Iterable[str]) -> None:
        """Deletes these answers."""

    def bought_in(self, member_id: int, stores: Iterable[str], since: date) -> bool:
        """Whether the member has bought in one of the stores (codes) after that day."""

    def finished(self, wave_id: int) -> int:
        """How many have finished."""

    def counts(self, wave_id: int) -> dict[str, list[Counted]]:
        """By question: how often each answer was given by those who have finished."""
