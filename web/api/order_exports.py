"""/export: the requests of registers as CSV, Excel and PDF, by the same filters as the list; no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import IO, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from core.views import RegisterFilter
from engine.desk import Desk
from engine.registers import Listed
from engine.reports import USUAL_DAYS
from web.api import shapes
from web.api.exports import CHUNK, IN_MEMORY, Language
from web.api.orders import MOST_DAYS, Word, filter_of
from web.api.shapes import Reader, Zone, binary
from web.options import Options
from web.pages.language import COOKIE, Speech, choose
from web.problems import Refusal, responses
from web.security import Doors

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Rows of cells from which the widths of a workbook's columns are taken.
_LOOKED_AT = 50


def which(
    request: Request,
    status: Word = "",
    what: Word = "",
    client: Word = "",
    alert: Word = "",
    since: Annotated[str, Query(max_length=10, pattern=r"^(?:\d{4}-\d\d-\d\d)?$")] = "",
    until: Annotated[str, Query(max_length=10, pattern=r"^(?:\d{4}-\d\d-\d\d)?$")] = "",
    zone: Zone = "",
    q: shapes.Line = "",
) -> tuple[RegisterFilter, ZoneInfo]:
    """The requests meant, and the zone of their times. Raises Refusal 404 where no register is kept, 422."""
    desk: Desk = request.app.state.desk
    if not desk.registers.directives():
        raise Refusal(404, "Aucune directive ne tient de registre (« register: »).")
    chosen = filter_of(
        desk,
        status=status,
        what=what,
        client=client,
        alert=alert,
        since=_day(since),
        until=_day(until),
        zone=zone,
        search=q,
        order="oldest",
    )
    return chosen, shapes.zone_of(desk.reports, zone)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise Refusal(422, "Une date comme 2026-12-31 est attendue.") from None


Which = Annotated[tuple[RegisterFilter, ZoneInfo], Depends(which)]
In = Annotated[Language | Literal[""], Query(description="Vide : celle de qui demande · empty: that of who asks")]


def router(desk: Desk, options: Options, doors: Doors) -> APIRouter:
    """The endpoints."""
    del options, doors
    routes = APIRouter(prefix="/export", tags=["Exports"], dependencies=[Depends(scheme) for scheme in shapes.SCHEMES])

    def documented(kind: str, what: str) -> dict[int | str, dict[str, Any]]:
        found = responses(401, 403, 404)
        found[200] = {"description": what, "content": dict(binary(kind))}
        return found

    @routes.get("/csv", response_class=Response, responses=documented("text/csv", "Le tableau · The table"),
                summary="Les commandes en CSV · Orders as CSV")  # fmt: skip
    async def as_csv(
        request: Request, person: Reader, meant: Which, language: In = "", separator: Literal[";", ","] = ";"
    ) -> Response:
        del person
        spoken = language or speech(request, desk).language
        return StreamingResponse(
            _csv(desk, meant, spoken, separator), 200, _saved("csv", meant[0]), media_type="text/csv; charset=utf-8"
        )

    @routes.get("/excel", response_class=Response, responses=documented(_XLSX, "Le classeur · The workbook"),
                summary="Les commandes en Excel · Orders as Excel")  # fmt: skip
    async def as_excel(request: Request, person: Reader, meant: Which, language: In = "") -> Response:
        del person
        file = await desk.run(_xlsx, desk, meant, language or speech(request, desk).language)
        return StreamingResponse(_chunks(file), 200, _saved("xlsx", meant[0]), media_type=_XLSX)

    @routes.get("/pdf", response_class=Response, responses=documented("application/pdf", "Le document · The document"),
                summary="Les commandes en PDF, avec leurs graphiques · Orders as PDF, with charts")  # fmt: skip
    async def as_pdf(request: Request, person: Reader, meant: Which, language: In = "") -> Response:
        del person
        said = speech(request, desk)
        spoken = Speech(language or said.language, meant[1].key, said.now, said.units)
        return Response(await desk.run(_pdf, desk, meant, spoken), 200, _saved("pdf", meant[0]), "application/pdf")

    return routes


def speech(request: Request, desk: Desk) -> Speech:
    """In which language, and by which clock, who asks is answered."""
    language = choose(request.cookies.get(COOKIE, ""), request.headers.get("accept-language", ""))
    return Speech(language, desk.business.zone, desk.now(), desk.units)


def _saved(ending: str, which: RegisterFilter) -> dict[str, str]:
    days = [day.date().isoformat() for day in (which.since, which.until) if day is not None]
    return {"content-disposition": f'attachment; filename="{"-".join(["guichet", *days])}.{ending}"'}


async def _csv(desk: Desk, meant: tuple[RegisterFilter, ZoneInfo], language: str, separator: str) -> AsyncIterator[bytes]:
    """A page at a time. The mark makes Excel read UTF-8."""

    def text(rows: Sequence[Sequence[object]]) -> bytes:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
        return out.getvalue().encode()

    yield b"\xef\xbb\xbf" + text([desk.register_exports.headings(language)])
    pages = desk.register_exports.pages(*meant, language)
    while (page := await desk.run(next, pages, None)) is not None:
        if page:
            yield text(page)


def _xlsx(desk: Desk, meant: tuple[RegisterFilter, ZoneInfo], language: str) -> IO[bytes]:
    # 20 MB that only an export needs.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Guichet")
    headings = desk.register_exports.headings(language)
    pages = desk.register_exports.pages(*meant, language)
    first = next(pages)
    # A workbook written row by row takes the widths before the first one.
    for place, heading in enumerate(headings):
        longest = max((len(str(row[place] or "")) for row in first[:_LOOKED_AT]), default=0)
        sheet.column_dimensions[get_column_letter(place + 1)].width = max(8, min(42, max(longest, len(heading)) + 2))
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)

    def cell(value: object) -> object:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, value=value)
        made.data_type = "s"  # never a formula, whatever it begins with
        return made

    top = [WriteOnlyCell(sheet, value=heading) for heading in headings]
    for made in top:
        made.font = bold
    sheet.append(top)
    for page in (first, *pages):
        for row in page:
            sheet.append([cell(value) for value in row])
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    book.save(file)
    file.seek(0)
    return file


def _pdf(desk: Desk, meant: tuple[RegisterFilter, ZoneInfo], spoken: Speech) -> bytes:
    # ReportLab and its fonts cost 30 MB: only a document to print needs them.
    from web.printing.register import print_register

    chosen, zone = meant
    last = (chosen.until - timedelta(seconds=1) if chosen.until is not None else desk.now()).astimezone(zone).date()
    first = chosen.since.astimezone(zone).date() if chosen.since is not None else last - timedelta(USUAL_DAYS - 1)
    first = max(min(first, last), last - timedelta(MOST_DAYS - 1))
    found = desk.registers.analysis(first, last)
    if chosen.since is None:
        start = datetime.combine(first, datetime.min.time(), zone).astimezone(UTC)
        chosen = replace(chosen, since=start)

    def rows() -> Iterator[Listed]:
        for page in desk.register_exports.requests(chosen):
            yield from (desk.registers.listed(row) for row in page)

    return print_register(desk.registers.name(), desk.business.label, found, rows(), desk.registers.brief(), spoken)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
