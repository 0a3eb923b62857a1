"""The words of signatures: devices, notices, footers, closings, ways to reach somebody."""

from __future__ import annotations

import re

DEVICE_WORD = (
    r"i\s?phon\w{0,6}|typemail|front|hubspot|cellulare|i\s?pad\w{0,6}|i\s?pod|android\w{0,6}|outlook\w{0,6}|apple "
    r"watch|watch|mac(?:book)?|android|samsung|galaxy|huawei|honor|xiaomi|redmi|oppo|oneplus|pixel|nokia|"
    r"sony|xperia|htc|lg|motorola|moto|wiko|alcatel|blackberry|windows|outlook|hotmail|gmail|google|yahoo|ymail|"
    r"aol|orange|sfr|free|bouygues|"
    r"la ?poste|proton\s?mail|proton|mail|mailbox|mailbird|airmail|spark|superhuman|missive|typeapp|bluemail|blue "
    r"mail|k-9|k9|fairemail|thunderbird|"
    r"zimbra|nine|newton|edison|polymail|canary|em client|gmx|web\.de|t-online|telekom|verizon|at&t|t-mobile|"
    r"vodafone|swisscom|bell|rogers|"
    r"phone|smart\s?phone|mobile?s?|mobil\w*|t[ée]l[ée]phone|telefon\w*|tel[ée]fono|telemóvel|celular|móvil|"
    r"cell(?:ular|phone)?|cell|handy|portable|"
    r"tablette?|tablet\w*|ordiphone|ordinateur|smartphone\w*|puhelime\w*|телефона?|смартфона|手机|手機|device|"
    r"dispositivo|appareil|"
    r"cellulaire|my pc|webmail|workspace|ti-85|surface|ios|fairphone|nothing|realme|vivo|zte|crosscall|doro"
)
DEVICE_OPENING = (
    r"sent (?:from|via|with|using|by|through|on)|envoyé (?:de|depuis|à partir de?|avec|par|via|du|à l['’]aide de?|"
    r"sur)|envoyée? (?:de|depuis|avec)|"
    r"expédié (?:de|depuis|avec)|transmis (?:de|depuis)|écrit (?:de|depuis) mon|message envoyé (?:de|depuis|avec|"
    r"par)|mail envoyé (?:de|depuis|avec)|"
    r"courriel envoyé (?:de|depuis|avec)|provenance ?:|"
    r"gesendet (?:von|mit|über|vom|via|aus)|von meine[mr] .{1,40} gesendet|diese nachricht wurde von|"
    r"enviado (?:desde|do|da|de|a partir|pelo|con|com|via|por)|enviada (?:desde|do|da)|mensagem enviada|"
    r"inviato (?:da|dal|con|tramite)|inviata (?:da|dal)|verzonden (?:vanaf|met|vanuit|via|van)|verstuurd (?:vanaf|"
    r"met|vanuit|via)|"
    r"skickat (?:från|med|via)|sendt (?:fra|med|via|frå)|lähetetty|wysłano? (?:z|ze|za)|wysłane (?:z|ze|za)|"
    r"odesláno (?:z|ze)|odoslané (?:z|zo)|"
    r"отправлено (?:с|из|от)|послано с|надіслано (?:з|із)|στάλθηκε από|trimis (?:de pe|din|cu)|poslano (?:z|s)|"
    r"(?:iphone|ipad|samsung|android|galaxy)['’`]?\w*\s+(?:gönderildi|cihazımdan)|"
    r"أُ?رسلت? من|تم الإرسال من|מאת ה|נשלח מ|发自我的|来自我的|"
    r"发送自|從我的|傳送自|寄自|iphone\s*から|.{0,30}から送信|나의 .{1,20}에서 보냄|"
    r"내 "
    r".{1,20}에서 보냄|"
    r"az .{1,20} küldve|elküldve|dikirim dari|đã gửi từ|gửi từ|ส่งจาก|saadetud|nosūtīts no|išsiųsta"
)
DEVICE = re.compile(rf"[<(\[«“\"*_~\-–—>\s]{{0,6}}(?:{DEVICE_OPENING})(?P<rest>.{{0,200}})$", re.IGNORECASE)
DEVICE_ALONE = re.compile(
    r"[<(\[*\s]{0,4}(?:"
    r"(?:get|obtenez|télécharge[rz]|obtenir|installe[rz]|holen sie sich|laden sie|obtener|obtén|obter|obtenha|"
    r"ottieni|scarica|download(?: de)?|hämta|hent|"
    r"skaffa|pobierz|hanki|stáhnout|скачать|获取|取得|다운로드|تنزيل|下载) .{0,40}(?:outlook|bluemail|blue mail|typeapp|"
    r"spark|yahoo|gmail|protonmail|proton).{0,90}"
    r"|(?:outlook|bluemail) (?:pour|for|für|para|per|voor) (?:ios|android)\b.{0,90}"
    r"|from my (?:iphone|ipad|mobile|phone|android|samsung|galaxy|blackberry)\b.{0,40}"
    r"|(?:téléchargez|découvrez|get|try) yahoo.{0,80}"
    r"|yahoo (?:mail|courriel)\s?[:：].{0,90}"
    r"|.{1,30}(?:からのメール|から送信)"
    r"|发自我的.{0,30}|.{0,12}(?:从|從)我的.{1,30}(?:发送|傳送).{0,4}"
    r"|von meine[mr] .{1,40} gesendet.{0,5}|.{0,40}(?:telefonumdan|iphone.{0,4}umdan|cihazımdan) gönderildi.{0,5}"
    r"|.{1,40}\b(?:mobilgerät|mobiltelefon|handy|smartphone|iphone)\b.{0,40}\bgesendet.{0,8}"
    r"|(?:someone )?from mobile|sent from a? ?mobile device"
    r")$",
    re.IGNORECASE,
)
DEVICE_WORDS = re.compile(rf"(?<![^\W_])(?:{DEVICE_WORD})(?![^\W\d_])", re.IGNORECASE)
BY_MAIL = re.compile(r"\s*e?-?mails?\s(?!pour|for|für|per|para|app|client|on|sur)", re.IGNORECASE)
SHORT_MODEL = re.compile(
    r"\s*(?:my|mon|ma|notre|meinem?|mi|meu|minha|mio|mia|il mio|mijn|min|mitt|moj\w*|моего|"
    r"üzerinden)\s+\S+(?:\s\S+){0,4}[.!]?$",
    re.IGNORECASE,
)
NOTICE = re.compile(
    r"(?:ce (?:message|courriel|courrier|mail|e-?mail)|this (?:e-?mail|message|communication|electronic|"
    r"transmission)|the information (?:contained|in this)|"
    r"les informations (?:contenues|figurant)|le contenu de ce|diese (?:e-?mail|nachricht)|este (?:mensaje|correo|"
    r"e-?mail|mensagem)|esta mensagem|"
    r"questo (?:messaggio|documento)|le informazioni contenute|dit (?:bericht|e-?mail)|detta (?:meddelande|mejl)|"
    r"денне|данное (?:сообщение|письмо)|"
    r"ce document|notice\s*:|avis\s*:|confidentialit[éy]|avis de confidentialité|confidential(?: notice|:)?|"
    r"disclaimer|avertissement|vertraulich|"
    r"if you (?:are not|have received)|si vous (?:n['’]êtes pas|avez reçu|recevez)|wenn sie nicht|se ricevete|"
    r"the contents of this|any views|email disclaimer|l['’]intégrité de ce|tout message électronique)",
    re.IGNORECASE,
)
NOTICE_TITLE = re.compile(
    r"(?:e-?mail )?disclaimer|confidentiality(?: notice)?|avis de confidentialité|confidentialité|avertissement|"
    r"mentions légales|haftungsausschluss",
    re.IGNORECASE,
)
NOTICE_PROOF = re.compile(
    r"confidenti|confidencial|vertraulich|vertrouwelijk|riservat|destinataires?|intended (?:only |solely )?(?:for|"
    r"recipient)|intended recipient|privileged|"
    r"strictement|disclos|divulgu|in error|par erreur|irrtümlich|por error|per errore|bestimmt|unauthori[sz]ed|"
    r"non autorisée|конфиденциальн|"
    r"virus|altéré|falsifié",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"(?:p(?:ensez|ensons)[ -].{0,30}(?:environnement|imprimer|planète)|avant d['’]imprimer|n['’]imprimez (?:ce|"
    r"cet|que)|"
    r"please consider the environment|think before (?:you )?print|consider the environment|bitte denken sie an "
    r"die umwelt|"
    r"denken sie an die umwelt|antes de imprimir|piense en el medio|prima di stampare|denk aan het milieu|"
    r"l['’]absence de virus dans ce|cet e-?mail a été vérifié|aucun virus|garanti sans virus|sans virus[.\s]|"
    r"virus-free|"
    r"this e-?mail has been (?:checked|scanned)|this message has been (?:scanned|checked)|diese e-?mail wurde "
    r"(?:von|auf)|virenfrei|libre de virus|livre de vírus|"
    r"este correo electrónico ha sido|privo di virus|virusvrij|avast(?: logo)?\b.{0,60}$|www\.avast\.com|scanned "
    r"by|analysé par .{0,30}antivirus|"
    r"you received this (?:message|email) because|you are receiving this|vous recevez ce (?:message|courriel|"
    r"mail)|vous avez reçu ce message (?:car|parce)|"
    r"to unsubscribe|unsubscribe from this|pour (?:vous )?désinscri|pour se désinscri|se désabonner|pour vous "
    r"désabonner|"
    r"<?https?://(?:www\.)?avast\.com.{0,200}|\[image:? .{0,60}\]$)",
    re.IGNORECASE,
)
BANNER = re.compile(
    r"\W{0,6}(?:(?:caution|warning|attention|avertissement|achtung|vorsicht|atención|attenzione|let op|prudence|"
    r"externe?r?|external)\b.{0,80}"
    r"(?:extern|extérieur|outside|außerhalb|fuera|esterno|inconnu)|\[(?:external|externe|extern)\]\W{0,4}$|"
    r"(?:this (?:e-?mail|message)|ce (?:message|courriel|mail|e-?mail)|diese e-?mail) .{0,40}(?:from outside|"
    r"external sender|de l['’]extérieur|externe|von außerhalb|"
    r"expéditeur externe)|you don['’]t often get email from|vous n['’]obtenez pas souvent d['’]e-?mail|vous ne "
    r"recevez pas souvent)",
    re.IGNORECASE,
)
LIST = re.compile(
    r".{1,60} mailing list$|.{0,40}mailman/listinfo.{0,120}$|https?://\S{0,80}/listinfo\S{0,80}$|"
    r".{0,60}groups\.google\.com.{0,200}$",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"(?:bien |très |tres |tout )?(?:cordialement|cdlt|cdt|cordlt|sincèrement|amicalement|amitiés|"
    r"respectueusement|chaleureusement|affectueusement)"
    r"|(?:bien|sincèrement|cordialement|très cordialement) (?:à vous|à toi)|bàv|bav|(?:bonne?|belle|excellente?) "
    r"(?:journée|soirée|après-midi|semaine|fin de .{3,12}|réception|continuation|"
    r"week-?end)(?: (?:à|et) .{2,20})?|bon (?:week-?end|après-midi)|à (?:bientôt|plus|très vite|vous lire)|"
    r"(?:meilleures?|sincères|cordiales|respectueuses) salutations"
    r"|salutations(?: (?:distinguées|cordiales|sincères))?|(?:avec (?:mes|nos) )?(?:meilleurs|sincères) "
    r"(?:remerciements|sentiments|voeux|vœux)|merci(?: (?:d['’]avance|beaucoup|par avance|encore|bien|à vous))?"
    r"|(?:bien )?(?:avec|dans l['’]attente) .{0,60}|(?:je vous prie|veuillez|nous vous prions) .{0,30}(?:agréer|"
    r"croire|recevoir|accepter).{0,90}"
    r"|(?:kind|best|warm|warmest|kindest|many)? ?regards|best(?: wishes)?|all the best|cheers|sincerely(?: "
    r"yours)?|yours(?: (?:sincerely|truly|faithfully))?"
    r"|(?:many |with )?thanks(?: (?:again|in advance|a lot|so much))?|thank you(?: (?:very much|again|in "
    r"advance))?|take care|have a (?:nice|great|good) .{2,12}"
    r"|(?:mit )?(?:freundliche[nm]?|liebe[nm]?|beste[nm]?|herzliche[nm]?|viele[nm]?|schöne[nm]?) (?:grüße?n?|"
    r"grüsse?n?|gruß|gruss)(?: aus .{2,20})?|mfg|lg|vg|hochachtungsvoll|gruß|grüße"
    r"|(?:un )?(?:cordial(?:es)? )?saludos?(?: cordiales)?|atentamente|atenciosamente|cumprimentos|com os "
    r"melhores cumprimentos|abraços?|obrigad[oa]|un abrazo"
    r"|cordiali saluti|(?:distinti )?saluti|un saluto|grazie(?: mille)?|met vriendelijke groet(?:en)?|"
    r"groet(?:en)?|mvg|med vänlig(?:a)? hälsning(?:ar)?|hälsningar|vänligen|mvh"
    r"|med venlig hilsen|med vennlig hilsen|hilsen|vh|kh|ystävällisin terveisin|terveisin|pozdrawiam|z poważaniem|"
    r"s pozdravem|с уважением|saygılarımla|iyi çalışmalar",
    re.IGNORECASE,
)
PHONE = re.compile(r"(?<!\d)(?:\+|00)?\(?\d(?:[\d\s().\-/]{7,18})\d(?!\d)")
#: A field of a form below a rule, which is none of a visiting card: "Date limite souhaitée : 20/03/2026".
FIELD = re.compile(
    r"(?!(?:t[eé]l|gsm|mob|port|fax|e?-?mail|courriel|web|site|www|adresse|si[eè]ge|bureau|ice|rc|if|cnss|patente|siret|siren|tva|vat|capital|whatsapp|"
    r"skype|linkedin|phone|office|address|direct|standard|ligne|contact)\b)[^\W\d_][^:\n@]{2,32}\s?:\s+\S",
    re.IGNORECASE,
)
CONTACT = re.compile(
    r"[\w.+-]@[\w-]{1,63}\.\w|https?://|www\.|\b(?:t[ée]l(?:[ée]phone)?|phone|mob(?:ile)?|port(?:able)?|fax|gsm|"
    r"direct|ligne directe|standard|[tmpfd])\b\s?\.?\s?[:.]?\s?\(?\+?\(?\d|"
    r"\b(?:siret|siren|tva|rcs|linkedin|facebook|instagram|twitter|skype|whatsapp|e-?mail|courriel|site(?: web)?|"
    r"web|adresse?|address)\b\s?[:|]|\bcedex\b|\b\d{5} [A-ZÉ]|"
    r"\d,? (?:bis |ter )?(?:rue|avenue|av\.?|boulevard|bd|impasse|allée|chemin|place|quai|route|street|road|calle|"
    r"via) |(?:straße|strasse) \d|[📧📱☎✆📞✉🌐📍]",
    re.IGNORECASE,
)
TITLE = re.compile(
    r"\b(?:direct(?:eur|rice)|responsable|chargée?|assistante?|gérante?|président|chef(?:fe)?|ingénieur|"
    r"architecte|designer|commercial|"
    r"consultante?|secrétaire|comptable|acheteu(?:r|se)|manager|director|engineer|developer|ceo|cto|coo|cfo|"
    r"founder|co-?founder|officer|sales|marketing|"
    r"support|service|department|département|head of|studio|agence|société|sarl|sas|gmbh|ltd|inc|llc|s\.a\.|"
    r"s\.l\.|geschäftsführer|leiter|vertrieb)\b",
    re.IGNORECASE,
)
POSTSCRIPT = re.compile(
    r"(?:p\.?\s?-?\s?s\.?|n\.?\s?b\.?|post-?scriptum|rq|edit)\b\s{0,2}[.:：;,\-–—]|(?:p\.s\.|ps)\s", re.IGNORECASE
)
SENTENCE_WORDS = frozenset(
    [
        "je",
        "j'ai",
        "j’ai",
        "nous",
        "vous",
        "tu",
        "il",
        "elle",
        "on",
        "c'est",
        "c’est",
        "ok",
        "oui",
        "non",
        "d'accord",
        "d’accord",
        "merci",
        "pas",
        "svp",
        "stp",
        "est",
        "sont",
        "suis",
        "avons",
        "avez",
        "voici",
        "pouvez",
        "peux",
        "pourriez",
        "valide",
        "validé",
        "validons",
        "accepte",
        "accepté",
        "accord",
        "refuse",
        "i",
        "i'm",
        "we",
        "you",
        "yes",
        "no",
        "okay",
        "please",
        "is",
        "are",
        "have",
        "can",
        "could",
        "would",
        "approve",
        "approved",
        "accept",
        "agree",
        "ich",
        "wir",
        "sie",
        "ja",
        "nein",
        "bitte",
        "ist",
        "sind",
        "sí",
        "si",
        "por",
        "favor",
        "è",
        "sono",
        "il",
        "ik",
        "wij",
        "jag",
        "jeg",
        "ne",
        "que",
        "qui",
        "quand",
        "pour",
        "avec",
        "sans",
        "mais",
        "donc",
    ]
)
