"""Directives built by hand, so that the tests of the processors need no document: a studio's support and modelling."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from core.directive import Business, Choice, Directive, FactSpec, Match, TicketSpec, Word
from core.message import Address, Attachment, Family, Message

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)  # a Wednesday


def words(text: str, weight: float = 1.0) -> tuple[Word, ...]:
    """Words of one weight, separated by commas."""
    return tuple(Word(w.strip(), weight) for w in text.split(",") if w.strip())


SUPPORT_WORDS = (
    words("paiement, facture, mot de passe, remboursement, rembourser, abonnement, prélevé, débité, identifiants, identifiant, RIB, "
          "virement, bug, plante, erreur, connexion, connecter, bloqué, payer, compte, panier, reçu d'achat, réinitialiser, "
          "inaccessible, accès, désinscription, résilier, mécontent, réclamation, moyen de paiement, crash, facturation", 2)
    + words("ne fonctionne pas, ne fonctionne plus, ne marche pas, ne marche plus, ne s'ouvre pas, ne s'affiche pas, ne réagit pas, "
            "ne charge pas, se ferme, écran noir, n'est pas passé, impossible de, pas reçu, jamais reçu, n'arrive pas, ne parviens pas, "
            "ne parviens plus, message d'erreur, page blanche, reste blanche, "
        "n'apparaît pas, disparu, mise à jour, n'arrive plus, expiré, ralentit", 2.5)
    + words("payment, invoice, password, refund, account, login, log in, billing, charged, subscription, receipt, error, bank transfer", 2)
    + words("doesn't work, doesn't load, stopped working, can't open, not working, failed, einloggen, Rechnung, Passwort", 2.5)
    + words("problème, souci, aide, question, reçu, lien", 0.5)
)  # fmt: skip
MODEL_WORDS = (
    words("modéliser, modélisation, modelling, 3D-Modell", 3)
    + words("3D, AR, réalité augmentée, trois dimensions, modèle 3D, rendu 3D, augmented reality, 3D model, numériser, digitize, "
            "modelled", 2)
    + words("model, texture, optimiser, scan", 1)
)  # fmt: skip

COMPLEXITY = (
    Choice("simple", words("boîte, cadre, vase simple, vase, coffret, box, frame")),
    Choice("standard", words("chaise, table, fauteuil, canapé, commode, lampe, chair, armchair, sofa, meuble")),
    Choice("ornate", words("cheminée sculptée, cheminée, marqueterie, sculpté, moulures, baroque, fireplace, marquetry")),
)

MODELISATION_FACTS = (
    FactSpec("files", "files", families=("image", "model3d")),
    FactSpec(
        "object", "text", after=("modéliser ce", "modélisation de", "modèle 3D de", "3D model of", "model", "version 3D de")
    ),
    FactSpec("complexity", "choice", required=False, choices=COMPLEXITY),
    FactSpec("dimensions", "dimensions", required=False),
    FactSpec("count", "count", required=False),
    FactSpec("budget", "money", required=False),
    FactSpec("deadline", "date", required=False),
    FactSpec("textures", "yesno", required=False, after=("texture",)),
)


def directive(name: str, kind: str, match: Match, facts: tuple[FactSpec, ...] = (), *, default: bool = False) -> Directive:
    """A directive with nothing but what reading needs."""
    return Directive(name, kind, "figurative", "r1", match, facts, (), TicketSpec(), {}, {}, default=default)


def business(*facts: FactSpec, revision: str = "r1") -> Business:
    """Support (the default) and modelling; ``facts`` replace the modelling's."""
    support = directive("support", "SUPPORT", Match(words=SUPPORT_WORDS), default=True)
    files = (".glb", ".gltf", ".usdz", ".obj", ".fbx", "model3d")
    modelling = directive(
        "modelisation", "MODELISATION", Match(words=MODEL_WORDS, files=files, file_weight=3.0), facts or MODELISATION_FACTS
    )
    return Business("figurative", "Figurative", revision, (support, modelling))


_FAMILIES: dict[str, Family] = {
    "glb": "model3d", "gltf": "model3d", "usdz": "model3d", "obj": "model3d", "fbx": "model3d", "3ds": "model3d",
    "jpg": "image", "png": "image", "pdf": "pdf", "zip": "archive",
}  # fmt: skip


def attachment(name: str, *, size: int = 200_000, inline: bool = False) -> Attachment:
    """A file of that name, its family by its extension."""
    family = _FAMILIES.get(name.rsplit(".", 1)[-1].lower(), "other")
    return Attachment(name, "application/octet-stream", size, sha256(name.encode()).hexdigest(), family, inline=inline)


def message(text: str = "", subject: str = "", *files: str | Attachment, **more: object) -> Message:
    """A mail of a customer."""
    attachments = tuple(attachment(f) if isinstance(f, str) else f for f in files)
    values: dict[str, object] = {"body": text, "date": NOW, **more}
    return Message(
        "<m@example.com>", "email", Address("client@example.com"), subject=subject, text=text, attachments=attachments, **values
    )  # type: ignore[arg-type]
