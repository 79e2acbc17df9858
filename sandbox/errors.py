"""The refusals of the Bot API, in its own words where they are known."""

from typing import Any


class ApiError(Exception):
    """A refused call: HTTP status, description, for 429 the seconds to wait, and for a group
    that became a supergroup its new id."""

    def __init__(
        self,
        code: int,
        description: str,
        retry_after: int | None = None,
        moved_to: int | None = None,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.moved_to = moved_to

    def body(self) -> dict[str, Any]:
        """The JSON body that goes with the status."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        if self.moved_to is not None:
            body["parameters"] = {"migrate_to_chat_id": self.moved_to}
        return body


def bad_request(text: str) -> ApiError:
    """400 with Telegram's usual beginning."""
    return ApiError(400, f"Bad Request: {text}")


def moved(chat_id: int) -> ApiError:
    """400: the group has another id now."""
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    return ApiError(400, text, moved_to=chat_id)


def forbidden(text: str) -> ApiError:
    """403: this chat cannot be reached."""
    return ApiError(403, f"Forbidden: {text}")


def conflict(text: str) -> ApiError:
    """409: webhook and polling, or two pollers, at the same time."""
    return ApiError(409, f"Conflict: {text}")


class PersonError(Exception):
    """A person's action that a phone would not offer; ``code`` is the HTTP status.

    ``key`` names the page's own wording of it, for what can happen there.
    """

    def __init__(self, code: int, text: str, key: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.key = key
