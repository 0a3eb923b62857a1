"""/orders: the requests of registers: the list by what is asked for, one of them with its fields, judged by a keystroke."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response

from core.directive import Status
from core.register_views import STANDINGS, RegisterFilter
from core.rows import rows_spec
from engine.acts import Name, Outcome
from engine.desk import Desk
from engine.registers import Listed, Whole
from engine.relining import MOST_LINES
from web.auth import Person
from web.pages.case import FIELD, PICTURES, WAIT, Facts
from web.pages.frame import Agent, Frame, Reader, sorry
from web.pages.page import Notice, back, told_of
from web.problems import Refusal

ROWS, MOST = 40, 1_000
#: Before the number of a line that is to go.
DROP = "drop."
#: What the form's buttons do, by their values; "update" only corrects.
ACTIONS: dict[str, Name] = {"validate": "validate", "refuse": "refuse", "finish": "finish", "update": "correct"}
OrderId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$|^[0-9A-Za-z]{4,16}$")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as it was written. What is no value of ours asks for nothing."""

    q: str = ""
    status: str = ""
    what: str = ""
    client: str = ""
    alert: str = ""
    since: str = ""
    until: str = ""
    order: str = "opened"

    def which(self, zone: str, statuses: list[Status]) -> RegisterFilter:
        """The filter it stands for; days are those of the zone, both among them."""
        meant = next((s.stages for s in statuses if s.word == self.status), ())
        return RegisterFilter(
            stages=tuple(one for one in STANDINGS if one in meant),
            what=self.what,
            person=self.client,
            alert=self.alert,
            since=_start(self.since, zone),
            until=_start(self.until, zone, 1),
            search=self.q.strip(),
            order=next((o for o in ("oldest", "due") if o == self.order), "opened"),
        )

    @property
    def query(self) -> str:
        """The question as it stands in an address."""
        every = {name: getattr(self, name) for name in self.__slots__}
        return urlencode({name: value for name, value in every.items() if value and (name, value) != ("order", "opened")})


def _start(written: str, zone: str, more: int = 0) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(written) + timedelta(more), time(), ZoneInfo(zone)) if written else None
    except (ValueError, OverflowError):
        return None


