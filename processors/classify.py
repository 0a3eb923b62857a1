"""Which directive a message belongs to, with reasons: the words and files that spoke for it, and those that did not.

A directive's score is the sum of the weights of the distinct words found and of the files sent. What a word weighs
depends on where it stands: more in the subject and after a request ("je voudrais modéliser"), less when misspelled, and
little when it only qualifies a word of another directive ("le paiement de la modélisation").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.directive import Business, Directive, Word
from core.message import Attachment, Message, is_decoration
from core.reading import Reason
from processors.classify_scores import Weighed
from processors.negation import negated
from processors.tokens import CLAUSE, LINE, Tokens
from processors.words import Hit, WordMatcher, longest
from processors.words_common import word_set

_SUBJECT, _OLD_SUBJECT, _QUOTED, _ATTACHED = 1.5, 0.5, 0.6, 0.6
#: How many times a word is looked at in one text.
_SAID = 8
#: A word that orders by itself weighs at least this.
_STRONG = 3.0
_POSSESSIVES = word_set("ma mon mes notre nos votre vos cette ce la le my our your this the une un a")
_TYPO, _SUBORDINATE, _REQUESTED = 0.8, 0.4, 1.25

_REPLY_PREFIX = re.compile(r"\s*(?:re|aw|sv|antw|rép|rif|ref)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)

_REQUEST = word_set(
    "voudrais voudrait voudrions souhaite souhaitons souhaiterais souhaiterions souhaitais aimerais aimerions aimerait veux "
    "voulons desire desirons besoin demande demander cherche cherchons pouvez pourriez pourrais peux faut faudrait faudra "
    "commander devis tarif prix cout coute nouvelle nouveau realiser creer faire merci like need want would could please "
    "quote price wish looking mochte brauche quiero necesito vorrei"
)
_QUALIFY = word_set("de d du des pour sur dans avec concernant of for in on about with from fur von im der para del")
#: What follows these only tells when it happened: "l'application plante quand j'ouvre le modèle 3D".
_WHEN = word_set("quand lorsque lors pendant depuis apres des suite malgre when whenever while after since wenn cuando quando")
_NEW_START = word_set("mais et donc car but and so then puis ensuite alors que qui which that")
_SUBJECTS = word_set("je j nous on tu il elle ils elles i we they he she ich wir")
_ARTICLES = word_set("la le l les ma mon mes notre nos votre vos cette ce ces meme memes the my our your this that same")
_AUXILIARIES = word_set("est sont ont etait se s has have is are was ist hat es")
_THAT = word_set("que qui that which")


@dataclass(frozen=True, slots=True)
class Source:
    """One analysed text of a message. ``name`` is that of an Evidence's source, ``where`` what people call it."""

    name: str
    tokens: Tokens
    factor: float = 1.0
    where: str = "dans le texte"


