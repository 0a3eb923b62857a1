"""Words of a reply, normalised for comparison, each with its place in the original text.

A word is folded (case, accents, Arabic vowel signs, repeated letters) and a written contraction is opened
("jvalide" > "je valide"), so that the lexicon holds each expression once. Nothing here decides anything.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from processors.later import Later

#: Characters that show nothing. Between two letters they only serve to hide something.
INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"
_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_HIDDEN_IN_WORD = Later(rf"[^\W\d_][{INVISIBLE}]+[^\W\d_]")
_REORDERED = Later(rf"[{_BIDI}]|[\U000e0000-\U000e007f]")
_STYLED = Later(r"[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\U0001f130-\U0001f189\u1d00-\u1d2b]")

_TOKEN = Later(
    r"(?P<nref>(?:\b(?:[nN][°º]|[nN]o\.|[nN]um[ée]ro|[rR][ée]f(?:[ée]rence)?\.?)|#)\s{0,3}:?\s{0,3}[A-Za-z]{0,8}[-_/]?\d[\w/-]{0,20})"
    r"|(?P<number>(?<![\w.,])[-+−]?\d+(?:[.,]\d+)?(?![\w]|[.,/:-]\d))"
    r"|(?P<ref>[^\W_]*\d[^\W_]*(?:[./:-][^\W_]+)*)"
    r"|(?P<smiley>(?<!\w)[:;=]-?[)DpP](?!\w)|<3|\^\^)"
    r"|(?P<file>(?<=\s)\.(?:glb|gltf|usdz|obj|stl|fbx|dwg|dxf|step|stp|3ds|blend|jpe?g|png|pdf|zip)\b)"
    r"|(?P<word>[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u064b-\u065f\u0670\u0640])*)"
    r"|(?P<newline>\n)"
    r"|(?P<stop>\.{2,}|[.!?؟;…])"
    r"|(?P<comma>[,،():]|(?<=\s)[-–—](?=\s)|—)"
    r"|(?P<code>[\[\]{}<>=|\\#~^`@$%€£*/]|--+)"
    r"|(?P<symbol>[^\w\s'’ʼ\-‐‑–_\"«»“”„.!?;,()])"
)
_EMOJI_MODIFIER = Later("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]")
#: After one of these "c" is the c of "c'est", not the word "c" of a hurried writer.
_ELISION = frozenset("'’ʼ")
#: Their point ends no sentence.
_ABBREVIATED = frozenset(
    {"m", "mr", "mrs", "mme", "mlle", "dr", "st", "ste", "sr", "sra", "dott", "larg", "prof", "env", "approx", "diam"}
)
#: « R. *Vasseur* », « J.*-P.* », « J. *de Vries* »
_NAME_GOES_ON = Later(r"\.[\s-]?(?:(?:de|du|des|van|von|der|den|di|da|del|della|el|le|la|d['’])\s?){0,2}[^\W\d_a-zà-ÿ]")
_POSTSCRIPT = Later(r"\b(?:P\.\s?S|N\.\s?B)\b")
_RUN = Later(r"(.)\1{2,}")
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": ""})

#: Hurried or joined spellings, opened into the words they stand for. Only spellings that are no other word.
OPEN = {
    "jvalide": "je valide", "jvalides": "je valide", "jevalide": "je valide", "jvalid": "je valide",
    "jaccepte": "j accepte", "japprouve": "j approuve", "jconfirme": "je confirme", "jrefuse": "je refuse",
    "jannule": "j annule", "jai": "j ai", "jsuis": "je suis", "chuis": "je suis", "jvais": "je vais", "jte": "je te",
    "cest": "c est", "c": "c est", "ct": "c etait", "cetait": "c etait", "sest": "s est", "ya": "y a",
    "pr": "pour", "svp": "s il vous plait", "stp": "s il te plait", "vs": "vous", "ns": "nous", "tt": "tout",
    "bcp": "beaucoup", "mrc": "merci", "mci": "merci", "mercii": "merci", "bjr": "bonjour", "bsr": "bonsoir", "slt": "salut",
    "dac": "d accord", "dacodac": "d accord", "vasi": "vas y", "voui": "oui",
    "dacc": "d accord", "daccord": "d accord", "dakor": "d accord", "dak": "d accord",
    "okok": "ok", "okay": "ok", "okey": "ok", "oki": "ok", "okai": "ok", "okk": "ok", "oké": "ok", "oke": "ok",
    "ouii": "oui", "wi": "oui", "ui": "oui", "ouai": "ouais", "tkt": "pas de souci", "nn": "non", "nan": "non",
    "pcq": "parce que", "pck": "parce que", "quelquun": "quelqu un", "qqun": "quelqu un",
    "qd": "quand", "pk": "pourquoi", "pq": "pourquoi", "dsl": "desole",
    "allezy": "allez y", "vasy": "vas y", "ladessus": "la dessus", "aujourdhui": "aujourd hui", "rdv": "rendez vous",
    "thx": "thanks", "tks": "thanks", "thks": "thanks", "ty": "thank you", "pls": "please", "plz": "please",
    "dont": "don t", "doesnt": "doesn t", "im": "i m", "ill": "i ll", "lets": "let s", "wont": "won t", "cant": "can t",
    "isnt": "isn t", "thats": "that s", "its": "it s", "cdlt": "cordialement", "cdt": "cordialement", "cordlt": "cordialement",
    "demarer": "demarrer", "comencer": "commencer", "parfais": "parfait", "parfet": "parfait", "nikel": "nickel",
    "sui": "suis", "dacor": "d accord", "dacord": "d accord", "daccor": "d accord", "dakord": "d accord", "dakkor": "d accord",
    "pvez": "pouvez", "pouve": "pouvez", "dc": "donc", "ds": "dans", "qqn": "quelqu un", "g": "j ai",
    "mersi": "merci", "merssi": "merci", "mercy": "merci", "ajd": "aujourd hui", "auj": "aujourd hui", "alez": "allez",
    "pa": "pas", "ke": "que", "fo": "faut", "koi": "quoi", "tro": "trop", "davis": "d avis", "accor": "accord", "vou": "vous",
    "nou": "nous", "jsui": "je suis", "chui": "je suis", "kom": "comme", "pri": "prix", "bn": "bon",
    "vazy": "vas y", "jetai": "j etais", "jetais": "j etais", "lhopital": "l hopital",
    "doki": "ok", "konbien": "combien", "jve": "je veux", "jveu": "je veux", "ale": "allez", "alle": "allez",
    "jatend": "j attends", "jattend": "j attends", "jattends": "j attends",
    "jen": "j en", "cetai": "c etait", "minteresse": "m interesse", "minteressent": "m interessent", "jprefere": "je prefere",
}  # fmt: skip


#: Spellings that only their accent tells from another word ("sé" is "c'est", "se" is not).
_ACCENTED = {
    "sí": "si_yes", "sì": "si_yes", "cé": "c est", "cè": "c est", "cê": "c est", "sé": "c est", "jé": "j ai", "wé": "ouais",
    "oué": "ouais", "wè": "ouais", "mé": "mais", "fé": "fait", "mè": "mais",
}  # fmt: skip
#: Darija written with figures has no spelling: its yeses are known by their consonants ("mouwaf9", "mwafi9").
_DARIJA = {"mwf9": "mwafe9", "mwf9a": "mwafe9", "mwf9n": "mwaf9in", "mtf9": "motafi9", "mtf9n": "mttaf9in"}


#: The word of a newline behind which a capital letter begins: no broken line goes on so, as far as one can tell.
PARAGRAPH = "\n\n"


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or mark. ``word`` is folded; ``start``/``end`` are offsets in the original text.

    ``kind`` is "word", "number", "ref" (letters and digits mixed, a date, a time), "symbol", "newline", "stop",
    "comma" or "code" (a mark people do not use in prose).
    """

    word: str
    kind: str
    start: int
    end: int


