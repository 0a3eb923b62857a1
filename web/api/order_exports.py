"""/export: the requests of registers as CSV, Excel and PDF, by the same filters as the list; no cell that a spreadsheet would run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import IO, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from core.register_views import RegisterFilter
from engine.desk import Desk
from engine.registers import Listed
from engine.reports import USUAL_DAYS
from web.api import shapes
from web.api.exports import Language, Separator, csv_stream, linked
from web.api.orders import MOST_DAYS, Word, filter_of
from web.api.shapes import Reader, Zone, binary
from web.options import Options
from web.pages.analytics import in_words
from web.pages.language import COOKIE, Speech, choose
from web.problems import Refusal, responses
from web.saving import chunks
from web.security import Doors

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    del doors
    routes = APIRouter(prefix="/export", tags=["Exports"], dependencies=[Depends(scheme) for scheme in shapes.SCHEMES])

    def documented(kind: str, what: str) -> dict[int | str, dict[str, Any]]:
        found = responses(401, 403, 404)
        found[200] = {"description": what, "content": dict(binary(kind))}
        return found

    @routes.get("/csv", response_class=Response, responses=documented("text/csv", "Le tableau · The table"),
                summary="Les commandes en CSV · Orders as CSV")  # fmt: skip
    async def as_csv(request: Request, person: Reader, meant: Which, language: In = "", separator: Separator = "") -> Response:
        del person
        spoken = language or speech(request, desk).language
        heading = [one.text for one in desk.register_exports.headings(spoken)]
        pages = desk.register_exports.pages(*meant, spoken, linked(request, options, "/orders"))
        stream = csv_stream(desk, heading, pages, spoken, separator)
        return StreamingResponse(stream, 200, _saved("csv", meant[0]), media_type="text/csv; charset=utf-8")

    @routes.get("/excel", response_class=Response, responses=documented(_XLSX, "Le classeur · The workbook"),
                summary="Les commandes en Excel · Orders as Excel")  # fmt: skip
    async def as_excel(request: Request, person: Reader, meant: Which, language: In = "") -> Response:
        del person
        spoken = language or speech(request, desk).language
        file = await desk.run(_xlsx, desk, meant, spoken, linked(request, options, "/orders"))
        return StreamingResponse(chunks(file), 200, _saved("xlsx", meant[0]), media_type=_XLSX)

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


def _xlsx(desk: Desk, meant: tuple[RegisterFilter, ZoneInfo], language: Language, link: Callable[[str], str]) -> IO[bytes]:
    # 20 MB that only an export needs.
    from web.printing.book import register_book

    exports = desk.register_exports
    name = in_words(desk.registers.name(), language)
    return register_book(name, exports.headings(language), exports.pages(*meant, language, link), language)


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

    return print_register(desk.registers.name(), desk.business.label, found, rows(), desk.registers.printed(), spoken)
