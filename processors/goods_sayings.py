"""What people say around a number of goods: that it is how many, how many in all, no longer how many, or of what only."""

from __future__ import annotations

import re

from processors.words_common import word_set

SAID = re.compile(
    r"(?:\bquantites?(?:\s+\w{1,12})?|\bqte?s?|\bqty|\bquantity|\bnombres?|\bnbre?|\bvolumes?|\bmenge|الكمية|العدد|\bch7al|\bkmiya)"
    r"(?:\s?\([^)\n]{1,20}\))?\s{0,2}(?:\.?\s{0,2}[:=|]?|\.{3,60})\s{0,2}$"
)
IN_ALL = re.compile(r"\s{0,2}(?:\w{1,12}\s){0,2}(?:en\s+tout|au\s+total|in\s+total|in\s+all|f\s?l?majmou3|في\s+المجموع)")
IN_ALL_BEFORE = re.compile(
    r"(?:\btotal(?:\s+de)?|\bau\s+total|\ben\s+tout|\bin\s+total|\bmajmou3|المجموع)\s{0,2}(?:general\s?)?[:=]?\s{0,2}$"
)
#: The same said in another way: "2 palettes, soit 20 000 roses", "3 cartons (1 500 roses)".
AGAIN = re.compile(
    r"(?:\bsoit|\bc['’]est[- ]a[- ]dire|\bcad|\bi\.?e\.?|\bdonc|\bthat\s+is|يعني|\bya3ni)\s{0,2}(?:environ\s|pres\sde\s)?$"
)
BRACKET = re.compile(r"[(\[=]\s{0,2}(?:soit\s|env(?:iron)?\.?\s|approx\w*\.?\s|about\s|=\s?)?$")
#: What stands between two parts of an enumeration.
JOINT = re.compile(
    r"[,;+&•|]|\s[-–—/]\s|\n|(?<!\benv)(?<!\bref)(?<!\bart)(?<!\bp)(?<!\bn)(?<!\bpgn)(?<!oign)(?<!\bcde)\.\s"
    r"|(?<![^\W_])(?:et|and|plus|w|puis|ainsi\s+que|ou|also)(?![^\W_])|(?<![^\W_])و(?=\s?[\d\u0660-\u0669])"
)
#: "100 (cent) cartons".
IN_BRACKETS = re.compile(r"\s?\(([^()\n]{1,60})\)")
#: What is still there, what was there before and what is not wanted is not what is ordered: "il ne reste que 2 cartons".
NOT_ASKED = re.compile(
    r"(?<!que )(?<!comme )\b(?:la\s+derniere\s+fois|l['’]autre\s+fois|last\s+time|usually|habituellement|normalement|"
    r"(?:a|avait|avions|avais|avons)\s+pris|lme?rra\s+li\s+fatet)\b[^,;.!?\n]*$"
    r"|\b(?:last|previous|derniere|precedente)\s+(?:order|commande|livraison|delivery)\s?(?:\(|:|de|was|of|etait\s+de)?\s?[^\d,.;:!?\n]{0,12}$"
    r"|\b(?:votre|vos|le|your|the)\s+(?:minimum|moq|mini|franco)\b[^,;.!?\n]*$"
    r"|\b(?:que|comme|than|as|like)\s+(?:la|le|notre|ma|our|my)\s+(?:commande|order)\s+(?:n\s?°\s?)?$"
    r"|\b(?:si|if|ila|a\s+partir\s+de|au[- ]dela\s+de|from)\s+(?:(?:on|je|j['’]|nous|we|i|vous)\s?(?:en\s)?[^\W\d_]{2,10}\s+(?:en\s+)?)?$"
    r"|\b(?:avions|avait|avais)\s+(?:encore\s+|deja\s+)?$"
    r"|\b(?:un\s+prix|un\s+devis|une\s+offre|vos?\s+prix|tarifs?|combien|a\s+(?:quote|price)|ch7al|taman)\s+(?:pour|de|des|for|dyal|of)\s+(?:les\s)?$"
    r"|\b(?:passe[rz]|augmente[rz]|monte[rz]|baisse[rz]|reduire|reduisez|diminue[rz]|increase|raise|reduce|lower)\b"
    r"(?!\s(?:une\s)?(?:nouvelle\s)?commande\b)[^,;.!?\n\d]{0,40}\b(?:de|from)\s$"
    r"|\b(?:rest(?:e|ent|ait|ant)|plus\s+que|left|en\s+stock|stock\s+de|b9a|ba9i|baqi)\W+(?:\w+\W+){0,3}$"
    r"|\b(?:au\s+lieu|a\s+la\s+place|instead|rather\s+than|plutot\s+que|et\s+non|and\s+not|pas|machi|contre|3iwad|f?\s?blast)\W+(?:(?:de|des|d|les?|of|the)\W+)?$"
)
NO_MORE = re.compile(
    r"[^,;.!?\n]{0,40}\b(?:en\s+stock|in\s+stock|c['’]est\s+(?:le|votre)\s+minimum|d['’]avance|restants?|la\s+derniere\s+fois|l['’]an(?:nee)?\s+dernier|last\s+time|"
    r"per\s+(?:day|week|month)|par\s+(?:jour|semaine|mois|an))\b"
)
#: A joint that makes what follows one more thing.
MORE = re.compile(
    r"(?:[+&•]|(?<![^\W_])(?:et|and|plus|w|puis|ainsi\s+que)|(?<![^\W_])و)\s{0,2}(?:(?:aussi|encore|egalement|also|les|des)\s)?$"
)
#: The same with what it is called: "roses : 500 / of those : 300".
MORE_LABELLED = re.compile(
    r"(?:[,;+&•|/]|(?<![^\W_])(?:et|and|w|puis))\s{1,2}(?!(?:tel|gsm|fax|prix|total|montant|code|ref|tva|ice|capital|poids|price|amount|numero|no|n))"
    r"(?:[^\W\d_]+\s?){1,4}[:=]\s{0,2}$"
)
#: Somebody takes back what he just said: "2 tonnes... pardon, 2 500 roses".
CORRECTED = re.compile(
    r"\b(?:pardon|plutot|(?<!et )(?<!puis )enfin|correction|sorry|rather|oups|oops|smahli|erreur|je\s+voulais\s+dire|i\s+mean|finalement"
    r"|ah\s+non|attendez|attends|rectification|je\s+corrige)\b(?!\s+(?:merci|livr))|\bnon,?\s{0,2}$"
)
AFTER_NUMBER = word_set(
    "a et pour de livraison svp stp merci cette ce had hadi this please maximum minimum en livrables livrable au prix pr and w plus "
    "avec avant le by at for f fi dial dyal li lia liya 3afak"
)
OF_EACH = re.compile(r"(?:\bde|\bof|\bd['’]|\bx|\bديال|\bdyal|\bpar)\s?$")
#: "1 palette de 8 cartons de 250 roses".
OF_EACH_OF = re.compile(r"\s?(?:de|of|x|dyal)\s?\d{1,4}\s?[^\W\d_]{2,12}\.?\s?(?:de|of|x|dyal)\s?")
AND_HALF = re.compile(r"\s(?:et\sdemie?|and\sa\shalf|w\s?n[oe]?u?ss?|و\s?ن(?:ص|صف))(?![^\W_])")
#: By so many more than before, which nobody tells here: "comme d'habitude mais 2000 de plus".
MORE_BY = re.compile(
    r"\s(?:de|en)\s(?:plus|moins)(?!\s(?:de\s)?(?:la|ma|notre|cette)\b)(?![^\W_])|\s(?:more|less|extra|zyada|ktar|9el)(?=\s?(?:[.,;!?\n]|$|than|et|and|w))"
)
TIMES_OVER = re.compile(
    r"(?:(?<![\w.,])(?P<times>\d{1,2}|deux|trois|quatre|cinq|six|two|three|four|five)\s)?"
    r"\b(?:livraisons?|deliveries|expeditions?|lots?|envois?|echeances?|fois|times)\s(?:de|of|x)\s?$"
)
#: "12 000 au lieu de 8 000", "cette fois 12 000": how many, whatever it is.
RATHER = re.compile(
    r"\s?(?:[^\W\d_]{1,12}\s)?(?:au\slieu|a\sla\splace|instead|plutot\sque|rather\sthan|3iwad|f\s?blast|cette\sfois|this\stime|had\slme?rra)(?![^\W_])"
)
THIS_TIME = re.compile(r"(?<![^\W_])(?:cette\sfois(?:[- ]ci)?|this\stime|had\s(?:lme?rra|nouba)|ghir)\s?,?\s?$")
#: How many are in one box, which is not how many are ordered.
IN_ONE = re.compile(
    r"\s?(?:[^\W\d_]{1,10}\s?)?(?:/|(?<![^\W_])(?:par|per|fi|f|dans\s(?:un|une|chaque))\s)\s?(?P<unit>[^\W\d_]{2,12})"
)
BOXES_OF = re.compile(
    r"(?<![^\W_])(?:conditionnee?s?|emballee?s?|packed|en|par|in|dans\sdes|des)\s(?P<unit>[^\W\d_]{2,12})\s(?:de|of|dyal)\s$"
)
#: "roses rouges : 5000", "roses x 5000", "roses (5000)".
LABEL = re.compile(r"[^\d.,;!?\n|]{0,40}(?:[:=(x×*–—-]|\.{3,60})?\s{0,3}")
X = re.compile(r"\s?[x×*]\s?|\s(?:fois|times|marrat)\s")
