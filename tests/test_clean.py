"""The reply apart from quotes and signatures: cases written by hand, French first."""

from __future__ import annotations

import pytest

from processors.clean import split
from processors.reply.signature import is_device_line


def text(plain: str, *, html: str = "", subject: str = "") -> str:
    return split(plain, html=html, subject=subject).text


@pytest.mark.parametrize(
    "body", ["Jean", "Merci", "Je valide", "Cordialement,\nJean", "-- ", "ok", "01 23 45 67 89", "👍", "> "]
)
def test_a_message_that_is_all_there_is_stays_text(body: str) -> None:
    assert text(body) == body.strip("> ") or body == "> "


def test_empty() -> None:
    found = split("")
    assert (found.text, found.signature, found.quoted, found.forwarded, found.confident) == ("", "", "", False, True)


def test_closing_and_name_stay_and_the_contact_block_goes() -> None:
    found = split(
        "Bonjour,\n\nJe valide le devis.\n\nBien cordialement,\n\nJeanne Morel\nResponsable des achats\nLa Maison des Dunes\n"
        "12 rue du Port\n44000 Nantes\nTél. : 02 40 00 00 00\nwww.maison-des-dunes.example"
    )
    assert found.text == "Bonjour,\n\nJe valide le devis.\n\nBien cordialement,\n\nJeanne Morel"
    assert found.signature.startswith("Responsable des achats\n")
    assert found.signature.endswith("dunes.example")


@pytest.mark.parametrize("delimiter", ["-- ", "--"])
def test_the_delimiter_of_signatures(delimiter: str) -> None:
    found = split(f"Oui pour le fauteuil.\n\n{delimiter}\nJean\nÉbéniste d'art depuis 1987 !\n")
    assert found.text == "Oui pour le fauteuil."
    assert found.signature == f"{delimiter.strip()}\nJean\nÉbéniste d'art depuis 1987 !"


@pytest.mark.parametrize(
    "postscript",
    ["PS: je valide aussi le pied", "P.S. : je valide aussi le pied", "PS je valide aussi le pied", "NB : livrez à Lyon"],
)
def test_a_postscript_is_text_below_any_signature(postscript: str) -> None:
    for signature in (
        "Cordialement",
        "Cordialement,\nJean",
        "Cordialement,\nJean Dupont\nGérant\n01 23 45 67 89",
        "-- \nJean",
        "Envoyé de mon iPhone",
    ):
        found = split(f"Je valide le fauteuil.\n\n{signature}\n\n{postscript}")
        assert found.text.startswith("Je valide le fauteuil.")
        assert found.text.endswith(postscript)
        assert found.confident


def test_a_sentence_below_the_closing_is_never_eaten() -> None:
    body = "Voici la photo.\n\nBonne journée,\nJean\n\nAu fait, je valide aussi la table à 2 crédits."
    assert text(body) == body


@pytest.mark.parametrize(
    "body",
    [
        "L'adresse de livraison :\n\nJean Dupont\n12 rue des Lilas\n75011 Paris\n06 12 34 56 78",
        "Départ :\nDe : Paris\nÀ : Lyon\nDate : 3 mars 2025\nVous pouvez livrer ?",
        "Objet : table basse\nDimensions : 80 x 40\nCouleur : chêne",
        "Le 3 mars, Paul a écrit : « je valide » et je confirme.\nMerci",
        "Comme Paul m'a écrit le 3 mars : c'est bon.\n\nJe valide donc.",
        "Le 12 mars à 10:30 nous conviendrait.\nMerci :",
        "On 3 occasions in March, Paul wrote that it was late.",
        "Voici la liste:\n-- un fauteuil\n-- une table\nMerci",
        "Prix\n-----\nfauteuil 2 crédits\n-----\nJe valide le tout.",
        "Envoyé hier à Paul.\nJe valide.",
        "Envoyé par erreur à votre comptable.",
        "Sent from my desk, where it is quieter than on the phone.",
        "Je confirme avec mes meilleures salutations, et le reste suit demain matin.",
        "Options :\n\n-Chêne massif\n-Noyer",
        "2025-03-03 10:12\n2025/03/03 10:12\nCe sont les heures de prise de vue.",
        "Mon numéro : 06 12 34 56 78, appelez-moi",
        "Bonjour\n```\n# titre\n####\nfin du bloc\n```\nVoilà.",
    ],
)
def test_real_text_that_looks_like_something_else(body: str) -> None:
    found = split(body)
    assert (found.text, found.signature, found.quoted) == (body, "", "")


