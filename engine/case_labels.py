"""What the desk calls things, in French and English: stages, effects, lines of the journal, acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core import wording
from core.directive import Localized

#: The languages of the desk.
LANGUAGES = ("fr", "en")
STAGES: Mapping[str, Localized] = wording.STAGES
#: What a refused request is called that who asked took back himself.
CANCELLED: Localized = {"fr": "annulée par le client", "en": "cancelled by the customer"}
CHANNELS: Mapping[str, Localized] = {
    "email": {"fr": "courriel", "en": "email"},
    "whatsapp": {"fr": "WhatsApp", "en": "WhatsApp"},
    "form": {"fr": "formulaire", "en": "form"},
    "hubspot": {"fr": "HubSpot", "en": "HubSpot"},
}
#: What one of several lines is called, and what is of all of them.
LINE: Localized = {"fr": "ligne {number}", "en": "line {number}"}
ALL_LINES: Localized = {"fr": "toutes les lignes", "en": "all lines"}
OFFERS: Mapping[str, Localized] = {
    "open": {"fr": "ouvert", "en": "open"},
    "void": {"fr": "remplacé", "en": "replaced"},
    "approved": {"fr": "accepté", "en": "accepted"},
    "refused": {"fr": "refusé", "en": "refused"},
    "expired": {"fr": "expiré", "en": "expired"},
}
STATES: Mapping[str, Localized] = {
    "intended": {"fr": "à faire", "en": "to do"},
    "sending": {"fr": "en cours", "en": "under way"},
    "done": {"fr": "fait", "en": "done"},
    "uncertain": {"fr": "incertain : à vérifier de l'autre côté", "en": "uncertain: to be looked up"},
    "reconciled": {"fr": "retrouvé", "en": "found again"},
    "parked": {"fr": "mis de côté", "en": "parked"},
    "dropped": {"fr": "abandonné", "en": "given up"},
}
LINES: Mapping[str, Localized] = {
    "message.opened": {"fr": "La demande arrive", "en": "The request comes in"},
    "message.joined": {"fr": "Un message s'ajoute", "en": "A message is added"},
    "message.ignored": {"fr": "Un message automatique est laissé", "en": "An automatic message is left alone"},
    "effect.done": {"fr": "Fait", "en": "Done"},
    "effect.parked": {"fr": "Mis de côté", "en": "Parked"},
    "effect.operator": {"fr": "Une personne agit", "en": "Somebody acts"},
    "file.unlock": {"fr": "Un mot de passe est essayé sur un fichier", "en": "A password is tried on a file"},
    "case.beside": {"fr": "Un autre message de cette personne arrive", "en": "Another message of this person comes in"},
    "deadline": {"fr": "Un délai est passé", "en": "A deadline has passed"},
    "task.moved": {"fr": "La tâche avance", "en": "The task moves"},
    "retried": {"fr": "Relancé", "en": "Tried again"},
    "dropped": {"fr": "Abandonné", "en": "Given up"},
    "texts_erased": {"fr": "Textes effacés", "en": "Texts erased"},
    "alert": {"fr": "Alerte", "en": "Alert"},
    "defect": {"fr": "Erreur interne", "en": "Internal error"},
    "operator.validate": {"fr": "Validation", "en": "Validation"},
    "operator.approve": {"fr": "Accord par lien", "en": "Approval by link"},
    "operator.reprice": {"fr": "Prix fixé", "en": "Price set"},
    "operator.refuse": {"fr": "Refus", "en": "Refusal"},
    "operator.ask": {"fr": "Question au client", "en": "Question to the customer"},
    "operator.answer": {"fr": "Réponse au client", "en": "Answer to the customer"},
    "operator.close": {"fr": "Clôture", "en": "Closed"},
    "operator.note": {"fr": "Note", "en": "Note"},
    "operator.reassign": {"fr": "Reclassement", "en": "Reassigned"},
    "operator.separate": {"fr": "Un message ouvre sa propre demande", "en": "A message opens a request of its own"},
    "operator.finish": {"fr": "Terminée", "en": "Finished"},
    "contact.saved": {"fr": "Contact écrit au guichet", "en": "Contact written at the desk"},
    "operator.correct": {"fr": "Correction", "en": "Corrected"},
}
ACTS: Mapping[str, Localized] = {
    "validate": {"fr": "Valider", "en": "Validate"},
    "reprice": {"fr": "Proposer un autre prix", "en": "Quote another price"},
    "refuse": {"fr": "Refuser", "en": "Refuse"},
    "ask": {"fr": "Poser une question au client", "en": "Ask the customer"},
    "answer": {"fr": "Répondre au client", "en": "Answer the customer"},
    "reassign": {"fr": "Reclasser", "en": "Reassign"},
    "correct": {"fr": "Corriger", "en": "Correct"},
    "finish": {"fr": "Livrée", "en": "Delivered"},
    "close": {"fr": "Clore sans suite", "en": "Close"},
    "note": {"fr": "Noter", "en": "Add a note"},
    "separate": {"fr": "Nouvelle demande à partir d'un message", "en": "New request from a message"},
}
WAITS: Mapping[str, tuple[str, Localized]] = {
    "waiting_info": ("customer", {"fr": "le client doit encore dire ou envoyer", "en": "the customer still has to tell or send"}),
    "waiting_review": ("us", {"fr": "quelqu'un de l'équipe doit décider", "en": "somebody of the team must decide"}),
    "waiting_approval": ("customer", {"fr": "le client doit accepter ou refuser le devis", "en": "the customer must answer the offer"}),
    "fulfilling": ("us", {"fr": "la demande est acceptée, la suite est en cours", "en": "the request is accepted and under way"}),
}  # fmt: skip
#: Of requests that stay open until somebody says that they are dealt with.
TO_TREAT: tuple[str, Localized] = ("us", {"fr": "une personne doit y répondre", "en": "somebody must answer it"})
#: The same once a person has written to the customer.
TO_FINISH: tuple[str, Localized] = (
    "us",
    {
        "fr": "on a répondu au client : dites « Traitée » quand c'est réglé",
        "en": "the customer was answered: say so once it is dealt with",
    },
)
#: What the stage of such a request is called, as nothing is under way yet.
TO_TREAT_STAGE: Localized = {"fr": "à traiter", "en": "to deal with"}
TREATED: Localized = {"fr": "Traitée", "en": "Dealt with"}
DEADLINES: Mapping[str, Localized] = {
    "remind": {"fr": "relance", "en": "reminder"},
    "close": {"fr": "clôture sans suite", "en": "closing"},
    "expire": {"fr": "expiration du devis", "en": "the offer expires"},
    "review": {"fr": "passe à une personne", "en": "goes to a person"},
}
ENDED: Mapping[str, Localized] = {
    "fulfilling": {"fr": "la demande est déjà validée", "en": "the request is validated already"},
    "done": {"fr": "la demande est déjà traitée", "en": "the request is done already"},
    "rejected": {"fr": "la demande a été refusée", "en": "the request was refused"},
    "cancelled": {"fr": "le client a annulé sa demande", "en": "the customer cancelled the request"},
    "expired": {"fr": "le devis a expiré", "en": "the offer has expired"},
    "closed": {"fr": "la demande est close", "en": "the request is closed"},
}


def in_both(words: Callable[[str], str], otherwise: str = "") -> Localized:
    """What ``words`` gives for each language of the desk; ``otherwise`` where it gives nothing."""
    return {language: words(language) or otherwise for language in LANGUAGES}


def label(words: Mapping[str, Localized], key: str) -> Localized:
    """The words for that key; the key itself where there are none."""
    return words.get(key) or {"fr": key, "en": key}


def deadline_label(name: str) -> Localized:
    """What happens at a deadline of that name ("complete.remind.0")."""
    part = name.split(".")[1] if "." in name else name
    return DEADLINES.get(part) or {"fr": name, "en": name}
