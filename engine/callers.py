"""Who calls our webhooks, and where a person tells them our addresses: for the desk, the console, and the web's routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.directive import Localized


@dataclass(frozen=True, slots=True)
class Caller:
    """A webhook of a vendor's. ``menu`` is where in his tool its address goes, ``field`` the field's name there."""

    vendor: str
    menu: Localized
    field: str

    @property
    def place(self) -> Localized:
        """Both, as a sentence."""
        return {"fr": f"{self.menu['fr']} : « {self.field} », en POST.", "en": f"{self.menu['en']}: “{self.field}”, by POST."}


_TWILIO = {
    "fr": "Console Twilio › Messaging › Senders › WhatsApp senders › votre numéro",
    "en": "Twilio console › Messaging › Senders › WhatsApp senders › your number",
}
_HUBSPOT = {
    "fr": "HubSpot › Paramètres › Intégrations › Applications privées › votre application › Webhooks",
    "en": "HubSpot › Settings › Integrations › Private Apps › your app › Webhooks",
}
_CLICKUP = {
    "fr": "API de ClickUp › Create Webhook (« daemon.py webhooks --register » le fait)",
    "en": "ClickUp API › Create Webhook (“daemon.py webhooks --register” does it)",
}
#: By the hook's name, which is also the end of its address.
CALLERS: Mapping[str, Caller] = {
    "whatsapp": Caller("Twilio", _TWILIO, "Webhook URL for incoming messages"),
    "whatsapp/status": Caller("Twilio", _TWILIO, "Status callback URL"),
    "hubspot": Caller("HubSpot", _HUBSPOT, "Target URL"),
    "clickup": Caller("ClickUp", _CLICKUP, "endpoint"),
}


def path_of(name: str) -> str:
    """Where the hook of that name is called."""
    return f"/webhook/{name}"