def _abbreviated(token: Token, text: str) -> bool:
    """Whether a point behind this word ends no sentence: a title, or the initial of a name ("R. Vasseur")."""
    return token.word in _ABBREVIATED or (
        _is_initial(token.start, token.end, text) and _NAME_GOES_ON.match(text[token.end : token.end + 24]) is not None
    )


def _is_initial(start: int, end: int, text: str) -> bool:
    """Whether the word there is one capital letter with a point: of a name, and no hurried « c » or « g »."""
    one = end - start == 1 and text[start].isupper() and text[end : end + 1] == "."
    return one and not _POSTSCRIPT.search(text[max(0, start - 3) : end + 3])


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """The word without case, accents, vowel signs, or letters repeated three times or more."""
    text = unicodedata.normalize("NFKD", word.casefold())
    text = "".join(c for c in text if not unicodedata.combining(c)).translate(_ARABIC)
    if len(set(text)) == 1:
        return text  # "kkk", "hhh": a laugh, no letter
    return _RUN.sub(r"\1", text.replace("œ", "oe").replace("æ", "ae"))


def word_set(text: str) -> frozenset[str]:
    """The words of a text separated by spaces, for tables one can read."""
    return frozenset(text.split())


def trick(text: str) -> str:
    """Says in French what in the text is made to look like something else; '' when nothing is."""
    if _HIDDEN_IN_WORD.search(text):
        # Persian and some Indian scripts use U+200C and U+200D; none of them is read here.
        return "un caractère invisible au milieu d'un mot"
    if _REORDERED.search(text):
        return "des caractères qui changent l'ordre de lecture"
    if _STYLED.search(text):
        return "des lettres déguisées"
    for match in re.finditer(r"[^\W\d_]+", text):
        word = match.group()
        if not word.isascii() and len({_script(c) for c in word} - {""}) > 1:
            return "un mot qui mêle plusieurs alphabets"
    return ""


