"""Operators' own words for messages: versions, their buttons, and what may be replaced."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

LANGUAGES: Final = ("zh", "en")
CAMPAIGN: Final = "campaign"
MOST_ROWS: Final = 8
MOST_BUTTONS: Final = 3  # in a row, as phones show them whole
LONGEST_LABEL: Final = 40
LONGEST_SOURCE: Final = 4000
SENT: Final = "sent"

# By group, in the order in which operators see them. Error texts, receipts and questions are not
# among them: what they say is fixed by what the program does.
REPLACEABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "care": (
        "care.birthday",
        "care.birthday_belated",
        "care.birthday_gift",
        "care.birthday_ahead",
        "care.anniversary",
        "care.anniversary_belated",
        "care.holiday",
        "care.holiday_belated",
        "care.welcome",
        "care.gift",
        "care.points_expiring",
        "care.voucher_expiring",
        "care.win_back",
        "care.back_in_stock",
    ),
    "level": (
        "level.at_risk",
        "level.risen",
        "level.fallen",
        "level.ended",
        "level.kept",
    ),
    "event": ("event.invitation",),
}

# Where a button of theirs may lead inside the chat.
INTENTS: Final = (
    "card",
    "points",
    "history",
    "benefits",
    "vouchers",
    "level",
    "checkin",
    "code",
    "events",
    "survey",
    "profile",
    "tickets",
    "settings",
    "rules",
)


@dataclass(frozen=True, slots=True)
class WordingButton:
    """A button: its label per language ({}: as such a button is called everywhere), and one of
    INTENTS or a link."""

    label: Mapping[str, str]
    intent: str = ""
    args: tuple[str, ...] = ()
    url: str = ""


ButtonRows = tuple[tuple[WordingButton, ...], ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """One version of a message's words. `texts`: in our markup with the values' names, per
    language; `picture`: as a Reply's photo, "" for none."""

    id: int
    key: str
    version: int
    texts: Mapping[str, str]
    buttons: ButtonRows
    picture: str
    content_hash: str
    made_by: int | None
    made_at: datetime

    @property
    def content(self) -> dict[str, Any]:
        """What is rendered, as plain data."""
        return content(self.texts, self.buttons, self.picture)


def content(
    texts: Mapping[str, str], buttons: ButtonRows = (), picture: str = ""
) -> dict[str, Any]:
    """Words as plain data: what the renderer takes and the database keeps."""
    rows = [[_plain(one) for one in row] for row in buttons]
    return {"texts": dict(texts), "buttons": rows, "picture": picture}


def _plain(button: WordingButton) -> dict[str, Any]:
    return {
        "label": dict(button.label),
        "intent": button.intent,
        "args": list(button.args),
        "url": button.url,
    }


def buttons_of(content: Mapping[str, Any]) -> ButtonRows:
    """The buttons of what `content` made."""
    return tuple(
        tuple(
            WordingButton(dict(one["label"]), one["intent"], tuple(one["args"]), one["url"])
            for one in row
        )
        for row in content.get("buttons", ())
    )


def content_hash(content: Mapping[str, Any]) -> str:
    """By which the same words are known again; what a second person approves is told by it."""
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def is_replaceable(key: str) -> bool:
    """Whether operators may put their own words in the place of a message's."""
    return any(key in keys for keys in REPLACEABLE.values())


def campaign_key(campaign_id: int) -> str:
    """The key under which the words of a campaign are kept."""
    return f"{CAMPAIGN}:{campaign_id}"


def sent_picture(channel: str, account: str, reference: str) -> str:
    """A picture that somebody sent to one of our accounts, as a Reply's photo."""
    return f"{SENT}:{channel}/{account}/{reference}"


def rows_of_two(buttons: Sequence[WordingButton]) -> ButtonRows:
    """Buttons in rows of two."""
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
