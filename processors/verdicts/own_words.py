"""What the sender himself says now: without leftovers of quotes, signatures, devices, and words of ours.

The text has been cleaned before; this is the second lock. Removed characters become spaces, so that every place in
the result is the same place in the original text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from processors.later import Later
from processors.verdicts.tokens import fold, word_set

_QUOTED_LINE = Later(r"^\s*(?:>|&gt;|\|\s)")
_HEADER = Later(
    r"^\s*(?:-{2,}\s*(?:message|original|forwarded|transf|weitergeleitet|urspr|mensaje|messaggio|mensagem|oorspronkelijk)"
    r"|_{10,}\s*$|(?:de|from|von|da|van|من)\s?:\s"
    r"|(?:le|on|am|el|il|em|op|في)\s.{0,250}(?:a\s{1,3}ecrit|wrote|schrieb|escribio|ha\s{1,3}scritto|escreveu|schreef|كتب)\s?.{0,80}:\s*$"
    r"|.{0,200}(?:a\s{1,3}ecrit|wrote|schrieb|escribio|ha\s{1,3}scritto|escreveu|schreef)\s?:\s*$"
    r"|(?:begin forwarded message|debut du message (?:reexpedie|transfere)))",
    re.IGNORECASE,
)
_FORWARD = Later(
    r"^\s*(?:-{2,}\s*(?:forwarded|message transf|weitergeleitet|mensaje reenv|messaggio inoltr)"
    r"|begin forwarded message|debut du message|(?:tr|fwd?|wg|rv)\s?:)",
    re.IGNORECASE,
)
_DEVICE_STARTS = word_set("envoye sent gesendet enviado inviato verzonden telecharger telechargez get obtenir provenance ارسل")
#: The whole footer must be made of such words: what a person adds behind "Envoyé de mon iPhone" is his own.
_DEVICE_WORDS = word_set(
    "de depuis a partir du d l mon my mi meu meinem mein mijn il mio dal da do desde from via with von mit vanaf met "
    "the for pour من un une on outlook yahoo mail gmail proton protonmail courrier application messagerie app samsung "
    "galaxy orange sfr free bouygues iphone ipad ios android huawei xiaomi redmi pixel google oneplus oppo honor "
    "nokia sony mobile smartphone telephone telefon tablette tablet phone mac windows blackberry pro max mini plus "
    "ultra note edge lite zimbra spark desole desolee excusez excuse pardon les fautes faute frappe brievete typos brevity"
)
_PIECE = (
    r"(?:(?:t[ée]l|phone|mobile|port|mob|fax|t|m|e-?mail|mail|web|site)\s?[.:]*\s*)?"
    r"(?:\+?[\d(][\d\s().+/-]{7,24}|\S{1,64}@\S{1,120}|<?(?:https?://|www\.)\S{1,300})"
)
_CONTACT = Later(rf"^[\s|•·*/,;–-]*{_PIECE}(?:\s*[\s|•·*/,;–-]\s*{_PIECE}){{0,3}}[\s|•·*/,;]*$", re.IGNORECASE)
_ADDRESS = Later(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
#: A telephone number in a sentence names no credits.
_TELEPHONE = Later(r"(?<![\w+])(?:\+\d{1,3}[ .]?(?:\(0\))?|0)\d(?:[ .-]?\d{2}){4}(?!\w)")
_SITE = Later(r"(?:https?://|www\.)\S{1,300}", re.IGNORECASE)
_PLACEHOLDER = Later(r"\[(?:image|cid|logo)\s?[:\s][^\]\n]{0,200}\]|<(?:https?:|mailto:)[^>\s]{0,300}>", re.IGNORECASE)
#: Two of these in one long line are a lawyer's footer; one alone may be the sender's own sentence.
_DISCLAIMER = Later(
    r"confiden|destinataire|intended recipient|disclaimer|avertissement|vertraulich|imprim|environ|environment|detrui|supprim"
    r"|privileged|delete|notify|e-?mail|message|courriel|courrier|necessaire|papier|planet|\bprint",
    re.IGNORECASE,
)
#: "… votre courriel …, veuillez considérer le présent message comme …": of mails people write too.
_ONLY_MAIL = frozenset({"e-mail", "email", "message", "courriel", "courrier", "necessaire"})
_LEGAL = Later(r"destine|virus|erreur|errone|responsab|divulg|exclusi|usage|juridique|engage|legal|liabil|recipient|addressee")
#: A passage in quotation marks, over several lines too; a mark that is never closed reaches to the end of its line.
_SPAN = Later(
    r"«[^»]{0,3000}»|“[^”]{0,3000}”|„[^“”]{0,3000}[“”]|\"[^\"]{0,3000}\"|‹[^›]{0,3000}›|`[^`]{0,3000}`"
    r"|[«“„\"‹`][^\n]{0,400}|(?<![\w'])'[^'\n]{1,400}'(?!\w)|(?<!\w)‘[^’\n]{1,400}’(?!\w)"
)
_WORD = Later(r"[^\W_]+")
#: How a line below the signature begins that is no part of it: « PS : », « Mais », « Non », « Et pour … ? ».
_TAKES_UP = Later(
    r"\W*(?:p\W?s\b|n\W?b\b|mais\b|non\b|no\b|et\b|ou\b|si\b|sauf\b|attend|annul|sous r|par contre|finalement|en fait|toutefois|cependant|"
    r"stop\b|ah\b|oups|pardon|erreur|but\b|wait|cancel|unless|if\b|and\b)",
    re.IGNORECASE,
)

#: A sentence of ours shorter than this is an everyday expression ("Je valide") that proves something when written anew.
OWN_WORDS_AT_LEAST = 4
#: A decision is short. What is longer is read by a person; it also bounds every later step.
LONGEST_TEXT = 6000
MOST_LINES = 5000


@dataclass(frozen=True, slots=True)
class OwnWords:
    """``text`` has the length of the original; ``spans`` are passages in quotation marks (start, end), masked in ``text``."""

    text: str
    spans: tuple[tuple[int, int], ...]
    forwarded: bool
    repeated: bool
    too_long: bool = False


def own_words(text: str, *, quoted: str, own_phrases: tuple[str, ...]) -> OwnWords:
    """Masks everything in ``text`` that is not the sender's new prose. Linear in the length of all arguments."""
    known = {key for line in quoted[:200_000].split("\n") if len(line) >= 16 and len(key := _key(line)) >= 16}
    if text.count("\n") > MOST_LINES:
        return OwnWords(" " * len(text), (), False, False, too_long=True)
    kept: list[str] = []
    cut = forwarded = signed = False
    lines = text.replace("\r", " ").replace("\x85", " ").replace("\u2028", "\n").replace("\u2029", "\n").split("\n")
    for line in lines:
        head = line[:600]
        if cut or not head.strip():
            kept.append(" " * len(line))
            continue
        plain = _plain(head)
        if _FORWARD.match(plain):
            forwarded = cut = True
        elif _HEADER.match(plain):
            cut = True
        elif head.rstrip() in {"--", "—"}:
            signed = True
        # Who takes his yes back below his signature has taken it back.
        if (
            cut
            or (signed and not _TAKES_UP.match(head))
            or _QUOTED_LINE.match(head)
            or _CONTACT.match(head)
            or _footer(plain)
            or (known and _key(line) in known)
        ):
            kept.append(" " * len(line))
            continue
        if len(line) > LONGEST_TEXT:
            return OwnWords(" " * len(text), (), forwarded, False, too_long=True)
        reached = _ADDRESS.sub(lambda m: " " * len(m.group()), _TELEPHONE.sub(lambda m: " " * len(m.group()), line))
        if reached != line and "|" in line:  # "Sophie Vial | 04 78 00 11 22 | www.vial.example"
            reached = _SITE.sub(lambda m: " " * len(m.group()), reached).replace("|", ",")
        line = reached
        line = _PLACEHOLDER.sub(lambda m: " " * len(m.group()), line)
        end = _device_footer(line)
        kept.append(line if end is None else line[:end] + " " * (len(line) - end))
    own = "\n".join(kept)
    if sum(len(k) for k in kept if k.strip()) > LONGEST_TEXT:
        return OwnWords(" " * len(text), (), forwarded, False, too_long=True)
    own, repeated = _without_phrases(own, own_phrases)
    spans = tuple((m.start(), m.end()) for m in _SPAN.finditer(own))
    # A mark stays where the passage stood, so that "devis « fauteuil »" keeps its shape.
    own = _SPAN.sub(lambda m: "\ufffc" + " " * (len(m.group()) - 1), own)
    return OwnWords(own, spans, forwarded, repeated)


