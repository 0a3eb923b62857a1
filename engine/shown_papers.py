"""Files as people see them: what was read in each, page by page, and where on it the facts of a case stand. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.case import Case
from core.directive import Directive
from core.document import BETWEEN, SOURCE, Box, Document, Kind, Method, Page, Trouble
from core.reading import Evidence
from core.rows import addressed

#: Kinds of files whose pages can be drawn.
DRAWN: tuple[Kind, ...] = ("pdf", "image")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a fact stands on a page: ``start`` to ``end`` in its text, ``box`` on its picture, ``place`` as people call it.

    ``fact`` is its address (core.rows.addressed).
    """

    fact: str
    start: int
    end: int
    box: Box | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class PaperPage:
    """``drawn``: there is a picture of it. ``lines`` are (place, start, end) of the pieces that have a name, a time or a cell."""

    number: int
    name: str
    text: str
    method: Method
    confidence: float
    marks: tuple[Mark, ...]
    drawn: bool = False
    width: float = 0.0
    height: float = 0.0
    lines: tuple[tuple[str, int, int], ...] = ()

    @property
    def spans(self) -> list[tuple[int, int, str]]:
        """(start, end, fact) without overlaps, for the text."""
        found: list[tuple[int, int, str]] = []
        for mark in sorted(self.marks, key=lambda m: (m.start, -m.end)):
            if not found or mark.start >= found[-1][1]:
                found.append((mark.start, mark.end, mark.fact))
        return found


@dataclass(frozen=True, slots=True)
class Paper:
    """A file and what it says. ``doubtful``: a person should compare the two; ``trouble`` why it was not read to its end."""

    sha256: str
    name: str
    kind: Kind
    method: Method
    language: str
    confidence: float
    pages: tuple[PaperPage, ...]
    pages_total: int
    doubtful: bool
    trouble: Trouble | None = None

    @property
    def marked(self) -> bool:
        """Whether a fact stands in it."""
        return any(page.marks for page in self.pages)


def papers_of(case: Case, documents: Iterable[Document], directive: Directive) -> tuple[Paper, ...]:
    """The files of a case that were read, each content once, with the places of its facts, those of each line too."""
    proofs = [(address, proof) for address, fact in addressed(case.facts, directive) for proof in fact.evidence]
    unique = {document.sha256: document for document in documents}
    return tuple(paper(document, proofs) for document in unique.values())


def paper(document: Document, proofs: Sequence[tuple[str, Evidence]]) -> Paper:
    """One file. ``proofs`` are (the fact's address, its evidence), of this file or of others."""
    mine = [(fact, proof) for fact, proof in proofs if proof.source == SOURCE + document.sha256 and proof.start >= 0]
    at = 0
    pages = []
    for page in document.pages:
        pages.append(_page(document, page, [(fact, proof) for fact, proof in mine if proof.page == page.number], at))
        at += len(page.text) + len(BETWEEN)
    return Paper(
        document.sha256, document.name, document.kind, document.method, document.language, document.confidence, tuple(pages),
        document.pages_total, document.doubtful, document.trouble,
    )  # fmt: skip


def _page(document: Document, page: Page, proofs: Sequence[tuple[str, Evidence]], at: int) -> PaperPage:
    marks = []
    for fact, proof in proofs:
        start = proof.start - at
        if start >= 0 and page.text[start : start + len(proof.quote)] == proof.quote:
            marks.append(Mark(fact, start, start + len(proof.quote), proof.box, proof.place))
    named = (
        tuple((word.place, word.start, word.end) for word in page.words if word.place) if page.method == "transcript" else ()
    )
    drawn = document.kind in DRAWN and page.width > 0
    return PaperPage(
        page.number, page.name, page.text, page.method, page.confidence, tuple(marks), drawn, page.width, page.height, named
    )
