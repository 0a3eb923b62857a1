"""Which directive the scores of words, files and facts choose, and how surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.directive import Business, Directive
from core.reading import Reason

#: The most confidence there is; that in a directive that is asked for beside another one; what rounding may make of a score.
MOST, _ALSO, _HAIR = 0.99, 0.6, 1e-6


@dataclass(frozen=True, slots=True)
class Weighed:
    """What words (``said``) and files (``sent``) weigh for each directive by its name, with the reasons.

    ``ordered`` are those that were asked for by themselves, their files beside.
    """

    said: Mapping[str, float]
    sent: Mapping[str, float]
    words: Sequence[Reason]
    files: Sequence[Reason]
    ordered: frozenset[str]


@dataclass(frozen=True, slots=True)
class Classification:
    """The directive chosen. ``sure`` tells whether it reached its threshold and stood alone above the others."""

    directive: Directive
    confidence: float
    sure: bool
    reasons: tuple[Reason, ...]
    scores: Mapping[str, float]


def choose(business: Business, weighed: Weighed, more: Mapping[str, Sequence[Reason]] | None = None) -> Classification:
    """The directive. Nothing found gives the business's default directive, hardly sure of itself.

    ``more`` are further reasons by directive: facts that were read, the wish for the same as last time.
    """
    scores, reasons = dict(weighed.said), list(weighed.words)
    for name, found in (more or {}).items():
        scores[name] += sum(reason.weight for reason in found)
        reasons.extend(found)
    for name, weight in weighed.sent.items():
        scores[name] += weight
    reasons.extend(weighed.files)
    return _choose(business, scores, reasons, weighed.ordered)


def at_best(
    business: Business, weighed: Weighed, more: Mapping[str, Sequence[Reason]], unread: Mapping[str, Sequence[float]]
) -> float:
    """The most confidence with which ``choose`` may yet give another directive than the default one; 0.0 when it cannot.

    ``unread`` are the weights, by directive, of the facts that nobody has looked for so far.
    """
    known = {n: said + weighed.sent[n] + sum(r.weight for r in more.get(n, ())) for n, said in weighed.said.items()}
    least = {n: score + sum(min(0.0, w) for w in unread.get(n, ())) for n, score in known.items()}
    best = _ALSO if weighed.ordered else 0.0
    for directive in business.directives:
        first = known[directive.name] + sum(max(0.0, w) for w in unread.get(directive.name, ())) + _HAIR
        second = max((score for n, score in least.items() if n != directive.name), default=0.0)
        if directive is not business.default and first >= max(directive.match.threshold, second, 0.0):
            best = max(best, _confidence(first, max(0.0, second), directive))
    return best


def _choose(business: Business, scores: dict[str, float], reasons: list[Reason], ordered: frozenset[str]) -> Classification:
    default = business.default
    ranked = sorted(business.directives, key=lambda d: (-scores[d.name], not d.default, d.name))
    best = ranked[0]
    first = scores[best.name]
    second = max(0.0, scores[ranked[1].name]) if len(ranked) > 1 else 0.0
    silent = (d for d in ranked if scores[d.name] <= 0)
    reasons.extend(Reason(f"words:{d.name}", False, 0.0, f"rien ne parle pour {d.kind}") for d in silent)
    if first <= 0:
        reasons.append(Reason("default", True, 0.0, f"rien n'a été reconnu : {default.kind} par défaut"))
        return Classification(default, 0.2, False, tuple(reasons), scores)
    if best is default and ordered:
        # two requests in one mail: the one that was ordered with its files is opened, people see the rest in it
        other = next(d for d in ranked if d.name in ordered)
        text = f"{other.kind} est demandé aussi, fichier joint : une personne verra le reste"
        reasons.append(Reason("also", True, 0.0, text))
        return Classification(other, _ALSO, False, tuple(reasons), scores)
    if second and first - second < 0.05:
        reasons.append(Reason("tie", False, 0.0, f"{ranked[0].kind} et {ranked[1].kind} à égalité ({first:.1f})"))
        best = default if scores[default.name] >= first - 0.05 else best
    if best is not default and first < best.match.threshold:
        text = (
            f"{first:.1f} point(s) pour {best.kind}, moins que le seuil de {best.match.threshold:g} : {default.kind} par défaut"
        )
        reasons.append(Reason("threshold", False, 0.0, text))
        return Classification(default, 0.3, False, tuple(reasons), scores)
    confidence = _confidence(first, second, best)
    margin, reach = _margin(first, second), _reach(first, best)
    if reach < 1:
        text = f"{first:.1f} point(s) pour {best.kind}, moins que le seuil de {best.match.threshold:g}"
        reasons.append(Reason("threshold", False, 0.0, text))
    return Classification(best, confidence, reach >= 1 and margin >= 0.2, tuple(reasons), scores)


def _margin(first: float, second: float) -> float:
    return (first - second) / (first + second)


def _reach(first: float, directive: Directive) -> float:
    return min(1.0, first / directive.match.threshold) if directive.match.threshold > 0 else 1.0


def _confidence(first: float, second: float, directive: Directive) -> float:
    """How sure the directive with the best score is: by how far it is ahead, and how near to its threshold."""
    return round(min(MOST, (0.5 + 0.5 * _margin(first, second)) * (0.55 + 0.45 * _reach(first, directive))), 2)
