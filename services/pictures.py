"""Pictures that the club makes: QR codes."""

from __future__ import annotations

import io


def qr_png(text: str) -> bytes:
    """A QR code as a PNG, large enough for a phone's camera."""
    import segno  # only where a picture is asked for

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=10, border=4)
    return out.getvalue()
