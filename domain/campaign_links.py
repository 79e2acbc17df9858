"""Counted links of a campaign: which there are in its words, and the signed tokens that lead on.

A token names a link and a delivery row, nothing of the person; it leads only to the address that
is kept under the link's id.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import struct
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape, unescape
from typing import Any, Final, NamedTuple

LONGEST: Final = 2000
"""A longer address is left as it is."""
SIGNED: Final = 12
"""Bytes of a token's signature."""
WAY_OUT: Final = "stop"
"""The button under every promotion by which its reader gets no more of them."""
_PACKED: Final = struct.Struct(">qq")
_TOKEN: Final = 38  # letters of so many bytes, without padding
_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f]")
# A link with words of its own, what is written as code, or an address in the text: that ends
# before what is no part of addresses and before the point of a sentence.
_IN_TEXT: Final = re.compile(
    r'<a href="(?P<href>[^"<>]*)">.*?</a>|<code>.*?</code>'
    r"|(?P<bare>https?://(?:&(?:amp|#x27|#39);|[\w\-.~:/?#\[\]@!$()*+,;=%])+)(?P<place>\{[{%])?",
    re.DOTALL | re.ASCII,
)
_END: Final = ".,;:!?)]"


class Wanted(NamedTuple):
    """Which link of which message."""

    link_id: int
    row_id: int


def link_id(campaign_id: int, url: str) -> int:
    """The id of a link of a campaign: 63 bits, the same for the same address."""
    digest = sha256(f"{campaign_id} {url}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def links(content: Mapping[str, Any]) -> frozenset[str]:
    """The addresses in words (domain.wordings.content), in texts and buttons. Those with a place
    for a value differ for every member and are not counted."""
    found = {button["url"] for row in content.get("buttons", ()) for button in row}
    for text in content.get("texts", {}).values():
        found.update(_addresses(text))
    return frozenset(url for url in found if countable(url))


def countable(url: str) -> bool:
    """Whether an address may be led to: of the web, and nothing that is no address."""
    return (
        url.startswith(("http://", "https://"))
        and len(url) <= LONGEST
        and "{{" not in url
        and "{%" not in url
        and not _SPACE.search(url)
    )


def _addresses(text: str) -> Iterator[str]:
    for match in _IN_TEXT.finditer(text):
        if match["href"] is not None:
            yield unescape(match["href"])
        elif match["bare"] and not match["place"]:
            yield unescape(_bare(match["bare"])[0])


def _bare(written: str) -> tuple[str, str]:
    """An address in a text, and what of the sentence stuck to it."""
    end = len(written)
    while written[end - 1] in _END:
        # An entity ends with a sign that also ends sentences.
        if written[end - 1] == ";" and re.search(r"&(?:amp|#x27|#39);$", written[:end]):
            break
        if written[end - 1] == ")" and written.count("(", 0, end) >= written.count(")", 0, end):
            break
        end -= 1
    return written[:end], written[end:]


def led(text: str, ways: Mapping[str, str]) -> str:
    """A marked text whose links lead over `ways` (by address); what is read stays the same."""

    def way(match: re.Match[str]) -> str:
        whole = match.group()
        if match["href"] is not None:
            to = ways.get(unescape(match["href"]))
            rest = whole.partition('">')[2]
            return f'<a href="{escape(to)}">{rest}' if to else whole
        if match["bare"] is None:
            return whole
        shown, after = _bare(match["bare"])
        to = ways.get(unescape(shown))
        rest = f"{after}{match['place'] or ''}"
        return f'<a href="{escape(to)}">{shown}</a>{rest}' if to else whole

    return _IN_TEXT.sub(way, text)


# -- tokens ------------------------------------------------------------------------------


def token(key: bytes, link: int, row_id: int) -> str:
    """What leads a reader of a message on, for ever."""
    body = _PACKED.pack(link, row_id)
    return base64.urlsafe_b64encode(body + _signature(key, body)).decode().rstrip("=")


def opened(key: bytes, given: str) -> Wanted | None:
    """What a token names; None for one that is not ours or was changed."""
    if len(given) != _TOKEN:
        return None
    try:
        raw = base64.b64decode(f"{given}==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, signature = raw[: _PACKED.size], raw[_PACKED.size :]
    if not hmac.compare_digest(signature, _signature(key, body)):
        return None
    return Wanted(*_PACKED.unpack(body))


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"link " + body, "sha256")[:SIGNED]
