"""Which connector serves which system: the real one where its settings are present, its embedded stand-in elsewhere.

Part of the composition root beside assembly.py. Each connector is imported only when it is set up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.directive import Business
from core.effects import Effect, SendMessage
from core.errors import UserError
from core.message import Address
from core.outside import Budget, Count, uncounted
from core.ports import Inbox, Outlet, Records, Spool
from settings import Settings, names_in

if TYPE_CHECKING:
    from connectors.claude.client import ClaudeModel
    from connectors.clickup.client import ClickUpClient
    from connectors.gmail.account import Account
    from connectors.hubspot.client import HubSpotClient
    from connectors.hubspot.properties import PropertySpec
    from connectors.whatsapp.client import TwilioClient
    from connectors.whatsapp.outbox import WhatsAppOutlet
    from engine.office import Office

    #: The ticket properties that the directives in force write.
    Properties = Callable[[], tuple[PropertySpec, ...]]

#: The address that mail comes from when no mailbox is set and it only goes into a folder.
LOCAL_ADDRESS = "guichet@guichet.invalid"
#: The reference in Message-IDs of mails that belong to no case (alerts).
NO_CASE = "00000000"


def sender_of(settings: Settings) -> str:
    """The address that customers see."""
    return settings.gmail_email or LOCAL_ADDRESS


def own_addresses(settings: Settings) -> frozenset[str]:
    """The addresses that we write from: a mail from one of them is our own."""
    return frozenset({sender_of(settings).casefold()})


def ticket_properties(businesses: Iterable[Business]) -> tuple[PropertySpec, ...]:
    """The ticket properties that the directives write, with the type that follows from what they write into them."""
    from connectors.hubspot.properties import PropertySpec

    found: dict[str, PropertySpec] = {}
    for business in businesses:
        for directive in business.directives:
            ticket = directive.ticket
            if ticket.status_property:
                known = found[ticket.status_property].options if ticket.status_property in found else ()
                values = dict.fromkeys((*(v for v, _ in known), *(v for v in ticket.status.values() if v)))
                options = tuple((value, value.replace("_", " ").capitalize()) for value in values)
                label = ticket.status_property.replace("_", " ").capitalize()
                found[ticket.status_property] = PropertySpec(
                    "tickets", ticket.status_property, label, "enumeration", "", options
                )
            for name, text in ticket.properties.items():
                number = text.body["fr"].replace(" ", "") == "{{amount}}"
                label = name.replace("_", " ").capitalize()
                found.setdefault(name, PropertySpec("tickets", name, label, "number" if number else "string"))
            for name, field in ((ticket.task_property, ""), (ticket.files_property, "textarea")):
                if name:
                    found.setdefault(name, PropertySpec("tickets", name, name.replace("_", " ").capitalize(), "string", field))
    return tuple(found.values())


def claude(settings: Settings, spool: Spool, count: Count = uncounted) -> ClaudeModel:
    """The language model. Raises UserError when its price is not known or not readable."""
    from connectors.claude.client import ClaudeModel
    from connectors.claude.prices import Price

    price = None
    if settings.anthropic_price:
        try:
            amounts = [Decimal(part.strip()) for part in settings.anthropic_price.split(",")]
        except InvalidOperation:
            amounts = []
        if len(amounts) != 5:
            raise UserError("cinq nombres séparés par des virgules sont attendus", where="ANTHROPIC_PRICE")
        price = Price(amounts[0], amounts[1], amounts[2], amounts[3], amounts[4])
    return ClaudeModel(
        settings.anthropic_api_key.get_secret_value(),
        spool=spool,
        model=settings.anthropic_model,
        base_url=settings.anthropic_base_url,
        price=price,
        timeout=settings.anthropic_timeout,
        count=count,
    )


def clickup(settings: Settings, count: Count = uncounted) -> ClickUpClient:
    """The task manager's API."""
    from connectors.clickup.client import ClickUpClient

    return ClickUpClient(
        settings.clickup_api_key.get_secret_value(),
        base=settings.clickup_base_url,
        window=settings.clickup_window,
        count=count,
    )


