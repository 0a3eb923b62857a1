"""The businesses in force, as read from the folder or published by another node, and the older revisions that cases began with."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from core.case import Case
from core.directive import Business, Directive
from core.errors import UserError
from core.views import DeskStore
from engine.directives import DirectiveErrors, Directives, Report, compile_business
from engine.publishing import folder_of, write_documents

log = logging.getLogger("guichet")

#: Publications among which an outdated folder is recognised.
OUTDATED = 500
#: Revisions kept compiled beside those in force, for cases that began with them.
KEPT_REVISIONS = 16


class Published:
    """The businesses in force, and older revisions for the cases that began with them."""

    def __init__(
        self,
        directives: Directives,
        store: DeskStore,
        *,
        clock: Callable[[], datetime],
        shared: bool = False,
        served: Sequence[str] = (),
    ) -> None:
        """``shared``: other nodes publish too; then what was published last is in force on all of them (``follow``).

        ``served`` names the businesses that this installation serves, the first one before the others; () all of them.
        """
        self._directives, self._store, self._clock, self._shared = directives, store, clock, shared
        self._served = tuple(served)
        self._old: dict[str, Business | None] = {}
        self._lock, self._following = threading.Lock(), threading.Lock()
        self.keep()

    def keep(self) -> None:
        """Put the revisions in force into the store, so that open cases can go on by them."""
        documents = self._directives.documents
        for name, business in self._directives.current.items():
            if self._shared and self._outdated(name, business.revision):
                continue
            now = self._clock()
            self._store.keep_directives(name, business.revision, documents[name], now)
            self._store.keep_publication(name, business.revision, "", "", now)

    def reload(self) -> Report:
        """Read the documents again; the last good ones stay where they are broken."""
        report = self._directives.reload()
        self.keep()
        self.follow()
        return report

    def _outdated(self, name: str, revision: str) -> bool:
        """Whether that revision was in force once, and another one has been published since."""
        known = [row.revision for row in self._store.publications(name, limit=OUTDATED)]
        return revision in known[1:] and known[0] != revision

    def follow(self) -> tuple[str, ...]:
        """Put in force what was published last, by whichever node; the businesses that this changed here.

        The folder is brought up to date as well, where it may be written: a start and a publication look there.
        """
        with self._following:
            return self._follow()

    def _follow(self) -> tuple[str, ...]:
        changed: list[str] = []
        for name, business in self._directives.current.items() if self._shared else ():
            last = next(iter(self._store.publications(name, limit=1)), None)
            kept = self._store.directives(last.revision) if last is not None and last.revision != business.revision else None
            if kept is None or kept[0] != name:
                continue
            before = self._directives.documents[name]
            try:
                self._directives.adopt(name, kept[1])
            except DirectiveErrors as error:
                log.error("what another node published of %s cannot be read here: %s", name, error)
                continue
            changed.append(name)
            edits: dict[str, str | None] = {n: t for n, t in kept[1].items() if before.get(n) != t}
            try:
                write_documents(folder_of(self.folder, name), edits | dict.fromkeys(before.keys() - kept[1].keys()))
            except UserError as error:
                log.warning("what another node published of %s is in force, and not in the folder: %s", name, error)
        return tuple(changed)

    @property
    def current(self) -> Mapping[str, Business]:
        """All that are in force and served here, by name."""
        current = self._directives.current
        return {name: current[name] for name in self._served if name in current} if self._served else current

    @property
    def folder(self) -> Path:
        """Where the documents are."""
        return self._directives.folder

    @property
    def documents(self) -> dict[str, dict[str, str]]:
        """The documents in force, by business and name."""
        return self._directives.documents

    @property
    def report(self) -> Report:
        """What the last reading of the documents said."""
        return self._directives.report

    def business(self, name: str) -> Business:
        """The business of that name as in force; the first one when it is gone."""
        return self._directives.current.get(name) or next(iter(self.current.values()))

    def directive(self, case: Case) -> Directive:
        """The directive that the case began with; today's of that name when the old one cannot be had any more."""
        business = self.business(case.business)
        if business.revision != case.revision:
            old = self._revision(case.revision)
            found = old.directive(case.directive) if old is not None else None
            if found is not None:
                return found
        return business.directive(case.directive) or business.default

    def _revision(self, revision: str) -> Business | None:
        with self._lock:
            if revision not in self._old:
                kept = self._store.directives(revision)
                compiled: Business | None = None
                if kept is not None:
                    try:
                        compiled = compile_business(kept[0], kept[1])
                    except DirectiveErrors as error:
                        log.warning("revision %s of %s can no longer be read: %s", revision[:12], kept[0], error)
                if len(self._old) >= KEPT_REVISIONS:
                    self._old.pop(next(iter(self._old)))
                self._old[revision] = compiled
            return self._old[revision]