def router(frame: Frame) -> APIRouter:
    """The pages."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/orders")
    async def orders(
        request: Request,
        person: Reader,
        q: Annotated[str, Query(max_length=200)] = "",
        status: Annotated[str, Query(max_length=60)] = "",
        what: Annotated[str, Query(max_length=100)] = "",
        client: Annotated[str, Query(max_length=40)] = "",
        alert: Annotated[str, Query(max_length=60)] = "",
        since: Annotated[str, Query(max_length=20)] = "",
        until: Annotated[str, Query(max_length=20)] = "",
        order: Annotated[str, Query(max_length=20)] = "opened",
        after: Annotated[str, Query(max_length=500)] = "",
    ) -> Response:
        kept(desk)
        asked = Asked(q, status, what, client, alert, since, until, order)
        speech = frame.pages.speech(request)
        registers = desk.registers
        rows, next_, total, name = await desk.run(_look, desk, asked.which(speech.zone, registers.statuses()), after)
        query = asked.query
        more = f"/orders?{query + '&' if query else ''}{urlencode({'after': next_})}" if next_ else ""
        return await frame.show(
            request, person, "orders.html",
            asked=asked, rows=rows, total=total, capped=total >= MOST, filtered=bool(query), next_url=more, client=name,
            title=registers.name(), columns=registers.brief(), statuses=registers.statuses(), whats=registers.whats(),
            alerts=registers.alerts(), query=query,
        )  # fmt: skip

    @routes.get("/orders/{name}")
    async def order(name: OrderId, request: Request, person: Reader) -> Response:
        return await shown(frame, request, person, name)

    @routes.post("/orders/{name}/decide")
    async def decide(name: OrderId, request: Request, person: Agent) -> Response:
        form = await request.form()
        given = {key: value for key, value in form.items() if isinstance(value, str)}
        case_id = await desk.run(desk.registers.find_id, name)
        whole = await desk.run(desk.registers.whole, case_id) if case_id else None
        if whole is None:
            raise Refusal(404, "Cette commande n'existe pas.")
        action = given.get("action", "")
        if action not in ACTIONS:
            raise Refusal(422, f"Cette action n'existe pas ; une de : {', '.join(ACTIONS)}.")
        typed = {key.removeprefix(FIELD): value for key, value in given.items() if key.startswith(FIELD)}
        changed = {f.name: typed[f.name] for f in every(whole) if not f.unchanged(typed.get(f.name, f.typed))}
        # What stands in no field of the page is of lines that are added there; the act looks at it.
        changed |= {name: value for name, value in typed.items() if "." in name and value and name not in _names(whole)}
        if (spec := rows_spec(whole.directive)) is not None:
            changed |= {f"{spec.name}.{key.removeprefix(DROP)}": "" for key in given if key.startswith(DROP)}
        key = given.get("key", "")[:60] or secrets.token_hex(8)
        act = ACTIONS[action]
        outcome = await desk.act(
            case_id, act, author=person.author, key=f"{key}-{act}", note=given.get("note", "")[:10_000],
            values=changed if act in ("validate", "correct") else None, digest=given.get("digest", "")[:64], agreed="agreed" in given,
            seconds=WAIT,
        )  # fmt: skip
        if outcome.state != "done":
            dropped = [key.removeprefix(DROP) for key in given if key.startswith(DROP)]
            return await _not_done(request, person, case_id, outcome, typed, dropped)
        told = "corrected" if action == "update" else act
        place = (
            f"/orders/{whole.next}" if action != "update" and whole.next and given.get("go") == "next" else f"/orders/{case_id}"
        )
        return told_of(place, told, case_id)

    async def _not_done(
        request: Request, person: Person, case_id: str, outcome: Outcome, typed: Mapping[str, str], dropped: Sequence[str]
    ) -> Response:
        if outcome.state == "unknown":
            raise Refusal(404, "Cette commande n'existe pas.")
        if outcome.state == "waiting":
            return back(f"/orders/{case_id}?told=waiting")
        notice = sorry(outcome.why, frame.pages.speech(request).language)
        return await shown(frame, request, person, case_id, 422 if outcome.fields else 409, notice, typed, dropped)

    return routes


async def shown(
    frame: Frame, request: Request, person: Person, name: str, status: int = 200, notice: Notice | None = None,
    typed: Mapping[str, str] | None = None, dropped: Sequence[str] = (),
) -> Response:  # fmt: skip
    """The page of one request; ``typed`` is what somebody had typed, ``dropped`` the numbers of lines that he took away. Raises Refusal
    404."""
    kept(frame.desk)
    whole, client = await frame.desk.run(_one, frame.desk, name)
    if whole is None:
        raise Refusal(404, "Cette commande n'existe pas.")
    lengthened = False
    if typed:
        more = {name.rpartition(".")[0] for name, value in typed.items() if "." in name and value and name not in _names(whole)}
        lengthened = bool(more) or any(typed.get(f.name) for line in whole.more for f in line)
        whole = frame.desk.registers.lengthened(whole, min(MOST_LINES, 1 + len(more)))
        whole = replace(
            whole,
            fields=tuple(replace(f, typed=typed.get(f.name, f.typed)) for f in whole.fields),
            lines=tuple(tuple(replace(f, typed=typed.get(f.name, f.typed)) for f in line) for line in whole.lines),
            more=tuple(tuple(replace(f, typed=typed.get(f.name, f.typed)) for f in line) for line in whole.more),
        )
    also: dict[str, Any] = {"notice": notice} if notice is not None else {}
    language = frame.pages.speech(request).language
    return await frame.show(
        request, person, "order.html", status, dropped=dropped, more_open=lengthened,
        whole=whole, view=whole.view, facts=Facts(whole.view, language), client=client, pictures=PICTURES, **also,
    )  # fmt: skip


def kept(desk: Desk) -> None:
    """Raises Refusal 404 where no directive keeps a register."""
    if not desk.registers.directives():
        raise Refusal(404, "Aucune directive ne tient de registre (« register: »).")


def every(whole: Whole) -> list[Any]:
    """All fields of the form."""
    return [*whole.fields, *(field for line in (*whole.lines, *whole.more) for field in line)]


def _names(whole: Whole) -> set[str]:
    return {field.name for field in every(whole)}


def _one(desk: Desk, name: str) -> tuple[Whole | None, str]:
    """The request, and the id of its customer's contact ('' where there is none)."""
    case_id = desk.registers.find_id(name)
    whole = desk.registers.whole(case_id) if case_id else None
    party = whole.view.case.party if whole is not None else None
    address = (party.email or party.phone) if party is not None else ""
    found = desk.contacts.find(search=address, limit=1).rows if address else ()
    return whole, found[0].id if found else ""


def _look(desk: Desk, which: RegisterFilter, after: str) -> tuple[list[Listed], str, int, str]:
    try:
        found = desk.registers.find(which, limit=ROWS, after=after)
    except ValueError:  # a place in the list that was never given: from the beginning
        found = desk.registers.find(which, limit=ROWS)
    total = desk.registers.count(which, most=MOST) if found.next or after else len(found.rows)
    client = desk.contacts.view(which.person) if which.person else None
    party = client.row.party if client is not None else None
    return list(found.rows), found.next, total, (party.name or party.email or party.phone) if party is not None else ""
