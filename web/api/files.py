"""/api/cases/…/files: a case's files from the spool. Always a download, except what a browser shows without running anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, BinaryIO, Literal
from urllib.parse import quote

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import StreamingResponse

from engine.desk import Desk, StoredFile
from web.api import shapes
from web.api.shapes import CaseId, Reader, binary
from web.options import Options
from web.problems import Refusal, responses
from web.saving import CHUNK, SHOWN

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_SANDBOX = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; sandbox"
#: Browsers' own PDF viewers do not run in a sandbox; the file's type is fixed, so nothing of it becomes a page of ours.
_PDF = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"


def router(desk: Desk, options: Options) -> APIRouter:
    """The endpoint."""
    del options
    routes = shapes.routes_of("Dossiers", "/cases")
    documented = responses(401, 403, 404)
    types = sorted({*SHOWN, "application/octet-stream"})
    documented[200] = {"description": "Le fichier · The file", "content": dict(binary(*types))}
    documented[206] = {"description": "Une partie · A part", "content": dict(binary(*types))}
    documented[304] = {"description": "Inchangé · Not modified"}
    documented[416] = {"description": "Cette partie n'existe pas · No such part"}

    @routes.get(
        "/{case_id}/files/{sha256}",
        response_class=Response,
        responses=documented,
        summary="Un fichier d'un dossier · One file of a case",
    )
    async def file(
        case_id: CaseId,
        sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
        person: Reader,
        show: Annotated[
            Literal["0", "1"], Query(description="1 : à montrer plutôt qu'à enregistrer, où c'est sans danger")
        ] = "0",
        range_: Annotated[str, Header(alias="Range", max_length=100)] = "",
        none_match: Annotated[str, Header(alias="If-None-Match", max_length=200)] = "",
    ) -> Response:
        del person
        found = await desk.run(desk.file, case_id, sha256)
        if found is None:
            raise Refusal(404, "Ce dossier n'a pas ce fichier.")
        headers = _headers(found, sha256, show == "1")
        if none_match == headers["etag"]:
            return Response(status_code=304, headers=headers)
        part = _part(range_, found.size)
        if part is None:
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{found.size}"})
        first, last = part if part != "whole" else (0, found.size - 1)
        stream = await desk.run(desk.open_file, sha256)
        if stream is None:
            raise Refusal(404, "Ce fichier n'est plus conservé.")
        headers["content-length"] = str(last - first + 1)
        if part != "whole":
            headers["content-range"] = f"bytes {first}-{last}/{found.size}"
        return StreamingResponse(
            _read(stream, first, last), 200 if part == "whole" else 206, headers, media_type=headers.pop("content-type")
        )

    return routes


def _headers(found: StoredFile, sha256: str, show: bool) -> dict[str, str]:
    shown = found.type in SHOWN
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", found.name)[:120] or "fichier"
    way = "inline" if shown and show else "attachment"
    pdf = found.type == "application/pdf" and way == "inline"
    return {
        "content-type": found.type if shown else "application/octet-stream",
        "content-disposition": f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}",
        "content-security-policy": _PDF if pdf else _SANDBOX,
        "x-frame-options": "SAMEORIGIN" if pdf else "DENY",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "accept-ranges": "bytes",
        "etag": f'"{sha256}"',
        "cache-control": "private, max-age=3600, immutable",
    }


def _part(asked: str, size: int) -> tuple[int, int] | Literal["whole"] | None:
    """The first and last byte wanted, None when there is no such part. What is not one range is answered whole (RFC 9110, 14.2)."""
    match = _RANGE.fullmatch(asked.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return "whole"
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) and size else None
    if last and int(last) < int(first):
        return "whole"
    return (int(first), min(int(last), size - 1) if last else size - 1) if int(first) < size else None


def _read(stream: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    with stream:
        stream.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := stream.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
