"""Words of addresses, folded: streets, places by what they are, what leads to one, what ends it, what is none."""

from __future__ import annotations

import re

from processors.facts_columns import HEAD
from processors.facts_date_words import DAY, MONTH
from processors.facts_money import CURRENCY, TAX
from processors.facts_numbers import BLANK
from processors.facts_numbers import NUMBER as AMOUNT

STREETS = (
    r"rue|avenue|av|ave|bd|bld|blvd|boulevard|place|impasse|chemin|allee|route|quai|cours|street|road|lane|derb|zankat|zan9at|zenqat|"
    r"zanqat|zenkat|zan9a|zanqa|zenqa|zenka|zanka"
)
#: Places by what they are; alone they tell no address: "livrez au magasin".
SITES = (
    r"zone|z\.?\s?i\.?|lot|lotissement|quartier|residence|immeuble|imm\.?|usine|depot|entrepot|magasin|boutique|atelier|chantier|laboratoire|labo|hotel|"
    r"riad|cafe|restaurant|boulangerie|patisserie|pharmacie|clinique|ecole|gare|souk|marche\s(?:de|central|couvert)|mall|centre\scommercial|galerie|kiosque|"
    r"epicerie|l?hanout|l?7anout|l?mahal|snack|supermarche|cuisine\scentrale|economat|plateforme|local|quai|reception|siege|bureaux?|hub|centre|free\szone|"
    r"parc|complexe|cooperative|douar|ksar|kasbah|lieu[- ]dit|domaine|"
    r"ferme|moulin|pepiniere|entree|entrance|hall|halle|stand|z\.?a\.?|technopole|"
    r"park|unit|estate|warehouse|shop|store|farm|hay|7ay|place|adresse|address"
)
#: Words that stand in addresses.
PLACE = re.compile(
    rf"\b(?:{STREETS}|bd\.?|{SITES}|cite|hameau|faubourg|ruelle|villa|st\.|rd\.?|km\s?\d+|شارع|زنقة|حي|حانوت|قيسارية|حومة|عمارة|تجزئة|المنطقة|طريق|درب|سوق|مستودع)\b|\b[a-z]{{1,2}}\d{{1,2}}[a-z]?\s?\d[a-z]{{2}}\b"
)
SITE_ALONE = re.compile(rf"(?:{SITES}|{STREETS})s?|(?:quai|porte|rampe|dock|gate|entree|lot)\s(?:n\s?[°ºo]?\s?)?\w{{1,4}}")
#: What is to be done rather than where to: "à confirmer", "à convenir ensemble".
TO_DO = re.compile(
    r"(?:(?!(?:[nv]otre|tanger|alger|agadir|tinghir|imouzzer|montpellier|quimper|gossier|atelier|chantier|quartier|terminal)(?![^\W_]))[a-z]{2,12}(?:er|ir|dre|tre)"
    r"|vot?re\s(?:convenance|charge)|nos\s(?:soins|frais))(?![^\W_])"
)
NOWHERE = re.compile(
    r"(?:reception|commande)\sd[ue]\s(?!l)|(?:l['’])?(?:adresse|address)\s(?:habituelle|d['’]habitude)"
    r"|(?:usual|same|meme)\s(?:adresse|address|place)|domicile\b"
)
SOMEBODY = re.compile(r"(?:m|mr|mme|mlle|monsieur|madame|si|lalla)\.?\s")
#: What stands printed below an address and is none of it.
PRINTED = re.compile(
    r"(?:cachet|signature|visa|bon\spour|le\s(?:client|responsable|gerant|directeur)|fait\s|arrete|observations?|remarques?|conditions|page|merci|total|nb\b|date|"
    r"signe|lu\set\s|designation|quantite|qte|montant|reference|commande|cordialement|service|stamp|signed|produit|article)"
)
#: What has its number before its name as a street has: "9 lotissement Les Cèdres".
NUMBERED = r"lot(?!\s(?:de|d['’]))|lotissement|residence|cite|hameau|passage|faubourg|ruelle"
NUMBER = r"(?:n\s?[°ºo]?\s?)?\d{1,4}"
#: A street with its number, in either order.
STREET = re.compile(
    rf"(?<![\w.,/])(?:{NUMBER}(?:\s?(?:bis|ter)\b)?\s?,?\s(?:[^\W\d_]+\s){{0,2}}(?:{STREETS}|{NUMBERED})(?![^\W_])"
    rf"|(?:{STREETS})\s(?:[^\W\d_][\w'’-]*\s){{0,5}}{NUMBER}(?!\d|\s?(?:[x×*]\s?\d|h\b)))"
    r"|(?<!\w)(?:شارع|زنقة|درب)\s[^\n,.]{0,40}?\d{1,4}"
)
#: A number of something else than a house: "50 paquets de roses au 3 rue Haute".
NO_STREET = re.compile(
    r"(?:(?:de|d['’]|des|les|of|the|nos|mes)\s?)?\d{1,6}(?:\s\d{3})*\s(?!(?:bis|ter)\b)"
    rf"(?P<what>(?:(?!(?:{STREETS}|{NUMBERED}|{SITES})(?![^\W_]))[^\W\d_][\w'’-]*\s){{1,4}})(?:de|d['’]|of|dyal|a|au|en)\s"
)
#: Four digits before the name of a town, after a comma: Belgium, Switzerland, the Netherlands.
SHORT_CODE = re.compile(r"(?:^|,\s?)\d{4}(?=\s[A-ZÀ-Ý][A-Za-zà-ÿ'’-]{2,})")
#: Streets are named after days: "bd du 20 Août", "avenue du 6 Novembre".
DAY_OF_STREET = re.compile(rf"\b(?:{STREETS}|bd\.?|quartier|hay)\s(?:d[ue]\s)?$")
#: What is called so, between the day and its street: " : Épicerie Le Grand Panier, ".
CALLED = re.compile(r"\s?[:,]\s?(?P<name>[A-ZÀ-Ý][\w'’&-]*(?:\s[\w'’&-]+){0,5})\s?,\s?")
THE = re.compile(r"(?:The|La|Le|Les)\s$")
#: What a line tells of that an address below it, or behind it, is for.
DELIVERED = re.compile(r"\b(?:livr\w*|deliver\w*|land|recevoir|reception\w*|deposer?|expedi\w*)\b")
#: What stands in a letterhead or below a signature.
HOUSE = re.compile(r"\b(?:capital|ice|rc|tel|gsm|fax|siege|siret|siren|tva|vat|www|sarl|s\.a\.r\.l)\b")
#: Dots that end no sentence.
SHORT = re.compile(
    r"\b(?:av|ave|bd|bld|blvd|boul|st|ste|rd|imm|app|apt|appt|appart|res|n|no|num|z\.?i|z\.?a|q\.?i|zone\sind|quart|qt|fbg|pl|bp|mr|m|mme|dr|"
    r"bat|batim|bt|bldg|blk|esc|etg|etage|rdc|porte|pte|entr|rte|rt|chem|ch|lot|loti|lotiss|sect|mag|ets|cial|ctre|ham|dom|plat|pk|fl|rm|sq|ln|"
    r"hwy|co|cie|dist|tech|indus|ind|prol|ang|resid|etab|dep|ent|ang)\.(?=\s[\w(])"
)
AFTER = (
    r"avant|comme|attn|att|a\s+l['’]attention|pour\s+le|au\s+plus|svp|stp|merci|by|before"
    r"|sous|dans\s+les?|imperativement|presentation|se\s+presenter|please|nhar|tel|gsm|fax|livraison|livrable|paiement|reglement|cordialement|contact|3afak\w*|inchallah|lah"
    r"|choukran|thanks?|urgent|de\s+preference|عافاك|شكرا|قبل|نهار|يوم"
)
THEN = (
    r"le\s+(?=\d|lundi|mardi|mercredi|jeudi|vendredi|samedi)|on\s+(?=\d|mon|tue|wed|thu|fri)|a\s+partir\s+d|et\s+(?=factur|envoy|livr)"
    r"|(?:entre|vers)\s+\d"
)
END = re.compile(
    rf"[\n{BLANK}]|[;!?]|\.(?=\s|$)|\s[-–—]\s|\s\|\s|,?\s(?:{AFTER})(?![^\W_])|,?\s(?:{THEN})|,?\s(?:à|a)\s(?:traiter|confirmer|convenir|preciser|definir|voir)\b|,\s(?:on|nous|je|c['’]?\s?est|il|elle|we|i|prix|taman|sinon|mais|car|si|puis|otherwise|but|if)\s"
    r"|\s\(?(?:\+\d{2,3}|0)\s?[1-9](?:[\s.-]?\d{2}){3,4}"
)
#: Words with which no address begins.
BEGINS_NONE = re.compile(
    rf"(?:{AFTER}|{THEN})(?![^\W_])|avt?\.?\s(?:(?:le|la|les)\s)?(?:\d{{1,2}}\s?[/.-]\s?\d|\d{{1,2}}\s(?:{MONTH})\b|fin\b|mi-|(?:{DAY})\b)"
)
TO = r"(?:à|a|o|au(?!\s+plus\b)|aux|at|to|chez|sur|dans|vers|f|l|fi|ل|ف|الى)"
#: How and how soon, before where to: "livraison au plus vite à notre dépôt …", "livrez plutôt à …".
SOON = (
    r"(?:(?:le\splus\s(?:vite|tot|rapidement)\spossible|au\splus\s(?:vite|tot)|des\sque\spossible|rapidement|vite|en\surgence|urgente?|asap|as\ssoon\sas\spossible|"
    r"svp|stp|plutot|finalement|directement|si\spossible|please|pls|instead|rather|fissa3|bezzerba|3afak|عافاك)(?![^\W_])\s?,?\s?){0,3}"
)
#: A quarter or street of a town that something is brought to, the preposition glued to it: "لكازا حي المعاريف", "l casa 7ay l3arbi".
TO_QUARTER = re.compile(
    r"(?<!\w)(?:ل|ف|الى\s|في\s)(?P<place>(?:[\u0621-\u064a]{2,}\s){0,2}(?:حي|شارع|زنقة|درب|قيسارية|حومة|عمارة|تجزئة|طريق|سوق)\s[\u0621-\u064a]{2,})"
    r"|(?<!\w)(?:l|f|fi|ldar|a)\s(?P<latin>(?:[^\W_]{3,}\s){0,2}(?:hay|7ay|derb|zan9at|zanqat|quartier|lotissement)\s[^\W_]{3,})"
)
INTO = (
    rf"(?:(?:les\s+(?:deux|trois)|le\s+tout|tout|them|{TO}|notre|nos|mon|ma|mes|our|my|the|la|le|les|"
    r"nous|moi|lui|eux|lia|liya|lina|nouveau|nouvelle|new)"
    r"(?![^\W_]|['’])\s?[:,]?\s?|l['’]|d['’]){0,5}"
)
#: What may stand between a word that leads to an address and the colon: "adresse du dépôt :".
OPENING = re.compile(
    rf"(?P<colon>(?:\s(?P<words>[^\W\d_]{{2,12}}(?:\s[^\W\d_]{{2,12}}){{0,2}}))?\s{{0,3}}(?:[:=]|\.{{2,60}}|;(?=\S)|\t|\|)\s{{0,3}}|\s(?:is|est|c['’]est)\s)|,?\s+{SOON}{INTO}"
)
#: What stands between a day and the place: "le 8 janvier au matin, au 22 rue des Forges".
AFTER_DAY = re.compile(
    rf"(?:\s(?:au\s|le\s)?(?:matin|soir|midi|apres[- ]midi|morning|afternoon|max\w*|au\s+plus\s+tard|"
    rf"(?:avant|before|vers|des|a|at)\s\d{{1,2}}\s?(?:h\d{{0,2}}|am|pm|heures?)|svp|stp|please|merci|inchallah))?"
    rf"\s?[,:]?\s(?:(?:et|and|w|mais)\s)?{SOON}{INTO}"
)
AT_NAMED = re.compile(
    r",?\s(?:au|a\sla|a\sl['’]|chez|to|at)\s?(?:(?:notre|nos|our|the|mon|ma)\s)?[^\W\d_]{3,16}(?:\s[^\W\d_]{2,12}){0,2}\s?:\s"
)
#: Before a street, in its line: something is brought there.
BROUGHT = re.compile(rf"(?:^|[\s,:(])(?P<to>{TO})\s(?P<name>(?:[^\W\d_][\w'’-]*\s?[,:]?\s?){{0,5}})$")
#: Words of asking for it, before a place told by what it is and where: "livrer 3 palettes au dépôt de Berrechid".
_ASKING = r"(?:livre[rz]|livriez|livraison|deliver(?:y|ies)?|expedie[rz]|envoye[rz]|depose[rz]|send|ship)"
AT_SITE = re.compile(
    rf"(?:^|[\s,])(?:au|aux|a\sla|a\sl['’]|a|chez|to|at|sur)\s?(?:(?:notre|nos|our|the|mon|ma|le|la|l['’])\s?)?"
    rf"(?P<site>(?:{SITES})s?\s(?:logistique\s|central[e]?\s|principale?\s)?(?:(?:de|du|des|of|in|at)\s(?:la\s|l['’])?|d['’])?(?P<where>[^\W\d_]))"
)
ASKED = re.compile(rf"(?<![^\W_]){_ASKING}(?![^\W_])[^\n.;!?]{{0,140}}$")
#: Addresses that nothing is delivered to.
BILLED = re.compile(r"\b(?:factur\w*|e-?\s?mails?|mail|courriels?|web|ip|billing|invoic\w*|electronique|postale|email)\b")
OTHER = re.compile(rf"{BILLED.pattern}|\bsieges?\b")
OURS = re.compile(r"(?:notre|nos|mon|ma|our|my)\s")
#: What the place is called, before its address.
NAMED = re.compile(r"[^\W\d_][^\n:;.!?,\d]{1,30}\s?:\s?")
#: Ways of delivering that are no places.
MANNER = re.compile(
    r"(?:franco|gratuit\w*|offerte?|urgent\w*|express\w*|rapide\w*|possible|asap|a\s+convenir|ddp|dap|exw|fob|cif|ctm|aramex|transport\w*|free|"
    r"incluse?|comprise?|standard|normale?|souhaitee?|prevue?|complete|unique|totale?|partielle?|immediate|ok|oui|non|yes|no)(?![^\W_])[^\n]{0,30}"
)
#: What a value begins with that is no place: the head of another column, goods as they are packed, who brings them, when, what it costs.
NEVER = re.compile(
    rf"(?:(?!(?:unites?|lots?|postes?)\s\d){HEAD.pattern}|(?:palettes?|pallets?|cartons?|boxes|caisses?|paquets?|lots?\sde|pieces?|pcs|en\svrac|vrac|film\w*)(?![^\W_])"
    r"|(?:par|par\svos|via|by|per|as|sous|selon|suivant|votre|vos|your|camion|truck|van|hayon|tail[- ]?lift|transporteurs?|"
    r"coursier|courier|carrier|"
    r"enlevement|retrait|pick[- ]?up|collection|included|inclus|payables?|payment|paiement|reglement|"
    r"port\s(?:du|paye|compris|franc)|frais|aucune?|"
    r"none|n/?a|neant|ferme(?:e|es|s)?\s(?:a|le|les|du|de|pour|entre|jusqu)|ouvert\w*|ouvr\w*|est|sera|open|opens|closes|closed|"
    r"idem|voir|see|tbc|tbd|confirm\w*|des\sque|as\ssoon|asap|entre|between|courant|debut|fin|mi|early|end|mid|late|avant|apres|before|after|within|"
    r"next|this|prochain\w*|semaines?|weeks?|mois|months?|jours?|days?|quinzaine|heures?|matin\w*|midi|soir|morning|afternoon|evening|noon|demain|tomorrow|"
    rf"aujourd\w*|today|tout\sde\ssuite|le\splus|urgen\w*|vite|rapidement|noel|ramadan|aid|{MONTH}|{DAY})(?![^\W_])(?!['’-]))"
)
#: What no value holds that has no street in it: prices, sizes, so many of something.
MEASURED = re.compile(
    rf"(?<![\w.,]){AMOUNT}\s?(?:{CURRENCY}|%)(?![^\W_])|(?<![\w.,])\d{{1,3}}(?:[.,]\d)?\s?[x×*]\s?\d{{1,3}}(?!\d)"
    r"|(?<![\w.,])\d{2,3}\s?(?:g/m[²2]?|gsm|grs?|grammes?|g)(?![^\W_])|(?<![\w.,])\d{1,3}(?:[ \u00a0\u202f.]\d{3})+(?!\d)"
    rf"|(?<![\w.,])\d+\s?(?:palettes?|pallets?|cartons?|boxes|caisses?|paquets?|pieces?|pcs|unites?|colis|mille|kg|tonnes?)(?![^\W_])|(?<![^\W_])(?:{TAX})(?![^\W_])"
)