_SPOKEN = Later(
    r"\b(?P<stop>points? d['’ ]exclamation|point(?! virgule| d['’ ]| final| de | du | par | sur | la| le| a )|à la ligne|nouvelle ligne)\b"
    r"|\b(?P<asks>point d['’ ]interrogation)\b|\b(?P<comma>point virgule|virgule|deux points)\b",
    re.IGNORECASE,
)
_WRITTEN = Later(r"[,;:!?.]\s")


def with_marks(text: str) -> str:
    """« Bonjour *virgule* je valide le devis *point* merci »: dictated marks as written ones, each word in its old place.

    Only where nothing else is written between the words, and two marks at least are said, a comma or a question among them.
    """
    spoken = list(_SPOKEN.finditer(text[:2000]))
    if len(spoken) < 2 or all(m["stop"] for m in spoken) or _WRITTEN.search(text):
        return text
    for m in spoken:
        mark = "," if m["comma"] else "?" if m["asks"] else "."
        text = text[: m.start()] + mark.ljust(m.end() - m.start()) + text[m.end() :]
    return text


def _device_footer(line: str) -> int | None:
    """Where "Envoyé de mon iPhone" begins in a line, as a sentence of its own; None when there is none."""
    start = max(line.rstrip(" .!)").rfind(mark) for mark in ".!?(") + 1
    words = [fold(w) for w in _WORD.findall(line[start : start + 200])]
    if line.rstrip()[-1:] in "'\"»”’" or not 2 <= len(words) <= 12 or words[0] not in _DEVICE_STARTS or len(line) - start > 120:
        return None
    return start if all(w in _DEVICE_WORDS or any(c.isdigit() for c in w) for w in words[1:]) else None


