"""Reads a reply as approve, refuse or unclear, from its words alone, with the amount the writer names.

A wrong "approve" is the worst error the product can make, so the world is closed: a reply approves only when one clause is a
plain yes in the sender's own new words and every other clause is known to be harmless. A condition, a question, a promise, words
of someone else, a change, or simply something not understood makes it unclear, which asks again or goes to a person.

The road: ``own_words`` (masks what is not the sender's) > ``tokens`` > ``clauses`` > ``judge`` (each clause) > here (together).
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Literal

from core.reading import Reason, Verdict
from processors.verdicts import amounts
from processors.verdicts.answers import without_answers
from processors.verdicts.asides import without_asides
from processors.verdicts.besides import beside_a_price, without_besides
from processors.verdicts.clauses import clauses
from processors.verdicts.companions import without_companions
from processors.verdicts.errands import without_errands
from processors.verdicts.figured import with_figures
from processors.verdicts.grounds import without_grounds
from processors.verdicts.judge import judge
from processors.verdicts.judged import Judged, comes_afterwards, label
from processors.verdicts.named import named_in, named_thing, signed_beside
from processors.verdicts.own_words import own_words, with_marks
from processors.verdicts.quoted import answers_another_mail, asked_about, context_words, object_line, offered, several_things
from processors.verdicts.reckoning import total
from processors.verdicts.refusals import APPROVES, refused, too_dear
from processors.verdicts.runs import in_parts
from processors.verdicts.signed import without_signature
from processors.verdicts.tokens import tokenise, trick
from processors.verdicts.told import without_tales

#: More words than this are a letter, not a decision.
MOST_WORDS = 160
_FORWARDED_SUBJECT = re.compile(r"^\s*(?:(?:fwd?|tr|wg|rv|i)\s?:)", re.IGNORECASE)
_DECIDES = APPROVES | {"amount"}
_KIND_TEXT = {
    "approve": "un accord", "weak": "un oui", "perfect": "une approbation", "refuse": "un refus", "no": "un non",
    "harmless": "rien qui décide", "thanks": "un remerciement", "praise": "une appréciation", "ack": "un accusé de réception",
    "logistics": "l'organisation", "delay": "une question de délai", "amount": "un nombre", "closing": "une formule de fin",
    "greeting": "une salutation", "unknown": "non compris",
}  # fmt: skip


def read_verdict(
    text: str,
    *,
    subject: str = "",
    quoted: str = "",
    confident: bool = True,
    automatic: str | None = None,
    quoted_amount: Decimal | None = None,
    own_phrases: tuple[str, ...] = (),
    letter: str = "",
    unit: str = "crédit",
    role: Literal["customer", "admin"] = "customer",
) -> Verdict:
    """The decision a reply expresses. Never raises; linear in the length of the arguments.

    ``text`` is what the sender newly wrote; leftovers of quotes and signatures are tolerated. ``subject`` names the thing quoted
    and approves nothing by itself. ``confident`` is False when the new words could not be told apart from the quote, and
    ``automatic`` is set when no person wrote: both are unclear. ``quoted_amount`` is what the open quote asks: a customer who names
    another number is unclear, an administrator decides it. ``own_phrases`` are sentences of our mails: repeated, they prove nothing.
    """
    if automatic is not None:
        return _unclear("automatic", "Message automatique : personne n'a décidé.")
    own = own_words(text, quoted=quoted, own_phrases=own_phrases)
    own = replace(own, text=with_marks(own.text))
    if own.too_long:
        return _unclear("long", "Texte trop long pour être une simple décision.")
    if own.forwarded or _FORWARDED_SUBJECT.match(subject[:20]):
        return _unclear("forwarded", "Message transféré : ce ne sont pas les mots de l'expéditeur.")
    hidden = trick(own.text)
    if hidden:
        return _unclear("trick", f"Le texte contient {hidden}.")
    tokens = tokenise(own.text)
    count = sum(t.kind == "word" for t in tokens)
    if not any(t.kind in {"word", "symbol", "number", "ref"} for t in tokens):
        return _unclear("empty", "Rien de nouveau n'est écrit.")
    if count > MOST_WORDS:
        return _unclear("long", "Texte trop long pour être une simple décision.")
    if any(_decides(text[start:end]) for start, end in own.spans):
        return _unclear("echo", "Les mots qui décident sont entre guillemets : une citation ne décide rien.")
    admin = role == "admin"
    if quoted_amount is None and not admin:
        quoted_amount = offered(subject, quoted, unit)
    answered = quoted if quoted.strip() or admin else letter
    thing = object_line(answered)
    several = several_things(subject) or several_things(thing)
    context = frozenset() if several else context_words(subject) | context_words(thing)
    if admin:
        context |= context_words(asked_about(quoted))
    judge_one = partial(judge, text=own.text, admin=admin, several=several, thing=bool(thing))
    judged = [j for c in clauses(tokens, context=context, unit=unit, admin=admin) for j in in_parts(c, judge_one)]
    whole = judged
    unsigned = without_signature(judged, own.text, admin=admin)
    judged = without_asides(unsigned, own.text, admin=admin)
    if admin:
        judged = beside_a_price(without_grounds(with_figures(judged, own.text), own.text), own.text)
    else:
        judged = without_besides(
            without_companions(without_errands(without_tales(judged, own.text), own.text), own.text), own.text
        )
    reasons = tuple(_reason(j, text) for j in judged[:20])
    if own.repeated:
        reasons += (
            Reason("verdict:own-words", True, -1.0, "Une phrase de nos propres courriels est répétée : elle ne compte pas."),
        )
    elsewhere = _hesitating(own.text) or answers_another_mail(quoted, own_phrases)
    judged = without_answers(judged, own.text, answered)
    verdict = _together(judged, text, reasons, admin=admin, quoted_amount=quoted_amount, hesitating=elsewhere)
    if verdict.answer != "unclear" and not confident:
        note = Reason("verdict:not-confident", True, -1.0, "Les mots nouveaux n'ont pas pu être séparés de la citation.")
        return Verdict("unclear", None, verdict.evidence, (*verdict.reasons, note))
    if verdict.answer == "refuse":
        return replace(verdict, named=named_thing(whole))
    return replace(verdict, named=named_in(judged, APPROVES), signed=signed_beside(whole, unsigned, APPROVES))


def _together(
    judged: list[Judged],
    text: str,
    reasons: tuple[Reason, ...],
    *,
    admin: bool,
    quoted_amount: Decimal | None,
    hesitating: bool,
) -> Verdict:
    kinds = [j.kind for j in judged]
    present = set(kinds)
    decisive = next((j for j in judged if j.kind in {"refuse", "no"} or j.kind in APPROVES), None)
    blocking = next((j for j in judged if j.kind == "danger"), None)

    def unclear(rule: str, why: str, at: Judged | None = None) -> Verdict:
        note = Reason(f"verdict:{rule}", True, -1.0, why)
        shown = at or blocking or decisive
        return Verdict("unclear", None, text[shown.start : shown.end] if shown else "", (*reasons, note))

    if present & {"refuse", "no"}:
        return refused(judged, present, text, reasons, unclear_of=unclear, admin=admin)
    if (dear := too_dear(judged)) is not None:
        return Verdict("refuse", None, text[dear.start : dear.end], reasons)
    if blocking is not None:
        return unclear(blocking.act, f"Pas une décision simple : {label(blocking.act)}.", blocking)
    first = next((n for n, k in enumerate(kinds) if k in APPROVES), len(judged))
    later = next((j for j in judged[first:] if comes_afterwards(j)), None)
    if later is not None:
        return unclear("condition", f"Pas une décision simple : {label('condition')}.", later)
    unknown = next((j for j in judged if j.kind == "unknown"), None)
    if unknown is not None:
        return unclear("unknown", "Une partie du message n'est pas comprise.", unknown)
    only_amount = admin and "amount" in present and "delay" not in present
    if not present & APPROVES and not only_amount:
        return unclear("none", "Aucun accord ni refus exprimé.")
    if "approve" not in present and not only_amount:
        if present & {"ack", "logistics", "delay"} or hesitating:
            return unclear("weak", "Un simple oui à côté d'autre chose peut répondre à autre chose que le devis.")
        if "weak" not in present and "thanks" in present:
            return unclear("courtesy", "Un compliment et un merci ne valent pas un accord.")
    named = _named(judged, admin=admin)
    if any(not amounts.plausible(a) for a in named) or len(named) > 1:
        return unclear("amount", "Le nombre nommé n'est pas net.")
    amount = next(iter(named), None)
    if amount is not None and not admin and quoted_amount is not None and amount != quoted_amount:
        return unclear("other-amount", "Le client nomme un autre nombre que celui du devis.")
    best = next((j for k in ("approve", "weak", "perfect", "amount") for j in judged if j.kind == k), judged[0])
    return Verdict("approve", amount, text[best.start : best.end], reasons)


def _named(judged: list[Judged], *, admin: bool) -> set[Decimal]:
    found = [
        i.amount
        for j in judged
        for i in j.clause.items
        if i.amount is not None
        and ((i.act in {"amount", "number"} and j.kind in _DECIDES) or (i.act == "amount" and not admin))
    ]
    # An administrator may show how he reckons: "2 crédits + 4 crédits = 6 crédits".
    summed = {i.words for j in judged for i in j.clause.items} & {"=", "soit", "total", "au total", "en tout"}
    whole = total(found) if admin and summed else None
    return set(found) if whole is None else {whole}


def _decides(passage: str) -> bool:
    said = clauses(tokenise(passage), context=frozenset(), unit="")
    return any(i.act in {"yes", "particle", "perfect", "needs", "meta", "refuse"} for c in said for i in c.items)


def _hesitating(text: str) -> bool:
    return "..." in text or "…" in text


def _reason(j: Judged, text: str) -> Reason:
    rule = f"verdict:{j.act or j.kind}"
    weight = 1.0 if j.kind in APPROVES else -1.0 if j.kind in {"danger", "refuse", "no", "unknown"} else 0.0
    words = " ".join(text[j.start : j.end].split())[:80]
    return Reason(rule, j.kind not in {"unknown"}, weight, f"« {words} » : {label(j.act) if j.act else _KIND_TEXT[j.kind]}")


def _unclear(rule: str, why: str) -> Verdict:
    return Verdict("unclear", None, "", (Reason(f"verdict:{rule}", True, -1.0, why),))
