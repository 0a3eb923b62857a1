"""A sentence that keeps a yes company: a wish, a thank, joy, trust, why the answer comes late, whose house signs.

It is known by its topic, not by its words: one word must belong to a topic that decides nothing, and none may condition, deny, ask,
order, contrast, count, or speak of the thing, its price, its files or the decision. The other words are free.
"""

from __future__ import annotations

from dataclasses import replace

from processors.later import Later
from processors.verdicts.clauses import Clause
from processors.verdicts.judged import Judged
from processors.verdicts.life import known_besides, looks_ahead
from processors.verdicts.narrative import CHANGING
from processors.verdicts.signed import TAKEN_BACK
from processors.verdicts.tails import THANKED, WISHED
from processors.verdicts.tokens import word_set

#: Wishes, thanks, joy, trust: whoever says it wants nothing.
_KIND_WORDS = Later(
    r"(?:souhait(?:er?|ons)|remerci\w*|merci|confiance|bravo|felicit\w+|content\w{0,2}|ravi\w{0,2}|heureu\w+|enchant\w+|courage"
    r"|rentree|vacances|fetes|admirati\w+|admir\w+|thanks|thank|trust|excited|delighted|congratulations|pleasure)$"
)
_WISHES = (
    "j en profite pour vous souhaiter", "j en profite pour te souhaiter", "j en profite pour vous remercier",
    "permettez moi de vous souhaiter",
    "nous en profitons pour vous souhaiter", "nous en profitons pour vous remercier", "on en profite pour vous souhaiter",
)  # fmt: skip
_KINDLY = (
    "encore merci", "encore bravo", "bravo", "j ai confiance", "j ai toute confiance",
    "j ai entiere confiance", "nous avons confiance", "nous avons toute confiance", "on a confiance", "je vous fais", "je te fais",
    "nous vous faisons", "on vous fait", "je suis", "nous sommes", "on est", "i m so", "i am so",
    "we trust", "i trust", "we re so", "we are so",
)  # fmt: skip
#: What one is glad of or trusts in without wishing anything of the thing itself.
_OF_US = word_set(
    "en de d du des la le l les a au aux et avec par vous nous toi tres si vraiment tellement votre vos ton ta tes notre nos "
    "mon ma"
    " mes une un"
    "  que qui cet cette ce pour accueil ecoute echange echanges reponse conseil conseils professionnalisme serieux serieuse "
    "gentillesse"
    "  reactivite travailler collaborer collaboration equipe rencontre rencontrer avoir trouve connu connaitre maison "
    "qualite patience"
    " efficacite disponibilite disponible rapidite aventure ensemble ai avons confier decouverte your our team working with"
)
#: Why the answer comes late; of the writer only, for a chief who is away may have to agree.
_LATE_WORDS = Later(
    r"(?:retard|tard|tarde\w{0,2}|conges?|vacances|malade\w?|grippe|hopital|deplacement|voyage|deborde\w{0,2}|demenag\w+"
    r"|spams?|indesirables|reunions?|inventaire|holidays?|holiday|vacation|sick|travelling|traveling|late)$"
)
_OF_OUR_LATENESS = word_set(
    "deplacement reunion reunions salon marche bureau magasin boutique atelier votre vos mail mails message indesirables "
    "spams tombe retrouve "
    "repondre repondu travelling traveling sick late meetings the your office"
)
_LATE = Later(
    r"(?:j|je|nous|on|i|we)(?: (?:m|me|vous|ai|avons|a|etais|etions|etait|suis|sommes|est|viens|rentre|rentrons|reviens|sors|sortais|juste"
    r"|tout|enfin|mis|pris|ete|am|are|was|were|ve|have|been|m|re|just|only|back|de|d))+ "
)
#: Of the thing, the price, the files, the decision; and what asks, orders, doubts or takes back.
_NEVER_WORDS = Later(
    r"(?:valid|accept|approuv|confirm|annul|attend|attent|verif|revoi|rappel|decid|provis|negoci|discut|baiss|augment|erreur|tromp|mepris|manoeuvr"
    r"|manip|reduc|remis|rabais|ristourn|gratui|offert|envo|lanc|commenc|reserv|certain|dout|hesit|reflech|depend|fau[dt]|doi[st]|dev[ro]"
    r"|veu[tx]|voul|voudr|reparl|prefer|manqu|bloqu|suspen|signe|tranch|arbitr|regrett|repens|plaisant|blagu|livr|couleur|tissu|cuir|bois|metal"
    r"|rouge|bleu|vert|noir|blanc|jaune|dore|gris|rose|taille|dimension|hauteur|largeur|photo|fichier|image|modele|model|pied|dossier|coussin"
    r"|fauteuil|chaise|table|meuble|lampe|variant|version|option|texture|format|plan|prix|tarif|devis|cher|credit|euro|budget|payer|paie|paye|factur"
    r"|prelev|virement|autre|nouve|deux|trois|demi|moiti|double|seul|vite|trop|moins|plutot|bientot|avant|quand|lorsqu|des$|qu$|que$|si$|sous"
    r"|jusqu|pourr|pouv|peu[tx]|aurai|serai|ferai|fera|sera|iez$|ions$|ait$|rais|raient|mais|car|donc|concurrent|ailleurs|mandat|stagiaire|robot|test)"
)
_ORDER = Later(r"\w{2,}ez$")
_ALLOWED = frozenset({
    "unknown", "filler", "greeting", "thanks", "polite", "mine", "praise", "open", "opener", "closing", "names", "ack", "past",
    "masked",
})  # fmt: skip
_TO_ANSWER = word_set("repondre repondu jours jour semaine semaines mois")
#: What a house is called by; the line goes no further than its name.
_HOUSE = word_set(
    "cabinet atelier ateliers association architecture architectes architecte societe maison boutique galerie mairie agence "
    "studio studios "
    "etude etudes groupe editions librairie hotel restaurant restaurateur ebenisterie tapisserie antiquites brocante "
    "mobilier meubles "
    "design decoration entreprise etablissements ets sarl sas sasu eurl company ltd limited gmbh interiors furniture antiques"
)
_LONGEST = 24


