"""To which case does a message belong? Signed tokens, thread headers, then the correspondent: in that order of trust.

Everything is pure and needs no store: our Message-IDs and the tokens in our texts carry the case's reference and a short
HMAC, so that an answer is recognised by what it quotes. A signature shows that *we* wrote the token once, never that its
bearer may use it: a token or a thread from somebody who is not a correspondent of the case does not join it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from processors.automatic_text import MAX_SUBJECT, has_forward_marker, own_lines, strip_prefixes

_REF = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")
# Tolerant of what happens to a token on its way: lower case, a line wrapped or a blank put after the hyphen, lost brackets.
_TOKEN = re.compile(r"(?<![0-9A-Za-z])([0-9A-Za-z]{8})\s{0,3}[-‐‑–]\s{0,3}([0-9A-Fa-f]{6})(?![0-9A-Za-z])")
#: How every token ends: soon looked for.
_TAIL = re.compile(r"[-‐‑–]\s{0,3}[0-9A-Fa-f]{6}(?![0-9A-Za-z])")
_OURS = re.compile(r"<?guichet\.([0-9a-z]{8})\.([0-9a-f]{16})\.([0-9a-f]{16})@([^<>@\s]{1,255})>?", re.IGNORECASE)
#: Who writes from a phone: a number, or the id of somebody who shows none.
_NUMBER = re.compile(r"\+[1-9]\d{5,14}|[A-Z]{2}\.[A-Za-z0-9.]{1,128}")
_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_ID = re.compile(r"<[^<>\s]{1,990}>")
_MISREAD = str.maketrans("OIL", "011")  # Crockford: letters that people take for digits

_MAX_TEXT = 500_000
_MAX_TOKENS = 100
_MAX_IDS = 100
_SHORT = 300
#: Subjects that people give to an answer, not to a request of its own; folded.
_NO_SUBJECT = frozenset(
    word.strip()
    for word in re.split(
        ",",
        """
    , ok, oui, non, yes, no, accord, d'accord, bon pour accord, validation, je valide, valide, confirmation, confirme, reponse,
    votre devis, devis, le devis, votre message, votre mail, ma demande, suite, photo, photos, image, images, dimensions,
    complement, complements, informations, (sans objet), sans objet, (no subject), no subject, none, merci, thanks, thank you,
    answer, reply, quote, your quote, approved, approval
    """,
    )
)


def _mac(secret: bytes, purpose: str, *parts: str, length: int) -> str:
    """``length`` hex digits over the parts, unambiguous in their bounds and useless for another purpose."""
    if not secret:
        raise ValueError("an empty secret signs nothing")
    mac = _keyed(secret).copy()
    mac.update("\x00".join((purpose, *parts)).encode("utf-8", "surrogatepass"))
    return mac.hexdigest()[:length]


@lru_cache(maxsize=8)
def _keyed(secret: bytes) -> hmac.HMAC:
    """What has taken in the key, which takes most of the time of a short text's mac."""
    return hmac.new(secret, digestmod=hashlib.sha256)


def _checked(case_ref: str) -> str:
    if not _REF.fullmatch(case_ref):
        raise ValueError(f"not a case reference (8 characters of Crockford's base 32): {case_ref!r}")
    return case_ref


def make_token(secret: bytes, case_ref: str) -> str:
    """The visible form for texts and subjects, ``[#K7Q2M9XD-4F7A2C]``. ValueError for a malformed reference."""
    return f"[#{_checked(case_ref)}-{_mac(secret, 'token', case_ref, length=6).upper()}]"


def _verified(secret: bytes, ref: str, mac: str) -> str | None:
    ref = ref.upper().translate(_MISREAD)
    if not _REF.fullmatch(ref):
        return None
    return ref if hmac.compare_digest(_mac(secret, "token", ref, length=6), mac.lower()) else None


def make_message_id(secret: bytes, effect_key: str, case_ref: str, domain: str) -> str:
    """The same ``<guichet.REF.key.mac@domain>`` for the same effect, whenever it is tried again.

    ValueError for a malformed reference or domain.
    """
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,255}", domain):
        raise ValueError(f"not a domain for a Message-ID: {domain!r}")
    key = _mac(secret, "effect", effect_key, length=16)
    return f"<guichet.{_checked(case_ref)}.{key}.{_mac(secret, 'message-id', case_ref, key, length=16)}@{domain.lower()}>"


def read_message_id(secret: bytes, message_id: str) -> str | None:
    """The case reference in one of our Message-IDs, or None where it is not ours. The domain may have changed since."""
    found = _OURS.fullmatch(message_id[:1_000].strip())
    if not found:
        return None
    ref, key, mac = found[1].upper(), found[2].lower(), found[3].lower()
    return ref if hmac.compare_digest(_mac(secret, "message-id", ref, key, length=16), mac) else None