@lru_cache(maxsize=1024)
def _script(char: str) -> str:
    name = unicodedata.name(char, "").split(" ", 1)[0]
    return name if name in {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "ARMENIAN", "HEBREW", "CHEROKEE"} else ""


def _darija(word: str) -> str:
    if "9" not in word or len(word) > 12 or not word.isalnum():
        return word
    heard = re.sub("w+", "w", re.sub("ou|[uo]", "w", word)).replace("tt", "t")
    return _DARIJA.get(re.sub("(?<!9)[aeiy]", "", heard).replace("9i", "9").replace("9e", "9"), word)


def tokenise(text: str) -> list[Token]:
    """The tokens of the text, in order. Linear. A contraction gives several tokens with one place."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind, raw, start, end = match.lastgroup or "", match.group(), match.start(), match.end()
        if kind == "smiley":
            continue
        if kind == "file":  # "le .glb": its point ends no sentence
            kind, raw, start = "word", raw[1:], start + 1
        if kind == "symbol":
            if _EMOJI_MODIFIER.sub("", raw) and raw not in INVISIBLE:
                tokens.append(Token(raw, kind, start, end))
            continue
        if raw == "." and tokens and tokens[-1].end == start and _abbreviated(tokens[-1], text):
            continue
        if kind == "newline" and text[end : end + 40].lstrip(" \t>*")[:1].isupper():
            raw = PARAGRAPH
        if kind != "word":
            tokens.append(Token(raw if kind != "ref" else _darija(fold(raw)), kind, start, end))
            continue
        # A written accent is all that tells the Spanish and Italian yes from the French condition.
        accented = None if len(raw) > 4 or raw.isascii() else _ACCENTED.get(unicodedata.normalize("NFC", raw).casefold())
        folded = accented or fold(raw)
        if (
            folded == "est"
            and tokens
            and tokens[-1].word == "est"
            and tokens[-1].end < start
            and text[tokens[-1].start : start].strip().casefold() == "c"
        ):
            continue
        if _is_initial(start, end, text) and folded not in _ABBREVIATED:
            folded += "."  # in no list: it stands for a name
        opened = folded if accented or text[end : end + 1] in _ELISION else OPEN.get(folded, folded)
        tokens.extend(Token(part, kind, start, end) for part in opened.split())
    return tokens