def _footer(line: str) -> bool:
    found = {m.casefold() for m in _DISCLAIMER.findall(line)} if len(line) >= 60 else set()
    return (len(found) >= 2 and not found <= _ONLY_MAIL) or bool(
        found and len(found | set(_LEGAL.findall(line.casefold()))) >= 3
    )


def _plain(line: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", line) if not unicodedata.combining(c))


def _key(line: str) -> str:
    return " ".join(fold(w) for w in _WORD.findall(line[:400]))


def _without_phrases(text: str, phrases: tuple[str, ...]) -> tuple[str, bool]:
    wanted = {tuple(fold(w) for w in _WORD.findall(p[:400])) for p in phrases[:200]}
    wanted = {p for p in wanted if len(p) >= OWN_WORDS_AT_LEAST}
    if not wanted:
        return text, False
    places = [(m.start(), m.end(), fold(m.group())) for m in _WORD.finditer(text[:50_000])]
    words = [w for _, _, w in places]
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(wanted, key=len, reverse=True):
        by_first.setdefault(phrase[0], []).append(phrase)
    pieces, done, i = [], 0, 0
    while i < len(words):
        found = next((p for p in by_first.get(words[i], ()) if tuple(words[i : i + len(p)]) == p), None)
        if found is None:
            i += 1
            continue
        start, end = places[i][0], places[i + len(found) - 1][1]
        # The quotation marks around or inside the sentence go with it.
        while start > done and text[start - 1] in "«“\"'‘ ":
            start -= 1
        while end < len(text) and text[end] in "»”\"'’ ":
            end += 1
        pieces.append(text[done:start] + " " * (end - start))
        done, i = end, i + len(found)
    pieces.append(text[done:])
    return "".join(pieces), len(pieces) > 1
