"""/api/cases: the list, one case, acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from core.case import Stage
from core.ports import DeadlineRow
from core.views import CaseFilter
from engine.acts import MOST_AMOUNT, MOST_NOTE, Name, Outcome
from engine.case_actions import Action
from engine.case_view import CaseView, EffectView, FactView, FileView, Line, QuoteView
from engine.conversation import Utterance
from engine.desk import Desk
from engine.typed import MOST
from web.api import shapes
from web.api.shapes import After, Agent, Answer, CaseId, CaseLine, Limit, Reader, Which, case_line
from web.options import Options
from web.problems import Refusal, responses

#: Facts as people type them, by name ("quantity", "lines.2.quantity"); '' takes one away, and a line by its number ("lines.2").
_FACTS = (
    "Comme au clavier, par champ (« quantity », « lines.2.quantity ») ; vide : il n'y est pas. Les champs du numéro qui suit la "
    "dernière ligne en ajoutent une, « lines.2 » vide retire la deuxième · The fields of the number after the last line add one, "
    "an empty lines.2 takes the second away"
)
Facts = Annotated[
    dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=MOST)]],
    Field(max_length=500, description=_FACTS),
]


class CasePage(Answer):
    """Some cases of a longer list; ``next`` is "" at its end. ``count`` ends at 1000, then it says "more"."""

    cases: list[CaseLine]
    next: str
    count: int | None
    more: bool


class CaseOut(Answer):
    """One case with everything about it. ``conversation`` is in the order in which it happened, our own texts among them."""

    case: CaseLine
    version: int
    revision: str
    current: bool = Field(description="La révision du dossier est celle en vigueur · its revision is in force")
    status: str
    gate: str
    summary: str
    notes: list[str]
    conversation: list[Utterance]
    facts: list[FactView]
    quotes: list[QuoteView]
    files: list[FileView]
    effects: list[EffectView]
    timeline: list[Line]
    deadlines: list[DeadlineRow]
    actions: list[Action]


class ActIn(BaseModel):
    """Something to do with a case. ``amount`` for validate and reprice; ``note`` a remark, the question of ask, the words of answer,
    the text of note, the directive of reassign, the number of the message to separate (``conversation[].id``: "message:12");
    ``facts`` for correct, as people type them. Where facts are judged, validate needs the ``digest`` of those that were seen, and as
    ``facts`` what is corrected of them in the same act. With the same ``key`` the same person's act is done once; another act with
    that key is refused (422)."""

    model_config = ConfigDict(title="Acte")

    action: Name
    amount: Decimal | None = Field(
        None, gt=0, le=MOST_AMOUNT, max_digits=8, decimal_places=2, allow_inf_nan=False, examples=[2]
    )
    note: str = Field("", max_length=MOST_NOTE)
    facts: Facts = Field(default_factory=dict)
    digest: str = Field("", max_length=64, pattern=r"^[0-9a-f]*$")
    key: str = Field("", max_length=200)


class ActOut(Answer):
    """What became of the act. "waiting": it is kept and the clerk has not come to it."""

    state: Literal["done", "waiting"]
    id: str
    stage: Stage
    version: int
    updated_at: datetime


#: The other answer to an act, as the specification shows it.
KEPT: dict[int | str, dict[str, Any]] = {
    202: {"model": ActOut, "description": "Gardé ; le greffe y vient. · Kept, not decided yet."}
}


def router(desk: Desk, options: Options) -> APIRouter:
    """The endpoints."""
    del options
    routes = shapes.routes_of("Dossiers", "/cases")

    @routes.get("", response_model=CasePage, responses=responses(401, 403), summary="Les dossiers, filtrés · Cases by filter")
    async def find(
        person_: Reader,
        meant: Which,
        waits: Literal["", "customer", "us", "nobody"] = "",
        person: shapes.Line = "",
        order: Literal["updated", "opened", "oldest"] = "updated",
        limit: Limit = 50,
        after: After = "",
        count: bool = False,
    ) -> CasePage:
        del person_
        which = replace(meant[0], waits=waits, person=person, order=order)
        return await desk.run(_page, desk, which, limit, after, count)

    @routes.get(
        "/{case_id}", response_model=CaseOut, responses=responses(401, 403, 404), summary="Un dossier entier · One case"
    )
    async def one(case_id: CaseId, person: Reader) -> CaseOut:
        del person
        view = await desk.run(desk.cases.view, case_id)
        if view is None:
            raise Refusal(404, "Aucun dossier ne porte cet identifiant.")
        return _out(view)

    @routes.post(
        "/{case_id}/acts",
        response_model=ActOut,
        responses={
            **KEPT,
            **responses(401, 403, 404, 409, 428),
        },
        summary="Agir sur un dossier · Act on a case",
    )
    async def act(
        case_id: CaseId,
        given: ActIn,
        person: Agent,
        idempotency_key: Annotated[str, Header(max_length=200)] = "",
    ) -> Response:
        outcome = await desk.act(
            case_id,
            given.action,
            author=person.author,
            key=given.key or idempotency_key,
            amount=given.amount,
            note=given.note,
            values=given.facts,
            digest=given.digest,
        )
        return told(outcome)

    @routes.get(
        "/{case_id}/acts/{act_id}",
        response_model=ActOut,
        responses={
            **KEPT,
            **responses(401, 403, 404, 409),
        },
        summary="Ce qu'un acte est devenu · What became of an act",
    )
    async def became(
        case_id: CaseId, act_id: Annotated[str, Path(pattern=r"^desk:[0-9a-f]{32}:[0-9a-f]{32}$")], person: Reader
    ) -> Response:
        del person
        return told(await desk.run(desk.acts.outcome, case_id, act_id))

    return routes


def _page(desk: Desk, which: CaseFilter, limit: int, after: str, count: bool) -> CasePage:
    try:
        page = desk.cases.find(which, limit=limit, after=after)
    except ValueError:
        raise Refusal(422, "« after » n'est pas la suite d'une page.") from None
    number = desk.cases.count(which) if count else None
    return CasePage(
        cases=[case_line(row).model_copy(update={"waits": desk.cases.waits(row)}) for row in page.rows],
        next=page.next,
        count=number,
        more=number == 1_000,
    )


def _out(view: CaseView) -> CaseOut:
    case = view.case
    return CaseOut(
        case=case_line(view.row).model_copy(update={"waits": view.waits}),
        version=case.version,
        revision=case.revision,
        current=view.current,
        status=view.status,
        gate=view.gate,
        summary=case.summary,
        notes=list(case.notes),
        conversation=list(view.conversation),
        facts=list(view.facts),
        quotes=list(view.quotes),
        files=list(view.files),
        effects=list(view.effects),
        timeline=list(view.timeline),
        deadlines=list(view.deadlines),
        actions=list(view.actions),
    )


def told(outcome: Outcome) -> Response:
    """The act's outcome as an answer. Raises Refusal: 404; 422 for what was given, with the fields named; 409 for where it stands; 428 for
    a yes that does not say to what, with the digest of what there is."""
    if outcome.state == "unknown" or outcome.case is None:
        raise Refusal(404, "Aucun dossier, ou aucun acte, ne porte cet identifiant.")
    if outcome.state == "reused":
        raise Refusal(422, f"{outcome.why.get('fr', '')}.".capitalize())
    if outcome.state == "unseen":
        raise Refusal(428, f"{outcome.why.get('fr', '')}.".capitalize(), fields={"digest": outcome.digest})
    if outcome.state == "refused" and outcome.fields:
        fields = {name[:100]: told.get("fr", "") for name, told in outcome.fields.items()}
        raise Refusal(422, f"{outcome.why.get('fr', '')}.".capitalize(), fields=fields)
    if outcome.state == "refused":
        raise Refusal(409, f"{outcome.why.get('fr', '')}.".capitalize())
    case = outcome.case
    done: Literal["done", "waiting"] = "done" if outcome.state == "done" else "waiting"
    out = ActOut(state=done, id=outcome.id, stage=case.stage, version=case.version, updated_at=case.updated_at)
    return JSONResponse(out.model_dump(mode="json"), 200 if done == "done" else 202)