def without_companions(judged: list[Judged], text: str) -> list[Judged]:
    """The clauses, those that only keep a plain yes company made an acknowledgement, and a house that signs at the end harmless."""
    decided = [n for n, j in enumerate(judged) if j.kind == "approve"]
    if not decided:
        return judged
    found = list(judged)
    for n in range(len(judged) - 1, decided[-1], -1):
        if not _signs(judged[n], text):
            break
        found[n] = replace(judged[n], kind="harmless", act="")
    for n, j in enumerate(found):
        if j.kind in {"unknown", "danger"} and _accompanies(j.clause, text, after=n > decided[0]):
            found[n] = replace(j, kind="ack", act="")
    return found


def _accompanies(clause: Clause, text: str, *, after: bool) -> bool:
    words = " ".join(i.words for i in clause.items).split()
    while len(words) > 1 and words[0] in {"et", "and"}:
        words = words[1:]
    said = " ".join(words)
    if clause.asked or clause.announces or not 2 <= len(words) <= _LONGEST:
        return False
    if any(i.amount is not None or (i.act not in _ALLOWED | {"hold"} and i.words not in _TO_ANSWER) for i in clause.items):
        return False
    if any((CHANGING.match(w) or _NEVER_WORDS.match(w) or _ORDER.match(w)) and not _FREE.match(w) for w in words):
        return False
    if said.startswith(tuple(o + " " for o in _WISHES)):
        return known_besides(clause, text, _OF_US | WISHED | THANKED | frozenset(" ".join(_WISHES).split()))
    late = after and not looks_ahead(words) and _LATE.match(said) is not None and any(_LATE_WORDS.match(w) for w in words)
    late = late and known_besides(clause, text, _OF_OUR_LATENESS | {w for w in words if _LATE_WORDS.match(w)})
    if any(i.act == "hold" and i.words not in {"encore", "again"} for i in clause.items):
        return late
    opening = next((o for o in _KINDLY if said.startswith(o + " ")), None)
    if opening is not None and any(_KIND_WORDS.match(w) for w in words):
        strange = [w for i in clause.items if i.act in {"unknown", "masked"} for w in i.words.split()]
        if all(w in _OF_US or w in opening.split() or _KIND_WORDS.match(w) for w in strange):
            return True
    return late


#: Words that only look like one of those.
_FREE = Later(r"(?:souhait(?:er?|ons)|apres|envol\w*|vacances|avance|autre part|rentree|joint\w{0,2}|remercier?)$")


def _signs(judged: Judged, text: str) -> bool:
    """« Cabinet Tessier », « Architecture intérieure Boutin »: begins with a house, ends with a name, and says nothing."""
    clause = judged.clause
    words = [w for i in clause.items for w in i.words.split()]
    if clause.asked or clause.announces or not 2 <= len(words) <= 6 or words[0] not in _HOUSE:
        return False
    if any(i.amount is not None or i.act not in {"unknown", "other", "hearsay", "filler", "names"} for i in clause.items):
        return False
    first, last = clause.items[0], clause.items[-1]
    capitals = text[first.start : first.end][:1].isupper() and text[last.start : last.end][:1].isupper()
    return capitals and not any(TAKEN_BACK.match(w) or CHANGING.match(w) for w in words)
