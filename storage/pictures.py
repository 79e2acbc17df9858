"""Pictures of the catalogue, and where platforms keep theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select

from services.ports.pictures import Image
from storage.dialect import Upsert
from storage.tables import pictures

_pictures = pictures.Picture.__table__  # type: ignore[attr-defined]
_files = pictures.PictureFile.__table__  # type: ignore[attr-defined]

_keep = Upsert(pictures.Picture, ("key",))
_content = select(_pictures.c.media_type, _pictures.c.content).where(
    _pictures.c.key == bindparam("of")
)
_file_id = select(_files.c.file_id).where(
    _files.c.key == bindparam("of"),
    _files.c.channel == bindparam("on"),
    _files.c.account == bindparam("by"),
)
_keep_file_id = Upsert(pictures.PictureFile, ("key", "channel", "account"), update=("file_id",))


class Pictures:
    """The store of pictures (services.ports.pictures.Pictures)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def keep(self, key: str, image: Image, now: datetime) -> bool:
        return _keep.run(self._db, {"key": key, **image._asdict(), "at": now}) == 1

    def content(self, key: str) -> tuple[str, bytes] | None:
        row = self._db.execute(_content, {"of": key}).one_or_none()
        return (row[0], bytes(row[1])) if row else None

    def file_id(self, key: str, channel: str, account: str) -> str:
        values = {"of": key, "on": channel, "by": account}
        found: str | None = self._db.execute(_file_id, values).scalar_one_or_none()
        return found or ""

    def keep_file_id(self, key: str, channel: str, account: str, file_id: str) -> None:
        row = {"key": key, "channel": channel, "account": account, "file_id": file_id}
        _keep_file_id.run(self._db, row)
