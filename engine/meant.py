"""Which waiting request a message means that nothing ties to one: no thread, no reference of ours, written anew.

Only where the words say plainly that they are about one, and there is one alone that they can be about. Else the message keeps a case
of its own, and it and those requests tell of each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.case import UNDECIDED, Case
from core.directive import Directive
from core.gates.fulfil import awaited
from core.judging import TO_LIST, judges
from core.message import Message
from core.ports import ReadRow
from core.reading import Fact, Rows
from core.rows import rows_of, rows_spec
from engine.corrections import decides
from engine.listed import bare, given_to, meant_by
from engine.naming import names_of
from engine.office import Office, verdict_of
from engine.overlay import Overlay
from processors.analyze import facts_of
from processors.continuing import adds, calls_off, changes, inquires, refers, replaces, tops
from processors.correlate import Choice, Clues, same_correspondent
from processors.courtesy import thanks_only
from processors.verdicts.named import name_words, without_own

#: Requests that wait for an administrator among which one that he names is looked for.
MOST_WAITING = 200
#: For how long after the decision a change that names nothing is taken to be of what was decided.
LATELY = timedelta(days=30)
#: Decided requests that a message tells of.
MOST_FOLLOWED = 3
#: Characters of a reference that a person would write to name a request.
_NAMED = re.compile(r"[^\W_](?:[\w./-]{2,38}[^\W_])")

_WORD = re.compile(r"[^\W\d_]+")


class Meant:
    """For the finder of cases."""

    def __init__(self, office: Office, *, clock: Callable[[], datetime]) -> None:
        self._office, self._clock = office, clock

    def by_customer(self, read: ReadRow, found: Clues, cases: Sequence[Case], overlay: Overlay) -> Choice | None:
        """The request of the sender's that a person has yet to judge and that the message changes, adds to or asks after; or one that is
        decided, if the message names it to be otherwise."""
        message = read.message
        if message.authentication.verdict == "fail":
            return None
        waiting = self.to_judge(message.sender.email, cases, read.reading.business)
        judged = any(judges(directive) for directive in self._office.business(read.reading.business).directives)
        otherwise = (bool(waiting) or judged) and changes(message.text)
        # Whether it passes on another is looked for where it matters: that is a walk over all that it says.
        if not (waiting or otherwise) or found.forwarded:
            return None
        if otherwise:
            return (self._changed(read, waiting) if waiting else None) or self._decided(read, overlay, alone=not waiting)
        if not waiting:
            return None
        if tops(message.text):
            return self._added(read, waiting)
        if inquires(message.text) and not message.attachments and not adds(message.text):
            return self._asked_after(read, waiting)
        return None

    def _changed(self, read: ReadRow, waiting: Sequence[Case]) -> Choice | None:
        only = self._only(read, waiting)
        if only is None:
            return None
        directive, told = self._told(read, only)
        # A whole request that only begins with such a word may be another one.
        whole = read.reading.directive == directive.name and _whole(read.reading.facts, directive)
        if whole and not replaces(read.message.text) and not refers(read.message.text):
            return None
        if not any(e.source in ("text", "subject") for f in told for e in f.evidence):
            return None
        return _choice(only, "Change la seule demande de cette personne qui attend")

    def _added(self, read: ReadRow, waiting: Sequence[Case]) -> Choice | None:
        only = self._only(read, waiting)
        if only is None or rows_spec(self._office.directive(only)) is None:
            return None
        return _choice(only, "S'ajoute à la seule demande de cette personne qui attend")

    def _decided(self, read: ReadRow, overlay: Overlay, *, alone: bool) -> Choice | None:
        """A validated request of the sender's whose reference the message names: a person reads there what is to be otherwise. One that
        names none and is no whole request means the only one that was decided lately and is not delivered, where none waits (``alone``)."""
        business, message = self._office.business(read.reading.business), read.message
        if message.authentication.verdict != "pass" and message.channel == "email":
            return None
        for directive in (d for d in business.directives if judges(d)):
            past = overlay.past([message.sender.email], business.name, directive.name)
            meant = [c for c in past if self._references(read, c) & _references_of(c, self._office.directive(c))]
            if not meant and alone and not any(self._references(read, c) for c in past) and not self._anew(read, directive):
                meant = [c for c in past if c.judged and c.finished_at is None and self._clock() - c.judged.at <= LATELY]
            if len(meant) == 1:
                why = f"Change la demande {meant[0].ref}, qui est déjà décidée : une personne doit lire le message."
                return Choice(meant[0].id, "correspondent", why, untied=True)
        return None

    @staticmethod
    def _anew(read: ReadRow, directive: Directive) -> bool:
        """Whether the message is a whole request that only begins with a word of change."""
        whole = read.reading.directive == directive.name and _whole(read.reading.facts, directive)
        return whole and not replaces(read.message.text) and not refers(read.message.text)

    def _asked_after(self, read: ReadRow, waiting: Sequence[Case]) -> Choice | None:
        """Only where all that he says of his request is so in that one."""
        like = [case for case in waiting if not _contradicts(self._told(read, case)[1], case, self._office.directive(case))]
        only = self._only(read, like)
        return (
            _choice(only, "Demande si la seule demande de cette personne qui attend est arrivée") if only is not None else None
        )

    def _only(self, read: ReadRow, waiting: Sequence[Case]) -> Case | None:
        """The one that it can mean: that of the reference that it names, else the only one there is, of another reference or none."""
        named = {case.id: self._references(read, case) for case in waiting}
        if any(named.values()):
            meant = [c for c in waiting if named[c.id] & _references_of(c, self._office.directive(c))]
            alone = len(waiting) == 1 and len(_references_of(waiting[0], self._office.directive(waiting[0]))) == 1
            if not meant and alone:
                return waiting[0]  # the request has no reference of the customer's to be told apart by
            return meant[0] if len(meant) == 1 else None
        return waiting[0] if len(waiting) == 1 else None

    def _references(self, read: ReadRow, case: Case) -> frozenset[str]:
        """The references that the message names, read as the case's directive does."""
        directive, told = self._told(read, case)
        return frozenset(
            bare(str(f.value)) for f in told if (s := directive.fact(f.name)) is not None and s.type == "reference"
        )

    def _told(self, read: ReadRow, case: Case) -> tuple[Directive, tuple[Fact, ...]]:
        directive = self._office.directive(case)
        return directive, facts_of(read.message, directive, now=self._clock())

    def to_judge(self, sender: str, cases: Sequence[Case], business: str) -> list[Case]:
        """Which of these are the sender's and wait until a person judges what they say."""
        return [
            c
            for c in cases
            if c.stage in UNDECIDED
            and c.business == business
            and judges(self._office.directive(c))
            and (sender in c.people or any(same_correspondent(sender, p) for p in c.people))
        ]

    def beside(self, read: ReadRow, directive: Directive, cases: Sequence[Case]) -> list[Case]:
        """Requests of the sender's that a message may have to do with which opens a case by that directive: it is read by a person,
        or says that something is to be otherwise, or comes on top. Thanks alone have to do with none: they are filed unread."""
        if not read.message.attachments and thanks_only(read.message.text, read.message.subject, read.message.sender.name):
            return []
        waiting = self.to_judge(read.message.sender.email, cases, directive.business)
        text = read.message.text
        return waiting if waiting and (awaited(directive) or changes(text) or adds(text) or refers(text)) else []

    def follows(self, read: ReadRow, directive: Directive, overlay: Overlay) -> list[Case]:
        """The sender's requests that were validated lately and are not delivered, where the message says that something comes on top or
        is to be otherwise, or a person reads it who may call them off: it may be meant of them. The last first."""
        text, business = read.message.text, self._office.business(read.reading.business)
        judged = [d for d in business.directives if judges(d)]
        if not judged or read.reading.repeat is not None:
            return []
        if not (tops(text) or changes(text) or (awaited(directive) and calls_off(text))):
            return []
        return self.lately(judged, read, overlay, LATELY)

    def lately(self, directives: Sequence[Directive], read: ReadRow, overlay: Overlay, within: timedelta) -> list[Case]:
        """The sender's requests by those directives that were validated within that time and are not delivered, the last first.
        None where the message may be somebody else's: what was ordered is not to be told there."""
        message = read.message
        elsewhere = message.reply_to is not None and not same_correspondent(message.reply_to.email, message.sender.email)
        if elsewhere or not (message.authentication.verdict == "pass" or message.channel != "email"):
            return []
        past = [c for d in directives for c in overlay.past([message.sender.email], d.business, d.name)]
        return [c for c in past if c.judged and c.finished_at is None and self._clock() - c.judged.at <= within][:MOST_FOLLOWED]

    def by_admin(self, message: Message, overlay: Overlay) -> Choice | None:
        """The request that an administrator speaks of who writes anew, rather than in reply to a notice, that he says yes or no to one.

        None where his words decide nothing or nothing waits. He answers no notice, so whatever he says decides nothing by itself.
        """
        waiting = [c for c in overlay.in_stage("waiting_review", MOST_WAITING) if judges(self._office.directive(c))]
        if not waiting:
            return None
        directive = self._office.directive(waiting[0])
        # Whom he names stands beside the reference, if he names one.
        marks = {c.ref for c in waiting} | {word for word in _NAMED.findall(message.text) if any(c.isdigit() for c in word)}
        unmarked = replace(message, text=re.sub("|".join(map(re.escape, sorted(marks, reverse=True))), "", message.text))
        called = _names_in(message.text) & {*verdict_of(unmarked, directive, "admin").named}
        theirs = _of_whom(message, waiting, called)
        alone = replace(message, text=without_own(message.text, names_of(theirs[0]))) if theirs else message
        if not (self.decides(message, directive) or (alone.text != message.text and self.decides(alone, directive))):
            return None
        every = _NAMED.findall(f"{message.subject}\n{message.text}")
        words = {bare(word) for word in every if any(c.isdigit() for c in word)}
        named = [c for c in waiting if c.ref in every or words & _references_of(c, self._office.directive(c))]
        if len(named) == 1 and not called <= names_of(named[0]):
            why = "la référence et le nom ne sont pas de la même demande : répondez à l'avis de celle dont vous parlez"
            return Choice(waiting[0].id, "correspondent", why, ambiguous=True, untied=True)
        if len(named) == 1:
            return Choice(named[0].id, "correspondent", f"L'administrateur parle du dossier {named[0].ref}.", untied=True)
        if not named and len(theirs) == 1:
            why = f"L'administrateur nomme le client du dossier {theirs[0].ref}, le seul de ce nom qui l'attend."
            return Choice(theirs[0].id, "correspondent", why, untied=True)
        why = "plusieurs demandes attendent votre avis : répondez à l'avis de celle dont vous parlez"
        if words and not theirs:
            why = "aucune demande qui attend votre avis ne porte ce numéro, ou plusieurs : répondez à l'avis de celle dont vous parlez"
        elif called and not theirs:
            why = (
                "aucune demande qui attend votre avis n'est d'un client de ce nom : répondez à l'avis de celle dont vous parlez"
            )
        if words or called or len(waiting) > 1:
            return Choice(waiting[0].id, "correspondent", why, ambiguous=True, untied=True)
        return Choice(waiting[0].id, "correspondent", "L'administrateur parle de la seule demande qui l'attend.", untied=True)

    def of_list(self, message: Message, listed: Case, overlay: Overlay) -> Choice:
        """The request that an administrator means who answers a list of what waits (which was sent in the thread of ``listed``): the
        only one that he names. Of several, or none, he is asked again: nothing ties his words to the one the list was sent of."""
        waiting = [c for c in overlay.in_stage("waiting_review", MOST_WAITING) if judges(self._office.directive(c))]
        meant, why = meant_by(message, [(c, self._office.directive(c)) for c in waiting])
        if not why:
            told = f"L'administrateur nomme le dossier {meant[0].ref} en réponse à une liste de ce qui attend."
            return Choice(meant[0].id, "correspondent", told, untied=True)
        return Choice(listed.id, "thread", f"{TO_LIST} ({why})", ambiguous=True, untied=True)

    @staticmethod
    def decides(message: Message, directive: Directive) -> bool:
        """Whether an administrator's words say yes or no to a request, a condition or a correction beside it or not."""
        return decides(message) or verdict_of(message, directive, "admin").answer in ("approve", "refuse")


