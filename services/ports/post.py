"""Ports of the post: delivery rows, written in the transaction of what they tell about, and what
the sender does with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

REPLY, SERVICE, OPTIONAL = LANES = (0, 1, 2)
"""Lanes of sending: replies and receipts, service messages to many, what needs consent."""
Tapped = (
    tuple[str, str, tuple[str, ...]]
    | tuple[str, str, tuple[str, ...], bool, bool, str, Mapping[str, Any]]
)
"""A button: label, intent, args; and whether it has an effect, is for this point of a talk only,
leads to a link, and what its label says."""
LATER: Final = "sent:"
"""Before the id of a delivery: the message that it will have become."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to be rendered when it is sent.

    `buttons`: rows of buttons. `surely`: repeated after an unclear outcome
    (receipts, tickets); else it goes out at most once. `dedupe`: the occasion; a second notice of
    the same occasion is not written. `purpose`: a consent purpose, `service` always goes. `bulk`:
    one of many alike, so it waits behind replies (other purposes than service always do).
    `photo`: the platform's reference of a picture to go with it. `rule`: the rule of care it comes
    from. `wording_id`: the version of an operator's words to render it from, None for the shipped
    ones. `act`: `edit` and `delete` change the message `target` that was sent before; `topic`
    makes a topic in a group, called values["name"], whose id is kept as the message's; with
    `topic_close`, `topic_reopen` and `topic_rename` the `target` is that id. `paid`: it may be
    charged for and go faster.

    `media`: what goes with it, each with its `reference` and `kind` and perhaps `name`, `size`,
    `mime`, `seconds`, the `channel` and `account` whose reference it is, and the `file` under
    which people can get it (services.files). `quote`: the id of the message in that chat that this
    one answers, or LATER and the delivery that still has to become it; `topic`: the topic of a
    group in which it is said.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[tuple[Tapped, ...], ...] = ()
    purpose: str = "service"
    surely: bool = True
    dedupe: str | None = None
    due_at: datetime | None = None
    campaign_id: int | None = None
    bulk: bool = False
    photo: str = ""
    rule: str = ""
    wording_id: int | None = None
    act: str = "send"
    target: str = ""
    paid: bool = False
    media: tuple[Mapping[str, Any], ...] = ()
    quote: str = ""
    topic: str = ""

    @property
    def lane(self) -> int:
        if self.purpose != "service":
            return OPTIONAL
        return SERVICE if self.bulk else REPLY


@dataclass(frozen=True, slots=True)
class Occasion:
    """What became of an occasion's message."""

    state: str
    reason: str
    due_at: datetime


class Deliveries(Protocol):
    """Where messages wait to be sent."""

    def to_member(self, member_id: int, notice: Notice, now: datetime) -> int | None:
        """Writes the notice for the member's preferred reachable address; None if there is none
        or the occasion was written before."""

    def to_address(
        self, address_id: int, notice: Notice, now: datetime, *, locale: str = ""
    ) -> int | None:
        """Writes the notice for one address, in the language of who is there or in another."""

    def to_group(
        self,
        group_id: int,
        chat: tuple[str, str, str],
        notice: Notice,
        now: datetime,
        *,
        locale: str,
    ) -> int | None:
        """Writes the notice for a group of the staff, which is this (channel, account, chat);
        None if the occasion was written before."""

    def suppressed(self, member_id: int, notice: Notice, reason: str, now: datetime) -> bool:
        """Records that the notice is not sent and why; False if the occasion was written."""

    def occasion(self, dedupe: str) -> Occasion | None:
        """What is known of an occasion, None if nothing was written for it."""


# -- sending ----------------------------------------------------------------------------


class Route(NamedTuple):
    """One account (bot) of one channel."""

    channel: str
    account: str


class Going(NamedTuple):
    """A campaign that has something to send; all its messages are of one lane."""

    id: int
    lane: int
    paid: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claimed delivery row. `message` is a dumped reply, or {"rendered": …} as it was."""

    id: int
    chat: str
    user: str
    address_id: int | None
    member_id: int | None
    campaign_id: int | None
    purpose: str
    lane: int
    surely: bool
    locale: str
    message: Mapping[str, Any]
    file_id: int | None
    tries: int
    repeated: bool
    made_at: datetime
    due_at: datetime
    rule: str = ""
    wording_id: int | None = None
    act: str = "send"
    target: str = ""
    paid: bool = False

    @property
    def key(self) -> str:
        """The message key, "" for one that was rendered before."""
        return str(self.message.get("key", ""))

    @property
    def quotes(self) -> int | None:
        """The delivery whose message it answers, if that was not out when it was written."""
        quote = str(self.message.get("quote", ""))
        return int(quote.removeprefix(LATER)) if quote.startswith(LATER) else None

    @property
    def in_group(self) -> bool:
        """Whether it goes to a group, in nobody's name."""
        return not self.user and self.address_id is None

    @property
    def shows(self) -> bool:
        """Whether something is shown, so that it has to be rendered."""
        return self.act in ("send", "edit")


@dataclass(frozen=True, slots=True)
class Orphans:
    """What was found of a sender that is gone: never sent, to be repeated, unknown."""

    claimed: int = 0
    repeated: int = 0
    unknown: int = 0


