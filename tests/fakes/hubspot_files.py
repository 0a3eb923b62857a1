"""HubSpot's file manager: uploads with their access, and signed addresses for what is private."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .base import stamp
from .hubspot_associations import Associations
from .hubspot_types import error, invalid
from .wire import Answer, Request

ACCESS = {"PUBLIC_INDEXABLE", "PUBLIC_NOT_INDEXABLE", "HIDDEN_INDEXABLE", "HIDDEN_NOT_INDEXABLE", "HIDDEN_PRIVATE", "PRIVATE"}


class Files(Associations):
    """Mixed into the fake: the files that messages carry."""

    routes = [
        ("POST", r"/files/v3/files", "files_upload"),
        ("GET", r"/files/v3/files/(?P<number>\d+)", "files_get"),
        ("GET", r"/files/v3/files/(?P<number>\d+)/signed-url", "files_signed"),
        ("GET", r"/hubfs/(?P<number>\d+)/.*", "files_download"),
    ]

    def start_files(self) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.file_bytes: dict[str, bytes] = {}

    def _attachment(self, name: str, content_type: str, data: bytes) -> dict[str, Any]:
        number = self._store_file(name, content_type, data, "PRIVATE")
        return {
            "fileId": number,
            "name": name,
            "url": self.files[number]["url"],
            "type": "FILE",
            "fileUsageType": "IMAGE" if content_type.startswith("image/") else "OTHER",
        }

    def _store_file(self, name: str, content_type: str, data: bytes, access: str) -> str:
        number, now = self.new_id(), stamp(self.now())
        stem, _, extension = name.rpartition(".")
        self.file_bytes[number] = data
        url = f"{self.url}/hubfs/{number}/{hashlib.sha1(data).hexdigest()[:8]}"
        self.files[number] = {
            "id": number,
            "name": stem or name,
            "extension": extension,
            "size": len(data),
            "access": access,
            "type": "OTHER",
            "url": url,
            "defaultHostingUrl": url,
            "archived": False,
            "createdAt": now,
            "updatedAt": now,
            "encoding": content_type,
            "isUsableInContent": True,
            "path": f"/{name}",
        }
        return number

    def files_upload(self, request: Request) -> Any:
        parts = {one.name: one for one in request.parts()}
        if "file" not in parts or not {"folderId", "folderPath"} & set(parts):
            raise invalid("file and one of folderId, folderPath are required")
        try:
            options = json.loads(parts["options"].data) if "options" in parts else {}
        except ValueError as err:
            raise invalid("options is not JSON") from err
        if options.get("access") not in ACCESS:
            raise invalid("options: access is required")
        name = parts["fileName"].data.decode() if "fileName" in parts else parts["file"].filename or "file"
        return Answer(
            201, self.files[self._store_file(name, parts["file"].content_type, parts["file"].data, options["access"])]
        )

    def _file(self, number: str) -> dict[str, Any]:
        if number not in self.files:
            raise error(404, "OBJECT_NOT_FOUND", f"File {number} not found")
        return self.files[number]

    def files_get(self, request: Request, number: str) -> Any:
        return self._file(number)

    def files_signed(self, request: Request, number: str) -> Any:
        one = self._file(number)
        return {
            "url": one["url"] + "?signature=ok",
            "expiresAt": stamp(self.now() + 300),
            "size": one["size"],
            "name": one["name"],
            "extension": one["extension"],
            "type": one["type"],
        }

    def files_download(self, request: Request, number: str) -> Any:
        one = self._file(number)
        if one["access"] in ("PRIVATE", "HIDDEN_PRIVATE") and request.get("signature") != "ok":
            return Answer(403, b"<Error><Code>AccessDenied</Code></Error>", content_type="application/xml")
        return Answer(200, self.file_bytes[number], content_type=one["encoding"])
