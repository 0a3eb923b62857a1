"""Whether a message is nothing but politeness. The words are a closed list: what has another word wants a person's eyes."""

from __future__ import annotations

import re
import unicodedata

#: Words of thanks; folded.
_THANKS = frozenset(
    "merci thanks thank thx tks ty mrc mci remercie remercions remerciements choukran chokran chukran shukran شكرا gracias danke grazie "
    "obrigado obrigada merki".split()
)
#: Words that may stand beside them: greetings, wishes, praise, that something has arrived; folded.
_BESIDE = _THANKS | frozenset(
    "bonjour bonsoir bjr bsr salut slt hello hi hey dear cher chere chers madame monsieur mme mr mlle messieurs mesdames "
    "salam salamo alaykoum alikoum "
    "السلام عليكم مرحبا "
    "beaucoup bcp infiniment mille grand grands bien tres sincerement encore d avance par a vous toi tous toutes et de du "
    "pour votre vos ton "
    "ta la le l les cette ce cet c est parfait super top genial nickel impeccable excellent excellente good great perfect lovely nice "
    "retour reponse reactivite rapidite confiance aide message mail email confirmation efficacite professionnalisme patience "
    "bientot soon see "
    "recu recue note notee entendu received noted je nous vs j ai avons "
    "bonne bon journee soiree apres midi matinee semaine week end weekend continuation reception courage "
    "cordialement bien cdt cdlt cordiales salutations respectueusement amicalement sentiments distingues meilleures "
    "so very much many you your a lot again in advance for the have day evening one and all best kind regards rgds warm sincerely cheers "
    "reply answer "
    "bzaf bezaf barakallahoufik barak lah llah allah fik fikom fikoum khoya kho sahbi sidi lalla 3likom 3lik tbarkallah "
    "جزيلا بارك الله فيك فيكم".split()
)
_READ = 600


def thanks(text: str, name: str = "") -> bool:
    """Whether a message thanks and says nothing else; its author's ``name`` may stand in it. Never raises; linear."""
    return _courteous(text, needs=_THANKS, name=name)


def polite(text: str) -> bool:
    """Whether there is nothing but politeness in these words, or no word at all. Never raises; linear."""
    return _courteous(text, needs=frozenset())


def _courteous(text: str, *, needs: frozenset[str], name: str = "") -> bool:
    if len(text) > _READ or "?" in text or "؟" in text:
        return False
    said, named = _words(text), _words(name[:_READ])
    return all(word in _BESIDE or word in named for word in said) and (not needs or not needs.isdisjoint(said))


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain)