def looks_like_ours(message_id: str, own_addresses: Iterable[str]) -> bool:
    """Whether a Message-ID has our form and one of our domains. Unsigned: good for not answering ourselves, no more."""
    found = _OURS.fullmatch(message_id[:1_000].strip())
    return bool(found) and found[4].lower() in {own.rpartition("@")[2].lower() for own in own_addresses}  # type: ignore[index]


def sid_id(sid: str) -> str:
    """The id of a WhatsApp message, ours or theirs, as thread ids are written; '' for what is none (Twilio's sid)."""
    return f"<{sid}@whatsapp.guichet>" if _SID.fullmatch(sid) else ""


@dataclass(frozen=True, slots=True)
class Clues:
    """What one message says about the case it belongs to.

    ``token_refs``: case references whose signature is ours, most specific first. ``thread_ids``: In-Reply-To, then
    References newest first. ``subject_stem``: folded, without prefixes, tags and tokens. ``replies``: the subject begins
    as an answer, ``passed_on`` as a forward. ``new_subject``: it has a subject of its own. ``body`` includes quotes; ``answers``: it names
    what it answers.
    """

    token_refs: tuple[str, ...] = ()
    thread_ids: tuple[str, ...] = ()
    subject_stem: str = ""
    replies: bool = False
    passed_on: bool = False
    new_subject: bool = False
    body: str = ""
    answers: bool = False

    @property
    def forwarded(self) -> bool:
        """Whether the mail passes on another, by its subject or by what stands in it. Looked for when it matters."""
        return self.passed_on or (not self.replies and has_forward_marker(self.body, loose=not self.answers))

    @property
    def short(self) -> bool:
        """Whether it has few own words."""
        own, _ = own_lines(self.body)
        return len(" ".join("\n".join(own).split())) <= _SHORT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case as correlation sees it. ``waiting``: it waits for an answer of this correspondent."""

    case_id: str
    ref: str
    correspondents: frozenset[str]
    thread_ids: frozenset[str]
    subject_stem: str
    open: bool
    waiting: bool
    last_activity: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """``case_id`` None means a case of its own; ``why`` tells people, in French.

    ``ambiguous``: several cases fit and none was guessed. ``untied``: neither a thread nor a reference of ours leads there, the words do.
    """

    case_id: str | None
    how: Literal["token", "thread", "correspondent", "none"]
    why: str
    ambiguous: bool = False
    untied: bool = False


def subject_stem(subject: str) -> str:
    """The folded subject without answer and forward prefixes in any language and nesting, tags, and our tokens."""
    return strip_prefixes(_TOKEN.sub(" ", subject[:MAX_SUBJECT]))[0]


def clues(subject: str, body: str, in_reply_to: str, references: Sequence[str], secret: bytes) -> Clues:
    """Collect the clues of one message; ``body`` includes its quotes. Never raises on any text; linear."""
    answered = _ids(in_reply_to)
    older = [found for field in references[-_MAX_IDS:] for found in _ids(field)]
    thread = tuple(dict.fromkeys((*answered, *reversed(older))))[: 2 * _MAX_IDS]
    refs: dict[str, None] = {}

    def add(found: Iterable[str | None]) -> None:
        refs.update(dict.fromkeys(ref for ref in found if ref))

    add(read_message_id(secret, found) for found in answered)
    add(_tokens(secret, subject[:MAX_SUBJECT]))
    add(read_message_id(secret, found) for found in thread)
    add(_tokens(secret, body[:_MAX_TEXT]))
    stem, outermost = strip_prefixes(_TOKEN.sub(" ", subject[:MAX_SUBJECT]))
    return Clues(
        token_refs=tuple(refs),
        thread_ids=thread,
        subject_stem=stem,
        replies=outermost == "reply",
        passed_on=outermost == "forward",
        new_subject=not outermost and stem not in _NO_SUBJECT,
        body=body,
        answers=bool(answered),
    )


def _ids(field: str) -> list[str]:
    field = field[:20_000]
    found = _ID.findall(field)[:_MAX_IDS]
    bare = field.strip()
    # Some programs lose the angle brackets.
    return found or ([f"<{bare}>"] if "@" in bare and not re.search(r"[\s<>]", bare) and len(bare) < 990 else [])


def _tokens(secret: bytes, text: str) -> list[str | None]:
    found: list[str | None] = []
    if _TAIL.search(text) is None:
        return found
    for count, match in enumerate(_TOKEN.finditer(text)):
        if count >= _MAX_TOKENS:
            break
        found.append(_verified(secret, match[1], match[2]))
    return found


@lru_cache(maxsize=1024)
def _plain(address: str) -> str:
    """An address as its owner would recognise it. Only ASCII is folded: "K" (Kelvin) must not become anyone's "k"."""
    address = address.strip()[:320]
    local, at, domain = address.rpartition("@")
    if not at and _NUMBER.fullmatch(address):
        return address
    if not at or not local or not domain:
        return ""
    if domain.isascii():
        domain = domain.lower().rstrip(".")
    if not local.isascii():
        return f"{local}@{domain}"
    local = local.lower()
    local = local.partition("+")[0] or local
    if domain in ("gmail.com", "googlemail.com"):
        return f"{local.replace('.', '') or local}@gmail.com"
    return f"{local}@{domain}"


