"""/directives: the documents of a business: read, edited as a draft, checked at their lines, tried, published, taken back."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, Response

from engine.desk import Desk
from engine.directive_lists import Row, rows_of, with_rows, without_english
from engine.directive_problem import Problem
from engine.drafting import BusinessView, DraftView, problems_of
from engine.evaluation import Evaluation
from engine.examples import Ran
from engine.replay import Replayed
from web.auth import Person
from web.pages.frame import Admin, Frame, Reader
from web.pages.page import Notice, back
from web.problems import Refusal

#: Most rows of a list that is edited as a table.
MOST_ROWS = 500
#: Characters of what a document says of itself.
MOST_ABOUT = 160
#: Lines around a change that a comparison shows.
AROUND = 2
Name = Annotated[str, Path(max_length=100)]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison: ``sign`` "+", "-", " " or "@" for a place that is left out."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What a draft changes in a document; no lines for one that is to go."""

    name: str
    lines: Sequence[Line]
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A problem with the document it stands in, '' where it is none of the documents'."""

    problem: Problem
    name: str


def router(frame: Frame) -> APIRouter:
    """The pages. Everybody reads; administrators draft and publish."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    async def seen(business: str) -> BusinessView:
        view = await desk.run(desk.drafts.business, business)
        if view is None:
            raise Refusal(404, "Ce métier n'existe pas.")
        return view

    async def draft_page(request: Request, person: Person, business: str, status: int = 200, **more: Any) -> Response:
        view = await seen(business)
        draft = await desk.run(desk.drafts.draft, business, person.author)
        if draft is None:
            return back(f"/directives/{business}")
        checked = await desk.run(desk.drafts.check, business, draft.documents)
        base = await desk.run(desk.drafts.documents, business, draft.base) or {}
        values = {
            "view": view, "draft": draft, "checked": checked, "found": located(checked.problems, draft.documents),
            "changes": changes(base, draft), "examples": None, "replayed": None, "measured": None,
            "unnamed": unnamed_in({name: text for name, text in draft.edits.items() if text is not None}),
        }  # fmt: skip
        return await frame.show(request, person, "draft.html", status, **(values | more))

    @routes.get("/directives")
    async def directives(request: Request, person: Reader) -> Response:
        views = await desk.run(desk.drafts.businesses)
        if len(views) == 1:
            return back(f"/directives/{views[0].name}")
        return await frame.show(request, person, "directives.html", views=views)

    @routes.get("/directives/{business}")
    async def overview(business: Name, request: Request, person: Reader) -> Response:
        view = await seen(business)
        draft, drafts, history = await desk.run(_around, desk, business, person.author)
        kept = await desk.run(desk.drafts.documents, business)
        documents: Mapping[str, str] = draft.documents if draft is not None else kept or {}
        return await frame.show(
            request, person, "directive.html", view=view, draft=draft, drafts=drafts, history=history,
            found=located(view.problems, dict.fromkeys(view.documents, "")), groups=grouped(view, draft),
            about={name: first_sentence(text) for name, text in documents.items()},
        )  # fmt: skip

    @routes.get("/directives/{business}/document")
    async def document(
        business: Name, request: Request, person: Reader, name: Annotated[str, Query(max_length=200)],
        check: Annotated[bool, Query()] = False,
    ) -> Response:  # fmt: skip
        view = await seen(business)
        draft = await desk.run(desk.drafts.draft, business, person.author)
        kept = await desk.run(desk.drafts.documents, business)
        documents: Mapping[str, str] = kept or {}
        if draft is not None:
            documents = draft.documents
        if name not in documents:
            raise Refusal(404, "Ce document n'existe pas.")
        problems: tuple[Problem, ...] = ()
        if check or draft is not None:
            problems = (await desk.run(desk.drafts.check, business, documents)).problems
        return await shown(request, person, view, draft, name, documents[name], located(problems, documents))

    async def shown(
        request: Request, person: Person, view: BusinessView, draft: DraftView | None, name: str, text: str,
        found: Sequence[Found], status: int = 200, **more: Any,
    ) -> Response:  # fmt: skip
        bad = {f.problem.line for f in found if f.name == name}
        return await frame.show(
            request, person, "document.html", status, view=view, draft=draft, name=name, text=text, found=found, bad=bad,
            lines=text.count("\n") + 1, rows=rows_of(name, text), **more,
        )  # fmt: skip

    @routes.post("/directives/{business}/document")
    async def save(
        business: Name, request: Request, person: Admin,
        name: Annotated[str, Form(max_length=200)], text: Annotated[str, Form(max_length=500_000)] = "",
        base: Annotated[str, Form(max_length=100)] = "", version: Annotated[int, Form(ge=0)] = 0,
        then: Annotated[str, Form(max_length=20)] = "",
    ) -> Response:  # fmt: skip
        return await keep(request, person, business, name, text, base, version, then)

    @routes.post("/directives/{business}/list")
    async def save_list(business: Name, request: Request, person: Admin) -> Response:
        form = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
        name = form.get("name", "")[:200]
        draft = await desk.run(desk.drafts.draft, business, person.author)
        in_force = await desk.run(desk.drafts.documents, business)
        documents: Mapping[str, str] = draft.documents if draft is not None else in_force or {}
        if name not in documents or rows_of(name, documents[name]) is None:
            raise Refusal(404, "Ce document n'existe pas.")
        rows = []
        for number in range(MOST_ROWS):
            if f"fr-{number}" not in form:
                break
            told = [form.get(f"{part}-{number}", "")[:20_000] for part in ("value", "fr", "en", "words")]
            rows.append(Row(*told))
        version = form.get("version", "0")
        text = with_rows(documents[name], rows)
        number = int(version) if version.isdecimal() and len(version) < 10 else 0
        return await keep(request, person, business, name, text, form.get("base", "")[:100], number, form.get("then", ""))

    async def keep(
        request: Request, person: Person, business: str, name: str, text: str, base: str, version: int, then: str
    ) -> Response:
        """Keep a document in the draft, and show what is wrong with it."""
        view = await seen(business)
        draft = await desk.run(desk.drafts.draft, business, person.author)
        written = text.replace("\r\n", "\n").replace("\r", "\n")
        edits = dict(draft.edits) if draft is not None else {}
        saved = await desk.run(
            lambda: desk.drafts.save(business, person.author, edits | {name: written}, base=base, version=version)
        )
        say = frame.pages.speech(request).say
        if saved.state != "saved":
            told = say("Ce brouillon a été gardé depuis une autre fenêtre : rechargez la page avant d’y toucher.")
            why = told if saved.state == "conflict" else "; ".join(p.message for p in saved.problems)
            status = 409 if saved.state == "conflict" else 422
            return await shown(request, person, view, draft, name, written, (), status, notice=Notice(why, "danger"))
        draft = await desk.run(desk.drafts.draft, business, person.author)
        documents: Mapping[str, str] = draft.documents if draft is not None else {}
        checked = await desk.run(desk.drafts.check, business, documents)
        if not checked.ok:
            told = say("Gardé comme brouillon, mais il ne peut pas se publier ainsi : voyez les lignes signalées.")
            found = located(checked.problems, documents)
            return await shown(request, person, view, draft, name, written, found, 422, notice=Notice(told, "warning"))
        if then == "draft":
            return back(f"/directives/{business}/draft?told=saved")
        if unnamed := unnamed_in({name: written}):
            told = say("Le brouillon est gardé et peut se publier.")
            why = say("Sans nom anglais : %(names)s. En anglais, pages et lettres montreront le nom français.", names=unnamed)
            notice = Notice(f"{told} {why}", "warning")
        else:
            notice = Notice(say("Le brouillon est gardé ; rien n’y manque."))
        return await shown(request, person, view, draft, name, written, (), notice=notice)

    @routes.get("/directives/{business}/draft")
    async def draft(business: Name, request: Request, person: Admin) -> Response:
        return await draft_page(request, person, business)

    @routes.get("/directives/{business}/draft/examples")
    async def examples(business: Name, request: Request, person: Admin) -> Response:
        return await draft_page(request, person, business, examples=await desk.run(_examples, desk, business, person.author))

    @routes.get("/directives/{business}/draft/replay")
    async def replay(business: Name, request: Request, person: Admin) -> Response:
        return await draft_page(request, person, business, replayed=await desk.run(_replay, desk, business, person.author))

    @routes.get("/directives/{business}/draft/measure")
    async def measure(business: Name, request: Request, person: Admin) -> Response:
        return await draft_page(request, person, business, measured=await desk.run(_measured, desk, business, person.author))

    @routes.post("/directives/{business}/publish")
    async def publish(
        business: Name, request: Request, person: Admin, note: Annotated[str, Form(max_length=500)] = ""
    ) -> Response:
        await seen(business)
        done = await desk.run(lambda: desk.drafts.publish(business, person.author, note=note.strip()))
        if done.state in ("published", "same"):
            return back(f"/directives/{business}?told=published")
        say = frame.pages.speech(request).say
        why = {
            "stale": say("D’autres directives ont été publiées depuis : reprenez votre changement sur celles-ci."),
            "broken": say("Ces directives ne peuvent pas se publier : voyez les lignes signalées."),
        }.get(done.state, say("Il n’y a pas de brouillon à publier."))
        return await draft_page(request, person, business, 409, notice=Notice(why, "danger"))

    @routes.post("/directives/{business}/discard")
    async def discard(business: Name, person: Admin) -> Response:
        await desk.run(desk.drafts.forget, business, person.author)
        return back(f"/directives/{business}?told=discarded")

    @routes.post("/directives/{business}/revert")
    async def revert(
        business: Name, person: Admin, revision: Annotated[str, Form(max_length=100)],
        base: Annotated[str, Form(max_length=100)],
    ) -> Response:  # fmt: skip
        await seen(business)
        done = await desk.run(lambda: desk.drafts.revert(business, revision, person.author, base=base))
        if done.state in ("published", "same"):
            return back(f"/directives/{business}?told=published")
        raise Refusal(
            409, "Ces directives n'ont pas pu être remises : d'autres ont été publiées depuis, ou elles ne se lisent plus."
        )

    return routes


# ------------------------------------------------------------------ what is shown


def _around(desk: Desk, business: str, author: str) -> tuple[DraftView | None, Sequence[Any], Sequence[Any]]:
    drafts = desk.drafts
    return drafts.draft(business, author), [d for d in drafts.drafts(business) if d.author != author], drafts.history(business)


def _examples(desk: Desk, business: str, author: str) -> list[Ran]:
    draft = desk.drafts.draft(business, author)
    found = desk.drafts.examples(business, draft.documents) if draft is not None else []
    return [] if problems_of(found) else [ran for ran in found if isinstance(ran, Ran)]


def _replay(desk: Desk, business: str, author: str) -> list[Replayed]:
    draft = desk.drafts.draft(business, author)
    found = desk.drafts.replay(business, draft.documents) if draft is not None else []
    return [] if problems_of(found) else [one for one in found if isinstance(one, Replayed)]


def _measured(desk: Desk, business: str, author: str) -> tuple[Evaluation, Evaluation] | None:
    draft = desk.drafts.draft(business, author)
    found = desk.drafts.measure(business, draft.documents) if draft is not None else ()
    if len(found) != 2 or not isinstance(found[0], Evaluation) or not isinstance(found[1], Evaluation):
        return None
    return found[0], found[1]


def located(problems: Sequence[Problem], documents: Mapping[str, str]) -> list[Found]:
    """Each problem with the document it stands in."""
    names = sorted(documents, key=len, reverse=True)
    return [Found(p, next((n for n in names if p.path == n or p.path.endswith(f"/{n}")), "")) for p in problems]


def grouped(view: BusinessView, draft: DraftView | None) -> list[tuple[str, list[str]]]:
    """The documents by folder, the business's own first; those that a draft adds among them."""
    names = sorted({*view.documents, *(draft.documents if draft is not None else ())})
    groups: dict[str, list[str]] = {"": []}
    for name in names:
        folder, _, _ = name.rpartition("/")
        groups.setdefault(folder, []).append(name)
    return list(groups.items())


