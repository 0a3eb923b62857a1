"""Whether a message goes on with what was said before: chats have no subjects to tell a new request from more of the old one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from processors.courtesy import polite

Adds = Literal["adds", "also", "unclear", ""]

#: How people begin when they add to what they said, correct it or send what was asked for; folded.
_BEGINS = re.compile(
    r"(?:ok |oui |alors |ah |et |bonjour |bjr |re |dsl |desole |pardon |sorry |hi |hello )*"
    r"(?:finalement|en fait|plutot|du coup|au fait|comme (?:demande|convenu|promis)|voici|voila|(?:la|le|les) voi(?:ci|la)|"
    r"tenez|ci[- ]joint|j ai oublie|j avais oublie|pour completer|en complement|en plus|je (?:vous )?(?:rajoute|renvoie)|"
    r"actually|in fact|instead|here (?:is|are|it is|they are|you go)|as (?:asked|requested|promised|agreed)|i forgot|to complete|"
    r"attached)\b"
)
#: "passer de 3000 à 5000", "increase it to 5000": from one number to another; folded. "Passer commande de 3000" is none.
_FROM_TO = (
    r"\b(?:pass(?:er|ez|e|ons)|augment(?:er|ez)|monte[rz]|baisse[rz]|reduire|reduisez|diminue[rz]|descendre|descendez|increase|raise|"
    r"reduce|lower|go)\b(?!(?: une)?(?: nouvelle)? commande\b)(?: [a-z]\w*){0,5}? "
    r"(?:(?:de|from) \d[\d ]*(?: \w+)?(?: \w+){0,4}? (?:a|to)|(?<!prix )(?<!price )(?:a|to)) \d"
)
#: How people say that something they asked for is to be otherwise; folded.
_OTHERWISE = re.compile(
    r"\b(?:finalement|en fait|plutot|au lieu d(?:e|es|u)?|"
    r"a la place|correction|rectif\w*|corrige\w*|modif\w*|change[rz]?|changement|remplace[rz]?|"
    r"je me suis trompe\w*|on s est trompe\w*|erreur de ma part|petite erreur|je voulais dire|"
    r"actually|instead|rather than|change|changed|amend\w*|my mistake|i meant|beddel\w*|bdel\w*|badel\w*|بدل\w*)\b|" + _FROM_TO
)
#: Those of them that name what is replaced, or come before nothing else; folded.
_REPLACES = re.compile(
    r"\b(?:au lieu d(?:e|es|u)?|a la place|"
    r"je me suis trompe\w*|on s est trompe\w*|erreur de ma part|je voulais dire|instead of|rather than|"
    r"my mistake|i meant)\b|^(?:bonjour |bjr |salam |hello |hi |re |dsl |desole |pardon )*(?:finalement|en fait|correction|rectif\w*)\b|"
    + _FROM_TO
)
#: That the message is about a request that there is already: "sur ma commande", "à notre commande d'hier", "to my order"; folded.
_OF_ONE = re.compile(
    r"\b(?:a|sur|dans|pour|avec|de|d|to|on|of|in|for|with) (?:ma|notre|la|cette|mon|my|our|the|this) (?:\w+ ){0,2}?"
    r"(?:commande|bon de commande|demande|order|request|lcommande)\b(?! (?:de|of|for|suivante|nouvelle|ci) )"
)
#: Words that may come before a verb that adds when nothing else was asked for: greetings, that one had forgotten it, asking for it; folded.
_BEFORE = frozenset(
    "re merci thanks svp please ok oui et ah oups pardon desole desolee dsl sorry au fait a propos finalement en effet du coup by the way "
    "j on nous ai avons avais avait avions oublie oubliais oubliait oublions oublier oubli petit un forgot forget i we est ce que "
    "pouvez vous pourriez peux tu serait il possible can you could would faut faudrait faudra fo je voudrais voudrait voudrions souhaite "
    "souhaiterais souhaitons souhaiterions aimerais aimerions veux de d veuillez afak 3afak khoya me y lui aussi egalement to also kindly "
    "just encore".split()
)
_GREETS = frozenset("bonjour bonsoir bjr slt salut salam hello hi dear cher chere".split())
#: Words after a greeting that are a name.
_NAME = 3
#: How people say that something comes on top; folded.
_ADDS = re.compile(
    r"\b(?:r?ajout(?:e|ez|er|ons)?|add|n?zid(?:ou|o|u|na|ni|lna|li|oulna|liya)?|اضف|اضيفوا?|زيد(?:وا|و|نا|ني|لنا|لي|ونا|وني)?)\b"
)
#: Whether what was sent has arrived; folded.
_ARRIVED = re.compile(
    r"\b(?:avez vous|auriez vous|vous avez|as tu|tu as|a t on|est ce que vous avez)(?: bien| pu)? (?:recu|eu|recevoir) "
    r"(?:ma|notre|mon|nos|mes|le|la) (?:\w+ ){0,2}?(?:commande|bon|bc|demande|message|mail|mails|email|courriel|whatsapp)\b|"
    r"\b(?:confirme[rz]?|accuse[rz]?)(?: \w+){0,3}? reception (?:de|d) (?:ma|notre|mon|cette|la)\b|"
    r"\bbonne reception (?:de|d) (?:ma|notre|mon|cette|la) (?:commande|demande)\b|"
    r"\b(?:ma|notre) (?:commande|demande)(?: \w+){0,3}? (?:a t elle|est elle|a|est)(?: bien| ete){0,2} "
    r"(?:recue|prise en compte|enregistree)\b|"
    r"\b(?:ma|notre) (?:commande|demande|mail|message) (?:vous )?(?:est|a t)(?: elle| il)(?: vous)?(?: bien| ete){0,2} "
    r"(?:arrivee?|parvenue?)\b|"
    r"\best ce que (?:ma|notre|mon) (?:commande|demande|mail|message) (?:vous )?est (?:bien )?(?:arrivee?|parvenue?)\b|"
    r"\b(?:did you|have you|you)(?: \w+)? (?:get|got|receive|received) (?:my|our|the) (?:\w+ ){0,2}?"
    r"(?:order|request|message|email|mail|po)\b|"
    r"\b(?:confirm|acknowledge)(?: \w+){0,3}? (?:receipt of|you (?:have )?(?:received|got)) (?:my|our|the)\b|"
    r"\bw[ae]?s+[ae]?l+[ae]?t?\w{0,3}kom (?:dik |had )?(?:l ?)?(?:commande|kommande|talab\w*)\b|"
    r"(?:وصلاتكم|وصلتكم|توصلتو\w*|استلمتم)\b.{0,20}طلب\w*"
)
#: Words of a message that only asks that.
_SHORT = 45
_SENTENCES = re.compile(r"[.!?;:\n؟]+")
#: What asks to wait, to stop or to be told first, in the sentence of such a question; folded.
_HOLDS = re.compile(
    r"\b(?:ne|n|pas|rien|sans|avant|mais|sauf|plus|attend\w*|patient\w*|stop\w*|arret\w*|annul\w*|suspen\w*|bloqu\w*|report\w*|"
    r"pause|reflech\w*|not|don t|before|but|hold|wait|cancel\w*|until|unless|tsenn\w*|tsna\w*|7bes\w*|hbes\w*)\b"
)
#: Words that may say so, or may not; folded.
_ALSO = re.compile(
    r"\b(?:aussi|egalement|also|as well|too|in addition|(?:en|de) plus|en supplement|supplementaires?|kaman|hta)\b"
)
#: « les 5 cartons rouges sont aussi … », "5 cartonat hta hiya …": what is said also to be so is there already; folded.
_OF_THOSE = re.compile(
    r"\b(?:les|ces|mes|nos|the|those|these|my|our|had|dok|duk) \d[\d ]*(?: [^\W\d]\w*){0,6}? "
    r"(?:sont|etaient|seront|c est|ce sont|are|were)\b|"
    r"\b(?:hta|7ta) (?:hiya|hia|huwa|howa|houwa|homa|houma|huma|houma)\b"
)
#: How many come on top of those there are, whatever else is to be otherwise: "400 de plus, et plutôt en blanc"; folded.
_SO_MANY_MORE = re.compile(
    r"\b\d[\d ]*(?: [^\W\d]\w*){0,2}? "
    r"(?:(?:de|en) plus|en supplement|supplementaires?|more|on top|zayd\w*|كمان|زيادة)\b"
    r"|\b\d[\d ]* (?:extra|additional)\b|\b(?:de plus|en plus|another|encore|extra|hta|mazal) \d"
)
#: What is told of an addition that was made, or asked for as one that is not wanted, not yet or not alone; folded.
_ADDED = re.compile(r"\b(?:ai|as|a|avons|avez|ont|avais|avait|aviez|avaient|ete|j ai|est) (?:bien |deja )?r?ajoute\b")
_HEDGED = re.compile(
    r"\bn r?ajout\w+ (?:pas|rien|plus)\b|(?<!oubliez )(?<!oublie )\b(?:pas|inutile|rien|sans) (?:besoin )?(?:d |de |a )?r?ajouter\b|"
    r"\br?ajout\w+ (?:pas|rien)\b|\b(?:don t|do not|not|no need to) add\b|"
    r"\b(?:si (?:on|je|j|nous|vous)|if (?:we|i|you)|combien|quel (?:prix|tarif)|how much|bch7al|chhal)\b"
)
#: What is no more wanted; folded.
_TAKES = re.compile(r"\b(?:retire[rz]?|enleve[rz]?|supprime[rz]?|annule[rz]?|remove|cancel|drop)\b")
#: What is called off; folded.
_OFF = re.compile(r"\b(?:annul\w*|cancel\w*|n?lghi\w*|n?l8i\w*|n?elghi\w*|(?:n|ب)?لغي\w*|الغ\w*|نلغ\w*)\b")
#: Words of a change of mind that may come before anything.
_SOFT = re.compile(r"\b(?:finalement|en fait|actually)\b")
_READ = 200
#: What adds may come after thanks and news.
_READ_MORE = 400


def continues(text: str) -> bool:
    """Whether the first words add to something said before. Never raises; linear."""
    return _BEGINS.match(_plain(text)) is not None


def changes(text: str) -> bool:
    """Whether the first words say that something asked for before is to be otherwise. Never raises; linear."""
    return _OTHERWISE.search(_plain(text)) is not None


def replaces(text: str) -> bool:
    """Whether they say so beyond doubt, whatever else the message asks for. Never raises; linear."""
    return _REPLACES.search(_plain(text)) is not None


def adds(text: str) -> Adds:
    """Whether a message puts something on top of what was asked for: "adds" in so many words, "also" where what it names has to tell,
    "unclear" where it may mean that or something else, '' where no word says so. Never raises; linear."""
    plain = _ADDED.sub("", _plain(text, _READ_MORE))
    verb = _ADDS.search(plain) is not None
    more = _SO_MANY_MORE.search(plain) is not None
    if not verb and not more and (_ALSO.search(plain) is None or _OF_THOSE.search(plain) is not None):
        return ""
    otherwise = _OTHERWISE.search(_SOFT.sub("", plain)) is not None
    if not verb and otherwise:
        return "unclear" if more else ""
    return "unclear" if otherwise or _HEDGED.search(plain) or _TAKES.search(plain) else "adds" if verb else "also"


def tops(text: str) -> bool:
    """Whether a message plainly puts something on top of a request that there is: it asks for nothing before, or says so. Never
    raises; linear."""
    return adds(text) == "adds" and (refers(text) or _begins_adding(_plain(text, _READ_MORE)))


def _begins_adding(plain: str) -> bool:
    named = 0
    for word in plain.replace("-", " ").split():
        if _ADDS.fullmatch(word):
            return True
        if word in _GREETS:
            named = _NAME
        elif word not in _BEFORE:
            if not named or not word.isalpha():
                return False
            named -= 1
    return False


def refers(text: str) -> bool:
    """Whether a message speaks of a request that there is already: "sur ma commande". Never raises; linear."""
    return _OF_ONE.search(_plain(text, _READ_MORE)) is not None


def calls_off(text: str) -> bool:
    """Whether a message speaks of calling off what was asked for, or of what was called off. Never raises; linear."""
    return _OFF.search(_plain(text, _READ_MORE)) is not None


def inquires(text: str) -> bool:
    """Whether a short message asks if what was sent has arrived, and nothing is to be otherwise. Never raises; linear."""
    if len(text) > 2 * _READ_MORE or len(text.split()) > _SHORT or changes(text):
        return False
    asked = False
    for sentence in _SENTENCES.split(text):
        plain = _plain(sentence, 2 * _READ_MORE).replace("-", " ")
        if _ARRIVED.search(plain) is not None:
            # « … et pouvez-vous attendre ? » asks for something else too.
            if _HOLDS.search(plain) is not None:
                return False
            asked = True
        elif not polite(sentence):
            return False
    return asked


def _plain(text: str, most: int = _READ) -> str:
    return _folded(text[:most])


@lru_cache(maxsize=64)
def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS).split())


class _Letters(dict[int, str | None]):
    """What each character becomes: letters, digits and hyphens stay, marks over letters go, all else parts words."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        told = None if unicodedata.combining(letter) else letter if letter.isalnum() or letter == "-" else " "
        if len(self) < MOST_LETTERS:
            self[code] = told
        return told


#: Characters that are remembered.
MOST_LETTERS = 5000
_LETTERS = _Letters()
