"""What an administrator says that takes his number away, though it only looks like a tale beside it.

« 8 crédits. Pas maintenant. », « le client a écrit : 8 crédits », « mon patron s'y oppose », « sauf pour les textures », « je plaisante ».
"""

from __future__ import annotations

from processors.later import Later
from processors.verdicts.clauses import Clause

_BEGINS = Later(
    r"^(?:et |mais |donc |ps |p s )*(?:sauf (?!que)|hormis |excepte|a l exception|contre |moyennant |sous reserve|with the exception|except"
    r"|mais sans |du moment|pas (?:maintenant|tout de suite|encore|sur\b|sure\b|pour )|plus maintenant|pourquoi pas|bientot|presque"
    r"|(?:je|on) (?:plaisante|rigole|deconne)|on peut rever|dans (?:tes|vos|ses) reves|mauvais (?:destinataire|mail|client|dossier)"
    r"|la safi|dixit "
    r"|(?:d apres|selon) (?!les? photo|la photo|les? image|les? visuel|la grille|le devis|moi|les? plan|les? fichier)"
    r"|comme (?:le )?dit |(?:seulement|uniquement|juste|only|just) (?:pour|for) "
    r"|(?:il s agit de|je parle de|(?:c est|mais) pour|au lieu de) (?:la premiere|celui|celle"
    r"|l offre|l autre|la facture|le rendez|l echantillon|la moitie|le principe)"
    r"|c est au tour|je n ai rien dit|i guess|scratch that)"
)
_HOLDS = Later(
    r"\b(?:s y? ?oppose\w*|n est pas d accord|(?:doit|va|peut|veut) (?:trancher|decider|valider|signer|voir)|a(?:ura)? le dernier mot)\b"
    r"|\b(?:le|la|l|mon|ma|notre|son|sa|ton|ta|leur) \w+ (?:decide|tranche|hesite|refuse|pretend|raconte)\b"
)
#: Whose words the number is, when such a verb ends the clause.
_SPEAKS = Later(r"(?:dit|ecrit|raconte|pretend|souffle|affirme|soutient|declare|repondu|said|says|wrote|liya)$")


def withdraws(clause: Clause) -> bool:
    """Whether the clause makes the number beside it somebody else's, of another thing, of another time, or none."""
    said = " ".join(i.words for i in clause.items if any(c.isalnum() for c in i.words))
    words = said.split()
    compares = len(clause.items) > 1 and clause.items[1].words[:1].isdigit()  # "contre 5 la dernière fois"
    if not words or compares or any(i.act == "amount" for i in clause.items):
        return False
    spoken = _SPEAKS.match(words[-1]) is not None and words[0] not in {"j", "je", "on", "nous", "i"}
    return spoken or _BEGINS.search(said + " ") is not None or _HOLDS.search(said) is not None