def _names_in(text: str) -> frozenset[str]:
    """The words of a text that are written as names, or may be where letters are neither small nor capital."""
    return name_words(*(word for word in _WORD.findall(text) if not word[0].islower()))


def _of_whom(message: Message, waiting: Sequence[Case], called: Collection[str]) -> list[Case]:
    """Those of the requests whose customer the message calls by a name, the more of it the better. ``called`` are the names that his
    decision says it to be of: one that is none of a customer's speaks of somebody else."""
    said = name_words(message.text, message.subject)
    found = [(len(own & said), c) for c in waiting if (own := names_of(c)) & said and own.issuperset(called)]
    most = max((much for much, _ in found), default=0)
    return [case for much, case in found if much == most]


def _choice(case: Case, why: str) -> Choice:
    return Choice(case.id, "correspondent", f"{why}, le dossier {case.ref} : une personne doit confirmer.", untied=True)


def _references_of(case: Case, directive: Directive) -> set[str]:
    """By which references people may call it: ours, and those that it was given."""
    return {bare(case.ref), *given_to(case, directive)}


def _whole(facts: Sequence[Fact], directive: Directive) -> bool:
    """Whether these say by themselves all that the directive needs, in the message's own new words."""
    told = {f.name for f in facts if any(e.source != "body" for e in f.evidence)}
    needed = [s.name for s in directive.facts if s.required and s.unless is None and s.type != "files"]
    return bool(needed) and told.issuperset(needed)


def _contradicts(told: Sequence[Fact], case: Case, directive: Directive) -> bool:
    """Whether what is told of a request is not so in the case: lines that it does not have, or another value."""
    spec = rows_spec(directive)
    columns = {*spec.columns, spec.name} if spec is not None else set()
    for row in rows_of(tuple(f for f in told if f.name in columns), directive):
        said = [c for c in row.cells if c.origin != "derived"]
        held = [{c.name: c.value for c in one.cells} for one in rows_of(case.facts, directive)]
        if not any(all(one.get(c.name) == c.value for c in said) for one in held):
            return True
    for fact in told:
        held_ = case.fact(fact.name)
        if fact.name in columns or isinstance(fact.value, Rows):
            continue
        if (
            held_ is not None
            and held_.value != fact.value
            and (s := directive.fact(fact.name)) is not None
            and s.type != "reference"
        ):
            return True
    return False
