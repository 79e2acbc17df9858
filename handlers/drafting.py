"""What the steps of a message to many share: the draft, its words, its card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from bot.flow import ANYTHING, Flow, Step
from bot.messages import Button, Kind, Reply, Rows
from domain.campaign_words import (
    LONGEST_PICTURED,
    NotYourDraft,
    WordsNotTried,
    check_lengths,
    flat,
    length,
)
from domain.campaigns import LONGEST
from domain.errors import Refused
from domain.wording_errors import WordingRefused
from domain.wordings import LANGUAGES, ButtonRows, Wording, campaign_key, content
from handlers import trying
from handlers.parts import led_back
from handlers.turns import Turn, actor
from services import campaign_plan_words, campaigns, wordings
from services.ports.campaigns import Campaign

BROADCAST: Final = Flow(
    "broadcast",
    (
        Step("card", frozenset()),
        Step("text"),
        Step("picture", ANYTHING),
        Step("buttons"),
        Step("store"),
        Step("list", frozenset({Kind.TEXT, Kind.FILE})),
        Step("time"),
        Step("preview"),
    ),
    timeout=timedelta(days=7),
)
ASKING: Final = "ask"
"""On the button to the check: a language that members speak and nothing is written in is asked
for first."""
SHOWN_WHOLE: Final = 2500  # characters of all texts together that fit on the card of a draft
BACK: Final = Button("broadcast.button_back", "draft.card", here=True)
asked_again = led_back(((BACK,),), known="campaign")
LIST: Final = Button("broadcast.button_list", "broadcast")
OUT: Final[Rows] = ((Button("broadcast.button_stop", "stop"),),)
LIMITS: Final[Mapping[str, int]] = {"longest": LONGEST, "shorter": LONGEST_PICTURED}


def opened(turn: Turn) -> Campaign:
    """The draft that this conversation is about; raises CampaignNotFound, NotYourDraft."""
    return own(turn, int(turn.data.get("campaign") or 0))


def own(turn: Turn, campaign_id: int) -> Campaign:
    """A campaign of the operator who writes; raises CampaignNotFound, NotYourDraft."""
    found = campaigns.find(turn.work, campaign_id)
    if found.author_id != actor(turn).staff_id:
        raise NotYourDraft()
    return found


def step(turn: Turn, name: str, campaign: Campaign, **data: Any) -> None:
    """Goes to a step of a draft: buttons of earlier steps are old from now on."""
    turn.start(BROADCAST, name, campaign=str(campaign.id), **data)


def words(turn: Turn, campaign: Campaign) -> Wording | None:
    """The words as they are now, None where nothing was written yet."""
    return wordings.get(turn.work, campaign.wording_id) if campaign.wording_id else None


def texts_of(turn: Turn, campaign: Campaign) -> dict[str, str]:
    """The texts by language, in the order of languages."""
    found = words(turn, campaign)
    return {one: found.texts[one] for one in LANGUAGES if found and one in found.texts}


def languages(turn: Turn, wording_id: int) -> list[str]:
    """In which languages words were written, in the order of languages."""
    written = wordings.get(turn.work, wording_id).texts
    return [one for one in LANGUAGES if one in written]


def save(
    turn: Turn,
    campaign: Campaign,
    texts: Mapping[str, str] | None = None,
    buttons: ButtonRows | None = None,
    picture: str | None = None,
) -> Campaign:
    """Keeps changed words as the next version; what is not given stays as it is."""
    before = words(turn, campaign)
    made = texts if texts is not None else before.texts if before else {}
    photo = picture if picture is not None else before.picture if before else ""
    rows = buttons if buttons is not None else before.buttons if before else ()
    check_lengths(made, pictured=bool(photo))
    saved = wordings.save(
        turn.work,
        campaign_key(campaign.id),
        made,
        rows,
        photo,
        actor=actor(turn),
        now=turn.now,
        use=False,
    )
    return campaigns.set_words(turn.work, campaign.id, saved.id, actor(turn), turn.now)


# -- trying words before they are kept --------------------------------------------------


def to_try(turn: Turn, text: str = "", picture: str | None = None) -> str:
    """For `Route.looks`: the draft's words with what has just come; "" if that is no draft."""
    try:
        before = words(turn, opened(turn)) if turn.data.get("campaign") else None
    except (Refused, ValueError):
        return ""
    texts = dict(before.texts) if before else {}
    if text:
        texts[str(turn.data.get("language"))] = text
    photo = picture if picture is not None else before.picture if before else ""
    key = before.key if before else campaign_key(0)
    return trying.wanted(key, content(texts, before.buttons if before else (), photo))