DEVICES = [
    "Envoyé de mon iPhone",
    "Envoyé depuis mon appareil mobile Samsung.",
    "Envoyé de ma tablette",
    "Envoyé depuis Yahoo Mail pour iPhone",
    "Envoyé avec Proton Mail",
    "Envoyé avec la messagerie sécurisée Proton Mail.",
    "Provenance : Courrier pour Windows 10",
    "Obtenir Outlook pour Android",
    "Obtenez Outlook pour iOS<https://aka.ms/x>",
    "Envoyé de mon téléphone intelligent Samsung Galaxy",
    "Expédié depuis mon BlackBerry",
    "Yahoo Mail: Recherchez, organisez, maîtrisez votre boîte de réception",
    "Envoyé depuis l'application Mail Orange",
    "Envoyé depuis mon HUAWEI P30",
    "Envoyé depuis mon smartphone, merci d'excuser la brièveté",
    "Envoyé à partir d'Outlook Mobile<https://x>",
    "Envoyé du webmail LaPoste.net",
    "Sent from my iPhone",
    "Sent from Mail for Windows",
    "Sent via Superhuman",
    "Get Outlook for iOS",
    "Von meinem iPhone gesendet",
    "Gesendet mit der GMX iPhone App",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Inviato da iPhone",
    "Inviato dal mio cellulare",
    "Verstuurd vanaf mijn iPhone",
    "Skickat från min iPhone",
    "Sendt fra min iPhone",
    "Lähetetty iPhonesta",
    "Wysłane z iPhone'a",
    "Odesláno z iPhonu",
    "Отправлено с iPhone",
    "iPhone'umdan gönderildi",
    "أرسلت من iPhone",
    "נשלח מה-iPhone שלי",
    "发自我的 iPhone",
    "iPhoneから送信",
    "나의 iPhone에서 보냄",
]


@pytest.mark.parametrize("line", DEVICES)
def test_device_lines(line: str) -> None:
    assert is_device_line(line)
    found = split(f"Je valide\n\n{line}\n")
    assert (found.text, found.signature, found.confident) == ("Je valide", line, True)


@pytest.mark.parametrize(
    "line",
    ["Envoyé hier à Paul", "Envoyé avec mes félicitations", "Envoyé par mail hier soir avec les photos", "Message envoyé avec succès",
     "Obtenir un devis pour la modélisation", "Je l'ai envoyé de mon iPhone", "Sent with love", "Enviado ayer por Juan"],
)  # fmt: skip
def test_not_device_lines(line: str) -> None:
    assert not is_device_line(line)


def test_text_below_a_device_line_goes_to_a_person() -> None:
    found = split("J'hésite.\n\nEnvoyé de mon iPhone\n\nBonjour, pour accepter répondez\nje valide")
    assert found.text == "J'hésite."
    assert not found.confident
    assert text("Envoyé de mon iPhone\n\nJe valide") == "Je valide"


