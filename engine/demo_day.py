"""A day of customers' mail for the demonstration: written for it, varied on purpose, in hurried French and some English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from core.directive import Business

_JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 120
_GLB = b"glTF\x02\x00\x00\x00" + bytes(range(256)) * 200


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the day. ``reply`` is what this person answers to what we send, '' for nothing; ``vouched`` by her server."""

    name: str
    email: str
    subject: str
    text: str
    files: tuple[str, ...] = ()
    reply: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    vouched: bool = True


#: The business whose day this is; another's is made of the examples in its own documents.
HOME = "figurative"
#: Letters of a day that is made of examples.
MOST = 12

DAY: tuple[Letter, ...] = (
    Letter(
        "Jean Dupont", "jean.dupont@example.com", "Modélisation fauteuil vintage",
        "Bonjour,\n\nJe souhaite modéliser ce fauteuil pour ma boutique en ligne.\n\nCordialement,\nJean Dupont",
        ("fauteuil.jpg",), reply="Je valide",
    ),
    Letter(
        "Amina Benali", "amina@boutique.example", "modelisation",
        "slt jaimerai modeliser une boite a bijoux en bois 12x8x5cm cest pour mon site merci",
        ("IMG_2041.jpg",), reply="ok parfait allez-y, merci !",
    ),
    Letter(
        "Marc Lefèvre", "marc.lefevre@example.org", "Fichier GLB à optimiser pour l'AR",
        "Bonjour, le fichier est trop lourd pour nos téléphones, pouvez-vous l'alléger et nous livrer aussi un USDZ ?"
        "\n\n-- \nMarc Lefèvre\nLefèvre & Fils",
        ("buffet.glb",), reply="Oui mais pouvez-vous d'abord me confirmer le délai et baisser le prix ?",
    ),
    Letter(
        "Claire Moreau", "claire@chateau.example", "Cheminée sculptée Louis XV",
        "Madame, Monsieur,\n"
        "Nous aimerions une modélisation 3D de notre cheminée sculptée, avec marqueterie et dorures.\nBien à vous,\nClaire Moreau",
        ("cheminee1.jpg", "cheminee2.jpg"), reply="Je valide",
    ),
    Letter(
        "Paul Girard", "paul.girard@example.net", "Table en 3D",
        "Bonjour\nvous pouvez me faire ma table basse en 3D ?\nPaul",
        reply="Voici la photo :)",
    ),
    Letter(
        "Sarah Cohen", "sarah@design.example", "3D model of a lamp",
        "Hello,\n\nCould you make a 3D model of this floor lamp for our AR viewer? It is 160 cm high.\n\nKind regards,\nSarah",
        ("lamp.jpg",), reply="I approve, thank you!",
    ),
    Letter(
        "Luc Petit", "luc.petit@example.com", "paiement refusé",
        "Bonjour, ma carte est refusée alors que j'ai bien été débité, pouvez-vous regarder svp ? c'est urgent !!",
    ),
    Letter(
        "Nadia Roux", "nadia.roux@example.com", "Impossible de me connecter",
        "Je ne reçois pas le mail pour changer mon mot de passe. Merci de votre aide",
    ),
    Letter(
        "Hugo Blanc", "hugo@deco.example", "chaise",
        "bjr, cb pour modéliser cette chaise en bois ?", ("chaise.jpg",), reply="Non merci, c'est trop cher pour moi.",
    ),
    Letter(
        "Inès Faure", "ines.faure@example.com", "Canapé 3 places",
        "Bonjour, je voudrais une version 3D de ce canapé.", ("canape.jpg",),
        reply="Je valide", vouched=False,
    ),
    Letter(
        "Newsletter Déco", "news@deco-hebdo.example", "Les tendances 3D du mois",
        "Découvrez nos 10 idées pour modéliser votre intérieur. Se désabonner.",
        headers=(("List-Unsubscribe", "<mailto:stop@deco-hebdo.example>"),
                 ("List-Id", "<news.deco-hebdo.example>"), ("Precedence", "bulk")),
    ),
    Letter(
        "Karim Haddad", "karim.haddad@example.org", "Réponse automatique : absence",
        "Je suis absent jusqu'au 12 et répondrai à mon retour.",
        headers=(("Auto-Submitted", "auto-replied"),),
    ),
)  # fmt: skip

ADMIN_ANSWER = "ok 6 crédits"


def as_mail(letter: Letter, number: int, to: str, authserv_id: str) -> bytes:
    """The letter as it would lie in the mailbox."""
    mail = _mail(letter, to, authserv_id, letter.vouched)
    mail["Subject"] = letter.subject
    mail["Message-ID"] = f"<demo-{number}@{letter.email.partition('@')[2]}>"
    mail.set_content(letter.text)
    for place, name in enumerate(letter.files):
        content = (_GLB if name.endswith(".glb") else _JPEG) + f"{number}/{place}".encode()
        kind = ("model", "gltf-binary") if name.endswith(".glb") else ("image", "jpeg")
        mail.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    return mail.as_bytes(policy=SMTP)


def as_reply(letter: Letter, text: str, ours: EmailMessage, number: int, to: str, authserv_id: str) -> bytes:
    """What the person answers to a mail of ours, quoting it as mail programs do."""
    mail = _mail(letter, to, authserv_id, letter.vouched)
    mail["Subject"] = f"Re: {ours['Subject']}"
    mail["Message-ID"] = f"<demo-reply-{number}@{letter.email.partition('@')[2]}>"
    mail["In-Reply-To"] = str(ours["Message-ID"])
    mail["References"] = " ".join(filter(None, [str(ours.get("References", "")), str(ours["Message-ID"])]))
    part = ours.get_body(("plain",))
    quoted = "\n".join(f"> {line}" for line in (part.get_content() if part else "").splitlines())
    mail.set_content(f"{text}\n\nLe lun. 2 mars 2026 à 11:42, Figurative <{to}> a écrit :\n\n{quoted}\n")
    if "photo" in text:
        mail.add_attachment(_JPEG + f"reply{number}".encode(), maintype="image", subtype="jpeg", filename="photo.jpg")
    return mail.as_bytes(policy=SMTP)


def _mail(letter: Letter, to: str, authserv_id: str, vouched: bool) -> EmailMessage:
    mail = EmailMessage()
    domain = letter.email.partition("@")[2]
    if vouched:
        mail["Authentication-Results"] = f"{authserv_id}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
    mail["From"] = f'"{letter.name}" <{letter.email}>'
    mail["To"] = to
    mail["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    for name, value in letter.headers:
        mail[name] = value
    return mail


def day_of(businesses: Mapping[str, Business]) -> tuple[Letter, ...]:
    """The mail of a day at this counter."""
    if HOME in businesses:
        return DAY
    letters = []
    for business in businesses.values():
        examples = [e for d in business.directives for e in d.examples if not e.stage]
        for number, example in enumerate(examples[:MOST]):
            name, _, domain = example.sender.partition("@")
            email = f"{name}.{number}@{domain or 'example.com'}"
            letters.append(Letter(name.capitalize(), email, example.subject, example.text, example.files))
    return tuple(letters)
