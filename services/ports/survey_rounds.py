"""Ports of surveys that go out: whom they reach, and the parting of answers from members."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from domain.surveys import Response, Wave


class Occasion(NamedTuple):
    """What can start a survey for a member: `id` of a purchase, an event or a ticket."""

    id: int
    member_id: int
    at: datetime


class Within(NamedTuple):
    """When something happened: after `since`, until `until`; who had the survey after `cool` is
    left alone."""

    since: datetime
    until: datetime
    cool: datetime


class Progress(NamedTuple):
    """How many of a wave were invited or started by an occasion, are in the middle of it, have
    finished."""

    invited: int
    started: int
    finished: int
    reached: int


class SurveyInvites(Protocol):
    """Whom a wave reaches. Everybody means: active members who agreed to surveys, with a chat
    that is not blocked."""

    def reach(self, wave: Wave, day: int) -> int:
        """How many `to_invite` would find in all."""

    def to_invite(self, wave: Wave, day: int, after: int, most: int) -> list[int]:
        """The next members of its audience without a response, by id."""

    def fits(self, wave: Wave, member_id: int, day: int) -> bool:
        """Whether a member belongs to its audience and has no response."""

    def lately(self, survey_id: int, member_id: int, since: datetime) -> bool:
        """Whether a survey came to a member, in any wave, after a moment."""

    def unfinished(self, wave_ids: Collection[int], after: int, most: int) -> list[Response]:
        """Responses that are invited or started, by id."""

    def left_running(self) -> list[int]:
        """Waves that are not the newest of their survey and not settled yet, by id."""

    def left_short(self) -> list[int]:
        """Waves that are not the newest of their survey and wait for a decision, by id."""

    def reminded(self, response_id: int, at: datetime) -> None: ...
    def progress(self, wave: Wave) -> Progress: ...
    def newest_purchase(self) -> int:
        """The id of the newest purchase, 0 without any."""

    def bought(self, after: int, until: datetime, most: int) -> tuple[list[Occasion], int]:
        """Of the next purchases after an id, as far as they were received until a moment, those
        of members that came from no file; and the id reached."""

    def attended(self, wave: Wave, day: int, within: Within, most: int) -> list[Occasion]:
        """Members of its audience without a response who came to events that ended then."""

    def closed(self, wave: Wave, day: int, within: Within, most: int) -> list[Occasion]:
        """Members of its audience without a response whose tickets were settled then."""


class Finished(NamedTuple):
    """A finished anonymous response that still has its member. `counted`: its answers count, for
    it came before the quota was reached."""

    id: int
    member_id: int
    level: str
    counted: bool
    started_at: datetime
    finished_at: datetime


class SurveyReleases(Protocol):
    """Parting the answers of anonymous surveys from their members."""

    def lock(self, wave_id: int) -> None:
        """Lets no other release of the wave go on beside this one."""

    def finished(self, wave: Wave, until: datetime) -> list[Finished]:
        """Those who have finished until a moment and are not released, with a member."""

    def waiting(self, wave: Wave) -> int:
        """How many finished answers that count are not released yet."""

    def answers(self, response_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """By response: the answers by question."""

    def keep(
        self, wave: Wave, day: date, records: Sequence[tuple[str, Mapping[str, Any]]]
    ) -> None:
        """Writes (level, answers) in this order under random ids."""

    def part(
        self, wave: Wave, gone: Sequence[Finished], day: date, noon: datetime, until: datetime
    ) -> None:
        """Takes everything out of the rows of these members that tells of their answers, and
        leaves that they took part, at `noon` of a day. Of memberships that were merged all that
        was said in their chats `until` then goes."""

    def forget_unfinished(self, wave: Wave, until: datetime) -> None:
        """Deletes the answers of those who have not finished, their way and what was said on it
        `until` then; only once a wave is over for good."""

    def complete(self, token_hash: str, wave_id: int, member_id: int) -> bool:
        """Keeps a completion; False if the member has one for this wave."""

    def paid(self, token_hash: str, posting_id: int) -> None: ...
