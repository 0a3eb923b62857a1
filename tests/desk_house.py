"""A house with a month of varied, believable work in it: for screenshots, and for whoever wants to see pages that are not empty."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from core.effects import Effect, Receipt
from core.errors import PortError, Rejected
from core.ports import Outlet
from engine.posts import PostedFile, Request
from tests.quick import START, Quick
from tests.road import AUTHSERV, JPEG, plain
from tests.web_help import Running

#: Days over which the work is spread; the last of them is "today".
DAYS = 30


def box(size: tuple[float, float, float], at: tuple[float, float, float]) -> tuple[list[tuple[float, ...]], list[int]]:
    """Corners (with normals) and triangles of a box."""
    points: list[tuple[float, ...]] = []
    triangles: list[int] = []
    for axis in range(3):
        for side in (-1, 1):
            normal = tuple(float(side) if i == axis else 0.0 for i in range(3))
            a, b = [i for i in range(3) if i != axis]
            start = len(points)
            for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = [0.0, 0.0, 0.0]
                corner[axis], corner[a], corner[b] = side / 2, u / 2, v / 2
                points.append((*(corner[i] * size[i] + at[i] for i in range(3)), *normal))
            order = (0, 1, 2, 0, 2, 3) if (side > 0) == (axis != 1) else (0, 2, 1, 0, 3, 2)
            triangles += [start + i for i in order]
    return points, triangles


def chair() -> bytes:
    """A chair as a .glb file (glTF 2.0, binary): six boxes of walnut."""
    parts = [((0.46, 0.05, 0.46), (0.0, 0.45, 0.0)), ((0.46, 0.5, 0.04), (0.0, 0.72, -0.21))]
    parts += [((0.05, 0.45, 0.05), (x, 0.22, z)) for x in (-0.2, 0.2) for z in (-0.2, 0.2)]
    points: list[tuple[float, ...]] = []
    triangles: list[int] = []
    for size, at in parts:
        more, faces = box(size, at)
        triangles += [len(points) + i for i in faces]
        points += more
    places = b"".join(struct.pack("<3f", *p[:3]) for p in points)
    normals = b"".join(struct.pack("<3f", *p[3:]) for p in points)
    faces_ = b"".join(struct.pack("<H", i) for i in triangles)
    data = places + normals + faces_
    data += b"\0" * (-len(data) % 4)
    low = [min(p[i] for p in points) for i in range(3)]
    high = [max(p[i] for p in points) for i in range(3)]
    described = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2, "material": 0}]}],
        "materials": [
            {"pbrMetallicRoughness": {"baseColorFactor": [0.36, 0.2, 0.1, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.55}}
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": len(points), "type": "VEC3", "min": low, "max": high},
            {"bufferView": 1, "componentType": 5126, "count": len(points), "type": "VEC3"},
            {"bufferView": 2, "componentType": 5123, "count": len(triangles), "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": len(places)},
            {"buffer": 0, "byteOffset": len(places), "byteLength": len(normals)},
            {"buffer": 0, "byteOffset": len(places) + len(normals), "byteLength": len(faces_)},
        ],
        "buffers": [{"byteLength": len(data)}],
    }
    text = json.dumps(described).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + len(data))
    return head + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail of the month: how many days and hours before "now", who, what; ``reply`` is what he answers, so many hours later."""

    days: int
    name: str
    email: str
    subject: str
    text: str
    files: tuple[str, ...] = ()
    reply: str = ""
    after: int = 5