class Classifier:
    """The words and files of a business's directives, compiled."""

    def __init__(self, business: Business) -> None:
        self._business = business
        things = [w for d in business.directives for f in d.facts for c in f.choices for w in c.words]
        things += [Word(phrase) for d in business.directives if d.repeat is not None for phrase in d.repeat.words]
        self._matcher = WordMatcher((w for d in business.directives for w in d.match.words), other=things)
        self._owners: dict[Word, set[str]] = {}
        for directive in business.directives:
            for word in dict.fromkeys(directive.match.words):
                self._owners.setdefault(word, set()).add(directive.name)

    def weigh(self, sources: Iterable[Source], attachments: Iterable[Attachment]) -> Weighed:
        """What the texts and files say for each directive."""
        words: list[Reason] = []
        weights: dict[tuple[str, Word], tuple[float, Reason]] = {}
        ordered: set[str] = set()
        for source in sources:
            self._weigh(source, weights, words, ordered)
        said = dict.fromkeys((d.name for d in self._business.directives), 0.0)
        for (name, _), (weight, reason) in weights.items():
            said[name] += weight
            words.append(reason)
        files, seen = list(attachments), list[Reason]()
        sent = {d.name: _weigh_files(d, files, seen) for d in self._business.directives}
        seen += [
            Reason(f"file:{a.name}", False, 0.0, f"{a.name} : image de signature, ignorée") for a in files if is_decoration(a)
        ]
        return Weighed(said, sent, words, seen, frozenset(n for n in ordered if self._has_its_files(n, files)))

    def _has_its_files(self, name: str, files: list[Attachment]) -> bool:
        """Whether a file stands by that the directive asks for."""
        directive = self._business.directive(name)
        wanted = [s.families for s in directive.facts if s.type == "files" and s.required] if directive else []
        return any(matches_file(a, families) for families in wanted for a in files if not is_decoration(a))

    def _weigh(
        self,
        source: Source,
        weights: dict[tuple[str, Word], tuple[float, Reason]],
        reasons: list[Reason],
        ordered: set[str],
    ) -> None:
        hits = _first_of_each(self._matcher.find(source.tokens))
        spoken = longest([h for h in hits if h.word.weight > 0])
        for directive in self._business.directives:
            for hit in longest([h for h in hits if directive.name in self._owners[h.word]]):
                denied = "" if _has_negation(hit.word) else negated(source.tokens, hit.first, hit.last)
                if denied:
                    text = f"« {hit.quote} » est nié : « {denied} »"
                    reasons.append(Reason(f"negated:{hit.word.text}", False, 0.0, text))
                    continue
                weight, why = hit.word.weight * source.factor, ""
                if not hit.exact:
                    weight, why = weight * _TYPO, ", faute de frappe"
                if hit.word.weight < 0:
                    # "une enseigne en forme de bug": what speaks against only qualifies what speaks for
                    if self._subordinate(
                        source.tokens, hit, [h for h in spoken if directive.name in self._owners[h.word]], None
                    ):
                        weight, why = weight * _SUBORDINATE, why + ", à peine"
                else:
                    if self._subordinate(source.tokens, hit, spoken, directive):
                        weight, why = weight * _SUBORDINATE, why + ", ne fait que préciser un autre mot"
                    elif is_requested(source.tokens, hit):
                        weight, why = weight * _REQUESTED, why + ", demandé"
                        if hit.word.weight >= _STRONG and self._ordered(source, hit, spoken, directive):
                            ordered.add(directive.name)
                text = f"« {hit.quote} » {source.where} parle pour {directive.kind}{why}"
                if weight < 0:
                    text = f"« {hit.quote} » {source.where} parle contre {directive.kind}{why}"
                reason = Reason(f"word:{hit.word.text}", True, round(weight, 2), text)
                known = weights.get((directive.name, hit.word))
                if known is None or abs(weight) > abs(known[0]):
                    weights[directive.name, hit.word] = (weight, reason)

    def _subordinate(self, tokens: Tokens, hit: Hit, spoken: list[Hit], directive: Directive | None) -> bool:
        """Whether the hit only qualifies another directive's word of its sentence.

        It does as a complement ("facture de la modélisation"), in the circumstances of what happened ("plante quand j'ouvre
        la vue 3D"), and as the subject of a failure ("le modèle 3D livré ne s'ouvre pas").
        """
        if _tells(hit.word):
            return False  # what happens is never a mere complement
        items = tokens.items
        own = directive.name if directive is not None else ""
        for head in spoken:
            if (
                own in self._owners[head.word]
                or (head.first <= hit.last and hit.first <= head.last)
                or negated(tokens, head.first, head.last)
            ):
                continue
            if head.last < hit.first and hit.first - head.last <= 12 and tokens.joined(head.last, hit.first):
                between = {t.form for t in items[head.last + 1 : hit.first]}
                following = items[hit.first - 1].form if hit.first - head.last > 1 else ""
                if following in _ARTICLES and not between & (_NEW_START | _SUBJECTS | _REQUEST):
                    return True  # "facturé deux fois la même modélisation": its object
                if (between & _QUALIFY and not between & (_NEW_START | _SUBJECTS)) or (
                    between & _WHEN and not between & (_NEW_START - _THAT)
                ):
                    return True
            if hit.last < head.first and head.first - hit.last <= 14 and tokens.joined(hit.last, head.first, CLAUSE):
                verb = _tells(head.word) or _is_verb(tokens, head)
                if verb and tokens.joined(hit.last, head.first):
                    between = {t.form for t in items[hit.last + 1 : head.first]}
                    if not between & (_NEW_START - _THAT):
                        return True
                for j in range(hit.first - 1, max(-1, hit.first - 8), -1):
                    if items[j + 1].brk > LINE:
                        break
                    if items[j].form in _WHEN and items[j].form != "des":
                        return True
        return False

    def _ordered(self, source: Source, hit: Hit, spoken: list[Hit], directive: Directive) -> bool:
        """Whether the hit is an order of its own, in a clause that speaks of nothing else: "… et je voudrais modéliser la lampe"."""
        items = source.tokens.items
        before = items[hit.first - 1].form if hit.first else ""
        if source.name != "text" or before in _POSSESSIVES or not hit.exact or _has_negation(hit.word):
            return False
        return not any(
            directive.name not in self._owners[o.word]
            and source.tokens.joined(min(o.last, hit.last), max(o.first, hit.first))
            and not negated(source.tokens, o.first, o.last)
            for o in spoken
        )