@pytest.mark.parametrize(
    "footer",
    [
        "Ce message et ses pièces jointes sont confidentiels et destinés exclusivement à leur destinataire.\nSi "
        "vous l'avez reçu par erreur, merci de le détruire.",
        "This email and any files transmitted with it are confidential and intended solely for the addressee.",
        "Diese E-Mail enthält vertrauliche Informationen.",
        "Pensez à l'environnement avant d'imprimer ce courriel.",
        "L'absence de virus dans ce courrier électronique a été vérifiée par le logiciel antivirus Avast.\nwww.avast.com",
        "_______________________________________________\nclients mailing "
        "list\nclients@listes.example\nhttps://listes.example/mailman/listinfo/clients",
        "Vous recevez ce message car vous êtes abonné au groupe Clients.\nPour vous désinscrire, écrivez à "
        "clients+stop@exemple.fr",
        "---\nCet e-mail a été vérifié par le logiciel antivirus d'Avast.",
    ],
)
def test_notices_and_footers(footer: str) -> None:
    found = split(f"Je valide.\n\nJean\n\n{footer}\n")
    assert found.text == "Je valide.\n\nJean"
    assert found.signature == footer


def test_warning_of_the_receiving_server() -> None:
    found = split("ATTENTION : ce courriel provient de l'extérieur de l'organisation.\n\nJe valide")
    assert found.text == "Je valide"
    assert "ATTENTION" in found.signature


def test_answers_between_quotes_are_joined_in_order() -> None:
    found = split(
        "Bonjour,\n\nLe 3 mars 2025 à 10:12, Studio <s@exemple.fr> a écrit :\n\n> Quelle couleur ?\n\nRouge\n\n> "
        "Combien ?\nDeux\n> Quand ?\n\n"
        "Lundi\n\n-- \nJean"
    )
    assert found.text.split() == ["Bonjour,", "Rouge", "Deux", "Lundi"]
    assert found.signature == "--\nJean"
    assert "Quelle couleur" in found.quoted
    assert "a écrit" in found.quoted


def test_everything_marked_as_quote_is_kept_and_not_trusted() -> None:
    found = split("> Je valide\n> Merci")
    assert found.text == "> Je valide\n> Merci"
    assert not found.confident
    found = split("> Je valide\n>\n>> Devis : 2 crédits\n>> Merci")
    assert "Je valide" in found.text
    assert "Devis" in found.quoted
    assert not found.confident
    found = split("> Le 3 mars 2025 à 10:12, Studio <s@exemple.fr> a écrit :\n> je valide")
    assert found.text == ""
    assert not found.confident


def test_nothing_new_is_not_trusted() -> None:
    found = split("Le 3 mars 2025 à 10:12, Studio <s@exemple.fr> a écrit :\n\nBonjour, je valide ?\n")
    assert found.text == ""
    assert not found.confident


@pytest.mark.parametrize(
    "remark", ["Voir mes réponses en rouge ci-dessous", "mes réponses dans le texte", "See my answers below in red",
               "Siehe meine Antworten unten",
               "Je vous réponds dans le corps du mail"],
)  # fmt: skip
def test_answers_inside_an_unmarked_quote_are_not_trusted(remark: str) -> None:
    header = "De : Studio <s@exemple.fr>\nEnvoyé : lundi 3 mars 2025 10:12\nÀ : Jean\nObjet : devis\n\nBonjour\nje valide\n"
    found = split(f"{remark}\n\n{header}")
    assert found.text == remark
    assert not found.confident


