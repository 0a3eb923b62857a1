"""Delivery reports: is this a bounce, of which mail, for whom, for good or only delayed?

Two ways in. The standard one (RFC 3464, a ``multipart/report``) is decided by structure alone. The others (qmail, exim,
Exchange, webmail providers, each in its own words) are decided by counting independent signs: who sends it, an empty
envelope sender, the subject, the words, a returned copy. A person who forwards a bounce and asks about it has at most the
words, and those not in his own lines, so he is not taken for a machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from core.message import Bounce
from processors.automatic_text import (
    MAX_BODY,
    Mail,
    fold,
    is_forward,
    is_reply,
    null_return_path,
    own_lines,
    without_tags,
)
from processors.bounce_words import (
    CHALLENGE,
    CHALLENGER,
    DAEMON,
    DAEMON_NAME,
    DELAYED,
    ENHANCED,
    FINAL,
    NOBODY,
    SELF,
    SUBJECT,
    WORDS,
)

_MAX_PARTS = 30
_MAX_PART = 200_000
_MAX_RECIPIENTS = 50
_MAX_DIAGNOSTIC = 500

_MESSAGE_ID = re.compile(r"^[ \t>]*message-id:\s{0,4}(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_ORIGINAL_ID = re.compile(
    r"^(?:x-)?original-(?:envelope-id|message-id):\s{0,4}(?:[\w-]{1,20};)?\s{0,4}(<[^<>\s]{1,900}>)", re.I | re.M
)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?", re.IGNORECASE)
_FIELD = re.compile(r"^([a-z][a-z-]{1,40}):[ \t]{0,8}(.*)$", re.IGNORECASE)
_CODE_LINE = re.compile(
    r"(?<![\d.-])(?:[45]\d\d[ -]|#?[45]\.\d{1,3}\.\d{1,3}\b|(?:said|error|diagnostic-code|raison|cause|reason)\s?:)"
)
_COPY = re.compile(
    r"(?:below this line is a copy|copy of (?:the|your) (?:original )?(?:message|headers)|original (?:message"
    r"|headers)|message (?:headers|d'origine|original)|returned (?:message|text)|en-tetes|unsent message"
    r"|message text follows|headers? follows?|ursprungliche)"
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery report turned out to be. ``kind`` is "receipt" when it says that delivery worked."""

    kind: Literal["bounce", "receipt"]
    reason: str
    bounce: Bounce | None


@dataclass(frozen=True, slots=True)
class _Status:
    actions: tuple[str, ...]
    recipients: tuple[str, ...]
    diagnostic: str
    codes: tuple[str, ...]
    original_id: str


def is_daemon(email: str, name: str = "") -> bool:
    """Whether a sender is a mail system by its address or by its display name."""
    local = email[:320].partition("@")[0].lower()
    return bool(DAEMON.match(local)) or bool(DAEMON_NAME.search(fold(name[:200])))


def delivery_report(mail: Mail) -> Report | None:
    """Read ``mail`` as a delivery report, or None when it is none. Never raises; linear in the size of the mail."""
    declared = fold(mail.headers.get("Content-Type")[:1_000])
    structured = declared.startswith("multipart/report")
    daemon = is_daemon(mail.sender.email, mail.sender.name)
    null_path = null_return_path(mail.headers)
    subject = without_tags(mail.subject)
    machine = daemon or null_path
    if not structured and (challenge := _challenge(mail, subject)):
        return challenge
    if (is_reply(subject) or is_forward(subject)) and not machine and not structured:
        return None
    status = _status(mail) if structured or machine or SUBJECT.match(subject) else None
    if structured and ("delivery-status" in declared or (status and status.actions)):
        return _standard(mail, status)
    if status and status.actions and (machine or (not _human_above(mail) and SUBJECT.match(subject))):
        return _standard(mail, status)
    if not _counts(mail, subject, daemon=daemon, null_path=null_path):
        return None
    if (is_reply(subject) or is_forward(subject)) and _human_above(mail):
        return None
    return Report("bounce", "Avis de non-remise reconnu à son expéditeur, son sujet et ses mots.", _free_form(mail, subject))


