"""The methods that send a file, and albums of them."""

from sandbox import fact_parts as parts
from sandbox.fact_lines import Method, method_of

_SENT = (parts.TARGET, parts.BUSINESS, parts.SENDING)
_MOVING = """
duration: Integer
width: Integer
height: Integer
thumbnail: InputFile | String ~
has_spoiler: Boolean ~
"""

MEDIA: list[Method] = [
    method_of(
        "sendVideo -> Message",
        *_SENT,
        parts.CAPTION,
        parts.ABOVE,
        _MOVING,
        "video!: InputFile | String",
        "cover: InputFile | String ~",
        "start_timestamp: Integer ~",
        "supports_streaming: Boolean ~",
    ),
    method_of(
        "sendAnimation -> Message",
        *_SENT,
        parts.CAPTION,
        parts.ABOVE,
        _MOVING,
        "animation!: InputFile | String",
    ),
    method_of(
        "sendVoice -> Message",
        *_SENT,
        parts.CAPTION,
        "voice!: InputFile | String",
        "duration: Integer",
    ),
    method_of(
        "sendAudio -> Message",
        *_SENT,
        parts.CAPTION,
        """
        audio!: InputFile | String
        duration: Integer
        performer: String
        title: String
        thumbnail: InputFile | String ~
        """,
    ),
    method_of(
        "sendVideoNote -> Message",
        *_SENT,
        """
        video_note!: InputFile | String
        duration: Integer
        length: Integer
        thumbnail: InputFile | String ~
        """,
    ),
    method_of("sendSticker -> Message", *_SENT, "sticker!: InputFile | String", "emoji: String ~"),
    method_of(
        "sendMediaGroup -> Array of Message",
        parts.TARGET,
        parts.BUSINESS,
        parts.GROUPED,
        "media!: Array of InputMediaAudio | Array of InputMediaDocument"
        " | Array of InputMediaLivePhoto | Array of InputMediaPhoto | Array of InputMediaVideo",
    ),
]
