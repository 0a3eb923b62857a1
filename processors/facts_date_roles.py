"""Whether a named day is the day of something else than what is looked for: a payment, a call, an offer, an order already written.

Looked for is the day of a delivery, or of whatever a directive's words say ("near"). The words of the same part of the sentence tell:
the last of them before the day, or what somebody does right after it ("vendredi je vous règle").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Where a part of a sentence ends; a dot in a number or a date ends none.
_PART = re.compile(r"[,;!?\n()|•]|\.(?=\s|$)|\s[-–—]\s|(?<![^\W_])(?:et|and|mais|but|puis|w|car|donc)(?![^\W_])")
#: As far before a day as its part of a sentence is looked at.
_FAR = 90
_PAYING = (
    r"regl(?:e|er|es|ez|ons|ees?|ements?|erai\w*|erons)|pai(?:e|es|ent|er|ement|ements|erai|erons|era)|pay(?:e|ee|er|ez|ons|ment|ments|ing|able|ables)"
    r"|paid|pay|vire(?:r|ment|ments|rai|rons)?|versements?|verse[er]?|acomptes?|avances?|cheques?|traites?|factur(?:e|es|er|ees?|ation)|invoices?|"
    r"invoiced|echeances?|encaiss\w*|soldes?|solde[er]|transfer|transferred|wire|wired|deposit|due|bank|banque|nkh?e?ll?e?s\w*|khe?ll?e?s\w*|"
    r"l?flouss?|نخلص\w*|خلص\w*|الخلاص|فلوس|الفلوس|الاداء|نخلصك"
)
_TALKING = (
    r"(?:r?appel)(?:e|er|le|les|ez|ler\w+|s)?|rdv|rendez[- ]vous|telephon\w*|coup\sde\sfil|joignables?|joindre|call|calls|called|"
    r"ring|phone|phoned|reunions?|meeting|visite|entretiens?|echanges?|discussions?|conversation|courriels?|mails?|emails?|messages?|lettre|spoke|"
    r"talked|discussed|parl(?:e|er|ons|erons|ait)|conviendrons|repon(?:d\w*|se)|reply|n3ayet\w*|n3eyet\w*|3ayt\w*|3iyet\w*|hdar\w*|نعيط\w*|"
    r"المكالمة|confirm(?:erai|erons|eront|ation)|reviens|reviendrai|recontacte\w*|se\svoi[tr]|voyons|rencontr\w*|see\syou|meet"
)
#: What somebody says, looks at, waits for or comes to see, and who has to agree first.
_CHECKING = (
    r"(?:re)?di(?:s|t|rai|rons|ra|ront|tes)|(?:re)?dire|tien(?:s|drai|drons|t)\sau\scourant|previen(?:s|drai|drons)|prevenir|inform(?:e|er|erai|erons)|avise(?:r|rai|rons)?|ecri(?:s|rai|rons|vons)|"
    r"verifi\w*|control\w*|valider(?:ai|ons|a)?|decid\w*|tranch\w*|reflech\w*|verr(?:ai|ons|a|ont)|voir|consulter(?:ai|ons)?|demander(?:ai|ons|a)?|discut\w*|"
    r"accords?|feu\svert|reserve|attend(?:s|ons|ent|re|rai|rons)?|attente|visiter|"
    r"tell|told|let\s(?:you|u)\sknow|get(?:ting)?\sback|write|inform|update\syou|check|checking|verify|decide|think|ask|asking|discuss|see|approval|approve[ds]?|"
    r"go-?ahead|wait(?:ing)?(?:\sfor)?|await|awaiting|visit|visiting|"
    r"n?go?ul\w*|ngol\w*|nkell?m\w*|nredd?\w*|njaw[eo]?b\w*|nchou?f\w*|nchawer\w*|nt2?akk?ed\w*|kan?tsenn?\w*|nsow?wel\w*|"
    r"نقول\w*|نرد\w*|نجاوب\w*|نكلم\w*|نشوف\w*|نتاكد\w*|نشاور\w*|نسول\w*|كنتسنى|كنتسناو|ننتظر|انتظر|موافقة|نخبرك\w*"
)
_OFFERING = (
    r"devis|offres?|proposee?s?|annoncee?s?|indiquee?s?|evoquee?s?|propositions?|tarifs?|valables?|validite|valide|catalogue|quotes?|quotation|quoted|expire\w*|proforma|pro-forma|prices?\sof|remise|"
    r"promo\w*"
)
_WRITING = (
    r"bons?|bc|bdc|cde|commandes?|commande[er]|passees?|dates?\s(?:de\s(?:la\s)?commande|du\s(?:bon|document|jour)|d['’]emission)|date(?:e|ee|ees)?\sdu|"
    r"en\sdate|emis\w*|edite\w*|imprime\sle|cree\sle|fait\sa|etabli\w*|redige\w*|signe\w*|order\sdate|orders?|ordered|po|dated|issued|printed\son|"
    r"contrat|marche|convention|contract"
)
_AWAY = (
    r"ouvert(?:s|e|es)?|ferm(?:e|es|ee|ees|ons|eture|eront)|conges?|vacances|absents?|absence|horaires?|open|opening|closed|closing|hours|off|holidays?|away|"
    r"me7lol|mesdod|m7lolin|sadd\w*|حالين|سادين"
)
_BEFORE = (
    r"derniere?s?|dernier|precedente?s?|recu|recue?s?|depuis|since|last|previous|received|anterieure?s?|"
    r"(?:mois|semaine|an|annee|fois)\spassee?|fatet|fat|lmadi"
)
_ELSE = re.compile(rf"(?<![^\W_])(?:{'|'.join((_PAYING, _TALKING, _CHECKING, _OFFERING, _WRITING, _AWAY, _BEFORE))})(?![^\W_])")
#: What happens on a day; goods are needed before it.
_EVENTS = (
    r"mariages?|noces|fiancailles|baptemes?|circoncision|anniversaires?|salons?|foires?|(?:re)?ouvertures?|inauguration|vernissage|fetes?|ceremonie|"
    r"soiree|gala|evenements?|festival|seminaire|congres|kermesse|portes\souvertes|lancement|l?3ers|l?3ars|l?farah|l?7efla|l?hefla|"
    r"weddings?|events?|opening|grand\sopening|launch|party|fairs?|trade\sshows?|exhibition|conference|birthday|ceremony|christening|"
    r"العرس|عرس|الحفلة|الافتتاح|افتتاح|المعرض"
)
_EVENT_DAY = re.compile(
    rf"(?<![^\W_])(?:(?:{_EVENTS})(?:\s[^\W\d_]+){{0,4}}?|(?:la|notre|ma|the|our|sa|leur)\sreception(?=\s(?:est|a\slieu|aura|se|is|takes|du\s(?!\d)))(?:\sdu\smariage)?)"
    r"\s?[(,:]?\s?(?:(?:est|sera|c['’]est|a\slieu|aura\slieu|se\stient|se\stiendra|commence|is|will\sbe|takes\splace|starts|prevue?s?|fixee?|"
    r"le|du|au|on|the|of|for|pour|nhar|ghadi|tkoun|ykoun|يوم|نهار)(?:\s|(?<=['’]))){0,4}(?:\d{1,2}(?:er|st|nd|rd|th)?\s(?:au|et\sle|to|and)\s(?:the\s)?)?$"
)
#: These say it of what comes whatever stands before: "pour le", "avant le", "besoin".
_COMING = re.compile(
    r"(?<![^\W_])(?:pour|pr|avant|d['’]ici|au\splus\stard|by|before|for|need\w*|besoin|faut|faudra\w*|voudr\w*|veux|veut|aur\w*|qbel|9bel|"
    r"recevoir|recuper\w*|prendre|chercher|reception\w*|enlev\w*|retir\w*|attendue?s?|(?:la|les?|l['’]|vous|te|t['’])\s?attend\w*|livr\w*|deliver\w*|ship\w*|wanted|required|souhait\w*|قبل)(?![^\W_])"
)
#: What somebody does on the day that stands right before: "vendredi je te règle", "Monday we'll call".
_THEN = re.compile(
    r"\s{0,3}(?:,\s?)?(?:je|j['’]|on|nous|il|elle|ma|mon|notre|le|la|i|we|i['’]ll|we['’]ll|ghadi|ana|rani)\s?(?:[^\W_]+\s){0,3}?"
    rf"(?:{'|'.join((_PAYING, _TALKING, _CHECKING, _AWAY))})(?![^\W_])"
)
#: What is done with the goods on a day that stands before it: "je viens vendredi les chercher", "coming Monday to collect".
_FETCHED = re.compile(
    r"[^,;.!?\n]{0,25}?(?<![^\W_])(?:prendre|chercher|recuperer|recuperation|enlever|enlevement|retirer|livr\w*|collect|pick\w*|fetch|nakhod\w*|nakhdo\w*|nhez\w*|ناخد\w*)(?![^\W_])"
)
_UNTIL = re.compile(r"(?<![^\W_])(?:jusqu['’]?(?:au|a)|until|till|deadline)(?![^\W_])")
#: What is awaited by a day and is no goods: "j'attends votre confirmation avant jeudi".
_ANSWER_BY = re.compile(
    r"(?<![^\W_])(?:confirmations?|reponses?|retours?|accord|devis|offres?|propositions?|bat|facture|proforma|answer|reply|quote|quotation|proof|invoice)"
    r"\s(?:(?!livr|deliv|recept)[^\s,;]+\s){0,4}(?:avant|pour|before|by|d['’]ici|au\splus\stard)\s(?:(?:le|la|ce|on|the)\s)?$"
)
#: An advertisement in its line, at the foot of a letter: "-20 % sur nos coffrets jusqu'au 31 mars".
_ON_OFFER = re.compile(r"(?:[-–]\s?\d{1,2}\s?%|%\s(?:sur|de\sremise|off|on)\b)[^\n]*$")
#: What somebody comes for on a day that stands before it, and not for the goods: "je passe demain vous voir".
_SEEING = re.compile(
    r"[^,;.!?\n]{0,20}?(?<![^\W_])(?:voir|discuter|parler|visiter|payer|regler|signer|see|talk|discuss|pay|sign|nhadro?|nkhe?ll?e?s\w*)(?![^\W_])"
)
#: Somebody does something that is no wish, with nothing counted in it: "je finis l'inventaire demain", "we open on Monday".
_DOES = re.compile(
    r"(?<![^\W_])(?:je|j(?=['’])|on|nous|ils?|elles?|i|we|he|she|they)(?![^\W_])['’]?\s?(?:(?:ne|n['’]|vous|te|t['’]|le|la|les|l['’]|lui|leur|en|y|me|m['’]|se|s['’]|nous|am|are|is|will|have|to)\s?){0,3}"
    r"(?!(?:the\s|command|recommand|prend|prenn|reprend|reprenn|ve[uxt]|voul|voudr|souhait|desir|aim|ai\sbesoin|a\sbesoin|avons\sbesoin|avez\sbesoin|fau|fo\b|confirm|valid|lanc|part|met|rajout|ajout|refai|"
    r"recondui|renouvel|arrang|convien|conven|irai|vien|ven[eiu]|pass|repass|com[ei]|drop|stop|nji|compt|esper|pri|besoin|rest|demand|need|want|would|wish|like|d\slike|ll\stake|ll\sneed|order|take|confirm|hope|must|should|require|expect))"
    r"[^\W\d_]{2,}[^\d]*$"
)


def day_of_event(plain: str, start: int) -> bool:
    """Whether the day named at a place of a folded text is told to be that of a wedding, a fair, an opening."""
    begin = max(plain.rfind("\n", 0, start) + 1, start - _FAR)
    told = _EVENT_DAY.search(plain, begin, start)
    return told is not None and not re.search(r"[.;!?]\s", told[0])


def other_day(plain: str, start: int, end: int, leads: Sequence[tuple[int, int]]) -> bool:
    """Whether the day named in a folded text between two places is one of something else; ``leads`` are the words looked for."""
    parts = [m.end() for m in _PART.finditer(plain, max(0, start - _FAR), start)]
    begin = max([0, start - _FAR, *parts])
    # of two that end together the longer one says it: "waiting for", "les attends"
    last_else = max(((m.end(), -m.start()) for m in _ELSE.finditer(plain, begin, start)), default=None)
    told = [(m.end(), -m.start()) for m in _COMING.finditer(plain, begin, start)]
    last_lead = max([*told, *((b, -a) for a, b in leads if begin <= a and b <= start)], default=None)
    if _FETCHED.match(plain, end) is not None:
        return False
    if _ANSWER_BY.search(plain, begin, start) is not None:
        return True
    if last_else is not None:
        return last_lead is None or last_else > last_lead
    if _UNTIL.search(plain, begin, start) is not None:
        return _ON_OFFER.search(plain, plain.rfind("\n", 0, start) + 1, start) is not None and last_lead is None
    if last_lead is not None:
        return False
    if _SEEING.match(plain, end) is not None or _DOES.search(plain, begin, start) is not None:
        return True
    return plain[end - 1] != "." and _THEN.match(plain, end) is not None
