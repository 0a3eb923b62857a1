"""How days are written: in figures, with a month, by a week's day, from today on, by a feast."""

from __future__ import annotations

import re

from processors.facts_date_words import DAY, DAY_WORD, FEASTS, MONTH, ORDINAL, SMALL, YEAR_WORD
from processors.gated import Gated

N = rf"(?P<n>\d{{1,3}}|{SMALL}|quinzaine|huitaine)"
#: A year beside a month; 2000 is rather how many: "le 12 mars, 2000 roses".
YEAR = r"(?!2000\s(?!svp|merci|please)[^\W\d_])(?:19|2[01])\d{2}"
NUMERIC = Gated(
    r"(?<![\w./-])(?:(?P<iso>\d{4})-(?P<iso_m>\d{1,2})-(?P<iso_d>\d{1,2})(?=\D|$)"
    r"|(?P<d>\d{1,2})(?P<s>[/.-])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})(?![\w/-]|[.,]\d)"
    rf"|(?:{DAY})\s(?:le\s|the\s)?(?P<d4>\d{{1,2}})/(?P<m4>\d{{1,2}})(?![\w/]|[.,]\d)"
    r"|(?:(?<=le )|(?<=du )|(?<=au )|(?<=avant )|(?<=pour )|(?<=on )|(?<=by )|"
    r"(?<=av )|(?<=av\. )|(?<=avt )|(?<=pr )|(?<=livr )|(?<=livr\. )|(?<=liv )|(?<=livraison )|(?<=delivery )|"
    r"(?<=lundi )|(?<=mardi )|(?<=mercredi )|(?<=jeudi )|(?<=vendredi )|(?<=samedi )|(?<=dimanche )|(?<=day )|(?<=sous )|(?<=delai )|"
    r"(?<=nhar )|(?<=youm )|(?<=: )|(?<=tard )|(?<=before )|(?<=until )|(?<=يوم )|(?<=نهار ))"
    r"(?:(?P<d2>\d{1,2})/(?P<m2>\d{1,2})(?![\w/]|[.,]\d)|(?P<d3>[0-3]?\d)[.-](?P<m3>0\d|1[0-2])(?![\w/-]|[.,]\d|\s?(?:dhs?|mad|€|\$|eur|h|cm|mm|m|kg|%|x)(?![^\W_]))))",
    beyond_3d=True,
)
NAMED = Gated(
    rf"(?<![\w.,])(?:(?:{DAY})\.?,?\s+(?:le\s+|the\s+|den\s+|el\s+)?)?(?P<d>\d{{1,2}}(?:er|e|st|nd|rd|th|\.)?|{DAY_WORD}(?![\s-]sept(?![^\W_])))[\s-]?(?:of\s|de\s)?\s?"
    rf"(?P<m>{MONTH})(?![^\W_])\.?(?:(?:,?\s+(?:de\s+)?|-)(?P<y>{YEAR})(?!\d)|\s(?P<yw>{YEAR_WORD})(?![^\W_]))?"
    rf"|(?<!\w)(?P<m2>{MONTH})\.?\s(?:the\s)?(?P<d2>\d{{1,2}}(?:st|nd|rd|th)?|{ORDINAL})(?![\w:])(?:,?\s+(?P<y2>{YEAR})(?!\d))?"
)
DAY_MONTH_ONLY = Gated(
    rf"(?:\ble|\bthe|\bon|\bdu|\bau|\bl|\bnhar)\s(?P<d>\d{{1,2}}(?:er|st|nd|rd|th)?|{DAY_WORD})"
    r"(?:\s(?:du|de ce)\smois|\sf\s?(?:had\s)?l?ch?har)?"
    r"(?=\s*(?:[,;!?)]|\.(?:\s|$)|$|\n)"
    r"|\s+(?:au\s+plus|maxi?\b|maximum|dernier|svp|stp|merci|please|thx|thanks|inchallah|si\s(?:c['’]|possible|vous|tu|ca\s|cela|faisable|jouable|on\s|"
    r"jamais|nous)|if\s(?:possible|you|that|at)|s['’]il|at\sthe\slatest|latest|imperati|de\spreference|sans\sfaute|grand\smax|dernier\sdelai|"
    r"c['’]est|ca\s(?:ira|irait|serait)|ila\smomkin|ila\symken|3afak|lah\s)(?![0-9]))",
    beyond_3d=True,
)
#: Before a day that is said in words without its month, or else "le premier" is no day.
DUE = re.compile(
    rf"(?:pour|\bpr|avant|livr\w*|d['’]ici(?:\sau)?|jusqu['’]|by|before|for|until|due|deliver\w*|qbel|9bel|(?:{DAY}))\s?$"
)
#: What may follow the number of a day: "vendredi 2 au matin", but "vendredi 2 cartons".
TIMELY = (
    r"(?:matin|midi|apres|soir|prochain|avant|svp|stp|merci|pour|max|inchallah|dernier|chez|sur|please|with|sans|avec|dans|entre|vers|mais|car|"
    r"if|and|que|qui|de|des|courant|morning|latest|thanks|possible|imperatif|imperativement|livr\w*)"
)
WEEKDAY = Gated(
    rf"(?<!\w)(?P<next>next\s|this\s|ce\s|coming\s)?(?P<w>{DAY})(?![^\W_])(?:\s+(?:le\s+|the\s+)?(?P<dom>[0-3]?\d)(?:st|nd|rd|th)?(?![^\W_]|\s?[h:/.,]\s?\d|\s?h\b|\s?,?\s?(?:bis|ter|rue|av|bd|avenue|boulevard|route)\b|[^\S\n]+(?!{TIMELY}(?![^\W_]))[^\W\d_]{{3,}}))?(?P<after>\s+(?:prochain|qui\s+vient|en\s+huit|week|dernier(?!\s+d[e'])|passe|last|next|proximo|prossimo))?"
)
#: "livraison S50", "en S15": a letter and a number are a week only there.
WEEK_AFTER = (
    r"(?:(?<=livraison\s)|(?<=livraison\s:\s)|(?<=livraison:\s)|(?<=livre\s)|(?<=livrer\s)|(?<=livrable\s)|(?<=delivery\s)|(?<=\ben\s)"
    r"|(?<=date\s:\s)|(?<=date:\s))"
)
RELATIVE = Gated(
    rf"(?<!\w)(?:(?:delais?|lead\s+time)(?:\s+de\s+(?:livraison|fabrication))?\s?[:=]?\s?(?:de\s+)?(?P<within>\d{{1,2}})\s?"
    rf"(?P<within_u>jours?|semaines?|days?|weeks?)(?![^\W_])|"
    r"(?P<after>apres[- ]demain|day\s+after\s+tomorrow|ubermorgen|b3d\s+ghda|ba3d\s+ghda|بعد\s+غد[اى]?)"
    r"|(?P<tomorrow>demain(?P<eight>\s+en\s+(?:huit|8))?|dem1|2m1|2main|dmn|tomorrow|tmrw|manana|domani|ghedda|ghdda|ghda|غدا|غد)"
    rf"|(?P<today>aujourd['’ ]?hui|today|ce\s+soir|tonight|oggi|heute)"
    rf"|(?:dans|ds|dns|d['’]ici|sous|in|within|en)\s+(?:environ\s+|about\s+|une\s+(?=quinzaine|huitaine))?{N}\s*(?P<u>jours?|j|semaines?|sem|mois|days?|weeks?|months?|tage|wochen|ans?|years?|(?<=quinzaine)|(?<=huitaine))(?![^\W_])"
    rf"|(?P<end>(?:d['’]ici\s+)?(?:la\s+)?fin\s+(?:du\s+|de\s+|de\s+la\s+|of\s+)?(?P<end_of>mois(?:\s+prochain)?|semaine(?:\s+prochaine)?|{MONTH}|l['’]annee|annee)"
    rf"|(?P<begin>(?:debut|d[ée]but\s+du\s+mois\s+de|early|beginning\s+of|start\s+of|bdayt|بداية)\s+(?P<begin_of>{MONTH}))"
    rf"|(?P<middle>(?:mi|mid)[- ](?P<middle_of>{MONTH}))"
    rf"|(?:(?:semaine|sem\.?|week|wk)\s?(?:n\s?°\s?)?|{WEEK_AFTER}s\.?\s?(?=\d\d?(?!\w)))(?P<week>[1-5]?\d)(?!\d)"
    rf"|(?P<weekend_of>akher|lakher|fin\s+d|نهاية|اخر)\s+(?:d\s?|dyal\s+)?(?:chhar|lchhar|chher|had\s+chhar|الشهر|شهر)"
    rf"|end\s+of\s+(?:the\s+|this\s+)?(?P<end_of2>month|week|year|next\s+month|next\s+week|{MONTH}))"
    rf"|(?P<eom>eom|eow))(?![^\W_])"
)
ANY_ONE = re.compile(r"(?<![^\W_])(?:le|les|du|au|chaque|every|each|tous\sles|koll?|kul)\s{1,2}$")
FEAST = Gated(
    r"(?<!\w)(?:avant|pour|d['’]ici|before|by|until|bis|vor|antes de|entro|prima di|voor)(?:\s(?:le|la|les|the))?\s"
    rf"(?P<feast>{'|'.join(FEASTS)})(?!\w)"
)
VAGUE = Gated(
    rf"(?<!\w)(?:entre|between)\s+(?:le\s+)?\d{{1,2}}(?:\s(?:{MONTH}))?\s+(?:et|and)\s+(?:le\s+)?\d{{1,2}}\s(?:{MONTH})(?![^\W_])"
)
DEADLINE = re.compile(
    r"(?:avant|pour|\bpr|\bavt?|\blivr?|d['’]ici|before|by|until|jusqu['’]au|au plus tard|bis|antes d\w+|entro|livraison|"
    r"deadline|delai|echeance)"
    r"\W{0,3}(?:le|la|the|du|ce|au|on)?\s{0,3}[:=]?\s*$"
    r"|(?:\b(?:9bel|qbel|l|nhar|lnhar)|قبل|يوم|نهار)\s*$"
)
PAST = re.compile(
    r"(?:depuis|since|commande\w*|recu\w*|date\w*|facture|achete\w*|paye\w*|ordered|received|envoye\w*|livre\w*)\s+(?:le|du|on|of)?\s*$"
)
#: The same where a day to come is looked for: "livrés le 6 mars" is one.
ORDERED = re.compile(
    r"(?:depuis|since|celle|celui|celles|ceux|commande[es]*|recu\w*|date\w*|facture\w*|achete\w*|paye\w*|ordered|received)\s+(?:le|du|on|of)?\s*$"
)
#: Days of payment: "règlement 60 jours fin de mois".
PAYING = re.compile(
    r"(?:reglement|paiement|payables?|payment|echeance|net|solde|l?flouss|nkhe?lle?s|فلوس|الاداء)\W+(?:(?!livr|deliv)[\w%]+\W+){0,4}$"
)
#: What a number of two parts is the size of: "format : 10/12".
SIZED = re.compile(
    r"(?<![^\W_])(?:formats?|tailles?|dim(?:ensions?)?|mesures?|sizes?|modeles?|qte|quantites?|qty|quantity|references?|refs?|code|9yas|l9yas|مقاس|القياس)"
    r"\.?(?:\s[^\W\d_]{1,12})?\s?[:=]\s?$"
)
#: Right before the day that a street is named after, and the day of the month behind the name of one: "jeudi prochain le 12".
STREET_OF = re.compile(
    r"(?<![^\W_])(?:rue|avenue|av|bd|bld|blvd|boulevard|place|quartier|hay|cite|residence|lotissement|stade|ecole|lycee|pont)\.?\s(?:d[ue]\s|d['’])?$"
)
OF_MONTH = re.compile(r",?\s{1,2}(?:le|the)\s(?P<d>[0-3]?\d)(?![\w/:]|[.,-]\d|\s?[h:x×/]\s?\d)")
#: Days between which something is so, and those on which it is not: "du lundi au jeudi", "tous les jours sauf lundi".
_SINCE, _SPAN = r"(?:du|de|from|men|mn)", r"(?:au|a|to|till|l|7tal?|jusqu['’]?au)"
_FROM_DAY = re.compile(
    rf"(?<![^\W_]){_SINCE}\s(?:{DAY})\s{_SPAN}\s$|(?<![^\W_])(?:sauf|hormis|hors|excepte|except)\s(?:(?:le|les|on|a)\s)?$"
)
_TO_DAY = re.compile(rf"\s{_SPAN}\s(?:{DAY})(?![^\W_])")
_SINCE_RIGHT_BEFORE = re.compile(rf"(?<![^\W_]){_SINCE}\s$")


def any_day(plain: str, start: int, end: int) -> bool:
    """Whether the name of a day between two places of a folded text is of every week: opening hours, a day that is left out."""
    if _FROM_DAY.search(plain, max(0, start - 30), start) is not None:
        return True
    return _TO_DAY.match(plain, end) is not None and _SINCE_RIGHT_BEFORE.search(plain, max(0, start - 6), start) is not None