def test_a_quoted_line_broken_by_the_client() -> None:
    long = "> Nous vous proposons de modéliser ce fauteuil avec ses textures pour deux"
    found = split(f"D'accord\n\nLe 3 mars 2025 à 10:12, S <s@exemple.fr> a écrit :\n{long}\ncrédits seulement\n> merci")
    assert found.text == "D'accord"
    assert found.confident
    found = split(f"Le 3 mars 2025 à 10:12, S <s@exemple.fr> a écrit :\n{long}\nje valide")
    assert not found.confident


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("##- Répondez au-dessus de cette ligne -##", "Je valide"),
        ("--- Merci de répondre au-dessus de cette ligne ---", "Je valide"),
        ("##- Please type your reply above this line -##", "I approve"),
        ("-- Bitte antworten Sie oberhalb dieser Zeile --", "Ja"),
    ],
)
def test_reply_above_this_line(line: str, answer: str) -> None:
    assert text(f"{answer}\n\n{line}\n\nVotre devis : je valide") == answer


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        (
            "Pour info\n\n-------- Message transféré --------\nSujet : x\nDate : 3 mars 2025\nDe : P "
            "<p@exemple.fr>\n\nje valide",
            "",
        ),
        (
            "Pour info\n\n---------- Forwarded message ---------\nDe : P <p@exemple.fr>\nDate: lun. 3 mars 2025 à "
            "10:12\nSubject: x\nTo: j@exemple.fr\n\nje valide",
            "Fwd: x",
        ),
        (
            "Pour info\n\nDébut du message réexpédié :\n\n> De: P <p@exemple.fr>\n> Objet: x\n> Date: 3 mars "
            "2025\n>\n> je valide",
            "Fwd: x",
        ),
        ("Pour info\n\nDe : P <p@exemple.fr>\nEnvoyé : lundi 3 mars 2025 10:12\nÀ : J\nObjet : x\n\nje valide", "TR : x"),
        ("Pour info\n\nVon: P <p@exemple.de>\nGesendet: Montag, 3. März 2025 10:12\nAn: J\nBetreff: x\n\nje valide", "WG: x"),
    ],
)
def test_forwards(body: str, subject: str) -> None:
    found = split(body, subject=subject)
    assert (found.text, found.forwarded, found.confident) == ("Pour info", True, True)
    assert "je valide" in found.quoted


@pytest.mark.parametrize("subject", ["Re: TR: x", "AW: x", "SV: x", "RE: x", "", "VS: x", "Trois chaises", "I tre tavoli"])
def test_not_forwards(subject: str) -> None:
    assert not split("Oui\n\nLe 3 mars 2025 à 10:12, S <s@exemple.fr> a écrit :\n> Bonjour", subject=subject).forwarded


def test_an_attribution_glued_to_the_text() -> None:
    found = split("Ok pour moi Le lun. 3 mars 2025 à 10:12, Studio <s@exemple.fr> a écrit :\n> Bonjour")
    assert found.text == "Ok pour moi"
    assert "Studio" in found.quoted


@pytest.mark.parametrize("unit", [
    ">", "> ", "Le ", "Le 3 mars 2025 ", "On Mon, Jan 3, 2025 a@b.fr wrote\n", "\n", "De : x@y.fr\n", "-", "--\n", "Envoyé de mon iPhone\n",
    "a.", "3 mars a écrit:\n",
    "Le 3 mars 2025 à 10:12, X <x@y.fr>\n", "<div><blockquote>", "0 ", "Cordialement\n", "X> 1\n",
    "Ce message est confidentiel\n\n", "\u00a0", "( ", "a@", "<\n@ 3 ab\n",
])  # fmt: skip
def test_hostile_input_is_read_in_linear_time(unit: str) -> None:
    import time

    body = unit * (1_000_000 // len(unit))
    start = time.process_time()
    split(body)
    assert time.process_time() - start < 8, "1 MB took too long"


def test_an_ordinary_mail_is_read_in_a_millisecond() -> None:
    import time

    body = (
        "Bonjour,\n\n" + "Voici ma demande pour le fauteuil, avec 3 photos et des dimensions de 80 cm.\n" * 25 + "\nCordialement,\nJean\n\n"
        "Le lun. 3 mars 2025 à 10:12, Studio <s@exemple.fr> a écrit :\n\n"
        + "> Voici le devis de 2 crédits pour la modélisation du fauteuil.\n" * 36
    )  # fmt: skip
    best = 1.0
    for _ in range(20):
        start = time.perf_counter()
        split(body)
        best = min(best, time.perf_counter() - start)
    assert best < 0.003  # 0.6 ms measured; the margin is for slower machines