def check_tried(turn: Turn) -> None:
    """Raises WordingRefused with what is wrong, WordsNotTried."""
    found = trying.faults(turn)
    if found is None:
        raise WordsNotTried()
    if found:
        raise WordingRefused(tuple(found))


# -- the card ---------------------------------------------------------------------------


def card(turn: Turn, campaign: Campaign, *, edit: bool = False) -> Reply:
    """The draft with everything that can be changed."""
    step(turn, "card", campaign)
    values = {**facts(turn, campaign), "missing": _missing(turn, campaign)}
    return Reply(
        "broadcast.draft",
        values,
        _buttons(turn, campaign),
        edit=edit,
        shown=shown(turn, campaign),
    )


def facts(turn: Turn, campaign: Campaign) -> dict[str, Any]:
    """What stands in a draft beside its texts."""
    found = words(turn, campaign)
    return {
        "picture": bool(found and found.picture),
        "buttons": labels(found.buttons if found else ()),
        "audience": campaigns.named_audience(turn.work, campaign),
        "send_at": campaign.send_at,
        "zone": turn.work.programmes.current().zone,
        "paid": campaign.paid,
        "lengths": _lengths(turn, campaign),
        "planned": campaign_plan_words.planned(turn.work, campaign),
        **campaign_plan_words.values(turn.work, campaign),
    }


def shown(turn: Turn, campaign: Campaign) -> tuple[Reply, ...]:
    """The message in each language as members see it; nothing if that is too long for a card."""
    found = words(turn, campaign)
    if found is None or not fits(found.texts):
        return ()
    return previews(turn, found)


def previews(turn: Turn, found: Wording) -> tuple[Reply, ...]:
    """The message in each of its languages as members see it, with the operator's own name."""
    sample = {"name": actor(turn).name}
    return tuple(
        Reply(campaigns.MESSAGE, sample, OUT, locale=one, wording=found.content)
        for one in LANGUAGES
        if one in found.texts
    )


def fits(texts: Mapping[str, str]) -> bool:
    """Whether all texts have room on one card."""
    return sum(map(length, texts.values())) <= SHOWN_WHOLE


def labels(rows: ButtonRows) -> list[dict[str, Any]]:
    """Buttons for the texts."""
    return [{"label": dict(one.label), "intent": one.intent, "url": one.url} for one in flat(rows)]


def _lengths(turn: Turn, campaign: Campaign) -> list[dict[str, Any]]:
    texts = texts_of(turn, campaign)
    return [{"language": one, "length": length(text)} for one, text in texts.items()]


def _missing(turn: Turn, campaign: Campaign) -> str:
    there = texts_of(turn, campaign)
    return next((one for one in LANGUAGES if there and one not in there), "")


def _buttons(turn: Turn, campaign: Campaign) -> Rows:
    pace = (_here("pace", "draft.pace"),) if turn.work.paid_rate else ()
    return (
        tuple(text_button(one) for one in LANGUAGES),
        (_here("picture", "draft.picture"), _here("buttons", "draft.buttons")),
        (_here("audience", "draft.who"), _here("time", "draft.time"), *pace),
        (Button("campaign_plan.button_plan", "draft.plan", here=True),),
        (
            Button("campaign_preview.button_preview", "draft.preview", here=True),
            Button("broadcast.button_review", "draft.review", (ASKING,), here=True),
        ),
        (_here("discard", "draft.discard"), LIST),
    )


def text_button(language: str, label: str = "text") -> Button:
    """Leads to the text of a language."""
    intent = "draft.untext" if label == "drop_text" else "draft.text"
    values = {"language": language}
    return Button(f"broadcast.button_{label}", intent, (language,), here=True, values=values)


def _here(label: str, intent: str) -> Button:
    return Button(f"broadcast.button_{label}", intent, here=True)
