"""What the sender wants (intent), how he feels (sentiment) and how soon (urgency), by small lexicons of our own."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import lru_cache

from core.directive import Word
from core.reading import Intent, Reason, Sentiment, Urgency
from processors.gated import Gated
from processors.negation import negated
from processors.tokens import CLAUSE, Tokens
from processors.words import Hit, WordMatcher
from processors.words_common import word_set


def _words(weight: float, text: str) -> list[Word]:
    return [Word(w.strip(), weight) for w in text.split(",") if w.strip()]


_URGENT = (
    _words(2, "urgent, urgence, en urgence, asap, au plus vite, le plus vite possible, dès que possible, le plus rapidement possible, "
              "au plus tôt, sans délai, sans attendre, immédiatement, dans les plus brefs délais, dans l'heure, dans la journée, "
              "tout de suite, très pressé, as soon as possible, immediately, right away, urgently, by end of day, "
              "dringend, so schnell wie möglich, urgente, lo antes posible, il prima possibile, zo snel mogelijk, "
              "date limite, deadline")
    + _words(1.5, "sommes bloqués, suis bloqué, est bloqué, tout est bloqué, compte bloqué, site bloqué, boutique bloquée, "
                  "à l'arrêt, ventes à l'arrêt, réagir très vite, réagir vite, faire vite, production arrêtée, en panne, "
                  "plus rien ne fonctionne, blocked, we are stuck, down")
    + _words(1, "rapidement, vite, pressé, hurry, quickly, bientôt la fin du délai, pour demain, aujourd'hui même, before tomorrow")
)  # fmt: skip
_CALM = _words(
    2,
    "pas urgent, rien d'urgent, aucune urgence, pas d'urgence, pas pressé, quand vous pourrez, quand vous aurez le temps, "
    "à l'occasion, prenez votre temps, no rush, no hurry, not urgent, whenever you can, when you have time, take your time, nicht dringend",
)
_NEGATIVE = (
    _words(2, "inadmissible, inacceptable, scandaleux, honteux, déplorable, lamentable, furieux, furieuse, en colère, exaspéré, "
              "mécontent, très déçu, arnaque, incompétent, catastrophe, catastrophique, foutage de gueule, se moquer du monde, "
              "ras le bol, avocat, mise en demeure, plainte, réclamation, unacceptable, outrageous, disgraceful, furious, angry, scam, "
              "terrible, awful, horrible, worst, complaint, unzumutbar, unverschämt, inaceptable, inaccettabile, schandalig")
    + _words(1, "déçu, décevant, déception, insatisfait, frustré, agacé, énervé, mauvais, nul, pénible, toujours pas, marre, "
                "personne ne répond, encore une fois, troisième fois, regrette, dommage, anormal, problème, bug, erreur, échec, "
                "ne marche pas, ne fonctionne pas, ne fonctionne plus, ne marche plus, disappointed, disappointing, frustrated, annoyed, "
                "upset, bad, poor, useless, still waiting, nobody answers, doesn't work, not working, problem, wrong, broken, failed, "
                "enttäuscht, ärgerlich, decepcionado, deluso, teleurgesteld")
)  # fmt: skip
_POSITIVE = _words(
    1.5,
    "super, parfait, génial, excellent, magnifique, ravi, ravie, enchanté, très content, contente, satisfait, bravo, formidable, "
    "impeccable, top, merci beaucoup, mille mercis, un grand merci, merci infiniment, beau travail, très beau, j'adore, great, perfect, "
    "excellent, awesome, amazing, wonderful, love it, happy with, fantastic, thank you so much, thanks a lot, many thanks, good job, "
    "well done, wunderbar, vielen dank, muchas gracias, perfecto, ottimo, perfetto, geweldig",
)
_THANKS = _words(1, "merci, remercie, remercions, remerciements, thanks, thank you, thx, danke, gracias, grazie, bedankt")
_REQUESTS = _words(
    1,
    "je voudrais, je souhaite, je souhaiterais, nous souhaitons, nous souhaiterions, j'aimerais, nous aimerions, je veux, nous voulons, "
    "on voudrait, on aimerait, j'ai besoin, nous avons besoin, il me faut, il nous faut, il faut, il faudrait, pouvez-vous, "
    "pourriez-vous, peux-tu, pourrais-tu, serait-il possible, est-il possible, est-ce possible, merci de, veuillez, demande de, "
    "je cherche, nous cherchons, devis, commander, commande, envoyez-moi, auriez-vous, aidez-moi, je demande, "
    "i want, i would like, i'd like, we would like, we'd like, we want, i need, we need, can you, could you, would you, please, "
    "would it be possible, is it possible, quote for, looking for, ich möchte, wir möchten, ich brauche, können sie, hätte gern, quiero, "
    "necesito, quisiera, podría, vorrei, potete, ik wil, graag",
)
_QUESTIONS = _words(
    1,
    "combien, comment, quand, pourquoi, quel est, quelle est, quels sont, quelles sont, où est, où en est, est-ce que, qu'est-ce, "
    "savez-vous, how much, how many, how long, how do, what is, what are, when will, when can, where is, why, do you, does it, is there, "
    "wie viel, warum, wann, cuánto, cómo, quanto, come, hoeveel",
)

_GROUPS = {
    "urgent": _URGENT, "calm": _CALM, "negative": _NEGATIVE, "positive": _POSITIVE, "thanks": _THANKS, "request": _REQUESTS,
    "question": _QUESTIONS,
}  # fmt: skip
_DEADLINE = Gated(
    r"\b(?:avant|d'ici|d’ici|pour|before|by|until|bis)\s+(?:(?:le|la|ce|cette|la fin de|end of|this|next|the)\s+){0,2}"
    r"(?:demain|ce soir|midi|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|tomorrow|tonight|noon|monday|tuesday|wednesday|thursday|"
    r"friday|saturday|sunday|morgen|semaine|week|\d{1,2}\s?(?:h\b|heures?))",
    re.IGNORECASE,
)
#: What a sender promises to do himself.
_OWN = word_set(
    "envoie envoies envoyons enverrai enverrons enverra transmets transmettrai transmettrons fais ferai ferons fournirai fournirons joins "
    "joindrai recontacte recontacterai reviens reviendrai send forward get provide share"
)


_FIRST = word_set("je nous on vous t te i we ll will les la le")


@dataclass(frozen=True, slots=True)
class Tone:
    """How a message sounds, with the words that told."""

    intent: Intent
    sentiment: Sentiment
    urgency: Urgency
    reasons: tuple[Reason, ...]


@lru_cache(maxsize=1)
def _matcher() -> tuple[WordMatcher, dict[Word, str]]:
    owner = {word: group for group, words in _GROUPS.items() for word in words}
    return WordMatcher(owner, typos=False), owner


def listen(text: Tokens, subject: Tokens, *, reply: bool) -> Tone:
    """The tone of what the sender newly wrote; a reply's subject is not his and should be given empty."""
    matcher, owner = _matcher()
    found: dict[str, list[tuple[Tokens, Hit]]] = {group: [] for group in _GROUPS}
    for tokens in (subject, text):
        for hit in matcher.find(tokens):
            if _asks(tokens, hit):
                found[owner[hit.word]].append((tokens, hit))
    reasons: list[Reason] = []
    urgency = _urgency(found, text, subject, reasons)
    sentiment, anger = _sentiment(found, text, reasons)
    intent = _intent(found, text, subject, reasons, anger=anger, reply=reply)
    return Tone(intent, sentiment, urgency, tuple(reasons))


