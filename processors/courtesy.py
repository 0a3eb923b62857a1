"""Messages that only thank, and replies that ask for a question to be put or say that a thing is dealt with: what they say is known
word for word, or they are none of these."""

from __future__ import annotations

import re

from core.message import Message
from processors.automatic_text import has_forward_marker
from processors.facts_dates import plain_text
from processors.verdict import read_verdict
from processors.verdicts.clauses import clauses
from processors.verdicts.items import Item
from processors.verdicts.judge import judge
from processors.verdicts.judged import Judged
from processors.verdicts.own_words import own_words
from processors.verdicts.signed import without_signature
from processors.verdicts.tokens import fold, tokenise, word_set

#: What a sentence of nothing but politeness is, and what may stand beside thanks where no order is at stake: « ok merci ».
_POLITE = frozenset({"thanks", "greeting", "closing", "praise", "perfect", "ack", "harmless"})
_BESIDE_THANKS = _POLITE - {"harmless"} | {"weak"}
#: Of these acts a word asks for nothing, orders nothing and takes nothing back.
_PLAIN = frozenset(
    {"thanks", "greeting", "closing", "praise", "perfect", "polite", "filler", "open", "opener", "ack", "names", "unknown"}
)
#: What one thanks for of our letters; elsewhere these words are of something else than the order.
_LETTERS = word_set(
    "retour confirmation message messages mail mails email reponse reponses info infos information informations reactivite patience "
    "attente precision precisions explication explications detail details renseignement renseignements reply answer message help"
)
_BEFOREHAND = re.compile(r"\b(?:d['’ ]avance|par avance|in advance|beforehand)\b", re.IGNORECASE)
#: Words of a message that is no more than thanks.
_SHORT = 40
_SUBJECT = re.compile(r"\s*(?:(?:re|fwd?|tr|aw)\s*:.*|bonjour|hello|salam|)\s*", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


def thanks_only(text: str, subject: str = "", name: str = "") -> bool:
    """Whether a new message thanks and says nothing else that any list knows. Never raises; linear.

    Where its author's ``name`` is known, no other name may stand under it: « Merci / Atlas Jardin ».
    """
    if _BEFOREHAND.search(text):
        return False
    return _thanks(text, name) and (_SUBJECT.fullmatch(subject[:200]) is not None or _thanks(subject[:200], name))


def _thanks(text: str, name: str) -> bool:
    said = _said(_without(text, name))
    kinds = {j.kind for j in (said if name else without_signature(said, text, admin=False))}
    return "thanks" in kinds and kinds <= _BESIDE_THANKS


def thanks(text: str, name: str = "") -> bool:
    """Whether a message about an order thanks and does nothing else; its author's ``name`` may stand in it. Never raises; linear.

    Stricter than ``thanks_only``: no « ok », and what is thanked for is of our letters.
    """
    said = _said(_without(_without_signs(text), name))
    return any(_thanked(i) for j in said for i in j.clause.items) and _all_polite(said)


def polite(text: str) -> bool:
    """Whether there is nothing but politeness in these words, or no word at all. Never raises; linear."""
    said = _said(text)
    return _all_polite(said) if said else not _WORD.search(text)


def _all_polite(said: list[Judged]) -> bool:
    return all(
        j.kind in _POLITE
        and all(i.act in _PLAIN or (_thanked(j.clause.items[0]) and i.words in _LETTERS) for i in j.clause.items)
        for j in said
    )


def _thanked(item: Item) -> bool:
    return item.act == "thanks" or (
        item.act == "open" and item.words.startswith(("merci", "thank", "je vous remercie", "nous vous rem"))
    )


def _without(text: str, name: str) -> str:
    own = {fold(w) for w in _WORD.findall(name)}
    return _WORD.sub(lambda m: " " * len(m.group()) if fold(m.group()) in own else m.group(), text)


def _said(text: str) -> list[Judged]:
    """The clauses of a short message without figures and questions; none of another."""
    if len(text.split()) > _SHORT or any(c.isdigit() for c in text) or set(text) & set("?؟"):
        return []
    own = own_words(text, quoted="", own_phrases=())
    return [judge(c, own.text, admin=False) for c in clauses(tokenise(own.text), context=frozenset(), unit="", admin=False)]


def agrees(text: str) -> bool:
    """Whether a message is no more than an « ok » or a yes: it calls for no answer, as thanks do not. Never raises."""
    return read_verdict(text).answer == "approve"


_GREETS = r"(?:(?:re|bonjour|bonsoir|salut|salam|hello|hi|hey)\b(?: (?:madame|monsieur|a tous|all|there))?\W*)?"
#: Words of a message that has only taken note of ours. A bare yes is none: we may have asked whether anything is to change.
_NOTED = re.compile(
    r"\W*"
    + _GREETS
    + r"(?:(?:ok+|okay|d ?accord|dac+|entendu|compris|bien compris|c ?est note|bien note|note|bien recu|recu|c ?est bon|"
    r"parfait|super|top|nickel|genial|tres bien|ca marche|ca roule|je valide|je confirme|noted|got it|understood|received|perfect|great|"
    r"fine|wakha|wa5a|safi|mzyan|تمام|واخا|صافي|(?:merci|thanks|thank you|chokran|choukran|شكرا)"
    r"(?: beaucoup| bien| a vous| a tous| a lot| very much)?|"
    r"bonne (?:journee|soiree)|a bientot|cordialement)(?!\w)\W*){1,5}"
)
#: Words of a message that only asks for news of what waits.
_NEWS = re.compile(
    r"\W*" + _GREETS + r"(?:(?:"
    r"(?:alors|et alors|et donc|so|toujours rien|still nothing|ou en est on|ou en sommes nous|"
    r"j ?attends (?:toujours )?(?:votre|une) reponse|"
    r"(?:toujours )?pas de (?:nouvelles?|reponse)|(?:(?:avez vous|vous avez|auriez vous|as tu) )?(?:des|une) (?:nouvelles?|reponse)|"
    r"any (?:news|updates?))(?: (?:de|of|on|about) (?:ma|notre|my|our) (?:commande|demande|order|request))?|"
    r"ou en est (?:ma|notre|la) (?:commande|demande)|"
    r"svp|stp|please|s ?il (?:vous|te) plait|merci|thanks)(?:\W+|$)){1,4}"
)


def acknowledges(text: str) -> bool:
    """Whether a message has taken note of ours and says nothing else: « ok 👍 », « c'est noté, merci ». Never raises."""
    return len(text) <= 100 and not set(text) & set("?؟") and _NOTED.fullmatch(_bare(text)) is not None


def chases(text: str) -> bool:
    """Whether a message asks for news and says nothing else: « Alors ?? », « toujours pas de réponse ? ». Never raises."""
    return len(text) <= 120 and _NEWS.fullmatch(_bare(text)) is not None


def _bare(text: str) -> str:
    """Folded, without signs, apostrophes and hyphens between words as blanks."""
    return re.sub(r"[\s'’-]+", " ", plain_text(_without_signs(text))).strip()


_YES = re.compile(
    r"\b(?:oui|si|yes|valid\w*|confirm\w*|accept\w*|approuv\w*|approv\w*|prends|prenons|garde\w*|gardons|mouafi9\w*|mwaf9\w*|"
    r"naam|iyeh|iyyeh)\b|نعم|موافق\w*"
)


def says_yes(text: str) -> bool:
    """Whether a message that agrees does so in more than an « ok »: « je valide », « oui ». Never raises; linear."""
    return _YES.search(fold(text)) is not None


_ASK = re.compile(
    r"\W*(?:(?:ok|oui|bonjour|salut|hello|hi|svp|please|merci de|veuillez|il faut|peux[- ]tu|pouvez[- ]vous|can you)\W+){0,3}(?:lui )?"
    r"(?:re)?(?:demande[rz]?(?:[- ](?:lui|leur))?|pose[rz]?(?:[- ](?:lui|leur))? la question|voi[rs] avec|voyez avec|questionne[rz]|"
    r"ask)\b(?!\W+(?:validee|annulee))"
)


def puts_question(text: str) -> bool:
    """Whether a reply wants something asked of the customer: « demandez au client quelle taille il veut ». Never raises."""
    return len(text) <= 600 and _ASK.match(plain_text(text)) is not None


_DEALT = re.compile(
    r"\W*(?:(?:ok|oui|bonjour|merci|hello|yes)\W+){0,2}"
    r"(?:(?:c['’ ]?est|tout est|it['’]?s|it is|all|deja|already|bien|dossier|affaire)\W+){0,3}"
    r"(?:traitee?|reglee?|fait|classee?|clos|done|dealt with|handled|sorted|settled|closed)(?:\W+(?:merci|thanks|thank you))?\W*"
)


def dealt_with(text: str) -> bool:
    """Whether a reply says that the thing is dealt with, and nothing else: « c'est traité ». Never raises."""
    return len(text) <= 80 and "?" not in text and _DEALT.fullmatch(plain_text(text)) is not None


#: Signs that say "seen" or "thanks" by themselves; what refuses or warns is none of them.
_SIGNS = frozenset("👍👌✅🆗🙏🤝👏💪🙂😊😀😃😄😉🎉✔☑❤💚💙🫡")
_MODIFIERS = re.compile("[\\s\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]")


def _without_signs(text: str) -> str:
    return "".join(" " if not c.isspace() and (c in _SIGNS or _MODIFIERS.match(c)) else c for c in text)


def nods(text: str) -> bool:
    """Whether a message is a sign of having been seen, and no word: « 👍 ». Never raises."""
    bare = _MODIFIERS.sub("", text[:100])
    return len(text) <= 100 and bool(bare) and set(bare) <= _SIGNS


def empty(message: Message) -> bool:
    """Whether nothing was written and nothing sent along: neither words, files, nor somebody else's mail passed on."""
    if message.text.strip() or message.attachments or message.defects:
        return False
    return not has_forward_marker(message.body, loose=False) and (bool(message.quoted.strip()) or not message.body.strip())
