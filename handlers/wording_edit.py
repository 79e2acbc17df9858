"""Operators write their own words for a message: texts, buttons, picture; tried, then saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from bot.flow import Flow, Step
from bot.markup import with_places
from bot.messages import Button, Kind, Reply, Rows
from bot.router import Route
from domain.wording_errors import WordingFault
from domain.wordings import (
    INTENTS,
    LANGUAGES,
    WordingButton,
    buttons_of,
    content,
    rows_of_two,
    sent_picture,
)
from handlers import trying
from handlers.turns import Turn, actor
from handlers.wordings import card, seen
from services import wordings

PHOTO: Final = frozenset({Kind.PHOTO})
WORDING: Final = Flow(
    "wording",
    (Step("text"), Step("buttons"), Step("picture", PHOTO), Step("draft", frozenset())),
    timedelta(hours=6),
)
_DRAFT: Final = Button("wording.button_draft", "words.draft", here=True)
_DISCARD: Final = Button("wording.button_discard", "words.discard")


# -- what is asked ----------------------------------------------------------------------


def ask_text(turn: Turn) -> Reply:
    """Asks for the text in a language."""
    language = turn.arg(1) if turn.arg(1) in LANGUAGES else LANGUAGES[0]
    key, draft = _begun(turn, "text", language=language)
    values = {"key": key, "language": language, "source": draft["texts"].get(language, "")}
    return Reply("wording.ask_text", values, ((_DRAFT,), (_DISCARD,)))


def ask_buttons(turn: Turn) -> Reply:
    """Shows which buttons there are and asks for others."""
    _begun(turn, "buttons")
    return _buttons(turn)


def ask_picture(turn: Turn) -> Reply:
    """Asks for a picture."""
    key, draft = _begun(turn, "picture")
    without = Button("wording.button_no_picture", "words.no_photo", here=True)
    rows = (((without,),) if draft["picture"] else ()) + ((_DRAFT,), (_DISCARD,))
    return Reply("wording.ask_picture", {"key": key, "has": bool(draft["picture"])}, rows)


def _begun(turn: Turn, step: str, **data: Any) -> tuple[str, Mapping[str, Any]]:
    """The key and the draft: the one being written, or a new one of what is in use."""
    key = turn.arg()
    wordings.check_key(key)
    if turn.conversation.flow == WORDING.name and turn.data.get("key") == key:
        turn.go(step, **data)
    else:
        used = wordings.in_use(turn.work, key)
        turn.start(WORDING, step, key=key, draft=used.content if used else content({}), **data)
    return key, turn.data["draft"]


# -- what is answered -------------------------------------------------------------------


def with_text(turn: Turn) -> dict[str, Any]:
    """The draft with the text that was just sent."""
    draft, language = turn.data["draft"], turn.data["language"]
    text = with_places(turn.inbound.marked).replace("\0", "").strip()
    return {**draft, "texts": {**draft["texts"], language: text}}


def with_button(turn: Turn) -> dict[str, Any]:
    """The draft with the button that was just written: `label | target` or `zh | en | target`."""
    draft = turn.data["draft"]
    written = WordingButton({}, url=turn.text.strip())
    parts = [part.strip() for part in turn.text.replace("｜", "|").split("|")]
    if len(parts) in (2, 3):
        *labels, target = parts
        named = dict(zip(LANGUAGES, labels if len(labels) == 2 else labels * 2, strict=True))
        target = target.removeprefix("/")
        link = ":" in target
        written = WordingButton(named, intent="" if link else target, url=target if link else "")
    return _with_buttons(draft, [*_flat(draft), written])


def with_picture(turn: Turn) -> dict[str, Any]:
    """The draft with the picture that was just sent."""
    address = turn.inbound.address
    reference = next((one.reference for one in turn.inbound.media), "")
    picture = sent_picture(address.channel, address.account, reference) if reference else ""
    return {**turn.data["draft"], "picture": picture}


def text_to_try(turn: Turn) -> str:
    return trying.wanted(turn.data["key"], with_text(turn))


def button_to_try(turn: Turn) -> str:
    return trying.wanted(turn.data["key"], with_button(turn))


def picture_to_try(turn: Turn) -> str:
    return trying.wanted(turn.data["key"], with_picture(turn))


def draft_to_try(turn: Turn) -> str:
    """The whole draft, once more before it is saved; "" where none is being written any more."""
    if turn.conversation.flow != WORDING.name:
        return ""
    return trying.wanted(turn.data["key"], turn.data["draft"])


def take_text(turn: Turn) -> Reply:
    """The text, if nothing is wrong with it."""
    return _refused(turn) or _taken(turn, with_text(turn))


def take_button(turn: Turn) -> Reply:
    """A button with a link or with a label of one's own."""
    if refused := _refused(turn):
        return refused
    turn.go("buttons", draft=with_button(turn))
    return _buttons(turn)


def take_picture(turn: Turn) -> Reply:
    """The picture, if the text under it is short enough."""
    return _refused(turn) or _taken(turn, with_picture(turn))


def no_picture(turn: Turn) -> Reply:
    """No picture goes with the message."""
    return _taken(turn, {**turn.data["draft"], "picture": ""})


def toggle(turn: Turn) -> Reply:
    """Adds a button that leads somewhere in the chat, or takes it away."""
    draft, wanted = turn.data["draft"], turn.arg()
    kept = [one for one in _flat(draft) if one.intent != wanted]
    if len(kept) == len(_flat(draft)) and wanted in INTENTS:
        kept.append(WordingButton({}, wanted))
    turn.go("buttons", draft=_with_buttons(draft, kept))
    return _buttons(turn)


