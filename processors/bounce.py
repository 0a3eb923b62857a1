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

_MAX_PARTS = 30
_MAX_PART = 200_000
_MAX_RECIPIENTS = 50
_MAX_DIAGNOSTIC = 500

_DAEMON = re.compile(
    r"(?:mailer-?_?daemon|mail-?daemon|mdaemon|daemon|post[-_]?master|mail(?:ing)?-?(?:delivery|system|server"
    r"|deliverer)[\w.-]{0,30}"
    r"|microsoftexchange[0-9a-f]{4,40}|double-?bounce|bounces?|ndr|nobounce|mmdf|mmdeamon|uucp|returned-?mail"
    r"|delivery)(?:[+=.-].{0,80})?$"
)
#: Nobody's name: a mail from there needs no further sign.
_NOBODY = re.compile(
    r"(?:mailer-?_?daemon|mail-?daemon|mdaemon|double-?bounce|microsoftexchange[0-9a-f]{4,40})(?:[+=].{0,80})?$"
)
_DAEMON_NAME = re.compile(
    r"mail(?:er)?[ -]?(?:delivery|daemon|system|administrator|router)|postmaster|system administrator"
    r"|administrateur (?:systeme|de messagerie)|microsoft exchange|systemadministrator|systeme de (?:messagerie"
    r"|distribution|remise)"
    r"|amministratore di sistema|administrador del sistema|internet mail delivery|delivery subsystem|mail subsystem"
)