def _denied(tokens: Tokens, hit: Hit) -> bool:
    """Whether a feeling is denied: "pas satisfait", "not very happy"."""
    i = hit.first - 1
    while i >= 0 and tokens.items[i].form in ("tres", "vraiment", "du", "tout", "si", "very", "really", "that", "so"):
        i -= 1
    before = i >= 0 and tokens.items[i].form in ("pas", "not", "jamais", "never", "isnt", "wasnt", "arent", "peu", "nicht")
    return before or bool(negated(tokens, hit.first, hit.last))


def _spoken(found: list[tuple[Tokens, Hit]]) -> dict[Word, Hit]:
    return {hit.word: hit for tokens, hit in found if not _denied(tokens, hit)}


def _promised(tokens: Tokens, hit: Hit) -> bool:
    """Whether the sender speaks of what he will do himself: "je vous envoie les photos dès que possible"."""
    for i in range(hit.first - 1, max(hit.first - 12, -1), -1):
        if tokens.items[i + 1].brk >= CLAUSE:
            return False
        if tokens.items[i].form in _OWN and tokens.items[i - 1].form in (
            "je",
            "nous",
            "on",
            "vous",
            "t",
            "te",
            "i",
            "we",
            "ll",
            "will",
            "les",
            "la",
            "le",
        ):
            return True
    return False