def unnamed_in(documents: Mapping[str, str]) -> str:
    """The values of lists among these documents that have no English name, '' for none."""
    return ", ".join(fr for name, text in documents.items() for fr in without_english(rows_of(name, text) or ()))


def first_sentence(text: str) -> str:
    """What a document says of itself: the first sentence below its front matter, '' where it says nothing."""
    _, _, rest = text.partition("\n---\n")
    paragraph = next((p for p in rest.split("\n\n") if p.strip()), "").strip()
    if paragraph.startswith(("#", "~~~", "|", "-")):
        return ""
    plain = " ".join(paragraph.split()).replace("**", "").replace("`", "")
    found = re.match(r".{12,}?[.!?](?=\s|$)", plain)
    sentence = found[0] if found else plain
    return sentence if len(sentence) <= MOST_ABOUT else f"{sentence[:MOST_ABOUT].rpartition(' ')[0]}…"


def changes(base: Mapping[str, str], draft: DraftView) -> list[Changed]:
    """What the draft changes, line by line."""
    found = []
    for name, text in sorted(draft.edits.items()):
        if text is None:
            found.append(Changed(name, (), True))
            continue
        lines: list[Line] = []
        told = difflib.unified_diff(base.get(name, "").splitlines(), text.splitlines(), lineterm="", n=AROUND)
        for number, line in enumerate(told):
            if number >= 2:  # the first two name the files
                lines.append(Line(line[0], line[1:]) if line[0] != "@" else Line("@", line))
        found.append(Changed(name, lines))
    return found
