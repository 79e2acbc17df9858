"""Personal data at rest: sealed with a key, found again by a keyed hash (blind index)."""

from __future__ import annotations

import base64
import hmac
import secrets
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Vault:
    """Seals and opens short texts; keys are derived from the club's secret key."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_derive(secret, b"seal"))
        self._index = hmac.new(_derive(secret, b"index"), digestmod=sha256)
        self.fingerprint = _derive(secret, b"fingerprint").hex()[:16]
        self.action_key = _derive(secret, b"actions")
        self.file_key = _derive(secret, b"files")
        self.link_key = _derive(secret, b"links")

    def seal(self, text: str) -> str:
        """The text, encrypted with AES-GCM under a random nonce, as URL-safe base64."""
        nonce = secrets.token_bytes(12)
        sealed = nonce + self._cipher.encrypt(nonce, text.encode(), None)
        return base64.urlsafe_b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed; raises cryptography's InvalidTag if it was tampered with."""
        raw = base64.urlsafe_b64decode(sealed)
        return self._cipher.decrypt(raw[:12], raw[12:], None).decode()

    def index(self, kind: str, text: str) -> str:
        """A keyed hash to find a value by, different for every kind of value."""
        digest = self._index.copy()
        digest.update(f"{kind}\0{text}".encode())
        return digest.hexdigest()[:32]


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, b"memberbot " + purpose, sha256).digest()