def old_subject(message: Message) -> bool:
    """Whether the subject was written for an earlier message: "Re: Modélisation"."""
    return _REPLY_PREFIX.match(message.subject) is not None


def sources(
    message: Message,
    subject: Tokens,
    text: Tokens,
    body: Tokens | None,
    papers: Sequence[tuple[str, str, Tokens, bool]] = (),
) -> list[Source]:
    """The texts to classify by: what the sender newly wrote, the subject, a forwarded mail where he wrote little, his files.

    ``papers``: (file's name, source, what it says, whether that counts like words of his own).
    """
    found = [Source("text", text)]
    if subject.items:
        found.append(Source("subject", subject, _OLD_SUBJECT if old_subject(message) else _SUBJECT, "dans l'objet"))
    if body is not None:
        found.append(Source("body", body, _QUOTED))
    for name, source, tokens, own in papers:
        found.append(Source(source, tokens, 1.0 if own else _ATTACHED, f"dans {name}"))
    return found


def matches_file(attachment: Attachment, wanted: Iterable[str]) -> str:
    """Which of ``wanted`` (".glb", "model3d") the file is, or ''."""
    name = attachment.name.lower()
    for kind in wanted:
        if (kind.startswith(".") and name.endswith(kind.lower())) or kind == attachment.family:
            return kind
    return ""


def _first_of_each(hits: Iterable[Hit]) -> list[Hit]:
    """The first few hits of every word: saying it a thousand times says no more."""
    counts: dict[Word, int] = {}
    kept = []
    for hit in hits:
        counts[hit.word] = counts.get(hit.word, 0) + 1
        if counts[hit.word] <= _SAID:
            kept.append(hit)
    return kept


def _weigh_files(directive: Directive, attachments: list[Attachment], reasons: list[Reason]) -> float:
    if not directive.match.files:
        return 0.0
    for attachment in attachments:
        kind = "" if is_decoration(attachment) else matches_file(attachment, directive.match.files)
        if kind:
            weight = directive.match.file_weight
            reasons.append(
                Reason(f"file:{kind}", True, weight, f"{attachment.name} est joint, ce qui parle pour {directive.kind}")
            )
            return weight
    reasons.append(Reason("files:" + directive.name, False, 0.0, f"aucun fichier attendu pour {directive.kind}"))
    return 0.0


def _has_negation(word: Word) -> bool:
    return _denies(word.text)


@lru_cache(maxsize=4096)  # the words of the directives
def _denies(text: str) -> bool:
    return re.search(r"\b(?:pas|plus|jamais|sans|aucun|impossible|not|never|no|nicht|non)\b|n['’]t\b", text.lower()) is not None


def _tells(word: Word) -> bool:
    """Whether the word tells what happens rather than names a thing: "ne s'ouvre pas", "se ferme"."""
    return _has_negation(word) or word.text.lower().startswith(("se ", "s'", "s’", "ne ", "n'", "n’", "a ", "est "))


def _is_verb(tokens: Tokens, hit: Hit) -> bool:
    """Whether the hit is what happens to what stands before it: "le lien … a expiré", "the viewer … is locked"."""
    before = tokens.items[hit.first - 1].form
    participle = tokens.items[hit.first].accented.endswith(("é", "ée", "és", "ées", "u", "ue", "us"))
    return before in _AUXILIARIES or (before == "a" and participle)


def is_requested(tokens: Tokens, hit: Hit) -> bool:
    """Whether a request stands shortly before the hit, in its clause: "je voudrais … une table"."""
    return is_request(tokens, hit.first)


def is_request(tokens: Tokens, at: int) -> bool:
    """Whether a word of request stands within eight tokens before the token ``at``, in its clause."""
    for j in range(at - 1, max(-1, at - 9), -1):
        if tokens.items[j + 1].brk > LINE:
            return False
        if tokens.items[j].form in _REQUEST:
            return True
    return False


def is_request_word(form: str) -> bool:
    """Whether the word asks for something: "voudrais", "devis", "need"."""
    return form in _REQUEST