def _counts(mail: Mail, subject: str, *, daemon: bool, null_path: bool) -> bool:
    """Count independent signs of a free-form bounce; four points make one, and the words alone never do."""
    nobody = bool(NOBODY.match(mail.sender.email[:320].partition("@")[0].lower()))
    if nobody or (daemon and null_path):
        return True
    points = 2 * daemon + null_path + 2 * bool(SUBJECT.match(subject))
    failed = bool(mail.headers.get("X-Failed-Recipients"))
    points += 2 * failed
    submitted = fold(mail.headers.get("Auto-Submitted"))
    points += submitted.startswith("auto-") and not submitted.startswith("auto-forwarded")
    # Some gateways and cloud services report from an address nobody reads.
    points += bool(re.match(r"(?:no|do-?not)-?reply", mail.sender.email[:320].lower()))
    if not points:
        return False
    top = fold(mail.body[:6_000])
    points += 2 * bool(WORDS.search(top))
    if not (daemon or null_path or failed) and (_human_above(mail) or not _returns_something(mail)):
        return False
    return points >= 4


def _returns_something(mail: Mail) -> bool:
    """Whether a mail from an ordinary address brings what reports bring: a copy, a status code or whom it is about.

    And whether nobody speaks of himself or asks in it: people complain about bounces in the words of bounces.
    """
    top = fold(mail.body[:6_000])
    if SELF.search(top) or "?" in top:
        return False
    copied = any(kind.startswith(("message/", "text/rfc822")) for kind, _ in _texts(mail))
    return copied or bool(ENHANCED.search(top) or _ADDRESS.search(top))


def _human_above(mail: Mail) -> bool:
    """Whether a person's own lines stand above the words of a bounce: its first lines are not a machine's."""
    lines, _ = own_lines(mail.body[:6_000])
    first = [line for line in lines if line][:8]
    if not first:
        return bool(mail.body.strip())
    return not WORDS.search("\n".join(first))


def _standard(mail: Mail, status: _Status | None) -> Report:
    if status is None:
        return Report("bounce", "Rapport de remise (multipart/report).", _free_form(mail, without_tags(mail.subject)))
    good = {"delivered", "relayed", "expanded"}
    if status.actions and all(action in good for action in status.actions):
        return Report("receipt", "Rapport de remise : le message a été remis ou relayé.", None)
    delayed = bool(status.actions) and "failed" not in status.actions and "delayed" in status.actions
    if not status.actions:
        delayed = _is_delayed(mail, without_tags(mail.subject))
    bounce = Bounce(
        permanent=not delayed,
        original_id=_original_id(mail, status),
        recipients=status.recipients or _recipients(mail),
        diagnostic=status.diagnostic or _diagnostic(mail),
    )
    said = "remise retardée" if delayed else "échec de remise"
    return Report("bounce", f"Rapport de remise (RFC 3464) : {said}.", bounce)


def _challenge(mail: Mail, subject: str) -> Report | None:
    """A robot of the recipient's that holds our mail until someone proves to be human."""
    if mail.headers.get("X-TMDA-Confirm-Done") or mail.headers.get("X-Mailinblack") or mail.headers.get("X-Boxbe"):
        marked = True
    else:
        marked = bool(CHALLENGER.search(fold(f"{mail.sender.email[:300]} {mail.sender.name[:200]} {subject}")))
    if is_forward(subject):
        return None
    lines, _ = own_lines(mail.body[:6_000])
    text = " ".join(lines)
    if "http" not in text or not CHALLENGE.search(text) or not (marked or CHALLENGER.search(text)):
        return None
    if not marked and not null_return_path(mail.headers) and not fold(mail.headers.get("Auto-Submitted")).startswith("auto-"):
        return None
    return Report(
        "bounce",
        "Filtre du destinataire : le message attend une confirmation de l'expéditeur.",
        Bounce(False, _original_id(mail, None), (mail.sender.email,) if mail.sender.email else (), "challenge-response"),
    )


def _free_form(mail: Mail, subject: str) -> Bounce:
    return Bounce(not _is_delayed(mail, subject), _original_id(mail, None), _recipients(mail), _diagnostic(mail))


def _is_delayed(mail: Mail, subject: str) -> bool:
    top = _report_text(mail)[:4_000]
    return bool(DELAYED.search(subject) or DELAYED.search(top)) and not FINAL.search(top)


def _report_text(mail: Mail) -> str:
    """The folded words of the report itself, without the copy of the mail it returns."""
    text = fold(mail.body[:MAX_BODY])
    found = _COPY.search(text, 40)
    return text[: found.start()] if found and found.start() > 200 else text


def _texts(mail: Mail) -> list[tuple[str, str]]:
    """(type, text) of the parts that may carry a status or a returned mail."""
    found = []
    for part in mail.parts[:_MAX_PARTS]:
        kind = part.attachment.type.lower()
        if kind.startswith(("message/", "text/")) or part.attachment.family in ("message", "text"):
            found.append((kind, part.content[:_MAX_PART].decode("utf-8", "replace")))
    return found