class Place(NamedTuple):
    """A member as the post sees them."""

    state: str
    zone: str | None
    quiet_from: int | None
    quiet_to: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides whether claimed rows may leave, read for all of them at once.

    `reachable`: addresses that are there and not blocked; `agreed`: (member, purpose); `complain`:
    members who wait for our answer; `campaigns`: their states.
    """

    reachable: Collection[int] = ()
    members: Mapping[int, Place] = field(default_factory=dict)
    agreed: Collection[tuple[int, str]] = ()
    complain: Collection[int] = ()
    campaigns: Mapping[int, str] = field(default_factory=dict)


class Outbox(Protocol):
    """Claims delivery rows and settles them. `by` is the claimant; a row that somebody else has
    taken over meanwhile is left alone (False)."""

    def is_due(self, route: Route, now: datetime, before: datetime) -> bool:
        """Whether some row could be claimed; replies made after `before` are their writer's."""

    def claim(
        self,
        route: Route,
        lane: int,
        most: int,
        *,
        by: str,
        now: datetime,
        before: datetime,
        until: datetime,
        paid: bool = False,
        since: datetime | None = None,
    ) -> list[Waiting]:
        """Claims due rows of a lane that no campaign has, the longest due first, until a moment
        of real time; those that are `paid` or those that are not, and only what was made from
        `since` on."""

    def going(self, route: Route, now: datetime) -> list[Going]:
        """The campaigns that have something to send at this moment and are not paused; few."""

    def claim_of(
        self,
        route: Route,
        campaign_id: int,
        most: int,
        *,
        by: str,
        now: datetime,
        until: datetime,
    ) -> list[Waiting]:
        """Claims due rows of a campaign, the longest due first, until a moment of real time."""

    def claim_these(
        self, route: Route, ids: Sequence[int], *, by: str, now: datetime, until: datetime
    ) -> list[Waiting]:
        """Claims the due replies among these rows."""

    def facts(self, rows: Sequence[Waiting], *, people: bool = True) -> Facts:
        """What decides whether these rows may leave; without `people` nothing of the members."""

    def begin(self, ids: Sequence[int], *, by: str, until: datetime, now: datetime) -> set[int]:
        """Marks claimed rows as being sent, to be committed before the messages leave; those that
        are still the claimant's."""

    def messages(self, ids: Sequence[int]) -> dict[int, str]:
        """Which messages these rows have become, of those that are out."""

    def file(self, file_id: int) -> tuple[str, bytes, str] | None:
        """A waiting file's name, content and maker."""

    def sent(self, rows: Sequence[tuple[Waiting, str]], *, by: str, at: datetime) -> None:
        """These messages are out, with these ids; their files are deleted."""

    def put_back(self, ids: Sequence[int], *, by: str, due_at: datetime) -> None:
        """Rows that were claimed or begun, but for which the platform was not called, wait."""

    def skip(self, ids: Sequence[int], *, by: str, reason: str) -> None:
        """Claimed rows that are not sent at all."""

    def close(self, row: Waiting, *, by: str, state: str, reason: str) -> bool:
        """Nothing more is done for the row: `dead`, `skipped` or `unknown`."""

    def again(
        self, row: Waiting, *, by: str, due_at: datetime, reason: str = "", repeated: bool = False
    ) -> bool:
        """Puts the row back; `repeated` if it may have been shown already."""

    def recover(self, route: Route, gone: str, now: datetime) -> Orphans:
        """Frees rows of a sender that is gone and all whose claim has run out in real time."""

    def flood(self, route: Route, chat: str, until: datetime, now: datetime) -> None:
        """Keeps how long the platform wants silence in a chat."""

    def floods(self, route: Route, now: datetime) -> dict[str, datetime]:
        """The chats that must be silent, and until when."""

    def moved(self, route: Route, old: str, new: str) -> None:
        """A chat has a new id: what waits for it goes there, and so does what comes later."""

    def resend(self, delivery_id: int, now: datetime) -> bool:
        """A row whose outcome is unknown waits again; False for one that is not unknown."""

    def refused(self, campaign_id: int, reason: str, most: int) -> int:
        """How many of a campaign's rows are dead for a reason, counted up to `most`."""

    def listed(self, state: str, most: int) -> list[tuple[int, str, str]]:
        """Rows in a state, newest first: id, message key, reason."""


class Leases(Protocol):
    """Who may do what only one may do. Real time, not the club's."""

    def take(
        self, name: str, holder: str, fence: int, now: datetime, until: datetime
    ) -> tuple[int, str] | None:
        """Takes or renews the lease: its fence and who held it before. None while another
        holds it. `fence` is what the holder has, 0 for nothing."""

    def held(self, name: str, now: datetime) -> tuple[str, int] | None:
        """Who holds the lease and with which fence, None if nobody does."""

    def release(self, name: str, holder: str, fence: int, now: datetime) -> None:
        """Gives it up, so that the next need not wait."""


class Inbox(Protocol):
    """What came in from chats, kept for redelivered updates."""

    def any(self, before: datetime) -> bool:
        """Whether there is something old."""

    def forget(self, before: datetime, most: int) -> int:
        """Deletes what is old; how many."""


class Ticks(Protocol):
    """Occurrences of jobs; who inserts one first does it."""

    def claim(self, job: str, occurrence: str, at: datetime) -> bool: ...
    def done(self, job: str, occurrence: str) -> bool: ...
    def any(self, before: datetime) -> bool:
        """Whether there are old ones."""

    def forget(self, before: datetime, most: int) -> int:
        """Deletes old ones; how many."""
