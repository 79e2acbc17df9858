"""The refusals of the Bot API, in its own words where they are known."""

from typing import Any


class ApiError(Exception):
    """A refused call: HTTP status, description and, for 429, the seconds to wait."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The JSON body that goes with the status."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(text: str) -> ApiError:
    """400 with Telegram's usual beginning."""
    return ApiError(400, f"Bad Request: {text}")


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
