"""Builds whole raw mails around sentences, as the mail programs of customers write them. For the blind sets."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "fixtures" / "blind"

#: Our quote as it leaves (directives/figurative/messages/quote.md).
QUOTE = """\
Bonjour Jean Dupont,

Merci pour votre demande, nous avons tout ce qu'il faut pour la chiffrer.

Votre objet : fauteuil
Votre prix : 2 crédits (modélisation complète avec textures)

Pour accepter, répondez simplement à ce message :

Je valide

Pour renoncer, répondez :

Je refuse

Nous commençons dès votre accord, et rien n'est décompté avant. Ce prix est valable jusqu'au 20 décembre 2026.

Pour un résultat plus fidèle, vous pouvez aussi nous dire (ce n'est pas obligatoire) :

- Quelles sont ses dimensions (largeur, profondeur, hauteur) ?
- Auriez-vous d'autres vues de l'objet (face, côté, dos, détails) ?

Bien à vous,
L'équipe Figurative

Référence : [#0J5TF75R-374AD4]"""

QUOTE_EN = """\
Hello Tom Baker,

Thank you for your request. We have everything we need to price it.

Your object: armchair
Your price: 2 credits (full modelling with textures)

To accept, simply reply to this message:

I approve

To decline, reply:

I decline

We start as soon as you agree, and nothing is deducted before that. This price is valid until 20 December 2026.

Best regards,
The Figurative team

Reference: [#0J5TF75R-374AD4]"""

#: Our mail that asks for what is missing: a yes under it approves no price.
QUESTION = """\
Bonjour Jean Dupont,

Merci pour votre demande. Pour la chiffrer, il nous manque :

- Pouvez-vous joindre une photo ou un fichier 3D de l'objet ?

Répondez simplement à ce message.

Bien à vous,
L'équipe Figurative

Référence : [#0J5TF75R-374AD4]"""

REVIEW = """\
Bonjour,

Une demande a besoin de votre avis. Pour répondre, écrivez une seule ligne en tête de votre réponse, par exemple :

ok 3 crédits

ou, pour la refuser :

non

Le prix que vous donnez part aussitôt en devis au client. Rien n'est créé avant son accord.

POURQUOI
- Objet très complexe

LA DEMANDE
Client : Jean Dupont, jean.dupont@example.com
Reçue le 20 novembre 2026
Sujet : Cheminée sculptée
Objet : cheminée

SES MOTS
Je voudrais faire modéliser cette cheminée du XVIIIe siècle, avec ses 12 chérubins et 3 médaillons.

FICHIERS (1)
- cheminee.jpg (2,1 Mo) https://files.example.com/cheminee.jpg

Référence : [#0J5TF75R-374AD4]"""

US = "guichet@figurative.example"
SUBJECT = "Votre devis : 2 crédits"
_OBJECT = f"Objet : {SUBJECT}"
_LONG_DAY = "Vendredi 20 novembre 2026 18:43"
_PROTON = "Envoyé avec la messagerie sécurisée Proton Mail."
_READ = "Final-Recipient: rfc822;jean@example.com\nDisposition: manual-action/MDN-sent-manually; displayed\n"


def _marked(text: str) -> str:
    return "\n".join("> " + line if line else ">" for line in text.split("\n"))


def _block_fr(text: str) -> str:
    head = f"De : Figurative <{US}>\nEnvoyé : vendredi 20 novembre 2026 18:43\n"
    return f"{head}À : Jean Dupont <jean.dupont@example.com>\nObjet : {SUBJECT}\n\n{text}"


def _p(text: str) -> str:
    return "".join(f"<p class=MsoNormal>{html.escape(line) or '&nbsp;'}</p>" for line in text.split("\n"))


def _div(text: str) -> str:
    return "".join(f"<div>{html.escape(line) or '<br>'}</div>" for line in text.split("\n"))


def _gmail(text: str, line: str, quote: str) -> tuple[str, str]:
    plain = f"{text}\n\n{line}\n\n{_marked(quote)}\n"
    rich = (
        f'<div dir="ltr">{_div(text)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
        f'{html.escape(line)}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">{_div(quote)}</blockquote></div>'
    )
    return plain, rich


_GMAIL_LINE = {
    "fr": f"Le ven. 20 nov. 2026 à 18:43, Figurative <{US}> a écrit :",
    "en": f"On Fri, Nov 20, 2026 at 6:43 PM Figurative <{US}> wrote:",
    "de": f"Am Fr., 20. Nov. 2026 um 18:43 Uhr schrieb Figurative <{US}>:",
    "es": f"El vie, 20 nov 2026 a las 18:43, Figurative (<{US}>) escribió:",
    "it": f"Il giorno ven 20 nov 2026 alle ore 18:43 Figurative <{US}> ha scritto:",
    "pt": f"Figurative <{US}> escreveu (sexta, 20/11/2026 à(s) 18:43):",
    "nl": f"Op vr 20 nov 2026 om 18:43 schreef Figurative <{US}>:",
}


def body(client: str, text: str, quote: str) -> tuple[str, str]:
    """(plain, html) as that program writes a reply; html '' where it writes none."""
    name, _, variant = client.partition("_")
    if client == "bare":
        return text + "\n", ""
    if client == "gmail_html":
        return "", _gmail(text, _GMAIL_LINE["fr"], quote)[1]
    if client == "gmail_fr_hist_oui":
        history = (
            "Oui je valide !\n\n"
            + "Le ven. 20 nov. 2026 à 19:02, Figurative <" + US + "> a écrit :\n\n" + _marked(quote)
        )  # fmt: skip
        return _gmail(text, "Le ven. 20 nov. 2026 à 19:10, Jean Dupont <jean.dupont@example.com> a écrit :", history)
    if client == "gmail_fr_question":
        return _gmail(text, _GMAIL_LINE["fr"], QUESTION)
    if name == "gmail":
        return _gmail(text, _GMAIL_LINE[variant], quote)
    if name in ("iphone", "apple"):
        device = {"iphone_fr": "\n\nEnvoyé de mon iPhone", "iphone_en": "\n\nSent from my iPhone"}.get(client, "")
        line = f"Le 20 nov. 2026 à 18:43, Figurative <{US}> a écrit :"
        if variant == "en":
            line = f"On Nov 20, 2026, at 6:43 PM, Figurative <{US}> wrote:"
        return (
            f"{text}{device}\n\n> {line}\n> \n> \ufeff{_marked(quote)[2:]}\n"
            if device
            else f"{text}\n\n> {line}\n> \n{_marked(quote)}\n",
            "",
        )
    if client in ("outlook_fr", "outlook_fr_sig_oui"):
        if client.endswith("oui"):
            text += "\n\nCordialement,\n\nPaul Martin\nOui Services SARL – Je valide, tu valides, on avance !\n12 rue de la Gare 69003 Lyon"
        rich = (
            f'<div class="WordSection1">{_p(text)}<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            f"<p class=MsoNormal><b>De :</b> Figurative &lt;{US}&gt; <br><b>Envoyé :</b> vendredi 20 novembre 2026 18:43<br>"
            f"<b>À :</b> Jean Dupont &lt;jean.dupont@example.com&gt;<br><b>Objet :</b> {SUBJECT}</p></div>{_p(quote)}</div>"
        )
        return f"{text}\n\n{_block_fr(quote)}\n", rich
    if client == "outlook_fr_texte":
        return f"{text}\n\n-----Message d'origine-----\n{_block_fr(quote)}\n", ""
    if client == "outlook_mobile":
        return (
            f"{text}\n\nTélécharger Outlook pour iOS<https://aka.ms/o0ukef>\n________________________________\n{_block_fr(quote)}\n",
            "",
        )
    if client == "outlook_en":
        head = (
            f"From: Figurative <{US}>\nSent: Friday, November 20, 2026 6:43 PM\nTo: Tom Baker <tom@example.com>\n"
            f"Subject: Your quote: 2 credits"
        )
        return f"{text}\n\n________________________________\n{head}\n\n{quote}\n", ""
    if client == "orange":
        head = f'> Message du 20/11/26 18:43\n> De : "Figurative" <{US}>\n> A : jean@example.com\n> Copie à : \n> {_OBJECT}\n> '
        return f"{text}\n\n\n\n\n{head}\n{_marked(quote)}\n", ""
    if client in ("zimbra", "free"):
        head = f'De: "Figurative" <{US}>\nÀ: "Jean Dupont" <jean.dupont@example.com>\nEnvoyé: {_LONG_DAY}:49\nObjet: {SUBJECT}'
        return f"{text}\n\n----- Mail original -----\n{head}\n\n{quote}\n", ""
    if client == "laposte":
        return (
            f"{text}\n\n\n> ----- Message d'origine -----\n> De : Figurative <{US}>\n> Envoyé le : {_LONG_DAY}\n"
            f"> {_OBJECT}\n>\n{_marked(quote)}\n",
            "",
        )
    if client == "thunderbird":
        return f"{text}\n\nLe 20/11/2026 à 18:43, Figurative a écrit :\n{_marked(quote)}\n", ""
    if client == "thunderbird_bas":
        return f"Le 20/11/2026 à 18:43, Figurative a écrit :\n{_marked(quote)}\n\n{text}\n", ""
    if client == "samsung":
        head = f"De : Figurative <{US}>\nDate : 20/11/2026  18:43  (GMT+01:00)\nÀ : jean.dupont@example.com\nObjet : {SUBJECT}"
        return (
            f"{text}\n\n\nEnvoyé depuis mon smartphone Samsung Galaxy.\n\n-------- Message d'origine --------\n{head}\n\n{quote}\n",
            "",
        )
    if client == "yahoo_fr":
        indented = "\n".join("  " + line if line else "" for line in quote.split("\n"))
        return (
            f"{text}\n\n    Le vendredi 20 novembre 2026 à 18:43:49 UTC+1, Figurative <{US}> a écrit :  \n \n {indented}\n",
            "",
        )
    if client == "proton":
        return (
            f"{text}\n\n{_PROTON}\n\nLe vendredi 20 novembre 2026 à 18:43, Figurative <{US}> a écrit :\n\n{_marked(quote)}\n",
            "",
        )
    raise AssertionError(client)


@dataclass(frozen=True, slots=True)
class Case:
    """One mail of a set: what is expected, and the sentence it was built around."""

    name: str
    label: str
    raw: bytes
    sentence: str


@cache
def cases(file: str, *, quote: str = "") -> tuple[Case, ...]:
    """The mails of a file of ``@ label client`` blocks. They are built once: several tests ask for the same."""
    return tuple(_built(file, quote))


def _built(file: str, quote: str) -> Iterator[Case]:
    for at, (head, text) in enumerate(blocks(file), 1):
        *labels, client = head.split()
        own = quote or (QUOTE_EN if client.endswith("_en") else QUOTE)
        plain, rich = body(client, text, own)
        mail = EmailMessage(policy=SMTP)
        mail["From"] = "Jean Dupont <jean.dupont@example.com>"
        mail["To"] = f"Figurative <{US}>"
        mail["Subject"] = ("RE: " if client.startswith("outlook") else "Re: ") + SUBJECT
        mail["Date"] = "Fri, 20 Nov 2026 19:12:00 +0100"
        mail["Message-ID"] = f"<blind-{file}-{at}@example.com>"
        mail["In-Reply-To"] = "<guichet.0J5TF75R.0e59750d6e3f63b2.7c80d38d120908ce@guichet.invalid>"
        if plain:
            mail.set_content(plain, charset="utf-8")
            if rich:
                mail.add_alternative(rich, subtype="html", charset="utf-8")
        else:
            mail.set_content(rich, subtype="html", charset="utf-8")
        yield Case(f"{file}-{at}-{client}", " ".join(labels), mail.as_bytes(), text)


def blocks(file: str) -> Iterator[tuple[str, str]]:
    """(head, text) of each block of a set."""
    for block in ("\n" + (FOLDER / f"{file}.txt").read_text("utf-8")).split("\n@ ")[1:]:
        head, _, text = block.partition("\n")
        yield head.strip(), text.strip("\n")


def automatic_cases(file: str) -> Iterator[Case]:
    """The mails of a file of ``@ label header;header`` blocks whose text begins with a subject line."""
    for at, (head, text) in enumerate(blocks(file), 1):
        label, _, extra = head.partition(" ")
        subject, _, words = text.partition("\n")
        given = [h.partition(":") for h in extra.split(";" if "CT:" not in extra else "\0") if ":" in h]
        headers: list[tuple[str, str]] = []
        for name, _, value in given:
            if name[:1].islower() or (headers and " " in name.strip()):
                headers[-1] = (headers[-1][0], f"{headers[-1][1]};{name}:{value}")
            else:
                headers.append((name.strip(), value.strip()))
        kind = next((v for n, v in headers if n == "CT"), "")
        names = {n.lower() for n, _ in headers}
        lines = [f"{n}: {v}" for n, v in headers if n != "CT"]
        if "from" not in names:
            lines.append("From: Jean Dupont <jean@example.com>")
        lines += [f"To: {US}", "Date: Fri, 20 Nov 2026 19:12:00 +0100", f"Message-ID: <blind-{file}-{at}@example.com>", subject]
        lines += ["MIME-Version: 1.0", "Content-Transfer-Encoding: 8bit"]
        body_text = words.strip("\n") + "\n"
        if kind.startswith("multipart/report"):
            report = kind.partition("report-type=")[2]
            part = {
                "disposition-notification": _READ,
                "feedback-report": "Feedback-Type: abuse\nUser-Agent: Tester/1.0\nVersion: 1\n",
            }[report]
            lines += [
                f'Content-Type: {kind}; boundary="b1"',
                "",
                "--b1",
                "Content-Type: text/plain; charset=utf-8",
                "",
                body_text,
                "--b1",
                f"Content-Type: message/{report}",
                "",
                part,
                "--b1--",
                "",
            ]
        else:
            lines += [f"Content-Type: {kind or 'text/plain'}; charset=utf-8", "", body_text]
        yield Case(f"{file}-{at}", label, "\n".join(lines).replace("\n", "\r\n").encode(), text)