#: Anchored at the start of the subject; a person who answers or forwards has "Re:" or "Fwd:" before it.
_SUBJECT = re.compile(
    r"(?:\W{0,4}|mail system error ?[-:] ?|message status ?[-:] ?|warning: ?|error: ?|failure: ?|delivery error: ?"
    r"|aviso: ?|alerte: ?)"
    r"(?:undeliver|nondeliver|non-?deliver|not delivered|unable to deliver|mail deliver|delivery (?:status|failure"
    r"|notification|report"
    r"|error|problem|has failed|incomplete|unsuccessful|delay|final)|delayed? (?:mail|delivery|message)|message delay"
    r"|returned (?:mail|message|to sender)"
    r"|return(?:ed)? mail|failed (?:mail|delivery|to deliver)|failure (?:notice|delivery|of delivery)|mail (?:failure"
    r"|could not|not delivered|rejected|error|returned|system error)"
    r"|(?:your )?(?:message|mail|email)s? (?:could not be|was not|not|cannot be|undeliver|delivery|delayed|not yet"
    r"|has been delayed|rejected|blocked)"
    r"|(?:could not|cannot) (?:send|be delivered)|could not deliver|permanent (?:delivery )?(?:failure|error)"
    r"|user unknown|unknown (?:user|address)|address not found"
    r"|ndn\b|ndr\b|dsn\b|bounced? (?:mail|message|email)|delivery to the following|message you sent (?:blocked|could)"
    r"|transient|"
    r"non(?:[ -])(?:remis|delivre|distribu|livr|recu)|message non (?:remis|delivre|distribue|livre|envoye)"
    r"|(?:courrier|mail|e-?mail|courriel) non (?:remis|delivre|distribue|livre)"
    r"|remise (?:impossible|differee|retardee|du message|echouee|en echec)|(?:echec|erreur|probleme|probl[eé]me"
    r"|retard|impossibilite) (?:de|d'|dans|lors de|a) ?(?:la |l'|votre )?(?:remise|distribution|livraison|envoi"
    r"|acheminement|transmission|delivrance|expedition)"
    r"|(?:avis|notification|rapport|message|etat) (?:de |d')(?:non[ -])?(?:etat de (?:la )?(?:remise|distribution)"
    r"|etat|remise|distribution|livraison|delivrance|reception|retard|echec|erreur)(?! (?:de )?votre)"
    r"|retour (?:de|du) (?:courrier|mail|message)|(?:courrier|message|mail) (?:retourne|refuse|rejete"
    r"|en attente de remise)|votre (?:message|mail|e-mail|courriel) n'a|distribution (?:impossible|differee|retardee)"
    r"|impossible de (?:remettre|distribuer|delivrer|livrer|transmettre)|adresse (?:introuvable|inconnue)"
    r"|unzustellbar|nicht zustellbar|nicht zugestellt|zustell(?:ung|fehler|bericht)|fehler bei der (?:zustellung"
    r"|ubermittlung)|ruckmeldung|mail zuruck|verzogerte zustellung"
    r"|no se (?:puede|pudo|ha podido)|no entregad|mensaje (?:no|devuelto)|correo (?:no|devuelto)|fallo (?:en"
    r"|de) (?:la )?entrega|notificacion (?:de|del) (?:estado|no)|error (?:de|en) (?:la )?entrega"
    r"|impossibile recapitare|non recapitabile|mancato recapito|mancata consegna|consegna (?:non|fallita)"
    r"|notifica (?:di|dello) (?:stato|mancat)|messaggio non"
    r"|nao (?:entregue|e possivel|foi possivel)|falha (?:na|de) entrega|notificacao (?:de|do) (?:estado|falha|status)"
    r"|mensagem nao|devolvid"
    r"|onbestelbaar|niet (?:bezorg|afgelever|bestel)|bezorg(?:ing|fout)|afleveren mislukt|kan niet worden bezorgd"
    r"|ej levererbar|kunde inte levereras|kan inte levereras|meddelandet kunde|ikke leveret|kunne ikke leveres"
    r"|kan ikke leveres|toimittaminen|niedorecz|nie mozna dostarczyc|nedoruc|kezbesit"
    r"|недостав|не доставлен|невозможно доставить|сообщение не|возврат|не удалось"
    r"|メールエラー|配信(?:不能|エラー|失敗|状況)|送信(?:エラー|失敗"
    r"|できません)|配達不能|メール(?:が|を)?(?:配信|送信)(?:でき|エラー)"
    r"|未達|退信|无法(?:投递|送达|传递)|未送达|传递失败|无法传递|배달(?: 되지|할 수)|전송 실패|반송)"
)
_WORDS = re.compile(
    r"this is the qmail-send program|created automatically by (?:the )?mail (?:delivery software|system|server)|(?:a "
    r"|the )?(?:message|mail|e-?mail|it|which) (?:that )?(?:you (?:have )?sent )?"
    r"(?:could not|couldn't|cannot|can't|can not|has not been|has not yet been|was not|wasn't|hasn't been"
    r"|have not been) (?:be |yet been |been )?(?:delivered|sent|relayed|transmitted)"
    r"|(?:could not|couldn't|cannot|unable to|wasn't able to|not able to|failed to) (?:deliver|be delivered|relay)"
    r"|delivery to the following (?:recipient|address)"
    r"|(?:following|these) (?:recipient|address|destination)[\w() ]{0,20}(?:failed|had|could|were|was|have)"
    r"|had (?:permanent|transient) (?:fatal|non-fatal) errors|permanent fatal errors"
    r"|did not reach the following recipient|undeliverable (?:to|message|mail|address)"
    r"|could not find a mail exchanger|remote host said|giving up on|user (?:is )?unknown|unknown user"
    r"|no such (?:user|mailbox|recipient|address|person)"
    r"|mailbox (?:is )?(?:full|unavailable|has been disabled|not found|does not exist|disabled|quota)|quota exceeded"
    r"|over quota|(?:delivery|message) (?:has )?(?:failed|been delayed|temporarily suspended)"
    r"|returned to (?:the )?sender|retry(?:ing)? for|message (?:will|is being) re(?:tried|queued)"
    r"|recipient(?:'s)? (?:address )?(?:rejected|unknown|not found|does not)|address (?:couldn't be found|rejected"
    r"|not found)|rejected (?:your message|by)|message (?:was )?(?:rejected|bounced|blocked|undeliverable|returned)"
    r"|mail (?:returned|delivery failed)"
    r"|(?:message|mail|courrier|courriel|il|remise)[^\n]{0,80}n'(?:a|ont"
    r"|est) (?:pas )?(?:encore )?(?:pas )?(?:pu (?:etre|vous)|ete|etre|toujours pas)[^\n]{0,30}(?:remis|delivre"
    r"|distribue|livre|envoye|achemine|transmis)"
    r"|impossible (?:de|d')[^\n]{0,20}(?:remettre|distribuer|delivrer|livrer|acheminer|transmettre|envoyer)|(?:echec"
    r"|erreur) (?:de|d'|definitive?|permanente?|lors|dans)[^\n]{0,20}(?:remise|distribution|livraison|envoi"
    r"|delivrance|acheminement)"
    r"|adresse[^\n]{0,60}(?:introuvable|inconnue|n'existe pas|n'a pas ete trouvee|erronee|incorrecte|desactivee)"
    r"|destinataire[^\n]{0,40}(?:inconnu|introuvable|n'existe|refuse|rejete)|boite[^\n]{0,40}(?:pleine|saturee"
    r"|inexistante|n'existe|desactivee|depasse)|remise[^\n]{0,60}(?:echoue|retardee|differee|impossible)"
    r"|konnte[^\n]{0,80}(?:nicht|zugestellt)|nicht zugestellt|unzustellbar|zustellung[^\n]{0,40}(?:fehlgeschlagen"
    r"|nicht moglich|verzogert)|no (?:se )?(?:ha |pudo |puede |ha podido )[^\n]{0,30}(?:entregar|entregado)"
    r"|non (?:e stato possibile|ha potuto|puo essere|e stato)[^\n]{0,40}(?:recapita|consegna)"
    r"|nao (?:foi|pode|pod[eê])[^\n]{0,40}entreg|kon(?:den)? niet[^\n]{0,40}(?:bezorgd|afgeleverd)|(?:inte"
    r"|ikke)[^\n]{0,30}levere|не (?:удалось|может быть|было|доставлено)[^\n]{0,40}(?:достав|$)|не доставлено|配信(?:でき"
    r"|不能)|届けられません|送信できません|送达|无法(?:投递|送达|发送)|退回"
    r"|final-recipient ?:|diagnostic-code ?:|\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|smtp error from remote"
    r"|notificationtype[\\\x22: ]{1,8}bounce|error delivering your mail|has been postponed|n'a pas pu etre delivre"
    r"|error message below|your (?:message|e-?mail|mail)[^\n]{0,40}(?:was|is) (?:rejected|refused|blocked|bounced)"
    r"|\b55\d (?:\S{1,20} ){0,3}(?:user|mailbox|recipient|address|unknown|invalid)"
)
_DELAYED = re.compile(
    r"delay(?:ed|notice)|not yet been delivered|has not been delivered (?:yet|after)|will (?:continue|keep|be retried"
    r"|retry|try again)|still trying|no action is required on your part|do not need to (?:re)?send"
    r"|you need not resend|temporarily suspended|transient (?:non-fatal|failure)"
    r"|warning message only|pas encore (?:pu |ete )|sera(?:ont)? (?:retente|renouvele)|tentatives? (?:se|va|vont"
    r"|ser)[^\n]{0,20}pours|nouvelles? tentatives?[^\n]{0,40}(?:ser|effectue|aura)|(?:remise"
    r"|distribution)[^\n]{0,30}(?:retard|differe)|reessa(?:iera|yera|ierons|yerons)"
    r"|n'est pas necessaire de (?:le )?renvoyer|inutile de (?:le )?renvoyer"
    r"|verzogert|noch nicht zugestellt|weiterhin versucht|noch (?:weiter|\d)[^\n]{0,40}versuch|retras(?:ad|o)"
    r"|ritardat|in ritardo|atrasad|vertraagd|vertraging|odloz|задерж|遅延|延迟"
)
_FINAL = re.compile(
    r"giving up|gave up|permanent (?:error|fatal|failure)|definitive|abandonn|this is a permanent error|final|expired"
    r"|could not be delivered for"
)
_CHALLENGE = re.compile(
    r"(?:confirm|verify|authenticate)[^\n]{0,80}(?:deliver|sender|human|your (?:message|email|mail))[^\n]{0,120}"
    r"|(?:deliver|release)[^\n]{0,60}(?:once you|after you|please) (?:confirm|verify|click)"
    r"|(?:message|mail|e-mail|courriel)[^\n]{0,80}(?:en attente|bloque|retenu"
    r"|mis en quarantaine)[^\n]{0,120}(?:authentifi|confirm|valid|identifi|cliqu)|(?:authentifi|identifi)(?:er|ez"
    r"|cation)[^\n]{0,120}(?:expediteur|remis|delivre|distribu|livre|mail|message)|prouver que vous (?:etes|n'etes)"
)
_CHALLENGER = re.compile(
    r"mailinblack|mail in black|boxbe|spamarrest|spam arrest|tmda|bluebottle|antispameurope|sendio|cleanmail"
    r"|challenge|altospam|vade ?retro|whitelist|liste blanche|premier (?:mail|message|envoi)|first (?:time|message"
    r"|email)|anti-?spam"
)

