"""One mail as the rules on automatic mail see it: each reading of it is made once, and only if a rule asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from processors.automatic_absence import AWAY, BACK, INSTEAD, SUBJECT_UNTIL
from processors.automatic_text import (
    MAX_BODY,
    MAX_SUBJECT,
    Mail,
    fold,
    is_forward,
    is_reply,
    null_return_path,
    own_lines,
    without_tags,
)
from processors.automatic_words import MACHINE, MACHINE_ANYWHERE, PERSON, RECEIVED, SILENT, SUBJECT
from processors.bounce import is_daemon
from processors.correlate import same_correspondent
from processors.gated import Gated

#: Addresses that say of themselves that nobody reads them.
NO_REPLY = re.compile(
    r"(?:.{0,40}[._-])?(?:no|ne|non|do|nao|not|nicht|pas)[._-]?(?:not[._-]?|pas[._-]?)?(?:reply|repondre|repondez"
    r"|responder|responda|rispondere|reponse|reponses|antworten|answer|response)(?:[._+-].{0,60})?$"
)
#: Addresses that machines use, and departments too: a person's words outweigh them.
ROBOT = re.compile(
    r"(?:.{0,40}[._-])?(?:notifications?|notify|notifier|alerts?|alertes?|newsletters?|mailings?|autoreply|autoresponder)"
    r"(?:[+=].{0,60})?$|(?:automat\w{0,6}|robot|updates?|digest|reminders?|rappels?|mailer|news|marketing)(?:[+=].{0,60})?$"
)
ROLE = re.compile(
    r"(?:support|contact|info|infos|service|services|sav|help|helpdesk|hello|bonjour|client|clients|serviceclient"
    r"|service-?client|service-?clients|relation-?client|customer.{0,20}|care|sales|commercial|billing|facturation"
    r"|accueil|team|equipe|assistance|admin|office|mail|email|commande|commandes|order|orders|reservations?|compte"
    r"|feedback|community|reply|replies)(?:[._+-].{0,60})?$"
)
_FORM_EMAIL = Gated(
    r"(?:^|\n)\W{0,6}(?:(?:votre |your |adresse )?(?:e-?mail|courriel|mail|adresse e-?mail|email address)|de|from"
    r"|von)\b[^\n:]{0,30} ?:\s{0,4}[^\n]{0,80}?[\w.+-]{1,64}@[\w-]{1,60}\."
)
_FORM_TEXT = Gated(
    r"(?:^|\n)\W{0,6}(?:votre |your |corps du )?(?:message|demande|commentaires?|question|comments?|description"
    r"|details?|nachricht|mensaje|messaggio|mensagem|bericht|body)\b[^\n:]{0,30} ?:"
)


class View:
    """One mail as the rules see it; each reading of it is made once, and only if a rule asks."""

    def __init__(self, mail: Mail, own_addresses: frozenset[str]) -> None:
        self.mail = mail
        self.own_addresses = own_addresses
        self.headers = mail.headers

    def header(self, name: str) -> str:
        """The first field of that name, folded; '' where there is none."""
        value = self.headers.get(name)
        return fold(value[:2_000]).strip() if value else ""

    def among(self, names: Sequence[str]) -> Iterator[str]:
        """Those of the names that fields of the mail have."""
        return (name for name in names if name.lower() in self._names)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(map(str.lower, self.headers))

    @cached_property
    def content_type(self) -> str:
        """The Content-Type field, folded."""
        return self.header("Content-Type")

    @cached_property
    def subject(self) -> str:
        """The subject without tags, folded."""
        return without_tags(self.mail.subject)

    @cached_property
    def titled(self) -> re.Match[str] | None:
        """The part of the subject by which robots entitle their answers, be it in a tag."""
        return SUBJECT.match(self.subject) or SUBJECT.match(fold(self.mail.subject[:MAX_SUBJECT]))

    @cached_property
    def _cut(self) -> tuple[tuple[str, ...], bool]:
        return own_lines(self.mail.body)

    @cached_property
    def own(self) -> str:
        """What stands above the first quotation, folded."""
        return "\n".join(self._cut[0])[:20_000]

    @cached_property
    def folded(self) -> str:
        """The first MAX_BODY characters of the body, folded."""
        return fold(self.mail.body[:MAX_BODY])

    @cached_property
    def null_path(self) -> bool:
        """Whether the envelope's sender is empty."""
        return null_return_path(self.headers)

    @cached_property
    def local(self) -> str:
        """The sender's address before its @, folded."""
        return fold(self.mail.sender.email[:320]).partition("@")[0]

    @cached_property
    def no_reply(self) -> bool:
        """Whether that address says that nobody reads it."""
        return bool(NO_REPLY.match(self.local))

    @cached_property
    def precedence(self) -> str:
        """The Precedence field, folded: "bulk", "list", "junk" …"""
        return self.header("Precedence") or self.header("X-Precedence")

    @cached_property
    def submitted(self) -> str:
        """Auto-Submitted without its comment: "auto-replied", "auto-generated", "no" …"""
        return re.split(r"[\s;(]", self.header("Auto-Submitted") or self.header("X-Auto-Submitted"), maxsplit=1)[0]

    @cached_property
    def person(self) -> bool:
        """Somebody wants or decides something in his own lines, or they do in his form."""
        return PERSON.matches(self.own) or self.form

    @cached_property
    def form(self) -> bool:
        """A contact form's mail: its text stands between labels and somebody's address is in it."""
        text = self.folded[:20_000]
        return _FORM_TEXT.matches(text) and _FORM_EMAIL.matches(text)

    @cached_property
    def writes_for_other(self) -> bool:
        """Reply-To is a person, not the machine that sent it: a site's form, or a relay that rewrites From."""
        reply_to = self.mail.reply_to
        if reply_to is None or "@" not in reply_to.email:
            return False
        if any(same_correspondent(reply_to.email, own) for own in self.own_addresses):
            return False
        local, _, domain = fold(reply_to.email[:320]).partition("@")
        sender_domain = fold(self.mail.sender.email[:320]).partition("@")[2]
        if same_correspondent(reply_to.email, self.mail.sender.email) or NO_REPLY.match(local) or is_daemon(local):
            return False
        return domain != sender_domain and not ROLE.match(local)

    @cached_property
    def cues(self) -> frozenset[str]:
        """The families of words of a robot found in the sender's own lines."""
        families = {"away": AWAY, "back": BACK, "instead": INSTEAD, "silent": SILENT, "received": RECEIVED}
        found = {name for name, pattern in families.items() if pattern.matches(self.own)}
        if MACHINE.matches(self.own):
            found.add("machine")
        if not is_reply(self.subject) and not is_forward(self.subject) and SUBJECT_UNTIL.match(self.subject):
            found |= {"away", "back"}
        return frozenset(found | {"machine"} if MACHINE_ANYWHERE.matches(self.own) else found)