def same_correspondent(a: str, b: str) -> bool:
    """Whether two addresses reach one person: case, plus-addressing, Gmail's dots and its two domains; numbers as they are."""
    plain = _plain(a)
    return bool(plain) and plain == _plain(b)


def choose_case(
    clues: Clues,
    candidates: Sequence[Candidate],
    *,
    sender: str,
    looks_like_request: bool,
    admin: bool = False,
) -> Choice:
    """The one case the message joins, or none. Pure.

    ``candidates`` are the cases the clues point at and the sender's own open ones; ``admin`` tells that ``sender`` may write
    in any case; ``looks_like_request`` that its own new words ask for something as a first message would.
    """
    refused: list[Candidate] = []
    for how, found in _pointed_at(clues, candidates):
        if not admin and not _belongs(sender, found):
            refused.append(found)
            continue
        if looks_like_request and clues.forwarded:
            return Choice(None, "none", "Un message transféré avec une nouvelle demande ouvre un nouveau dossier.")
        if looks_like_request and clues.new_subject and found.subject_stem and clues.subject_stem != found.subject_stem:
            return Choice(None, "none", "Écrit depuis un ancien fil, mais avec un nouvel objet et une nouvelle demande.")
        sign = "la référence signée" if how == "token" else "le fil de discussion"
        closed = "" if found.open else " (dossier clos)"
        return Choice(found.case_id, how, f"Reconnu par {sign} du dossier {found.ref}{closed}.")
    if refused:
        who = sender or "son expéditeur"
        why = f"Cite le dossier {refused[0].ref}, mais {who} n'en est pas un correspondant : rien n'est rattaché."
        return Choice(None, "none", why)
    return _by_correspondent(clues, candidates, sender, looks_like_request)


def _pointed_at(clues: Clues, candidates: Sequence[Candidate]) -> list[tuple[Literal["token", "thread"], Candidate]]:
    """Cases named by a token, then by a thread; among several of one name the open, most recent one first."""
    recent = sorted(candidates, key=lambda c: (c.open, c.last_activity), reverse=True)
    found: list[tuple[Literal["token", "thread"], Candidate]] = []
    for ref in clues.token_refs:
        found += [("token", candidate) for candidate in recent if candidate.ref == ref]
    for thread_id in clues.thread_ids:
        found += [("thread", candidate) for candidate in recent if thread_id in candidate.thread_ids]
    return found


def _belongs(sender: str, candidate: Candidate) -> bool:
    return any(same_correspondent(sender, known) for known in candidate.correspondents)


def _by_correspondent(clues: Clues, candidates: Sequence[Candidate], sender: str, looks_like_request: bool) -> Choice:
    waiting = [c for c in candidates if c.open and c.waiting and _belongs(sender, c)]
    if not waiting:
        return Choice(None, "none", "Rien ne relie ce message à une demande en cours de cette personne.")
    if looks_like_request:
        return Choice(None, "none", "Une nouvelle demande d'un correspondant connu ouvre un nouveau dossier.")
    if clues.forwarded:
        return Choice(None, "none", "Un message transféré qui ne cite aucune demande n'est pas une réponse.")
    titled = [c for c in waiting if clues.subject_stem and c.subject_stem == clues.subject_stem]
    if len(titled) == 1:
        return Choice(titled[0].case_id, "correspondent", f"Même correspondant et même objet que le dossier {titled[0].ref}.")
    if len(waiting) > 1:
        refs = ", ".join(sorted(c.ref for c in waiting)[:5])
        return Choice(None, "none", f"Ambigu : plusieurs dossiers attendent cette personne ({refs}).", ambiguous=True)
    if clues.short and (not clues.subject_stem or clues.subject_stem in _NO_SUBJECT):
        return Choice(
            waiting[0].case_id, "correspondent", f"Courte réponse de la personne que le dossier {waiting[0].ref} attend."
        )
    return Choice(None, "none", "Rien ne rattache ce message au dossier qui attend cette personne.")
