"""Where a signature begins.

What is cut: what follows "-- "; the line a device adds; notices of confidentiality, antivirus and mailing lists; the contact
block below a closing. What stays in the text: the closing itself with the name ("Cordialement,\\nJean"), as most
reply parsers leave it, and anything that looks like a sentence: a signature left in does less harm than a sentence lost.
"""

from __future__ import annotations

import re

from processors.reply.quotes import QUOTED, SEPARATOR, SIGNATURE, TEXT

_MAX = 300

_DEVICE_WORD = (
    r"i\s?phon\w{0,6}|typemail|front|hubspot|cellulare|i\s?pad\w{0,6}|i\s?pod|android\w{0,6}|outlook\w{0,6}|apple watch|watch|mac(?:book)?|android|samsung|galaxy|huawei|honor|xiaomi|redmi|oppo|oneplus|pixel|nokia|"
    r"sony|xperia|htc|lg|motorola|moto|wiko|alcatel|blackberry|windows|outlook|hotmail|gmail|google|yahoo|ymail|aol|orange|sfr|free|bouygues|"
    r"la ?poste|proton\s?mail|proton|mail|mailbox|mailbird|airmail|spark|superhuman|missive|typeapp|bluemail|blue mail|k-9|k9|fairemail|thunderbird|"
    r"zimbra|nine|newton|edison|polymail|canary|em client|gmx|web\.de|t-online|telekom|verizon|at&t|t-mobile|vodafone|swisscom|bell|rogers|"
    r"phone|smart\s?phone|mobile?s?|mobil\w*|t[ée]l[ée]phone|telefon\w*|tel[ée]fono|telemóvel|celular|móvil|cell(?:ular|phone)?|cell|handy|portable|"
    r"tablette?|tablet\w*|ordiphone|ordinateur|smartphone\w*|puhelime\w*|телефона?|смартфона|手机|手機|device|dispositivo|appareil|"
    r"cellulaire|my pc|webmail|workspace|ti-85|surface|ios|fairphone|nothing|realme|vivo|zte|crosscall|doro"
)
_DEVICE_OPENING = (
    r"sent (?:from|via|with|using|by|through|on)|envoyé (?:de|depuis|à partir de?|avec|par|via|du|à l['’]aide de?|sur)|envoyée? (?:de|depuis|avec)|"
    r"expédié (?:de|depuis|avec)|transmis (?:de|depuis)|écrit (?:de|depuis) mon|message envoyé (?:de|depuis|avec|par)|mail envoyé (?:de|depuis|avec)|"
    r"courriel envoyé (?:de|depuis|avec)|provenance ?:|"
    r"gesendet (?:von|mit|über|vom|via|aus)|von meine[mr] .{1,40} gesendet|diese nachricht wurde von|"
    r"enviado (?:desde|do|da|de|a partir|pelo|con|com|via|por)|enviada (?:desde|do|da)|mensagem enviada|"
    r"inviato (?:da|dal|con|tramite)|inviata (?:da|dal)|verzonden (?:vanaf|met|vanuit|via|van)|verstuurd (?:vanaf|met|vanuit|via)|"
    r"skickat (?:från|med|via)|sendt (?:fra|med|via|frå)|lähetetty|wysłano? (?:z|ze|za)|wysłane (?:z|ze|za)|odesláno (?:z|ze)|odoslané (?:z|zo)|"
    r"отправлено (?:с|из|от)|послано с|надіслано (?:з|із)|στάλθηκε από|trimis (?:de pe|din|cu)|poslano (?:z|s)|"
    r"(?:iphone|ipad|samsung|android|galaxy)['’`]?\w*\s+(?:gönderildi|cihazımdan)|"
    r"أُ?رسلت? من|تم الإرسال من|מאת ה|נשלח מ|发自我的|来自我的|发送自|從我的|傳送自|寄自|iphone\s*から|.{0,30}から送信|나의 .{1,20}에서 보냄|내 .{1,20}에서 보냄|"
    r"az .{1,20} küldve|elküldve|dikirim dari|đã gửi từ|gửi từ|ส่งจาก|saadetud|nosūtīts no|išsiųsta"
)
_DEVICE = re.compile(rf"[<(\[«“\"*_~\-–—>\s]{{0,6}}(?:{_DEVICE_OPENING})(?P<rest>.{{0,200}})$", re.IGNORECASE)
_DEVICE_ALONE = re.compile(
    r"[<(\[*\s]{0,4}(?:"
    r"(?:get|obtenez|télécharge[rz]|obtenir|installe[rz]|holen sie sich|laden sie|obtener|obtén|obter|obtenha|ottieni|scarica|download(?: de)?|hämta|hent|"
    r"skaffa|pobierz|hanki|stáhnout|скачать|获取|取得|다운로드|تنزيل|下载) .{0,40}(?:outlook|bluemail|blue mail|typeapp|spark|yahoo|gmail|protonmail|proton).{0,90}"
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
_DEVICE_WORDS = re.compile(rf"(?<![^\W_])(?:{_DEVICE_WORD})(?![^\W\d_])", re.IGNORECASE)
_BY_MAIL = re.compile(r"\s*e?-?mails?\s(?!pour|for|für|per|para|app|client|on|sur)", re.IGNORECASE)
_SHORT_MODEL = re.compile(
    r"\s*(?:my|mon|ma|notre|meinem?|mi|meu|minha|mio|mia|il mio|mijn|min|mitt|moj\w*|моего|üzerinden)\s+\S+(?:\s\S+){0,4}[.!]?$",
    re.IGNORECASE,
)

_NOTICE = re.compile(
    r"(?:ce (?:message|courriel|courrier|mail|e-?mail)|this (?:e-?mail|message|communication|electronic|transmission)|the information (?:contained|in this)|"
    r"les informations (?:contenues|figurant)|le contenu de ce|diese (?:e-?mail|nachricht)|este (?:mensaje|correo|e-?mail|mensagem)|esta mensagem|"
    r"questo (?:messaggio|documento)|le informazioni contenute|dit (?:bericht|e-?mail)|detta (?:meddelande|mejl)|денне|данное (?:сообщение|письмо)|"
    r"ce document|notice\s*:|avis\s*:|confidentialit[éy]|avis de confidentialité|confidential(?: notice|:)?|disclaimer|avertissement|vertraulich|"
    r"if you (?:are not|have received)|si vous (?:n['’]êtes pas|avez reçu|recevez)|wenn sie nicht|se ricevete|"
    r"the contents of this|any views|email disclaimer|l['’]intégrité de ce|tout message électronique)",
    re.IGNORECASE,
)
_NOTICE_TITLE = re.compile(
    r"(?:e-?mail )?disclaimer|confidentiality(?: notice)?|avis de confidentialité|confidentialité|avertissement|mentions légales|haftungsausschluss",
    re.IGNORECASE,
)
_NOTICE_PROOF = re.compile(
    r"confidenti|confidencial|vertraulich|vertrouwelijk|riservat|destinataires?|intended (?:only |solely )?(?:for|recipient)|intended recipient|privileged|"
    r"strictement|disclos|divulgu|in error|par erreur|irrtümlich|por error|per errore|bestimmt|unauthori[sz]ed|non autorisée|конфиденциальн|"
    r"virus|altéré|falsifié",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"(?:p(?:ensez|ensons)[ -].{0,30}(?:environnement|imprimer|planète)|avant d['’]imprimer|n['’]imprimez (?:ce|cet|que)|"
    r"please consider the environment|think before (?:you )?print|consider the environment|bitte denken sie an die umwelt|"
    r"denken sie an die umwelt|antes de imprimir|piense en el medio|prima di stampare|denk aan het milieu|"
    r"l['’]absence de virus dans ce|cet e-?mail a été vérifié|aucun virus|garanti sans virus|sans virus[.\s]|virus-free|"
    r"this e-?mail has been (?:checked|scanned)|this message has been (?:scanned|checked)|diese e-?mail wurde (?:von|auf)|virenfrei|libre de virus|livre de vírus|"
    r"este correo electrónico ha sido|privo di virus|virusvrij|avast(?: logo)?\b.{0,60}$|www\.avast\.com|scanned by|analysé par .{0,30}antivirus|"
    r"you received this (?:message|email) because|you are receiving this|vous recevez ce (?:message|courriel|mail)|vous avez reçu ce message (?:car|parce)|"
    r"to unsubscribe|unsubscribe from this|pour (?:vous )?désinscri|pour se désinscri|se désabonner|pour vous désabonner|"
    r"<?https?://(?:www\.)?avast\.com.{0,200}|\[image:? .{0,60}\]$)",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"\W{0,6}(?:(?:caution|warning|attention|avertissement|achtung|vorsicht|atención|attenzione|let op|prudence|externe?r?|external)\b.{0,80}"
    r"(?:extern|extérieur|outside|außerhalb|fuera|esterno|inconnu)|\[(?:external|externe|extern)\]\W{0,4}$|"
    r"(?:this (?:e-?mail|message)|ce (?:message|courriel|mail|e-?mail)|diese e-?mail) .{0,40}(?:from outside|external sender|de l['’]extérieur|externe|von außerhalb|"
    r"expéditeur externe)|you don['’]t often get email from|vous n['’]obtenez pas souvent d['’]e-?mail|vous ne recevez pas souvent)",
    re.IGNORECASE,
)
_LIST = re.compile(
    r".{1,60} mailing list$|.{0,40}mailman/listinfo.{0,120}$|https?://\S{0,80}/listinfo\S{0,80}$|.{0,60}groups\.google\.com.{0,200}$",
    re.IGNORECASE,
)

CLOSING = re.compile(
    r"(?:bien |très |tres |tout )?(?:cordialement|cdlt|cdt|cordlt|sincèrement|amicalement|amitiés|respectueusement|chaleureusement|affectueusement)"
    r"|(?:bien|sincèrement|cordialement|très cordialement) (?:à vous|à toi)|bàv|bav|(?:bonne?|belle|excellente?) (?:journée|soirée|après-midi|semaine|fin de .{3,12}|réception|continuation|"
    r"week-?end)(?: (?:à|et) .{2,20})?|bon (?:week-?end|après-midi)|à (?:bientôt|plus|très vite|vous lire)|(?:meilleures?|sincères|cordiales|respectueuses) salutations"
    r"|salutations(?: (?:distinguées|cordiales|sincères))?|(?:avec (?:mes|nos) )?(?:meilleurs|sincères) (?:remerciements|sentiments|voeux|vœux)|merci(?: (?:d['’]avance|beaucoup|par avance|encore|bien|à vous))?"
    r"|(?:bien )?(?:avec|dans l['’]attente) .{0,60}|(?:je vous prie|veuillez|nous vous prions) .{0,30}(?:agréer|croire|recevoir|accepter).{0,90}"
    r"|(?:kind|best|warm|warmest|kindest|many)? ?regards|best(?: wishes)?|all the best|cheers|sincerely(?: yours)?|yours(?: (?:sincerely|truly|faithfully))?"
    r"|(?:many |with )?thanks(?: (?:again|in advance|a lot|so much))?|thank you(?: (?:very much|again|in advance))?|take care|have a (?:nice|great|good) .{2,12}"
    r"|(?:mit )?(?:freundliche[nm]?|liebe[nm]?|beste[nm]?|herzliche[nm]?|viele[nm]?|schöne[nm]?) (?:grüße?n?|grüsse?n?|gruß|gruss)(?: aus .{2,20})?|mfg|lg|vg|hochachtungsvoll|gruß|grüße"
    r"|(?:un )?(?:cordial(?:es)? )?saludos?(?: cordiales)?|atentamente|atenciosamente|cumprimentos|com os melhores cumprimentos|abraços?|obrigad[oa]|un abrazo"
    r"|cordiali saluti|(?:distinti )?saluti|un saluto|grazie(?: mille)?|met vriendelijke groet(?:en)?|groet(?:en)?|mvg|med vänlig(?:a)? hälsning(?:ar)?|hälsningar|vänligen|mvh"
    r"|med venlig hilsen|med vennlig hilsen|hilsen|vh|kh|ystävällisin terveisin|terveisin|pozdrawiam|z poważaniem|s pozdravem|с уважением|saygılarımla|iyi çalışmalar",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<!\d)(?:\+|00)?\(?\d(?:[\d\s().\-/]{7,18})\d(?!\d)")
_CONTACT = re.compile(
    r"[\w.+-]@[\w-]{1,63}\.\w|https?://|www\.|\b(?:t[ée]l(?:[ée]phone)?|phone|mob(?:ile)?|port(?:able)?|fax|gsm|direct|ligne directe|standard|[tmpfd])\b\s?\.?\s?[:.]?\s?\(?\+?\(?\d|"
    r"\b(?:siret|siren|tva|rcs|linkedin|facebook|instagram|twitter|skype|whatsapp|e-?mail|courriel|site(?: web)?|web|adresse?|address)\b\s?[:|]|\bcedex\b|\b\d{5} [A-ZÉ]|"
    r"\d,? (?:bis |ter )?(?:rue|avenue|av\.?|boulevard|bd|impasse|allée|chemin|place|quai|route|street|road|calle|via) |(?:straße|strasse) \d|[📧📱☎✆📞✉🌐📍]",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:direct(?:eur|rice)|responsable|chargée?|assistante?|gérante?|président|chef(?:fe)?|ingénieur|architecte|designer|commercial|"
    r"consultante?|secrétaire|comptable|acheteu(?:r|se)|manager|director|engineer|developer|ceo|cto|coo|cfo|founder|co-?founder|officer|sales|marketing|"
    r"support|service|department|département|head of|studio|agence|société|sarl|sas|gmbh|ltd|inc|llc|s\.a\.|s\.l\.|geschäftsführer|leiter|vertrieb)\b",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(
    r"(?:p\.?\s?-?\s?s\.?|n\.?\s?b\.?|post-?scriptum|rq|edit)\b\s{0,2}[.:：;,\-–—]|(?:p\.s\.|ps)\s", re.IGNORECASE
)
_SENTENCE_WORDS = frozenset(
    "je j'ai j’ai nous vous tu il elle on c'est c’est ok oui non d'accord d’accord merci pas svp stp est sont suis avons avez voici pouvez peux pourriez "
    "valide validé validons accepte accepté accord refuse i i'm we you yes no okay please is are have can could would approve approved accept agree "
    "ich wir sie ja nein bitte ist sind sí si por favor è sono il ik wij jag jeg ne que qui quand pour avec sans mais donc".split()
)


def mark_signature(raw: list[str], norm: list[str], labels: list[str], runs: list[tuple[int, int]]) -> bool:
    """Label the signature lines inside ``runs`` of TEXT lines (half-open, in order). True when lines after a device
    line may be either the sender's or a quote."""
    doubtful = False
    for number, (start, end) in enumerate(runs):
        last = number == len(runs) - 1
        if number == 0:
            _mark_banner(norm, labels, start, end)
        doubtful = _mark_run(raw, norm, labels, start, end, first=number == 0, last=last) or doubtful
    return doubtful


def is_device_line(line: str) -> bool:
    """ "Envoyé de mon iPhone" and its like, the whole line."""
    if len(line) > _MAX or not line:
        return False
    if _DEVICE_ALONE.match(line):
        return True
    m = _DEVICE.match(line)
    if m is None:
        return False
    if _BY_MAIL.match(m["rest"]):
        return False
    rest = re.sub(r"<[^>]{0,200}>|\(https?[^)]{0,200}\)|https?://\S{0,200}", " ", m["rest"])
    head = re.split(r"[,.;!?](?:\s|$)", rest, maxsplit=1)[0]
    found = _DEVICE_WORDS.search(line[: m.start("rest")] + head)
    if found is not None and len(head.split()) <= 7:
        return True
    return _SHORT_MODEL.match(rest) is not None and sum(c.isupper() for c in rest) >= 1


def _mark_banner(norm: list[str], labels: list[str], start: int, end: int) -> None:
    """A warning the receiving server put on top ("external sender")."""
    i = start
    while i < end and not norm[i]:
        i += 1
    if i < end and _BANNER.match(norm[i][:_MAX]):
        while i < end and norm[i]:
            labels[i] = SIGNATURE
            i += 1


def _mark_run(raw: list[str], norm: list[str], labels: list[str], start: int, end: int, *, first: bool, last: bool) -> bool:
    while end > start and not norm[end - 1]:
        end -= 1
    lines = [i for i in range(start, end) if norm[i] and labels[i] == TEXT]
    if not lines:
        return False
    # From the bottom up, so that each cut leaves a shorter run to the next rule. Only the last lines can be a signature.
    doubtful = False
    cut = end
    tail = [i for i in lines if i >= end - 120]
    for i in tail:
        line = norm[i]
        has_text = i > lines[0] or not first
        if line == "--" and (has_text or raw[i].startswith("-- ")) and (has_text or len(lines) == 1):
            cut = i
            break
        ruled = line != "—" and line[0] != "#" and SEPARATOR.match(line) is not None
        if has_text and (line == "—" or ruled) and _is_tail_block(norm, i + 1, end, after_rule=True):
            cut = i
            break
        if is_device_line(line):
            rest = [k for k in range(i + 1, end) if norm[k] and labels[k] == TEXT]
            if not has_text and rest:
                labels[i] = SIGNATURE
                continue
            if not rest or all(_is_footer(norm[k]) for k in rest) or _is_tail_block(norm, rest[0], end, after_rule=True):
                cut = i
                break
            # Below the device's line stands either a quote without any mark, or an afterthought: a person decides.
            labels[i] = SIGNATURE
            if not _POSTSCRIPT.match(norm[rest[0]]):
                for k in range(i + 1, end):
                    labels[k] = QUOTED
                doubtful = True
            cut = i
            end = i + 1
            break
    cut = _notices(norm, labels, lines[0], cut, first)
    cut = _contact_block(norm, lines[0], cut, first)
    cut = _hyphen_name(norm, lines, cut)
    cut = _trailing_rules(norm, start, cut)
    for i in range(cut, end):
        labels[i] = SIGNATURE if norm[i] else labels[i]
    _rescue(norm, labels, cut, end)
    return doubtful


def _rescue(norm: list[str], labels: list[str], cut: int, end: int) -> None:
    """A postscript is text wherever it stands."""
    i = cut
    while i < end:
        if norm[i] and _POSTSCRIPT.match(norm[i]) and (i == cut or not norm[i - 1]):
            while i < end and norm[i]:
                labels[i] = TEXT
                i += 1
        i += 1


def _is_footer(line: str) -> bool:
    line = line[:_MAX]
    return bool(
        _FOOTER.match(line)
        or _LIST.match(line)
        or is_device_line(line)
        or SEPARATOR.match(line)
        or (_NOTICE.match(line) and _NOTICE_PROOF.search(line))
    )


def _notices(norm: list[str], labels: list[str], start: int, cut: int, first: bool) -> int:
    """Notices at the bottom: cut before the first of the paragraphs that are all notices."""
    i = cut
    while True:
        end = i
        while end > start and not norm[end - 1]:
            end -= 1
        top = end
        while top > start and norm[top - 1] and end - top < 40:
            top -= 1
        if top >= end:
            return i
        head = norm[top][:_MAX]
        whole = " ".join(norm[top:end])[:1500]
        notice = (i < cut and top == end - 1 and _NOTICE_TITLE.fullmatch(head.strip(" :*_-"))) or (_NOTICE.match(head.lstrip('*_ «"')) and _NOTICE_PROOF.search(whole)) or all(
            _is_footer(norm[k]) for k in range(top, end)
        )
        if not notice:
            # A footer glued below the text: take its lines only.
            while end > top and _is_footer(norm[end - 1]):
                end -= 1
            return end if end < i and any(norm[k] for k in range(end, i)) else i
        if top <= start and first:
            return i
        i = top


def _sentence(line: str) -> bool:
    """Words that say something, rather than name someone."""
    tokens = line.lower().replace("’", "'").split()
    if len(tokens) > 9 or line.endswith(("?", "!", ";")):
        return True
    if line.endswith((".", "…")) and len(tokens) > 3:
        return True
    return any(token.strip(".,;:!?()") in _SENTENCE_WORDS for token in tokens)


def _contact(line: str) -> bool:
    return bool(_CONTACT.search(line) or _PHONE.search(line))


def _name(line: str) -> bool:
    """One to four capitalised words."""
    tokens = line.strip("/-–—_*,. ").split()
    return 0 < len(tokens) <= 4 and len(line) <= 50 and not any(c.isdigit() for c in line) and all(
        t[0].isupper() or t.lower() in ("de", "du", "le", "la", "van", "von", "der", "den", "d'", "el", "di", "da") for t in tokens
    )  # fmt: skip


def _is_tail_block(norm: list[str], start: int, end: int, *, after_rule: bool = False) -> bool:
    """Lines that only name, address and title somebody, one at least a way to reach him."""
    lines = [norm[k] for k in range(start, end) if norm[k]]
    if not lines:
        return True
    if len(lines) > 16 or any(len(line) > 140 for line in lines):
        return False
    contacts = sum(1 for line in lines if _contact(line) or _TITLE.search(line))
    other = [line for line in lines if not _contact(line) and not _is_footer(line) and not SEPARATOR.match(line)]
    if any(_sentence(line) for line in other):
        return False
    if after_rule and len(lines) <= 3 and all(_name(line) for line in other):
        return True
    return contacts > 0 and all(_name(line) or _TITLE.search(line) or not any(c.isdigit() for c in line) for line in other)


def _contact_block(norm: list[str], start: int, cut: int, first: bool) -> int:
    """The block below a closing and its name, or a last paragraph that is a visiting card."""
    end = cut
    while end > start and not norm[end - 1]:
        end -= 1
    low = max(start, end - 40)
    for i in range(end - 1, low - 1, -1):
        line = norm[i]
        bare = line.strip(" ,.!-–—*_;:")
        if line and len(line) <= 130 and (m := CLOSING.match(bare)) and _closes(bare, m.end()):
            k = i + 1
            while k < end and not norm[k]:
                k += 1
            named = k < end and (_name(norm[k]) and not (_TITLE.search(norm[k]) or _contact(norm[k])))
            body = k + 1 if named else k
            if body >= end:
                return cut
            attached = bool(norm[body]) and (named or body == i + 1)
            rest = [norm[j] for j in range(body, end) if norm[j]]
            if not named and len(rest) == 1 and not _contact(rest[0]):
                return cut
            if rest and _is_tail_block(norm, body, end):
                return body
            if attached and len(rest) <= 3 and all(_name(r) and not _sentence(r) for r in rest):
                return body
            return cut
    # No closing: a visiting card, as a paragraph of its own that begins with a name.
    top = end
    while top > low and norm[top - 1]:
        top -= 1
    card = [norm[j] for j in range(top, end)]
    if (
        (top > start or not first) and len(card) >= 2 and _name(card[0]) and _is_tail_block(norm, top, end) and any(_PHONE.search(c) or "@" in c for c in card)
        and not _introduced(norm, top)
    ):  # fmt: skip
        return top
    return cut


def _closes(line: str, matched: int) -> bool:
    """After a closing, on its line, only a name may stand."""
    rest = line[matched:].strip(" ,.!-–—*_;:/")
    return not rest or _name(rest) or CLOSING.fullmatch(rest.removeprefix("et ").strip()) is not None


def _introduced(norm: list[str], top: int) -> bool:
    """The paragraph above ends with a colon: what follows is an answer, not a signature."""
    k = top - 1
    while k >= 0 and top - k <= 3 and not norm[k]:
        k -= 1
    return k >= 0 and norm[k].endswith((":", "："))


def _hyphen_name(norm: list[str], lines: list[int], cut: int) -> int:
    """ "-Jean Dupont" as the last paragraph; not when the text has lists of its own."""
    left = [i for i in lines if i < cut]
    if len(left) < 2:
        return cut
    i = left[-1]
    line = norm[i]
    if (
        line[0] == "-"
        and len(line) > 2
        and line[1].isalpha()
        and _name(line[1:])
        and not norm[i - 1]
        and not _introduced(norm, i)
    ):
        if not any(norm[k].startswith(("-", "*", "•", "–")) for k in left[:-1]):
            return i
    return cut


def _trailing_rules(norm: list[str], start: int, cut: int) -> int:
    """Rules and tracking dots left at the end of the text."""
    end = cut
    while end > start:
        line = norm[end - 1]
        if line and not SEPARATOR.match(line) and line not in ("ᐧ", "--", "—", "–", "-", "*", "_"):
            break
        end -= 1
    if end == start:
        return cut
    return end if any(norm[k] for k in range(end, cut)) else cut
