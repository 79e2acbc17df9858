"""Why something about a campaign is refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class CampaignNotFound(Refused):
    code: ClassVar[str] = "campaign.not_found"


@dataclass(eq=False)
class CampaignNotDraft(Refused):
    """It has been approved or sent, so it cannot be changed any more."""

    state: str
    code: ClassVar[str] = "campaign.not_draft"


@dataclass(eq=False)
class CampaignNotNow(Refused):
    """What was asked does not fit the state it is in."""

    state: str
    code: ClassVar[str] = "campaign.wrong_state"


@dataclass(eq=False)
class CampaignWordless(Refused):
    """There is no text in any language."""

    code: ClassVar[str] = "campaign.wordless"


@dataclass(eq=False)
class SendTimeUnreadable(Refused):
    text: str
    code: ClassVar[str] = "campaign.time_unreadable"


@dataclass(eq=False)
class SendTimePast(Refused):
    at: datetime
    zone: str
    code: ClassVar[str] = "campaign.time_past"


@dataclass(eq=False)
class SendTimeSkipped(Refused):
    """The clocks are put forward over that local time: it does not exist. `next` is the first
    moment after the gap."""

    text: str
    next: datetime
    zone: str
    code: ClassVar[str] = "campaign.time_skipped"


@dataclass(eq=False)
class SendTimeFar(Refused):
    """Further ahead than a campaign may be planned."""

    days: int
    code: ClassVar[str] = "campaign.time_far"


@dataclass(eq=False)
class AudienceUnknown(Refused):
    """A level or store of the audience is not there. `known`: those that are."""

    kind: str
    value: str
    known: tuple[str, ...]
    code: ClassVar[str] = "campaign.audience_unknown"


@dataclass(eq=False)
class AudienceMissing(Refused):
    """Nobody has said yet who is to get it."""

    code: ClassVar[str] = "campaign.audience_missing"


@dataclass(eq=False)
class ListEmpty(Refused):
    code: ClassVar[str] = "campaign.list_empty"


@dataclass(eq=False)
class ListTooLong(Refused):
    longest: int
    code: ClassVar[str] = "campaign.list_too_long"


@dataclass(eq=False)
class ListUnreadable(Refused):
    """The file is not text that can be read."""

    code: ClassVar[str] = "campaign.list_unreadable"


@dataclass(eq=False)
class ListHasUnknown(Refused):
    """Lines of the uploaded list name no member, and nobody has said to go on without them."""

    unknown: int
    found: int
    code: ClassVar[str] = "campaign.list_has_unknown"


@dataclass(eq=False)
class PaidOff(Refused):
    """The installation does not pay for faster sending."""

    code: ClassVar[str] = "campaign.paid_off"


@dataclass(eq=False)
class NothingSent(Refused):
    """Nothing of it was sent, so there is nothing to correct or recall."""

    code: ClassVar[str] = "campaign.nothing_sent"


@dataclass(eq=False)
class RecallTooLate(Refused):
    """Platforms delete only what is younger than `hours`."""

    hours: int
    code: ClassVar[str] = "campaign.recall_too_late"


@dataclass(eq=False)
class CampaignRecalled(Refused):
    """It was taken back, so nothing of it is sent again."""

    code: ClassVar[str] = "campaign.recalled"


@dataclass(eq=False)
class CorrectionRunning(Refused):
    """It is being corrected or recalled at this moment."""

    code: ClassVar[str] = "campaign.correction_running"
