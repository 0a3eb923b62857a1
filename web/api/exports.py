"""/api/exports: the cases as CSV and Excel, by filter, times in a chosen zone, no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime
from typing import IO, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from core.views import CaseFilter
from engine.desk import Desk
from engine.export import Cell, plain
from web.api import shapes
from web.api.shapes import Reader, Which, binary
from web.options import Options
from web.problems import responses
from web.saving import IN_MEMORY, chunks

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Language = Literal["fr", "en"]
#: '' stands for the one that spreadsheets of the language expect.
Separator = Literal["", ";", ","]


def router(desk: Desk, options: Options) -> APIRouter:
    """The endpoints."""
    routes = shapes.routes_of("Exports", "/exports")
    csv_documented, xlsx_documented = responses(401, 403), responses(401, 403)
    csv_documented[200] = {"description": "Le tableau · The table", "content": dict(binary("text/csv"))}
    xlsx_documented[200] = {"description": "Le classeur · The workbook", "content": dict(binary(_XLSX))}

    @routes.get("/cases.csv", response_class=Response, responses=csv_documented, summary="Les dossiers en CSV · As CSV")
    async def as_csv(
        request: Request, person: Reader, meant: Which, language: Language = "fr", separator: Separator = ""
    ) -> Response:
        del person
        pages = desk.exports.pages(*meant, language, linked(request, options, "/cases"))
        heading = desk.exports.headings(language)
        return StreamingResponse(
            csv_stream(desk, heading, pages, language, separator),
            200,
            _saved("csv", meant[0]),
            media_type="text/csv; charset=utf-8",
        )

    @routes.get("/cases.xlsx", response_class=Response, responses=xlsx_documented, summary="Les dossiers en Excel · As Excel")
    async def as_xlsx(request: Request, person: Reader, meant: Which, language: Language = "fr") -> Response:
        del person
        file = await desk.run(_xlsx, desk, meant, language, linked(request, options, "/cases"))
        return StreamingResponse(chunks(file), 200, _saved("xlsx", meant[0]), media_type=_XLSX)

    return routes


def _saved(ending: str, which: CaseFilter) -> dict[str, str]:
    days = [day.date().isoformat() for day in (which.since, which.until) if day is not None]
    return {"content-disposition": f'attachment; filename="{"-".join(["guichet", *days])}.{ending}"'}


def linked(request: Request, options: Options, folder: str) -> Callable[[str], str]:
    """The full address of one page of that folder by its id: at PUBLIC_URL, else where the one who asks found us."""
    base = (options.public_url or str(request.base_url)).rstrip("/")
    return lambda name: f"{base}{folder}/{name}"


async def csv_stream(
    desk: Desk, heading: Iterable[str], pages: Iterator[list[list[Cell]]], language: str, separator: Separator
) -> AsyncIterator[bytes]:
    """A page at a time, so that neither memory nor the first byte waits for the last. The mark makes Excel read UTF-8."""
    between = separator or (";" if language == "fr" else ",")

    def text(rows: Iterable[Iterable[Cell]]) -> bytes:
        out = io.StringIO(newline="")
        told = ([plain(cell, language) for cell in row] for row in rows)
        csv.writer(out, delimiter=between, lineterminator="\r\n").writerows(told)
        return out.getvalue().encode()

    yield b"\xef\xbb\xbf" + text([heading])
    while (page := await desk.run(next, pages, None)) is not None:
        if page:
            yield text(page)


def _xlsx(desk: Desk, meant: tuple[CaseFilter, ZoneInfo], language: Language, link: Callable[[str], str]) -> IO[bytes]:
    # 20 MB that only an export needs.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Guichet")
    sheet.freeze_panes = "A2"
    for number, width in enumerate((12, 16, 30, 10, 20, 20, 20, 12, 12, 24, 30, 18, 40, 10, 10, 10, 14, 40)):
        sheet.column_dimensions[chr(ord("A") + number)].width = width

    def cell(value: object, bold: bool = False) -> WriteOnlyCell:
        made = WriteOnlyCell(sheet, value=value)
        if isinstance(value, datetime):
            made.number_format = "dd/mm/yyyy hh:mm:ss" if language == "fr" else "yyyy-mm-dd hh:mm:ss"
        if isinstance(value, str):
            made.data_type = "s"  # never a formula, whatever it begins with
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(heading, bold=True) for heading in desk.exports.headings(language)])
    for page in desk.exports.pages(*meant, language, link):
        for row in page:
            sheet.append([cell(value) if isinstance(value, str | datetime) else value for value in row])
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    book.save(file)
    file.seek(0)
    return file