_SELF = re.compile(
    r"(?:^|[\s.,;(])(?:je|j'\w+|mon|ma|mes|m'\w+|i|my|mine|ich|mein\w{0,2}|mi|mis|mio|mia|meu|minha|mijn)(?=\s|$)"
)
_ENHANCED = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")

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
    return bool(_DAEMON.match(local)) or bool(_DAEMON_NAME.search(fold(name[:200])))


def delivery_report(mail: Mail) -> Report | None:
    """Read ``mail`` as a delivery report, or None when it is none. Never raises; linear in the size of the mail."""
    declared = fold(mail.headers.get("Content-Type")[:1_000])
    structured = declared.startswith("multipart/report")
    daemon = is_daemon(mail.sender.email, mail.sender.name)
    null_path = null_return_path(mail.headers)
    subject = without_tags(mail.subject)
    machine = daemon or null_path
    if (is_reply(subject) or is_forward(subject)) and not machine and not structured:
        return None
    status = _status(mail) if structured or machine or _SUBJECT.match(subject) else None
    if structured and ("delivery-status" in declared or (status and status.actions)):
        return _standard(mail, status)
    if status and status.actions and (machine or (not _human_above(mail) and _SUBJECT.match(subject))):
        return _standard(mail, status)
    if challenge := _challenge(mail, subject):
        return challenge
    if not _counts(mail, subject, daemon=daemon, null_path=null_path):
        return None
    if (is_reply(subject) or is_forward(subject)) and _human_above(mail):
        return None
    return Report("bounce", "Avis de non-remise reconnu à son expéditeur, son sujet et ses mots.", _free_form(mail, subject))