class Switchboard:
    """The connectors of one installation; clients that several share are made once."""

    def __init__(self, settings: Settings, spool: Spool, clock: Callable[[], datetime], count: Count = uncounted) -> None:
        """``count`` is told of every call that the connectors make."""
        self._settings, self._spool, self._clock, self._count = settings, spool, clock, count

    # ------------------------------------------------------------------ what comes in

    def inboxes(self) -> list[Inbox]:
        """The mailbox, else a folder of .eml files; HubSpot's conversations where an agent is set to answer in them."""
        settings = self._settings
        found: list[Inbox] = []
        if settings.has_mailbox:
            from connectors.gmail.inbox import GmailInbox

            found += [
                GmailInbox(
                    self.account,
                    folder=folder,
                    # The first one's name is older than that there could be others: what was read under it is known by it.
                    name=f"gmail:{self.account.email}/{folder}" if number else "",
                    max_size=settings.max_message_bytes,
                    interval=settings.imap_poll_seconds,
                    first_days=settings.imap_first_days,
                    clock=self._clock,
                )
                for number, folder in enumerate(dict.fromkeys(names_in(settings.imap_folder)) or ["INBOX"])
            ]
        else:
            from connectors.local.folder import FolderInbox

            folder = Path(settings.inbox_dir or settings.data_dir / "inbox")
            folder.mkdir(parents=True, exist_ok=True)
            found.append(FolderInbox(folder, max_size=settings.max_message_bytes, clock=self._clock))
        if settings.hubspot_agent_id and settings.hubspot_api_key.get_secret_value():
            from connectors.hubspot.inbox import HubSpotInbox

            found.append(
                HubSpotInbox(
                    self.hubspot,
                    inbox_id=settings.hubspot_inbox_id,
                    interval=settings.hubspot_poll_seconds,
                    max_size=settings.max_message_bytes,
                    first_days=settings.imap_first_days,
                    clock=self._clock,
                )
            )
        if settings.twilio_account_sid:
            from connectors.whatsapp.inbox import WhatsAppInbox

            found.append(
                WhatsAppInbox(
                    self.twilio,
                    spool=self._spool,
                    interval=settings.twilio_poll_seconds,
                    heard=self.whatsapp.heard,
                    pressable=self.whatsapp.pressable,
                    clock=self._clock,
                )
            )
        return found

    # ------------------------------------------------------------------ what goes out

    def outlets(self, records: Records, office: Office, label: str, properties: Properties) -> list[Outlet]:
        """One outlet a system."""
        found = [self._crm(records, properties), self._tasks(records), self._files(), self._mail(office, label)]
        settings = self._settings
        if settings.hubspot_agent_id and settings.hubspot_api_key.get_secret_value():
            from connectors.hubspot.threads import HubSpotThreads

            found.append(HubSpotThreads(self.hubspot, agent=settings.hubspot_agent_id, hub_id=settings.hubspot_hub_id))
        if settings.twilio_account_sid:
            found.append(self.whatsapp)
        return found

    def _crm(self, records: Records, properties: Properties) -> Outlet:
        settings = self._settings
        if not settings.hubspot_api_key.get_secret_value():
            from connectors.local.records import LocalCrm

            return LocalCrm(records, clock=self._clock)
        from connectors.hubspot.crm import HubSpotCrm

        return HubSpotCrm(
            self.hubspot,
            hub_id=settings.hubspot_hub_id,
            pipeline=settings.hubspot_pipeline_id,
            stage_new=settings.hubspot_stage_new,
            stage_closed=settings.hubspot_stage_closed,
            specs=properties,
            clock=self._clock,
        )

    def _tasks(self, records: Records) -> Outlet:
        settings = self._settings
        if not settings.clickup_api_key.get_secret_value():
            from connectors.local.records import LocalTasks

            return LocalTasks(records, clock=self._clock)
        from connectors.clickup.tasks import ClickUpTasks

        return ClickUpTasks(
            self.clickup,
            parent=settings.clickup_parent_task_id,
            spool=self._spool,
            assignee=settings.clickup_assignee_id,
            clock=self._clock,
        )

    def _files(self) -> Outlet:
        settings = self._settings
        if not settings.r2_access_key_id:
            from connectors.local.files import DiskFiles

            folder = Path(settings.files_dir or settings.data_dir / "files")
            return DiskFiles(folder, spool=self._spool, desk=settings.desk_url)
        from connectors.r2.client import Bucket, R2Client
        from connectors.r2.files import R2Files

        bucket = Bucket(
            endpoint=settings.r2_endpoint_url,
            name=settings.r2_bucket_name,
            access_key_id=settings.r2_access_key_id,
            secret_access_key=settings.r2_secret_access_key.get_secret_value(),
            public_url=settings.r2_public_url,
        )
        return R2Files(bucket, spool=self._spool, client=R2Client(bucket, count=self._count))

    def _mail(self, office: Office, label: str) -> Outlet:
        settings = self._settings

        def message_id(effect: Effect) -> str:
            payload = effect.payload
            return office.message_id(effect.key, (payload.reference if isinstance(payload, SendMessage) else "") or NO_CASE)

        name = settings.mail_from_name or label
        if not settings.has_mailbox:
            from connectors.local.folder import FolderOutlet

            return FolderOutlet(
                Path(settings.outbox_dir or settings.data_dir / "outbox"),
                message_id=message_id,
                spool=self._spool,
                sender=Address(sender_of(settings), name),
                clock=self._clock,
            )
        from connectors.gmail.outbox import SmtpOutlet

        imap = self.account
        smtp = replace(
            imap,
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value() or imap.password,
        )
        return SmtpOutlet(
            smtp,
            message_id=message_id,
            spool=self._spool,
            sender_name=name,
            imap=imap,
            sent=settings.imap_sent,
            sent_folder=settings.imap_sent_folder,
            clock=self._clock,
        )

    # ------------------------------------------------------------------ what several share

    @cached_property
    def account(self) -> Account:
        """The mail account: where it is and how it lets us in."""
        from connectors.gmail.account import Account, RefreshTokenProvider

        settings = self._settings
        refresh = settings.gmail_oauth_refresh_token.get_secret_value()
        token = None
        if refresh:
            secret = settings.gmail_oauth_client_secret.get_secret_value()
            token = RefreshTokenProvider(settings.gmail_oauth_client_id, secret, refresh, settings.gmail_oauth_token_url)
        return Account(
            email=settings.gmail_email,
            password=settings.gmail_app_password.get_secret_value(),
            token=token,
            host=settings.imap_host,
            port=settings.imap_port,
            security=settings.imap_security,
            ca_file=settings.mail_ca_file,
        )

    @cached_property
    def twilio(self) -> TwilioClient:
        """The Twilio account, with the limits that inbox and outlet share."""
        from connectors.whatsapp.client import Account as TwilioAccount
        from connectors.whatsapp.client import TwilioClient

        settings = self._settings
        account = TwilioAccount(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            settings.twilio_whatsapp_number,
            base=settings.twilio_base_url,
            messaging_service=settings.twilio_messaging_service,
        )
        return TwilioClient(account, count=self._count)

    @cached_property
    def whatsapp(self) -> WhatsAppOutlet:
        """The outlet, which the inbox tells when a customer was last heard."""
        from connectors.whatsapp.outbox import WhatsAppOutlet
        from connectors.whatsapp.templates import parse_templates

        public = self._settings.public_url.rstrip("/")
        return WhatsAppOutlet(
            self.twilio,
            templates=parse_templates(self._settings.twilio_templates),
            status_callback=f"{public}/webhook/whatsapp/status" if public else "",
            clock=self._clock,
        )

    @cached_property
    def clickup(self) -> ClickUpClient:
        """The workspace, with the limits of its token."""
        return clickup(self._settings, self._count)

    @cached_property
    def hubspot(self) -> HubSpotClient:
        """The portal, with the limits that all its lanes share."""
        from connectors.hubspot.client import HubSpotClient

        settings = self._settings
        return HubSpotClient(
            settings.hubspot_api_key.get_secret_value(),
            base=settings.hubspot_base_url,
            version=settings.hubspot_api_version,
            window=settings.hubspot_window,
            daily=settings.hubspot_daily,
            clock=self._clock,
            count=self._count,
        )

    def budgets(self) -> dict[str, Budget]:
        """The day's budgets of the systems that have one and were called."""
        if "hubspot" not in self.__dict__:  # nobody needed the portal yet
            return {}
        usage = self.hubspot.usage()
        return {"hubspot": Budget(usage.budget, usage.left)}
