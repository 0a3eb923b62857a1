"""Writes replies as mail programs do: client x language x posting style x signature. Used by test_clean_generated.py.

Every reply says what its parts are, so that a test can tell what must be in the text and what must not.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Reply:
    """``plain`` as sent; ``new`` the lines the sender wrote, in order; ``old`` the lines he did not; ``signature`` likewise."""

    plain: str
    new: tuple[str, ...]
    old: tuple[str, ...]
    signature: tuple[str, ...]
    name: str


PEOPLE = (
    ("Studio Lumière", "atelier@studio-lumiere.example"),
    ("Marie-Ève O'Connor", "me.oconnor@exemple.fr"),
    ("DUPONT Jean", "jean.dupont@menuiserie-dupont.example"),
    ("Łukasz Żak", "lukasz.zak@firma.example"),
    ("Atelier du Bois & Cie (SARL)", "contact+devis@bois.example"),
    ("Anne-Sophie de la Villardière-Montgomery", "anne-sophie.villardiere-montgomery@grande-maison.example"),
)

#: Attribution lines, {n} name, {a} address, by language and client.
ATTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "fr": (
        "Le lun. 3 mars 2025 à 10:12, {n} <{a}> a écrit :",
        "Le lun. 3 mars 2025 à 10:12, {n} <{a}> a\nécrit :",
        "Le lun. 3 mars 2025 à 10:12, {n}\n<{a}> a écrit :",
        "Le lun. 3 mars 2025 à 10:12, {n} <\n{a}> a écrit :",
        "Le 3 mars 2025 à 10:12, {n} <{a}> a écrit :",
        "Le 03/03/2025 à 10:12, {n} a écrit\u00a0:",
        "Le 2025-03-03 10:12, {n} a écrit :",
        "Le lundi 3 mars 2025 à 10:12:33 UTC+1, {n} <{a}> a écrit :",
        "Le lundi 3 mars 2025 à 10:12 AM, {n} <{a}> a écrit :",
        "Le lun. 3 mars 2025, 10:12, {n} <{a}> a écrit :",
        "Le 3 mars 2025 à 10:12 +0100, {a}, a écrit :",
        "{n} <{a}> a écrit :",
        "Le 3 mars 2025 10:12, « {n} » <{a}> a écrit :",
        "Le mar. 3 mars 2025 à 10 h 12, {n} <{a}> a écrit :",
    ),
    "en": (
        "On Mon, Mar 3, 2025 at 10:12 AM {n} <{a}> wrote:",
        "On Mon, Mar 3, 2025 at 10:12 AM {n} <\n{a}> wrote:",
        "On 3 Mar 2025, at 10:12, {n} <{a}> wrote:",
        "On 03/03/2025 10:12, {n} wrote:",
        "On Monday, March 3rd, 2025 at 10:12, {n} <{a}> wrote:",
        "On Monday, March 3, 2025 at 10:12:33 AM GMT+1, {n} <{a}> wrote:",
        "---- On Mon, 03 Mar 2025 10:12:33 +0100 {n} <{a}> wrote ----",
        "On March 3, 2025 at 10:12:04, {n} ({a}) wrote:",
        "At 10:12 03/03/2025, you wrote:",
        "Quoting {n} <{a}>:",
        "2025-03-03 10:12 GMT+01:00 {n} <{a}>:",
    ),
    "de": (
        "Am Mo., 3. März 2025 um 10:12 Uhr schrieb {n} <{a}>:",
        "Am 03.03.2025 um 10:12 schrieb {n} <{a}>:",
        "Am 03.03.25 um 10:12 schrieb {n}:",
        "{n} <{a}> schrieb am Mo., 3. März 2025,\n10:12:",
        "Zitat von {n} <{a}>:",
    ),
    "es": (
        "El lun, 3 mar 2025 a las 10:12, {n} (<{a}>) escribió:",
        "El 3/3/25 a las 10:12, {n} escribió:",
        "El lunes, 3 de marzo de 2025, 10:12:33 CET, {n} <{a}> escribió:",
    ),
    "it": (
        "Il giorno lun 3 mar 2025 alle ore 10:12 {n} <{a}> ha scritto:",
        "Il 03/03/2025 10:12, {n} ha scritto:",
        "Il giorno 3 mar 2025, alle ore 10:12, {n} <{a}> ha scritto:",
    ),
    "pt": (
        "Em seg., 3 de mar. de 2025 às 10:12, {n} <{a}> escreveu:",
        "No dia 3 de mar. de 2025, às 10:12, {n} <{a}> escreveu:",
        "Em 03/03/2025 10:12, {n} escreveu:",
    ),
    "nl": (
        "Op ma 3 mrt 2025 om 10:12 schreef {n} <{a}>:",
        "Op 3 mrt. 2025 om 10:12 heeft {n} <{a}> het volgende geschreven:",
        "Op 03-03-2025 om 10:12 schreef {n}:",
    ),
    "sv": (
        "Den mån 3 mars 2025 kl 10:12 skrev {n} <{a}>:",
        "3 mars 2025 kl. 10:12 skrev {n} <{a}>:", "Den 2025-03-03 kl. 10:12, skrev {n}:",
    ),
    "da": ("Den man. 3. mar. 2025 kl. 10.12 skrev {n} <{a}>:", "Den 03-03-2025 kl. 10:12 skrev {n}:"),
    "no": ("man. 3. mars 2025 kl. 10:12 skrev {n} <{a}>:", "Den 03.03.2025 10:12, skrev {n}:"),
    "fi": ("ma 3. maalisk. 2025 klo 10.12 {n} ({a}) kirjoitti:", "{n} <{a}> kirjoitti 3.3.2025 kello 10.12:"),
    "pl": (
        "pon., 3 mar 2025 o 10:12 {n} <{a}> napisał(a):",
        "W dniu 3.03.2025 o 10:12, {n} pisze:",
        "Wiadomość napisana przez {n} <{a}> w dniu 3 mar 2025, o godz. 10:12:",
    ),
    "cs": ("po 3. 3. 2025 v 10:12 odesílatel {n} <{a}> napsal:", "Dne 03.03.25 v 10:12 {n} napsal(a):"),
    "ru": ("пн, 3 мар. 2025 г. в 10:12, {n} <{a}>:", "03.03.2025 10:12, {n} пишет:", "3 марта 2025 г., в 10:12, {n} <{a}> написал(а):"),
    "tr": ("{n} <{a}>, 3 Mar 2025 Pzt, 10:12 tarihinde şunu yazdı:",),
    "ar": ("في الاثنين، 3 مارس 2025 في 10:12 ص {n} <{a}> كتب:",),
    "he": ("\u200fבתאריך יום ב׳, 3 במרץ 2025 ב-10:12 מאת {n} <{a}> כתב:",),
    "zh": ("{n} <{a}> 于2025年3月3日周一 10:12写道：", "在 2025年3月3日，10:12，{n} <{a}> 写道："),
    "ja": ("2025年3月3日(月) 10:12 {n} <{a}>:", "2025/03/03 10:12、{n} <{a}>のメール:"),
    "ko": ("2025년 3월 3일 (월) 오전 10:12, {n} <{a}>님이 작성:",),
}  # fmt: skip

#: Copied headers: labels for from, sent, to, copy, subject.
HEADERS: dict[str, tuple[str, str, str, str, str]] = {
    "fr": ("De :", "Envoyé :", "À :", "Cc :", "Objet :"),
    "fr2": ("De:", "Envoyé:", "À:", "Cc:", "Objet:"),
    "fr3": ("*De :*", "*Envoyé :*", "*À :*", "*Cc :*", "*Objet :*"),
    "fr4": ("De :", "Date :", "À :", "Cc :", "Objet :"),
    "en": ("From:", "Sent:", "To:", "Cc:", "Subject:"),
    "en2": ("From:", "Date:", "To:", "Cc:", "Subject:"),
    "de": ("Von:", "Gesendet:", "An:", "Cc:", "Betreff:"),
    "es": ("De:", "Enviado el:", "Para:", "CC:", "Asunto:"),
    "it": ("Da:", "Inviato:", "A:", "Cc:", "Oggetto:"),
    "pt": ("De:", "Enviada em:", "Para:", "Cc:", "Assunto:"),
    "nl": ("Van:", "Verzonden:", "Aan:", "CC:", "Onderwerp:"),
    "sv": ("Från:", "Skickat:", "Till:", "Kopia:", "Ämne:"),
    "da": ("Fra:", "Sendt:", "Til:", "Cc:", "Emne:"),
    "fi": ("Lähettäjä:", "Lähetetty:", "Vastaanottaja:", "Kopio:", "Aihe:"),
    "pl": ("Od:", "Wysłano:", "Do:", "DW:", "Temat:"),
    "cs": ("Od:", "Odesláno:", "Komu:", "Kopie:", "Předmět:"),
    "ru": ("От:", "Отправлено:", "Кому:", "Копия:", "Тема:"),
    "tr": ("Kimden:", "Gönderildi:", "Kime:", "Bilgi:", "Konu:"),
    "ar": ("من:", "تم الإرسال:", "إلى:", "نسخة:", "الموضوع:"),
    "he": ("מאת:", "נשלח:", "אל:", "עותק:", "נושא:"),
    "zh": ("发件人:", "发送时间:", "收件人:", "抄送:", "主题:"),
    "ja": ("差出人:", "送信日時:", "宛先:", "CC:", "件名:"),
    "ko": ("보낸 사람:", "보낸 날짜:", "받는 사람:", "참조:", "제목:"),
}

RULES = (
    "",
    "",
    "________________________________",
    "-----Message d'origine-----",
    "-------- Message original --------",
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "----- Mail original -----",
    "-----Mensaje original-----",
    "-----Messaggio originale-----",
)

NEW = (
    "Bonjour,",
    "C'est parfait pour nous, on part là-dessus.",
    "Merci pour votre retour rapide.",
    "Le 12 mars nous conviendrait mieux que le 10.",
    "Le pied doit faire 45 cm de haut et 12 cm de large.",
    "Pouvez-vous me rappeler le délai ?",
    "Paul m'a écrit que la texture était trop claire.",
    "On 2 of the 3 photos the legs are hidden.",
    "De toute façon, la couleur reste à choisir.",
    "À bientôt au studio, et merci encore à toute l'équipe.",
    "Voici la liste :",
    "- un fauteuil",
    "- deux tables basses",
    "Oui.",
    "D'accord pour 2 crédits",
    "Objet à modéliser : la chaise de gauche",
)
OLD = (
    "Bonjour Madame,",
    "Nous avons bien reçu votre demande de modélisation.",
    "Le prix est de 2 crédits.",
    "Pour accepter, répondez simplement « je valide ».",
    "Si ce n'est pas ce que vous attendiez, dites-le nous en quelques mots.",
    "Bien cordialement,",
    "L'équipe du studio",
    "Réf. 2025-0312",
)
SIGNATURES: tuple[tuple[str, ...], ...] = (
    (),
    (),
    ("-- ", "Jean Dupont", "Gérant", "01 23 45 67 89"),
    ("--", "Marie Martin | Acheteuse", "Maison Martin"),
    ("Envoyé de mon iPhone",),
    ("Envoyé à partir de Outlook pour iOS<https://aka.ms/o0ukef>",),
    ("Envoyé depuis mon appareil mobile Samsung.",),
    ("Envoyé depuis l'application Mail Orange",),
    ("Télécharger Outlook pour Android",),
    ("Sent from my Galaxy",),
    ("Gesendet von meinem Huawei-Mobiltelefon",),
    ("Enviado desde mi iPhone",),
    ("Inviato da iPhone",),
    ("Verzonden vanaf mijn iPad",),
    ("Отправлено с iPhone",),
    ("Ce message et ses pièces jointes sont confidentiels et réservés à leurs destinataires.",),
    ("Pensez à l'environnement avant d'imprimer ce courriel.",),
    ("Garanti sans virus. www.avast.com",),
)


def _wrap(quoted: list[str], rng: Random) -> list[str]:
    mark = rng.choice(("> ", "> ", ">", ">> "))
    return [(mark + line).rstrip() for line in quoted]


def make(seed: int) -> Reply:
    """One reply; the same for the same seed."""
    rng = Random(seed)
    name, address = rng.choice(PEOPLE)
    old: list[str] = []
    for line in rng.sample(OLD, rng.randint(2, len(OLD))):
        old += [line] if rng.random() < 0.7 else [line, ""]
    new = rng.sample(NEW, rng.randint(1, 5))
    if new[-1].endswith(":"):
        new.append("le tout en chêne")
    signature = rng.choice(SIGNATURES)
    style = rng.choice(("top", "top", "top", "bottom", "between", "plain", "header", "header", "forward"))
    language = rng.choice(list(ATTRIBUTIONS)) if rng.random() < 0.6 else "fr"
    attribution = rng.choice(ATTRIBUTIONS[language]).format(n=name, a=address)
    signed = ["", *signature] if signature else []
    gap = [""] * rng.randint(0, 3)
    if style == "top":
        lines = [*new, *signed, *gap, *attribution.split("\n"), *([""] if rng.random() < 0.5 else []), *_wrap(old, rng)]
    elif style == "bottom":
        lines = [*attribution.split("\n"), *_wrap(old, rng), "", *new, *signed]
    elif style == "between":
        half = max(1, len(new) // 2)
        lines = [
            *attribution.split("\n"),
            *_wrap(old[:2], rng),
            "",
            *new[:half],
            "",
            *_wrap(old[2:] or ["…"], rng),
            "",
            *new[half:],
            *signed,
        ]
        old = old[:2] + (old[2:] or ["…"])
    elif style == "plain":
        # Without marks only a surely recognised attribution can end the text.
        lines = [*new, *signed, "", *gap, *attribution.split("\n"), "", *old]
    else:
        labels = HEADERS[rng.choice(list(HEADERS)) if rng.random() < 0.6 else "fr"]
        date = "lundi 3 mars 2025 10:12"
        block = [f"{labels[0]} {name} <{address}>", f"{labels[1]} {date}", f"{labels[2]} Jean <jean@exemple.fr>"]
        if rng.random() < 0.4:
            block.append(f"{labels[3]} Paul <paul@exemple.fr>")
        block.append(f"{labels[4]} RE: votre demande")
        if rng.random() < 0.2:
            block = [*block[:1], block[-1], *block[1:-1]]
        rule = rng.choice(RULES)
        if style == "forward":
            rule = rng.choice(
                (
                    "---------- Forwarded message ---------",
                    "-------- Message transféré --------",
                    "Début du message réexpédié :",
                )
            )
        lines = [*new, *signed, "", *gap, *([rule] if rule else []), *block, "", *old]
    text = "\n".join(lines)
    if rng.random() < 0.3:
        text = text.replace("\n", "\r\n")
    return Reply(text, tuple(new), tuple(line for line in old if line), signature, f"{style}/{language}/{attribution!r}")