def no_buttons(turn: Turn) -> Reply:
    """The message keeps only the buttons that it has by itself."""
    turn.go("buttons", draft={**turn.data["draft"], "buttons": []})
    return _buttons(turn)


def _refused(turn: Turn) -> Reply | None:
    """What is wrong with what was sent; the draft stays as it was."""
    found = trying.faults(turn)
    rows = ((_DRAFT,), (_DISCARD,))
    if found is None:
        return Reply("wording.untried", {}, rows)
    return Reply("wording.refused", {"faults": _plain(found)}, rows) if found else None


def _plain(faults: list[WordingFault]) -> list[dict[str, Any]]:
    return [one.data() for one in faults]


def _taken(turn: Turn, draft: Mapping[str, Any]) -> Reply:
    turn.go("draft", draft=draft)
    return show_draft(turn)


# -- the draft --------------------------------------------------------------------------


def show_draft(turn: Turn) -> Reply:
    """The draft as members will see it, in every language that it has."""
    turn.go("draft")
    key, draft = turn.data["key"], turn.data["draft"]
    has = [language for language in LANGUAGES if draft["texts"].get(language)]
    values = {
        "key": key,
        "missing": [language for language in LANGUAGES if language not in has],
        "same": _same(turn, key, draft),
    }
    shown = tuple(seen(key, draft, language) for language in has or LANGUAGES)
    return Reply("wording.draft", values, _draft_rows(key), shown=shown)


def _draft_rows(key: str) -> Rows:
    texts = tuple(
        Button("wording.button_text", "words.text", (key, language), values={"language": language})
        for language in LANGUAGES
    )
    looks = tuple(
        Button(
            "wording.button_preview",
            "words.try",
            (language,),
            values={"language": language},
            here=True,
        )
        for language in LANGUAGES
    )
    buttons = Button("wording.button_buttons", "words.buttons", (key,))
    picture = Button("wording.button_picture", "words.photo", (key,))
    save = Button("wording.button_save", "words.save", here=True)
    return ((save,), looks, texts, (buttons, picture), (_DISCARD,))


def try_draft(turn: Turn) -> Reply:
    """The message itself from the draft, with its buttons and picture."""
    return seen(turn.data["key"], turn.data["draft"], turn.arg())


def save(turn: Turn) -> Reply:
    """Keeps the draft as the next version and sends it from now on."""
    if refused := _refused(turn):
        return refused
    key, draft = turn.data["key"], turn.data["draft"]
    texts = {language: text for language, text in draft["texts"].items() if text}
    wordings.save(
        turn.work,
        key,
        texts,
        buttons_of(draft),
        draft["picture"],
        actor=actor(turn),
        now=turn.now,
    )
    turn.end()
    return card(turn, key, "wording.toast_saved")


def discard(turn: Turn) -> Reply:
    """Nothing is changed."""
    key = turn.data.get("key") if turn.conversation.flow == WORDING.name else None
    turn.end()
    return card(turn, key, "wording.toast_discarded") if key else Reply("general.expired")


def _same(turn: Turn, key: str, draft: Mapping[str, Any]) -> bool:
    used = wordings.in_use(turn.work, key)
    return bool(used) and used is not None and used.content == draft


# -- buttons ----------------------------------------------------------------------------


def _flat(draft: Mapping[str, Any]) -> list[WordingButton]:
    return [one for row in buttons_of(draft) for one in row]


def _with_buttons(draft: Mapping[str, Any], buttons: list[WordingButton]) -> dict[str, Any]:
    made = content({}, rows_of_two(buttons))
    return {**draft, "buttons": made["buttons"]}


def _buttons(turn: Turn) -> Reply:
    draft = turn.data["draft"]
    chosen = {one.intent for one in _flat(draft)}
    named = [{"label": dict(one.label), "target": one.intent or one.url} for one in _flat(draft)]
    toggles = [
        Button(
            "wording.button_toggle",
            "words.toggle",
            (intent,),
            values={"intent": intent, "chosen": intent in chosen},
            here=True,
        )
        for intent in INTENTS
    ]
    rows = tuple(tuple(toggles[at : at + 3]) for at in range(0, len(toggles), 3))
    none = Button("wording.button_no_buttons", "words.none", here=True)
    values = {"key": turn.data["key"], "buttons": named}
    return Reply("wording.ask_buttons", values, (*rows, (none, _DRAFT), (_DISCARD,)), edit=True)


def _route(
    intent: str, handle: Callable[[Turn], Reply], looks: Callable[[Turn], str] | None = None
) -> Route:
    return Route(intent, handle, writes=True, needs="message:write", looks=looks)


ROUTES: Final[tuple[Route, ...]] = (
    _route("words.text", ask_text),
    _route("words.buttons", ask_buttons),
    _route("words.photo", ask_picture),
    _route("wording.text", take_text, text_to_try),
    _route("wording.buttons", take_button, button_to_try),
    _route("wording.picture", take_picture, picture_to_try),
    _route("words.toggle", toggle),
    _route("words.none", no_buttons),
    _route("words.no_photo", no_picture),
    _route("words.draft", show_draft),
    Route("words.try", try_draft, needs="message:write"),
    _route("words.save", save, draft_to_try),
    _route("words.discard", discard),
)
