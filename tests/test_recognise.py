"""Of several businesses only one reads a message whole: nothing that is left unread may have changed which."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.directive import Business
from core.message import Message
from core.reading import Reading, Reason
from engine.directives import load_all
from engine.pipeline import Setup, read_mail, understand_best
from processors.analyze import understand
from processors.classify_scores import Weighed, at_best, choose
from tests import blind_help
from tests.blind_help import NOW, ROOT
from tests.orders_help import mail

FIGURATIVE, SACHERIE = (load_all(ROOT / "directives")[name] for name in ("figurative", "sacherie"))


def test_no_facts_make_a_business_surer_than_was_foretold() -> None:
    names = [d.name for d in SACHERIE.directives]
    chance = random.Random(6)
    sure = spared = 0
    for _ in range(300):
        weighed = Weighed(
            {n: chance.choice((0.0, 0.0, 1.5, 3.1, -2.0)) for n in names},
            {n: chance.choice((0.0, 3.0)) for n in names},
            (),
            (),
            frozenset(chance.sample(names, chance.randrange(2))),
        )
        known = {n: [_reason(chance.choice((0.6, 2.0)))] for n in chance.sample(names, 1)}
        unread = {n: [chance.choice((0.6, 1.5, 2.0, -1.0)) for _ in range(chance.randrange(4))] for n in names[:2]}
        best = at_best(SACHERIE, weighed, known, unread)
        reached = [
            chosen.confidence
            for found in _every(unread)
            if (chosen := choose(SACHERIE, weighed, _joined(known, found))).directive is not SACHERIE.default
        ]
        assert max(reached, default=0.0) <= best
        sure += bool(reached)
        spared += not best
    assert sure > 50
    assert spared > 20, "nothing is ever told to be impossible"


def _reason(weight: float) -> Reason:
    return Reason("fact:x", True, weight, "")


def _every(unread: Mapping[str, Sequence[float]]) -> list[dict[str, list[Reason]]]:
    """Whatever may come of reading: each of the facts is there, or is not."""
    ways = [[(n, [_reason(w) for w in some]) for some in _some(weights)] for n, weights in unread.items()]
    return [dict(way) for way in itertools.product(*ways)]


def _some(weights: Sequence[float]) -> list[tuple[float, ...]]:
    return [some for size in range(len(weights) + 1) for some in itertools.combinations(weights, size)]


def _joined(one: Mapping[str, list[Reason]], other: Mapping[str, list[Reason]]) -> dict[str, list[Reason]]:
    return {n: [*one.get(n, ()), *other.get(n, ())] for n in {**one, **other}}


def test_the_business_is_the_one_that_full_readings_choose() -> None:
    won = {"figurative": 0, "sacherie": 0}
    for message in _messages():
        for businesses in ((FIGURATIVE, SACHERIE), (SACHERIE, FIGURATIVE)):
            read = understand_best(message, businesses, now=NOW)
            assert read == _by_reading_all(message, businesses), message.text
        won[read.business] += 1
    assert min(won.values()) > 10, won


def _messages() -> list[Message]:
    setup = Setup((FIGURATIVE, SACHERIE))
    requests = list(blind_help.requests(sorted(blind_help.SETS.glob("requests*.tsv"))[0]))[::4]
    raws = [blind_help.mail(one) for one in requests]
    raws += [
        mail(subject, text.format(n=n, thing=thing))
        for subject, text, n, thing in itertools.product(
            ("Commande", "Devis", ""),
            ("{n} {thing} svp", "Bonjour, prix de {thing} pour {n} ? livraison vendredi", "2 palettes de {thing}, 0,12 dh"),
            (3, 5000),
            ("sachets fond plat", "chaises en 3D"),
        )
    ]
    return [read_mail(raw, setup, now=NOW, hints={}).message for raw in raws]


def _by_reading_all(message: Message, businesses: Sequence[Business]) -> Reading:
    """As ``understand_best`` says it: the surest of those that recognise it as something of their own, else the first."""
    readings = [replace(understand(message, b, now=NOW), business=b.name) for b in businesses]
    best, surest = readings[0], (0, 0.0)
    for place, (reading, business) in enumerate(zip(readings, businesses, strict=True)):
        recognised = any(r.hit and r.weight > 0 for r in reading.reasons)
        own = reading.directive != business.default.name
        certainty = (2 if own else 1 if place == 0 else 0, reading.confidence if own or place == 0 else 0.0)
        if recognised and certainty > surest:
            best, surest = reading, certainty
    return best
