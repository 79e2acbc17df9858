"""Keyboards under messages and in place of the phone's keyboard: the shapes Telegram refuses."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.errors import bad_request
from sandbox.facts import MAX_CALLBACK_BYTES

Markup = dict[str, Any]

_ACTIONS = {
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
}
_STYLES = {"danger", "success", "primary"}
_REQUESTS = {"request_contact", "request_location", "request_poll", "request_users"}
MAX_BUTTONS = 100


def check_markup(markup: Markup | None) -> None:
    """Raises ApiError 400 for a keyboard that Telegram would not take."""
    if not markup:
        return
    if "inline_keyboard" in markup:
        _check_rows(markup["inline_keyboard"], _check_inline)
    if "keyboard" in markup:
        if not any(markup["keyboard"]):
            raise bad_request("reply keyboard must have at least one button")
        _check_rows(markup["keyboard"], _check_reply)
    for flag in ("remove_keyboard", "force_reply"):
        if flag in markup and markup[flag] is not True:
            raise bad_request(f'field "{flag}" must be True')


def _check_rows(rows: list[list[dict[str, Any]]], check: Any) -> None:
    buttons = [button for row in rows for button in row]
    if len(buttons) > MAX_BUTTONS:
        raise bad_request("reply markup has too many buttons")
    for button in buttons:
        if not button["text"].strip():
            raise bad_request("keyboard button text must be non-empty")
        if button.get("style", "primary") not in _STYLES:
            raise bad_request("button style must be danger, success or primary")
        check(button)


def _check_inline(button: dict[str, Any]) -> None:
    actions = _ACTIONS & button.keys()
    if not actions:
        raise bad_request("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f'inline keyboard button "{button["text"]}" must have one action')
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not _is_address(button["url"]):
        raise bad_request(
            f"inline keyboard button URL '{button['url']}' is invalid: Unsupported URL protocol"
        )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        host = parts.hostname or ""
        return "." in host or (bool(host) and parts.port is not None)
    return parts.scheme == "tg" or (not parts.scheme and "." in parts.path.split("/")[0])


def _check_reply(button: dict[str, Any]) -> None:
    if len(_REQUESTS & button.keys()) > 1:
        raise bad_request("keyboard button must have at most one request")


def inline_rows(markup: Markup | None) -> list[list[dict[str, Any]]]:
    """The rows of an inline keyboard, empty rows left out; [] for anything else."""
    rows = (markup or {}).get("inline_keyboard", [])
    return [row for row in rows if row]