def _counts(mail: Mail, subject: str, *, daemon: bool, null_path: bool) -> bool:
    """Count independent signs of a free-form bounce; four points make one, and the words alone never do."""
    nobody = bool(_NOBODY.match(mail.sender.email[:320].partition("@")[0].lower()))
    if nobody or (daemon and null_path):
        return True
    points = 2 * daemon + null_path + 2 * bool(_SUBJECT.match(subject))
    failed = bool(mail.headers.get("X-Failed-Recipients"))
    points += 2 * failed
    submitted = fold(mail.headers.get("Auto-Submitted"))
    points += submitted.startswith("auto-") and not submitted.startswith("auto-forwarded")
    # Some gateways and cloud services report from an address nobody reads.
    points += bool(re.match(r"(?:no|do-?not)-?reply", mail.sender.email[:320].lower()))
    if not points:
        return False
    top = fold(mail.body[:6_000])
    points += 2 * bool(_WORDS.search(top))
    if not (daemon or null_path or failed) and (_human_above(mail) or not _returns_something(mail)):
        return False
    return points >= 4


def _returns_something(mail: Mail) -> bool:
    """Whether a mail from an ordinary address brings what reports bring: a copy, a status code or whom it is about.

    And whether nobody speaks of himself or asks in it: people complain about bounces in the words of bounces.
    """
    top = fold(mail.body[:6_000])
    if _SELF.search(top) or "?" in top:
        return False
    copied = any(kind.startswith(("message/", "text/rfc822")) for kind, _ in _texts(mail))
    return copied or bool(_ENHANCED.search(top) or _ADDRESS.search(top))


def _human_above(mail: Mail) -> bool:
    """Whether a person's own lines stand above the words of a bounce: its first lines are not a machine's."""
    lines, _ = own_lines(mail.body[:6_000])
    first = [line for line in lines if line][:8]
    if not first:
        return bool(mail.body.strip())
    return not _WORDS.search("\n".join(first))


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
        marked = bool(_CHALLENGER.search(fold(f"{mail.sender.email[:300]} {mail.sender.name[:200]} {subject}")))
    if is_reply(subject) and not marked:
        return None
    lines, _ = own_lines(mail.body[:6_000])
    text = "\n".join(lines)
    if not _CHALLENGE.search(text) or not (marked or _CHALLENGER.search(text)) or "http" not in text:
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
    return bool(_DELAYED.search(subject) or _DELAYED.search(top)) and not _FINAL.search(top)


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
        own = {mail.sender.email.lower()}
        text = _report_text(mail)[:8_000]
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
