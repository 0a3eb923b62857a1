"""A decision that names somebody: it counts for the request of that person, and is asked about in an answer about another's."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from core.case import Case
from core.directive import Directive
from core.message import Message
from core.reading import NAMED, Fact, Reason, Verdict
from engine.corrections import read_judgement
from engine.office import verdict_of
from processors.verdicts.named import TITLES, name_words, speaks, without_greeted, without_own


def names_of(case: Case) -> frozenset[str]:
    """The words by which the person of a request may be called: his name, his address, his house, what he signs with."""
    signed = (line for line in case.signed.splitlines() if not any(c.isdigit() for c in line) and "@" not in line)
    people = (a.rpartition(".")[0] for a in (case.party.email, *case.people) if "@" in a)
    return name_words(case.party.name, *people, *signed)


def judgement_of(
    message: Message, case: Case, directive: Directive, verdict: Verdict, now: datetime
) -> tuple[Verdict, tuple[Fact, ...]]:
    """``read_judgement`` of a reply that may name a person. His own name beside a yes changes nothing; any other name, or one that is
    not known to be his, makes it no decision."""
    own = names_of(case)
    ref = re.compile(rf"\b{re.escape(case.ref)}\b", re.IGNORECASE)
    alone = without_own(without_greeted(ref.sub(" " * len(case.ref), message.text), own), own)
    if alone != message.text:
        message = replace(message, text=alone)
        verdict = verdict_of(message, directive, "admin")
    decided, changes = read_judgement(message, case, directive, verdict, now)
    if decided.answer not in ("approve", "refuse"):
        return decided, changes
    # His own name counts where it says whose the request is; « ok de Rachid » tells of a yes of his.
    writer = own | TITLES | name_words(message.sender.name, message.sender.email.rpartition(".")[0])
    others = [*verdict.named] + [w for w in verdict.signed if w not in writer]
    if decided.answer == "approve" and speaks(message.text, own):
        others.append(message.text.partition(":")[0].strip())
    if not others:
        return decided, changes
    why = f"« {' '.join(others)[:80]} » ne nomme pas le client de cette demande, pour autant qu'on le sache : rien n'est décidé"
    reason = Reason(NAMED, True, -1.0, why)
    return replace(decided, answer="unclear", amount=None, evidence="", reasons=(*decided.reasons, reason)), ()