def _status(mail: Mail) -> _Status | None:
    """The fields of the delivery-status part (RFC 3464), wherever the parser or a careless sender put it."""
    for kind, text in _texts(mail):
        head = text[:2_000].lower()
        if "delivery-status" in kind or (kind != "message/rfc822" and ("reporting-mta:" in head or "final-recipient:" in head)):
            found = _fields(text)
            if found.actions or found.recipients:
                return found
    body = mail.body[:MAX_BODY]
    at = max(body.lower().find("\nreporting-mta:"), body.lower().find("\nfinal-recipient:"))
    return _fields(body[at:]) if at >= 0 else None


def _fields(text: str) -> _Status:
    actions: list[str] = []
    final: dict[str, None] = {}
    original: dict[str, None] = {}
    codes: list[str] = []
    diagnostic = name = ""
    for line in text.splitlines()[:2_000]:
        if line[:1] in (" ", "\t"):
            if name == "diagnostic-code" and len(diagnostic) < _MAX_DIAGNOSTIC:
                diagnostic += " " + line.strip()
            continue
        found = _FIELD.match(line[:2_000])
        name = found[1].lower() if found else ""
        value = found[2].strip() if found else ""
        if name == "action":
            actions.append(value.lower().split(" ")[0].rstrip(";"))
        elif name == "status":
            codes.append(value)
        elif name == "diagnostic-code" and not diagnostic:
            diagnostic = value
        elif name in ("final-recipient", "original-recipient") and (address := _ADDRESS.search(value[:600])):
            (final if name == "final-recipient" else original)[address[0]] = None
    known = tuple(final or original)[:_MAX_RECIPIENTS]
    told = _ORIGINAL_ID.search(text[:_MAX_PART])
    diagnostic = diagnostic or next(iter(codes), "")
    return _Status(tuple(actions), known, diagnostic[:_MAX_DIAGNOSTIC].strip(), tuple(codes), told[1] if told else "")


def _original_id(mail: Mail, status: _Status | None) -> str:
    """The Message-ID of the mail that bounced: from its returned headers, the status, the text, then the thread."""
    for kind, text in _texts(mail):
        if ("rfc822" in kind or kind.startswith("message/")) and "delivery-status" not in kind:
            head = text.replace("\r\n", "\n").partition("\n\n")[0] or text
            if found := _MESSAGE_ID.search(head.replace("\n ", " ").replace("\n\t", " ")):
                return found[1]
    if status and status.original_id:
        return status.original_id
    body = mail.body[:MAX_BODY]
    for text in (body, *(text for _, text in _texts(mail))):
        if found := _MESSAGE_ID.search(text) or _MESSAGE_ID.search(
            text.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ")
        ):
            return found[1]
    return mail.in_reply_to or (mail.references[-1] if mail.references else "")


def _recipients(mail: Mail) -> tuple[str, ...]:
    """Whom a free-form bounce is about: the header exim and Gmail set, then a library's rules, then the text itself."""
    failed = _ADDRESS.findall(mail.headers.get("X-Failed-Recipients")[:5_000])
    found = failed or _by_library(mail)
    if not found:
        own = {mail.sender.email.lower(), *_ADDRESS.findall(mail.headers.get("To")[:5_000].lower())}
        text = _MESSAGE_ID.sub("", _report_text(mail)[:8_000])
        found = [address for address in _ADDRESS.findall(text) if address.lower() not in own and not is_daemon(address)]
    return tuple(dict.fromkeys(found))[:_MAX_RECIPIENTS]


def _by_library(mail: Mail) -> list[str]:
    # Imported here: only a bounce in free form needs it.
    from email.message import Message

    from flufl.bounce import all_failures

    message = Message()
    # One of its detectors fails on an empty From, and would log a traceback.
    message["From"] = mail.sender.email if _ADDRESS.fullmatch(mail.sender.email) else "mailer-daemon@invalid"
    message["Subject"] = " ".join(mail.subject[:500].split())
    message["Content-Type"] = "text/plain"
    message.set_payload(mail.body[:MAX_BODY])
    try:
        temporary, permanent = all_failures(message)
    except Exception:
        # Its detectors raise on odd input (bad charsets, missing headers); own rules follow.
        return []
    raw = sorted(permanent or temporary)
    return [address.decode("ascii", "replace") if isinstance(address, bytes) else str(address) for address in raw]


def _diagnostic(mail: Mail) -> str:
    """The first line of the report that carries a status code or the remote server's words."""
    for line in _original_case(mail):
        if _CODE_LINE.search(line.lower()):
            return line[:_MAX_DIAGNOSTIC]
    return ""


def _original_case(mail: Mail) -> list[str]:
    return [line.strip()[:1_000] for line in mail.body[:20_000].splitlines()[:200] if line.strip()]