MONTH: tuple[Letter, ...] = (
    Letter(29, "Atelier Brandt & Fils", "contact@atelier-brandt.example", "Modélisation d'un fauteuil club",
           "Bonjour,\n\nNous souhaitons faire modéliser ce fauteuil club en cuir, L 85 x P 80 x H 90 cm, pour notre site.\n\n"
           "Bien cordialement,\nHélène Brandt", ("fauteuil.jpg",), "Je valide, merci !"),
    Letter(27, "Amina Benali", "amina@boutique.example", "modelisation boite a bijoux",
           "slt jaimerai modeliser une boite a bijoux en bois 12x8x5cm cest pour mon site merci", ("boite.jpg",), "ok allez-y !"),
    Letter(25, "Luc Petit", "luc.petit@example.com", "Paiement refusé",
           "Bonjour, ma carte est refusée alors que j'ai bien été débité, pouvez-vous regarder svp ? C'est urgent !!"),
    Letter(24, "Sarah Cohen", "sarah@design.example", "3D model of a floor lamp",
           "Hello,\n\nCould you make a 3D model of this floor lamp for our AR viewer? It is 160 cm high.\n\nKind regards,\nSarah",
           ("lampe.jpg",), "I approve, thank you!"),
    Letter(22, "Hugo Blanc", "hugo@deco.example", "Chaise en bois",
           "Bonjour, combien pour modéliser cette chaise en bois ?", ("chaise.jpg",), "Non merci, c'est trop cher pour moi."),
    Letter(20, "Marc Lefèvre", "marc.lefevre@example.org", "Fichier GLB à optimiser pour l'AR",
           "Bonjour, le fichier est trop lourd pour nos téléphones, pouvez-vous l'alléger et nous livrer aussi un USDZ ?",
           ("chaise-noyer.glb",), "Je valide"),
    Letter(18, "Maison Delorme", "achats@maison-delorme.example", "Table basse en chêne, version 3D",
           "Bonjour, voici notre table basse Ø 90 cm, H 40 cm. Nous voudrions la montrer en réalité augmentée.",
           ("table.jpg",), "Oui, c'est d'accord."),
    Letter(17, "Nadia Roux", "nadia.roux@example.com", "Impossible de me connecter",
           "Je ne reçois pas le mail pour changer mon mot de passe. Merci de votre aide"),
    Letter(15, "Olivier Tran", "olivier.tran@example.com", "Étagère murale",
           "Bonjour, je voudrais modéliser mon étagère murale, L 80 x P 25 x H 120 cm, pour Shopify.", ("etagere.jpg",),
           "Je valide", 30),
    Letter(14, "Grace O'Neill", "grace@heritage.example", "Picture frame in AR",
           "Hi there, we'd like to show this picture frame in augmented reality. What would it cost?", ("cadre.jpg",), "Yes, go ahead."),
    Letter(12, "Camille Aubert", "camille@cafe-aubert.example", "Tabouret de bar",
           "Bonjour, pouvez-vous modéliser notre tabouret de bar en 3D ? Hauteur 75 cm. Merci d'avance", ("tabouret.jpg",),
           "Je valide"),
    Letter(11, "Tom Becker", "tom@example.com", "Modelling request", "Hi, I need a sofa modelled for AR. Do you need pictures?"),
    Letter(9, "Studio Oak", "anna@studio-oak.example", "3D model of a chair",
           "Hello, could you make a 3D model of this chair for our web shop? It is 45 cm wide and 90 cm high. Best, Anna",
           ("chaise.jpg",), "Approved!"),
    Letter(8, "Brasserie Lou", "achat@brasserie-lou.example", "Chaises et tables de la terrasse",
           "Bonjour, nous voudrions modéliser 4 chaises différentes de notre terrasse, les photos suivent. Bien à vous",
           ("chaise.jpg", "table.jpg")),
    Letter(7, "Inès Faure", "ines.faure@example.com", "Canapé trois places",
           "Bonjour, je voudrais une version 3D de ce canapé, il fait 210 cm de large.", ("fauteuil.jpg",)),
    Letter(6, "Claire Moreau", "claire@chateau.example", "Cheminée sculptée Louis XV",
           "Madame, Monsieur,\n\nNous aimerions une modélisation 3D de notre cheminée sculptée, avec marqueterie et dorures.\n"
           "Elle mesure environ 180 cm de large.\n\nBien à vous,\nClaire Moreau", ("cheminee.jpg",)),
    Letter(5, "Galerie Sainte-Anne", "galerie@example.com",
           "Fauteuil Louis XV à modéliser pour le catalogue en ligne de la vente de printemps, en réalité augmentée, avant la fin "
           "du mois si cela vous est possible",
           "Est-il possible de modéliser ce fauteuil Louis XV pour une vue en réalité augmentée ? La vente a lieu le 30.",
           ("fauteuil.jpg",)),
    Letter(4, "Paul Girard", "paul.girard@example.net", "Table en 3D", "Bonjour\nvous pouvez me faire ma table basse en 3D ?\nPaul"),
    Letter(3, "Léa Fontaine", "lea@fontaine-deco.example", "Vase en céramique",
           "Bonjour, nous souhaitons modéliser ce vase en céramique (H 32 cm) pour notre boutique.", ("vase.jpg",)),
    Letter(2, "Karim Haddad", "karim@example.net", "Commode à modéliser en 3D",
           "Bonjour, pourriez-vous modéliser ma commode en 3D ? Elle fait 110 x 45 x 85 cm.", ("commode.jpg",), "Je valide", 20),
    Letter(1, "Ébénisterie du Vieux-Port", "contact@vieux-port.example", "Commode en marqueterie",
           "Bonjour, je cherche à modéliser en 3D une commode ancienne, plateau en marqueterie de bois de rose. Photo ci-jointe.",
           ("commode.jpg",)),
    Letter(0, "Julie Perrin", "julie.perrin@example.com", "Lampe de bureau",
           "Bonjour, je souhaite modéliser cette lampe de bureau, hauteur 45 cm, pour mon site. Merci !", ("lampe.jpg",)),
)  # fmt: skip


