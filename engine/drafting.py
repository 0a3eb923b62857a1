"""Directives as people edit them: read, draft, check, run the examples, replay, publish, go back.

A draft belongs to whoever writes it and changes nothing. Publishing writes its documents into the directives folder and reads
that again; open cases keep the revision they began with. Whoever began from another revision than the one in force is told so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.directive import Business
from core.ports import Change, JournalEntry
from core.views import DeskStore, DraftRow, PublishedRow
from engine.directive_compile import MOST_CHARACTERS, MOST_DOCUMENTS, compile_business, normal, revision_of
from engine.directive_problem import DirectiveErrors, Problem, Problems
from engine.directives import Report, read_documents
from engine.evaluation import Evaluation, evaluate, labelled
from engine.examples import Ran, each_example
from engine.published import Published
from engine.publishing import folder_of, name_problem, text_problem, write_documents
from engine.replay import Replayed, replay

#: Most messages of one replay.
MOST_REPLAYED = 200
#: Most labels that a draft is measured by: the newest.
MOST_MEASURED = 2_000

Documents = Mapping[str, str]
Edits = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class BusinessView:
    """A business in force. ``problems`` tell what is broken in its folder, whose last good revision is in force then.

    ``served``: what comes in here may be its; the documents of others are there to be prepared.
    """

    name: str
    label: str
    revision: str
    zone: str
    directives: tuple[str, ...]
    documents: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    served: bool = True


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft over the documents it began from. ``stale``: another revision is in force by now, and ``since`` tells whose.

    ``documents`` are all of them with the edits in place; ``edits`` only what differs, None for what is to go.
    """

    business: str
    author: str
    base: str
    version: int
    at: datetime
    documents: Documents
    edits: Edits
    stale: bool = False
    since: PublishedRow | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``check`` says of documents; ``problems`` with file and line. ``examples`` were run where there are none."""

    ok: bool
    problems: tuple[Problem, ...] = ()
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """How publishing ended.

    "published"  in force as ``revision``; ``changed`` documents were written     "same"   nothing differs from what is in force
    "broken"     refused, ``problems`` say where                                  "stale"  another revision than ``base`` is in
    "unknown"    there is no such business, revision or draft                              force; ``since`` tells whose
    """

    state: str
    revision: str = ""
    changed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    since: PublishedRow | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """How saving a draft ended: "saved" as ``version``; "conflict": it was saved elsewhere meanwhile, as ``version``; "refused"."""

    state: str
    version: int = 0
    problems: tuple[Problem, ...] = field(default=())


class Drafting:
    """Every call blocks and is safe from any thread. Raises PortError or UserError as the store and the folder do."""

    def __init__(
        self, store: DeskStore, published: Published, *, reload: Callable[[], Report], clock: Callable[[], datetime]
    ) -> None:
        self._store, self._published, self._reload, self._clock = store, published, reload, clock
        self._lock = threading.Lock()

    # ------------------------------------------------------------------ reading

    def businesses(self) -> list[BusinessView]:
        """Those in force: first those that are served, as they are served, then the others by name."""
        names = dict.fromkeys((*self._published.current, *sorted(self._published.documents)))
        return [view for name in names if (view := self.business(name)) is not None]

    def business(self, name: str) -> BusinessView | None:
        """One of them, None when there is no such one."""
        documents = self._published.documents.get(name)
        if documents is None:
            return None
        found = self._published.business(name)
        where = f"/{name}/"
        problems = tuple(p for p in self._published.report.errors if where in f"/{p.path}/")
        names = tuple(d.name for d in found.directives)
        served = name in self._published.current
        return BusinessView(name, found.label, found.revision, found.zone, names, tuple(sorted(documents)), problems, served)

    def documents(self, business: str, revision: str = "") -> dict[str, str] | None:
        """The documents in force, or of a revision that was; None when there are none."""
        if revision:
            kept = self._store.directives(revision)
            return kept[1] if kept is not None and kept[0] == business else None
        return self._published.documents.get(business)

    def history(self, business: str, *, limit: int = 100) -> list[PublishedRow]:
        """What was in force, the newest first, and who published it."""
        return self._store.publications(business, limit=max(1, min(limit, 500)))

    # ------------------------------------------------------------------ drafts

    def drafts(self, business: str) -> list[DraftRow]:
        """Everybody's drafts, the last saved first."""
        return self._store.drafts(business)

    def draft(self, business: str, author: str) -> DraftView | None:
        """This person's draft, None when there is none."""
        row = self._store.draft(business, author)
        if row is None:
            return None
        base = self.documents(business, row.base) or {}
        current = self._published.documents.get(business, {})
        stale = revision_of(current) != row.base
        since = next(iter(self._store.publications(business, limit=1)), None) if stale else None
        return DraftView(
            business, author, row.base, row.version, row.at, _applied(base, row.documents), row.documents, stale, since
        )

    def save(self, business: str, author: str, edits: Edits, *, base: str, version: int = 0) -> Saved:
        """Keep the edits as this person's draft over the revision ``base``.

        ``version`` is that of the draft he began from, 0 for none: two windows must not overwrite each other unseen.
        """
        documents = self.documents(business, base)
        if documents is None:
            return Saved("refused", problems=(Problem(business, 1, "cette révision n'existe pas"),))
        clean = {normal(name): None if text is None else normal(text) for name, text in edits.items()}
        if problems := _refused(business, clean, documents):
            return Saved("refused", problems=problems)
        clean = {name: text for name, text in clean.items() if documents.get(name) != text}
        row = DraftRow(business, author, base, clean, version + 1, self._clock())
        if self._store.save_draft(row):
            return Saved("saved", version + 1)
        there = self._store.draft(business, author)
        return Saved("conflict", there.version if there is not None else 0)

    def forget(self, business: str, author: str) -> bool:
        """Throw this person's draft away; whether there was one."""
        return self._store.drop_draft(business, author)

    # ------------------------------------------------------------------ looking before leaping

    def check(self, business: str, documents: Documents) -> Checked:
        """What is wrong with these documents, just as ``daemon.py check`` says it."""
        compiled = self._compile(business, documents)
        if isinstance(compiled, Business):
            return Checked(True, (), compiled.revision)
        return Checked(False, compiled)

    def examples(self, business: str, documents: Documents) -> list[Ran] | tuple[Problem, ...]:
        """The documents' own examples, run; the problems where they are broken."""
        compiled = self._compile(business, documents)
        return list(each_example(compiled, now=self._clock())) if isinstance(compiled, Business) else compiled

    def replay(self, business: str, documents: Documents, limit: int = 50) -> list[Replayed] | tuple[Problem, ...]:
        """The last messages that opened a case of this business, through what is in force and through these documents."""
        compiled = self._compile(business, documents)
        if not isinstance(compiled, Business):
            return compiled
        said = [
            s for s in self._store.recent(4 * MOST_REPLAYED) if s.outcome == "opened" and s.reading.business in ("", business)
        ]
        return replay(said[: max(1, min(limit, MOST_REPLAYED))], self._published.business(business), compiled)

    def measure(self, business: str, documents: Documents) -> tuple[Evaluation, Evaluation] | tuple[Problem, ...]:
        """How what people have labelled is read by what is in force, and by these documents (engine.evaluation)."""
        compiled = self._compile(business, documents)
        if not isinstance(compiled, Business):
            return compiled
        examples = labelled(self._store, business, limit=MOST_MEASURED)
        every = list(self._published.current.values())
        edited = [compiled if b.name == business else b for b in every]
        return evaluate(examples, every), evaluate(examples, edited)

    def _compile(self, business: str, documents: Documents) -> Business | tuple[Problem, ...]:
        if problems := _refused(business, documents, {}):
            return problems
        try:
            return compile_business(business, documents)
        except DirectiveErrors as errors:
            return errors.problems

    # ------------------------------------------------------------------ publishing

    def publish(self, business: str, author: str, *, note: str = "") -> Publication:
        """Put this person's draft in force and forget it."""
        draft = self.draft(business, author)
        if draft is None:
            return Publication("unknown")
        done = self.put(business, draft.documents, author, base=draft.base, note=note)
        if done.state in ("published", "same"):
            self._store.drop_draft(business, author)
        return done

    def revert(self, business: str, revision: str, author: str, *, base: str, note: str = "") -> Publication:
        """Put the documents of an earlier revision in force again; ``base`` is the one that the author saw in force."""
        documents = self.documents(business, revision)
        if documents is None:
            return Publication("unknown")
        return self.put(business, documents, author, base=base, note=note or f"retour à {revision[:12]}")

    def put(self, business: str, documents: Documents, author: str, *, base: str, note: str = "") -> Publication:
        """Put these documents in force, if ``base`` is in force and the folder holds just that."""
        with self._lock:
            current = self._published.documents.get(business)
            if current is None:
                return Publication("unknown")
            compiled = self._compile(business, documents)
            if not isinstance(compiled, Business):
                return Publication("broken", problems=compiled)
            folder = folder_of(self._published.folder, business)
            there = read_documents(folder, Problems())
            last = next(iter(self._store.publications(business, limit=1)), None)
            if revision_of(current) != base or revision_of(there) != base:
                return Publication("stale", revision_of(current), since=last)
            changes: dict[str, str | None] = {n: t for n, t in documents.items() if current.get(n) != t}
            changes |= dict.fromkeys(current.keys() - documents.keys())
            if not changes:
                return Publication("same", base)
            now = self._clock()
            # The revision is in the store before any case can begin with it.
            self._store.keep_directives(business, compiled.revision, dict(documents), now)
            write_documents(folder, changes)
            self._store.keep_publication(business, compiled.revision, author, note, now)
            data = {"business": business, "revision": compiled.revision, "before": base, "documents": sorted(changes)}
            self._store.commit(
                [Change(None, journal=(JournalEntry(now, "", "directives.published", data, note, author),))], now
            )
            self._reload()
            return Publication("published", compiled.revision, tuple(sorted(changes)))


def _applied(base: Documents, edits: Edits) -> dict[str, str]:
    merged = {**base, **edits}
    return {name: text for name, text in merged.items() if text is not None}


def _refused(business: str, edits: Edits, base: Documents) -> tuple[Problem, ...]:
    """What cannot even be kept: names and texts that are no documents."""
    found = []
    for name, text in edits.items():
        why = "" if name in base else name_problem(name)
        why = why or (text_problem(text) if text is not None else "")
        if why:
            found.append(Problem(f"directives/{business}/{name[:100]}", 1, why))
    whole = _applied(base, edits)
    if len(whole) > MOST_DOCUMENTS or sum(map(len, whole.values())) > MOST_CHARACTERS:
        found.append(Problem(f"directives/{business}", 1, "ce dossier compte trop de documents"))
    return tuple(found)


def problems_of(found: Sequence[object] | tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The problems, where that is what came instead of results."""
    return tuple(p for p in found if isinstance(p, Problem))
