"""What vendors must know to tell us things at once: the addresses of our webhooks, where to paste them, and ClickUp's made by its API.

Behind ``daemon.py webhooks``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import UserError
from engine.callers import CALLERS, path_of
from settings import Settings, origin_of
from switchboard import clickup


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor: whether its webhook would be believed now (``ready``), the address, and what a person does, step by step."""

    name: str
    ready: bool
    address: str
    steps: tuple[str, ...]


def webhooks(settings: Settings, *, register: bool = False) -> list[Vendor]:
    """Every vendor that can tell us things. ``register`` makes ClickUp's webhook where there is none. Raises UserError, PortError."""
    if not origin_of(settings.public_url):
        raise UserError(
            "sans adresse publique, personne ne peut rien nous dire",
            where="PUBLIC_URL",
            todo="réglez l'adresse sous laquelle ce guichet est vu d'internet, par exemple https://guichet.exemple.fr",
        )
    if register and not settings.clickup_api_key.get_secret_value():
        raise UserError("le webhook de ClickUp se crée avec son jeton", where="CLICKUP_API_KEY", todo="réglez-le d'abord")
    base = settings.public_url.rstrip("/")
    return [_whatsapp(settings, base), _hubspot(settings, base), _clickup(settings, base, register=register)]


def _whatsapp(settings: Settings, base: str) -> Vendor:
    steps = (
        f"{CALLERS['whatsapp'].menu['fr']} (bac à sable : Try it out › Sandbox settings).",
        f"« {CALLERS['whatsapp'].field} » : {base}{path_of('whatsapp')}, méthode POST.",
        f"« {CALLERS['whatsapp/status'].field} » : {base}{path_of('whatsapp/status')}, méthode POST (chaque envoi la donne aussi).",
        "La signature est vérifiée avec TWILIO_AUTH_TOKEN : rien d'autre à régler ici.",
    )
    return Vendor("WhatsApp (Twilio)", bool(settings.twilio_account_sid), base + path_of("whatsapp"), steps)


def _hubspot(settings: Settings, base: str) -> Vendor:
    steps = (
        f"{CALLERS['hubspot'].menu['fr']}.",
        f"« {CALLERS['hubspot'].field} » : {base}{path_of('hubspot')}.",
        "Abonnements : conversation.creation et conversation.newMessage (portée conversations.read).",
        "HUBSPOT_CLIENT_SECRET : le « client secret » de l'onglet Auth ; il signe les webhooks (v3).",
    )
    return Vendor("HubSpot", bool(settings.hubspot_client_secret.get_secret_value()), base + path_of("hubspot"), steps)


def _clickup(settings: Settings, base: str, *, register: bool) -> Vendor:
    address = base + path_of("clickup")
    known = settings.clickup_webhook_secret.get_secret_value()
    if not register:
        steps = (
            "ClickUp n'a pas de page pour cela : « daemon.py webhooks --register » crée le webhook et donne son secret.",
            "Relancer la commande ne crée rien deux fois, et réveille un webhook que ClickUp a mis en sommeil.",
        )
        return Vendor("ClickUp", bool(known), address, steps)
    from connectors.clickup.webhooks import Webhooks

    client = clickup(settings)
    try:
        made = Webhooks(client, parent=settings.clickup_parent_task_id).register(address)
    finally:
        client.close()
    did = {
        "none": "Webhook créé.",
        "same": "Le webhook est déjà là : rien n'a été créé.",
        "asleep": "Le webhook était là, en sommeil ou sourd aux statuts : réveillé.",
    }[made.was]
    if made.secret == known:
        return Vendor("ClickUp", True, address, (did, "CLICKUP_WEBHOOK_SECRET est le bon."))
    then = "Mettez cette ligne dans .env, puis relancez le service :"
    return Vendor("ClickUp", False, address, (did, then, f"CLICKUP_WEBHOOK_SECRET={made.secret}"))


def lines(found: list[Vendor]) -> Iterator[str]:
    """For people."""
    for vendor in found:
        yield f"{vendor.name} : {'réglé' if vendor.ready else 'à régler'}"
        yield f"  adresse : {vendor.address}"
        yield from (f"  {step}" for step in vendor.steps)
        yield ""