def letter(one: Letter, number: int, sent: str, files: Mapping[str, bytes], answers: EmailMessage | None = None) -> bytes:
    """The mail as it lies in the mailbox."""
    message = EmailMessage()
    domain = one.email.rpartition("@")[2]
    message["Authentication-Results"] = f"{AUTHSERV}; dmarc=pass header.from={domain}"
    message["From"] = f'"{one.name}" <{one.email}>'
    message["To"] = "guichet@localhost.invalid"
    message["Date"] = sent
    message["Message-ID"] = f"<m{number}@{domain}>"
    text = one.text
    message["Subject"] = one.subject if answers is None else f"Re: {answers['Subject']}"
    if answers is not None:
        message["In-Reply-To"] = message["References"] = str(answers["Message-ID"])
        quoted = "\n".join(f"> {line}" for line in plain(answers).splitlines())
        text = f"{one.reply}\n\nLe lun. 2 mars 2026 à 11:42, Figurative a écrit :\n\n{quoted}\n"
    message.set_content(text)
    if answers is None:
        for name in one.files:
            message.add_attachment(files.get(name, JPEG + name.encode()), maintype="image", subtype="jpeg", filename=name)
    return message.as_bytes(policy=SMTP)


class Refusing:
    """An outlet that refuses what a test of effects holds; everything else passes."""

    def __init__(self, outlet: Outlet, refuses: Callable[[Effect], str]) -> None:
        self._deliver, self._refuses = outlet.deliver, refuses
        self.on = True
        outlet.deliver = self  # type: ignore[method-assign]

    def __call__(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        """As the outlet's ``deliver``."""
        whys = [self._refuses(effect) if self.on else "" for effect in effects]
        passing = iter(self._deliver([e for e, why in zip(effects, whys, strict=True) if not why]))
        return [Rejected(why) if why else next(passing) for why in whys]


def refuse(counter: Quick, system: str, refuses: Callable[[Effect], str]) -> Refusing:
    """Let the outlet of that system refuse what ``refuses`` has a sentence for."""
    courier = next(c for c in counter.house.couriers if c.outlet.system == system)
    return Refusing(courier.outlet, refuses)


def arrive(counter: Quick, raw: bytes) -> None:
    """A mail that came in just now by the house's clock."""
    counter.drop(raw)
    path = max(counter.inbox.glob("*.eml"))
    os.utime(path, (counter.now.timestamp(), counter.now.timestamp()))
    counter.send()


def fill(counter: Quick, files: Mapping[str, bytes] | None = None) -> None:
    """A month goes by. Afterwards the house's time is START plus DAYS."""
    files = {"chaise-noyer.glb": chair(), **(files or {})}
    end = START + timedelta(days=DAYS)
    broken = refuse(counter, "tasks", lambda e: "le dossier de destination n'existe plus" if e.kind == "task.create" else "")
    broken.on = False
    for number, one in enumerate(MONTH):
        counter.now = max(counter.now, end - timedelta(days=one.days, hours=3))
        # The last that is agreed to cannot be ordered: its task is refused.
        broken.on = one.name == "Karim Haddad"
        arrive(counter, letter(one, number, format_datetime(counter.now), files))
        if one.reply:
            ours = next(iter(reversed(counter.fresh(one.email))), None)
            counter.now += timedelta(hours=one.after)
            if ours is not None:
                arrive(counter, letter(one, 1000 + number, format_datetime(counter.now), files, ours))
        else:
            counter.fresh(one.email)
    counter.now = end
    for name in counter.house.lanes.names():
        counter.house.lanes.wake(name)
    counter.settle()


def post_form(counter: Quick, desk: object, files: Mapping[str, bytes]) -> None:
    """A request by the form with a 3D file and a photo."""
    from engine.desk import Desk

    assert isinstance(desk, Desk)
    kept = []
    for name, content in files.items():
        digest = counter.house.spool.put(content)
        kept.append(PostedFile(name, "", digest, len(content)))
    words = (
        "Bonjour, voici le fichier 3D de notre chaise en noyer et une photo. Pouvez-vous alléger le modèle pour la réalité "
        "augmentée et reprendre la matière du dossier ? Il nous faudrait le résultat pour le salon du mois prochain."
    )
    links = tuple((f.name, f"sha256:{f.sha256}") for f in kept)
    request = Request(
        "Chaise en noyer : fichier 3D à reprendre", words, "elise@maison-noyer.example", "Élise Marchand", "", links, "form"
    )
    desk.post(request, kept, desk.place(request))
    counter.settle()


def places(web: Running) -> dict[str, str]:
    """The desk's pages by name, as the filled house has them; signing out is left to whoever looks."""
    desk = web.edge.desk
    cases = {c.subject: c.id for c in web.counter.cases()}
    contact = desk.contacts.find(search="claire@chateau.example").rows[0].id
    return {
        "today": "/",
        "cases": "/cases",
        "cases-none": "/cases?q=introuvable",
        "case": f"/cases/{cases['Cheminée sculptée Louis XV']}",
        "case-3d": f"/cases/{cases['Chaise en noyer : fichier 3D à reprendre']}",
        "case-parked": f"/cases/{cases['Commode à modéliser en 3D']}",
        "review": "/review",
        "parked": "/parked",
        "contacts": "/contacts",
        "contact": f"/contacts/{contact}",
        "erasure": f"/contacts/{contact}/erasure",
        "directives": "/directives/figurative",
        "document": "/directives/figurative/document?name=grille_credits_modelisation.md",
        "figures": "/figures",
        "status": "/status",
        "users": "/users",
        "account": "/account",
        "form": "/demande",
        "error": "/nulle-part",
    }
