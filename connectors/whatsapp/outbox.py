"""WhatsApp as an outlet: free text while the customer's 24 hours run, else a template, else a refusal that says why.

A receipt means that Twilio took the message, not that it arrived: that is told later, by status callback (``webhook.status``)
or by the list of messages (``failures``). Twilio knows no key that would keep a message from being sent twice; before a second try
the list of what was sent to that number is searched for the effect's mark (``text.mark``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from connectors.whatsapp.client import CLOSED, SID, TwilioClient, bare_number, channel_address, code_of, moment, stamp
from connectors.whatsapp.templates import Template, chosen
from connectors.whatsapp.text import MOST_PARTS, mark, seek, signed
from connectors.whatsapp.webhook import Status, status_of
from core.effects import Effect, Receipt, SendMessage, System
from core.erasure import Trace
from core.errors import Ambiguous, PortError, Rejected, Transient, Unreachable
from core.ports import Health

#: How long after a customer's message free text passes, with a margin for the way.
WINDOW = timedelta(hours=24) - timedelta(minutes=10)
#: Numbers whose last message is remembered.
MOST_HEARD = 10_000
_FAILED = frozenset({"failed", "undelivered", "canceled"})

Form = list[tuple[str, str]]


class _Partial(Rejected):
    """Some of it is with the customer: no other way may be tried in silence."""


class WhatsAppOutlet:
    """Sends ``message.send`` from one WhatsApp number. ``heard`` is for any thread, everything else for one at a time.

    ``templates`` as ``templates.parse_templates`` gives them. ``status_callback`` is the public address of our webhook for
    statuses, '' for none. ``last_inbound`` tells when a number last wrote to us; without it, and when it says that this was
    long ago, Twilio's list is asked. ``media_url`` gives the public address of an attachment (``<sha256>/<name>``).
    """

    system: System = "whatsapp"
    batch = 10

    def __init__(
        self,
        client: TwilioClient,
        *,
        templates: Mapping[str, Template] | None = None,
        status_callback: str = "",
        last_inbound: Callable[[str], datetime | None] | None = None,
        media_url: Callable[[str], str] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._templates = dict(templates or {})
        self._callback = status_callback
        self._last_inbound = last_inbound
        self._media_url = media_url
        self._clock = clock
        self._heard: dict[str, datetime] = {}
        self._closed: dict[str, datetime] = {}
        self._lock = threading.Lock()
        #: Without texts in Twilio's list nothing is found there, and not finding proves nothing.
        self.findable = not client.account.redacted
        #: The call may still be at work when we give up waiting, and its message shows in the list a little later.
        self.lag = client.http.patience + 30.0

    @property
    def pressable(self) -> bool:
        """Whether texts may carry quick replies: a template with buttons is set."""
        return any(template.buttons for template in self._templates.values())

    # ------------------------------------------------------------------ the port

    def deliver(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        """Send them one after the other. After a failure of the line the rest is not tried."""
        outcomes: list[Receipt | PortError] = []
        for effect in effects:
            try:
                outcomes.append(self._deliver(effect))
            except _Partial as error:
                outcomes.append(error)
            except Rejected as error:
                # Nothing of it went out: another channel may carry it.
                outcomes.append(Unreachable(str(error)))
            except PortError as error:
                outcomes.append(error)
                rest = Transient("WhatsApp : pas essayé, la ligne est mauvaise") if isinstance(error, Ambiguous) else error
                return outcomes + [rest] * (len(effects) - len(outcomes))
        return outcomes

    def find(self, effects: Sequence[Effect]) -> list[Receipt | None]:
        """Look for their marks in what was sent to their numbers. One that failed reached nobody and is not found.

        Raises PortError. A text in several messages is found when all of them are there.
        """
        if not self.findable:
            return [None] * len(effects)
        by_number: dict[str, list[Effect]] = {}
        for effect in effects:
            if isinstance(effect.payload, SendMessage) and (number := bare_number(effect.payload.to)):
                by_number.setdefault(number, []).append(effect)
        found: dict[str, Receipt] = {}
        for number, wanted in by_number.items():
            for key, (parts, total) in self._sent(number, wanted).items():
                if len(parts) == total:
                    sids = [parts[part] for part in sorted(parts)]
                    found[key] = Receipt(sids[0], found=True, others=tuple(sids[1:]))
        return [found.get(effect.key) for effect in effects]

    def check(self) -> Health:
        """Try the credentials."""
        try:
            state = self._client.state()
        except PortError as error:
            return Health(False, str(error))
        if state != "active":
            return Health(False, f"WhatsApp : le compte Twilio n'est pas actif ({state})")
        return Health(True, f"WhatsApp : messages envoyés par {self._client.account.address.removeprefix('whatsapp:')}")

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    def forget(self, traces: Sequence[Trace]) -> list[PortError | None]:
        """Delete the messages and their files at Twilio, those that came in too."""
        return [self._forget(trace) for trace in traces]

    def _forget(self, trace: Trace) -> PortError | None:
        for sid in (trace.id.partition("/")[0], *trace.others):
            if not SID.fullmatch(sid):
                return Rejected("ce n'est pas un message de Twilio")
            try:
                self._client.erase(sid)
            except PortError as error:
                return error
        return None

    # ------------------------------------------------------------------ beside the port

    def heard(self, number: str, at: datetime) -> None:
        """Somebody wrote to us: from then on free text reaches him for 24 hours. Spares a question to Twilio."""
        bare = bare_number(number)
        with self._lock:
            if bare and at > self._heard.get(bare, datetime.min.replace(tzinfo=UTC)):
                self._heard.pop(bare, None)
                self._heard[bare] = at
                if len(self._heard) > MOST_HEARD:
                    del self._heard[next(iter(self._heard))]

    def closed(self, number: str) -> None:
        """Free text to that number was refused late: until he writes again only templates go to him."""
        bare = bare_number(number)
        with self._lock:
            self._heard.pop(bare, None)
            self._closed[bare] = self._clock()
            if len(self._closed) > MOST_HEARD:
                del self._closed[next(iter(self._closed))]

    def failures(self, since: datetime) -> Iterator[Status]:
        """Messages of ours that never arrived, made after ``since``: for callbacks that were lost. Raises PortError."""
        for row in self._client.messages(From=self._client.account.address):
            made = moment(row.get("date_created"))
            if made is not None and made < since:
                return
            if row.get("status") in _FAILED:
                code = row.get("error_code")
                if code == CLOSED:
                    self.closed(str(row.get("to")))
                yield status_of(
                    str(row.get("sid")), str(row["status"]), str(row.get("to")), code if isinstance(code, int) else 0
                )

    # ------------------------------------------------------------------ sending

    def _deliver(self, effect: Effect) -> Receipt:
        payload = effect.payload
        if not isinstance(payload, SendMessage):
            raise Rejected(f"WhatsApp ne sait pas faire « {effect.kind} »")
        number = bare_number(payload.to)
        if not number:
            raise Rejected(f"« {payload.to[:60]} » n'est pas un numéro international (+33…)")
        if payload.attachments and self._media_url is None:
            raise Rejected("une pièce jointe ne peut pas partir par WhatsApp sans adresse publique des fichiers")
        if not self._open(number):
            return self._send(effect, number, [self._by_template(effect, payload)])
        forms = self._free(effect, payload)
        try:
            return self._send(effect, number, forms)
        except Rejected as error:
            if code_of(error) == CLOSED:
                self.closed(number)
                return self._send(effect, number, [self._by_template(effect, payload)])
            if forms[0][0][0] == "ContentSid":
                # The template with the buttons was refused: the words alone say the same.
                return self._send(effect, number, self._plain(effect, payload))
            raise

    def _send(self, effect: Effect, number: str, forms: Sequence[Form]) -> Receipt:
        """Send each form. Of several, those that an earlier try sent are left out: it may have stopped in between."""
        account = self._client.account
        done: Mapping[int, str] = {}
        if len(forms) > 1 and self.findable:
            done, _ = self._sent(number, [effect]).get(effect.key, ({}, 0))
        sids: list[str] = []
        for part, form in enumerate(forms, 1):
            if part in done:
                sids.append(done[part])
                continue
            whole = [("To", channel_address(number)), ("From", account.address), *form]
            if account.messaging_service:
                whole.append(("MessagingServiceSid", account.messaging_service))
            if self._callback:
                asked = f"effect={quote(effect.key, safe='')}&part={part}&parts={len(forms)}"
                whole.append(("StatusCallback", f"{self._callback}{'&' if '?' in self._callback else '?'}{asked}"))
            try:
                sids.append(self._client.send(whole))
            except Rejected as error:
                if sids:
                    raise _Partial(
                        f"seule une partie du message est partie ({len(sids)} sur {len(forms)}) : {error}"
                    ) from error
                raise
        return Receipt(sids[0], others=tuple(sids[1:]))

    def _free(self, effect: Effect, payload: SendMessage) -> list[Form]:
        """Free text, as a template with buttons where one is set that has as many."""
        template = chosen(self._templates, payload)
        if payload.buttons and not payload.attachments and template and template.buttons == len(payload.buttons):
            try:
                return [self._by_template(effect, payload)]
            except Rejected:
                pass  # too long for it: as text
        return self._plain(effect, payload)

    def _plain(self, effect: Effect, payload: SendMessage) -> list[Form]:
        text, french = payload.text.strip(), payload.language == "fr"
        titles = [title for title, _ in payload.buttons if title.casefold() not in text.casefold()]
        if titles:
            choice = (" ou " if french else " or ").join(f"« {title} »" if french else f'"{title}"' for title in titles)
            text += f"\n\n{'Répondez' if french else 'Reply'} {choice}."
        marked = mark(effect)
        texts = signed(text, marked, payload.language)
        if len(texts) > MOST_PARTS:
            raise Rejected(f"le texte est trop long pour WhatsApp ({len(texts)} messages, {MOST_PARTS} au plus)")
        forms = [[("Body", one)] for one in texts]
        if not payload.attachments or self._media_url is None:
            return forms
        total = len(forms) + len(payload.attachments)
        numbered = [[("Body", seek(marked).sub(f"{marked} ({n}/{total})", one))] for n, one in enumerate(texts, 1)]
        for n, attachment in enumerate(payload.attachments, len(forms) + 1):
            name = attachment.partition("/")[2][:200]
            body = f"{name}\n\nRéf. {marked} ({n}/{total})".strip()
            numbered.append([("Body", body), ("MediaUrl", self._media_url(attachment))])
        return numbered

    def _by_template(self, effect: Effect, payload: SendMessage) -> Form:
        template = chosen(self._templates, payload)
        if template is None:
            raise Rejected(
                "le client n'a pas écrit depuis 24 h : WhatsApp ne prend plus qu'un modèle approuvé, et aucun n'est réglé "
                f"pour « {payload.template} » (TWILIO_TEMPLATES)"
            )
        if payload.attachments:
            raise Rejected("le client n'a pas écrit depuis 24 h : une pièce jointe ne passe plus par WhatsApp")
        word = "Réf." if payload.language == "fr" else "Ref."
        return [("ContentSid", template.sid), ("ContentVariables", template.variables(payload, mark(effect), word))]

    # ------------------------------------------------------------------ what Twilio knows

    def _sent(self, number: str, wanted: Sequence[Effect]) -> dict[str, tuple[dict[int, str], int]]:
        """By key, what of these effects was sent to the number and did not fail: ({part: sid}, parts in all)."""
        patterns = {effect.key: seek(mark(effect)) for effect in wanted}
        found: dict[str, tuple[dict[int, str], int]] = {}
        for row in self._client.messages(To=channel_address(number), From=self._client.account.address):
            if not patterns:
                break
            if row.get("status") in _FAILED:
                continue
            body = str(row.get("body") or "")
            for key, pattern in list(patterns.items()):
                hit = pattern.search(body)
                if hit is None:
                    continue
                part, total = int(hit[1] or 1), int(hit[2] or 1)
                parts, _ = found.setdefault(key, ({}, total))
                parts.setdefault(part, str(row.get("sid")))
                if len(parts) == total:
                    del patterns[key]
        return found

    def _open(self, number: str) -> bool:
        """Whether the customer wrote within the last 24 hours."""
        now = self._clock()
        with self._lock:
            last = self._heard.get(number)
        if last is not None and now - last < WINDOW:
            return True
        told = self._last_inbound(number) if self._last_inbound is not None else None
        if told is None or now - told >= WINDOW:
            since = stamp(now - WINDOW)
            rows = self._client.messages(From=channel_address(number), To=self._client.account.address, since=since)
            told = max((at for row in rows if (at := moment(row.get("date_sent")))), default=None)
        with self._lock:
            closed = self._closed.get(number)
        if told is None or now - told >= WINDOW or (closed is not None and told <= closed):
            return False
        self.heard(number, told)
        return True
