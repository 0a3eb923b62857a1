"""Where raw messages and files are: a folder of this machine, and where SPOOL_BUCKET is set a bucket that several machines share.

Part of the composition root beside assembly.py. A reading worker opens the same spool from what ``described`` tells it.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from settings import Settings

if TYPE_CHECKING:
    from connectors.r2.spool import R2Spool
    from store.crypto import Keys
    from store.spool import FolderSpool


def spool_folder(settings: Settings) -> Path:
    """This machine's folder."""
    return settings.data_dir / "spool"


def described(settings: Settings) -> dict[str, str]:
    """What it takes to open the spool elsewhere, JSON-like; it holds the bucket's keys."""
    parts = {"folder": str(spool_folder(settings).absolute())}
    if settings.spool_bucket:
        parts |= {
            "bucket": settings.spool_bucket,
            "endpoint": settings.r2_endpoint_url,
            "access_key_id": settings.r2_access_key_id,
            "secret_access_key": settings.r2_secret_access_key.get_secret_value(),
        }
    return parts


def place_of(settings: Settings) -> str:
    """Where files are, without keys: the same on all machines that share them."""
    if settings.spool_bucket:
        return f"{settings.r2_endpoint_url.rstrip('/')}/{settings.spool_bucket}"
    return f"{socket.gethostname()}:{spool_folder(settings).resolve()}"


def opened(parts: Mapping[str, Any], keys: Keys) -> FolderSpool | R2Spool:
    """The spool that was described."""
    from store.spool import FolderSpool

    # What the bucket shares goes there file by file.
    folder = FolderSpool(Path(parts["folder"]), keys, packs=not parts.get("bucket"))
    if not parts.get("bucket"):
        return folder
    from connectors.r2.client import Bucket, R2Client
    from connectors.r2.spool import R2Spool

    bucket = Bucket(parts["endpoint"], parts["bucket"], parts["access_key_id"], parts["secret_access_key"])
    return R2Spool(folder, R2Client(bucket))


def open_spool(settings: Settings, keys: Keys) -> FolderSpool | R2Spool:
    """The spool of this installation."""
    return opened(described(settings), keys)


def whole_folder(settings: Settings, keys: Keys) -> FolderSpool:
    """This machine's folder with everything in it that any machine has: what a backup is made of. Raises PortError."""
    from store.spool import FolderSpool

    spool = open_spool(settings, keys)
    if isinstance(spool, FolderSpool):
        return spool
    spool.bring()
    spool.close()
    return FolderSpool(spool_folder(settings), keys)


def share_folder(settings: Settings, keys: Keys) -> int:
    """Give the other machines what this one's folder has; how many files it has. Raises PortError."""
    from store.spool import FolderSpool

    spool = open_spool(settings, keys)
    if not isinstance(spool, FolderSpool):
        spool.share()
        spool.close()
    return sum(1 for _ in FolderSpool(spool_folder(settings), keys).digests())