def _asks(tokens: Tokens, hit: Hit) -> bool:
    """Whether "merci de" asks ("merci de modéliser …") rather than thanks ("merci de votre retour")."""
    if hit.word.text != "merci de":
        return True
    if hit.last + 1 >= len(tokens.items):
        return False
    form = tokens.items[hit.last + 1].form
    if form in ("votre", "notre"):
        return False
    return form in ("me", "m", "nous", "bien", "le", "la", "les", "ne") or form.endswith(("er", "ir", "re"))


_SMALL = string.ascii_lowercase.encode()


@lru_cache(maxsize=4)  # asked more than once of the same text
def _shouts(text: str) -> bool:
    written = text[:2000]
    plain = written.encode("ascii", "ignore")
    if len(plain) - len(plain.translate(None, _SMALL)) >= 0.3 * len(written):
        return False  # so many small letters leave too few for capitals
    letters = "".join(filter(str.isalpha, written))
    return len(letters) >= 20 and sum(map(str.isupper, letters)) > 0.7 * len(letters)


def _urgency(found: dict[str, list[tuple[Tokens, Hit]]], text: Tokens, subject: Tokens, reasons: list[Reason]) -> Urgency:
    calm = [hit for _, hit in found["calm"]]
    if calm:
        reasons.append(Reason("urgency:low", True, 0.0, f"« {calm[0].quote} » : rien ne presse"))
        return "low"
    found = found | {"urgent": [(t, h) for t, h in found["urgent"] if not _promised(t, h)]}
    hits = list(_spoken(found["urgent"]).values())
    score = sum(h.word.weight for h in hits)
    quote = hits[0].quote if hits else ""
    for tokens in (subject, text):
        deadline = _DEADLINE.search(tokens.text[:20_000])
        if deadline:
            score, quote = score + 2, quote or deadline[0]
            break
    if "!!" in text.text or "!!" in subject.text:
        score += 0.5
    if _shouts(text.text):
        score += 0.5
    denied = [hit for tokens, hit in found["urgent"] if negated(tokens, hit.first, hit.last)]
    if denied and score < 2:
        reasons.append(Reason("urgency:low", True, 0.0, f"« {denied[0].quote} » est nié"))
        return "low"
    if score >= 1.5:
        reasons.append(Reason("urgency:high", True, 0.0, f"« {quote} » presse" if quote else "le ton presse"))
        return "high"
    return "normal"


def _sentiment(found: dict[str, list[tuple[Tokens, Hit]]], text: Tokens, reasons: list[Reason]) -> tuple[Sentiment, float]:
    negative, positive = _spoken(found["negative"]), _spoken(found["positive"])
    denied = [h for t, h in found["positive"] if h.word not in positive]
    anger = sum(w.weight for w in negative) + 1.0 * bool(denied)
    if _shouts(text.text) and anger:
        anger += 0.5
    joy = sum(w.weight for w in positive)
    if anger >= 1 and anger > joy:
        quote = next(iter(negative.values())).quote if negative else denied[0].quote
        reasons.append(Reason("sentiment:negative", True, 0.0, f"« {quote} »"))
        return "negative", anger
    if joy > anger:
        reasons.append(Reason("sentiment:positive", True, 0.0, f"« {next(iter(positive.values())).quote} »"))
        return "positive", anger
    return "neutral", anger


def _intent(
    found: dict[str, list[tuple[Tokens, Hit]]],
    text: Tokens,
    subject: Tokens,
    reasons: list[Reason],
    *,
    anger: float,
    reply: bool,
) -> Intent:
    requests, questions, thanks = (_spoken(found[g]) for g in ("request", "question", "thanks"))
    size = len(text.items)
    asks = "?" in text.text[:20_000] or "?" in subject.text
    strong = [h for w, h in _spoken(found["negative"]).items() if w.weight >= 2]
    intent: Intent = "other"
    why = ""
    if strong and anger >= 2:
        intent, why = "complaint", strong[0].quote
    elif thanks and size <= 12 and not asks and not requests:
        intent, why = "thanks", next(iter(thanks.values())).quote
    elif requests:
        intent, why = "request", next(iter(requests.values())).quote
    elif asks or (questions and not reply):
        intent, why = "question", next(iter(questions.values())).quote if questions else "?"
    elif anger >= 3:
        intent, why = "complaint", next(iter(_spoken(found["negative"]).values())).quote
    elif reply and size:
        intent, why = "reply", "réponse dans le fil"
    if why:
        reasons.append(Reason(f"intent:{intent}", True, 0.0, f"« {why} »" if why != "réponse dans le fil" else why))
    return intent
