"""The words mail programs write around a quote, by what they mean; all in lower case.

One flat vocabulary for all languages: a French company's customer may well use a Danish phone. Collected from the
interfaces of Outlook, Gmail, Apple Mail, Thunderbird, Zimbra, Roundcube, Yahoo, Samsung, Lotus Notes, Yandex, QQ.
"""

from __future__ import annotations

import re

from processors.gated import Gated

#: Labels of a copied header ("De : …"), by kind. The colon and its spaces are not part of the label.
_LABELS: dict[str, str] = {
    "from": (
        "from|de|von|da|van|från|fra|od|nadawca|lähettäjä|от|от кого|від|kimden|gönderen|من|מאת|发件人|寄件者|寄件人|"
        "差出人|送信者|보낸 사람|보낸사람|발신|expéditeur|expediteur|émetteur|από|feladó|odesílatel|odosielateľ|"
        "mittente|remitente|remetente|afzender|absender|avsender|avsändare|afsender|отправитель|dari|từ|จาก|de la|"
        "pošiljatelj|from name|sender"
    ),
    "date": (
        "sent|date|sent on|date sent|received|envoyé|envoye|envoyée|envoyé le|envoye le|envoyé à|date d'envoi|"
        "message du|"
        "reçu|reçu le|gesendet|gesendet am|datum|sendedatum|empfangen|enviado|enviado el|enviada|enviada em|"
        "enviado em|"
        "enviada el|fecha|data|data de envio|inviato|inviato il|verzonden|verzonden op|skickat|skickat den|sendt|"
        "sendt den|dato|lähetetty|päivämäärä|päiväys|wysłano|wysłane|data wysłania|odesláno|odoslané|отправлено|"
        "дата|дата отправки|надіслано|gönderildi|gönderilme tarihi|gönderme tarihi|tarih|تم الإرسال|أُرسلت|التاريخ|"
        "تاريخ|נשלח|תאריך|发送时间|发送日期|日期|寄件日期|傳送時間|时间|時間|送信日時|日時|日付|보낸 날짜|날짜|"
        "trimis|στάλθηκε|ημερομηνία|elküldve|dátum|dikirim|ngày|poslano|posláno"
    ),
    "to": (
        "to|à|a|an|para|aan|naar|till|til|vastaanottaja|do|komu|кому|kime|alıcı|إلى|אל|收件人|收件者|宛先|받는 사람|"
        "받는사람|수신|către|catre|προς|címzett|adresat|destinataire|destinataires|destinatario|destinatários|"
        "empfänger|mottaker|modtager|mottagare|pour|kepada|đến|adresář|pro"
    ),
    "copy": (
        "cc|c.c.|bcc|cci|cco|ccn|copie|copie à|copie a|copies à|kopie|kopie an|copia|cópia|kopia|kopi|kopio|"
        "копия|копія|"
        "bilgi|نسخة|עותק|抄送|副本|참조|kópia|másolat|dw|κοιν."
    ),
    "subject": (
        "subject|objet|sujet|betreff|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|předmět|predmet|тема|konu|"
        "الموضوع|נושא|主题|主旨|主題|件名|제목|subiect|θέμα|tárgy|titre|perihal|chủ đề"
    ),
    "other": (
        "reply-to|reply to|répondre à|antwort an|antworten an|responder a|risposta|rispondi a|responder para|"
        "importance|priorité|"
        "wichtigkeit|importancia|importância|importanza|prioriteit|priority|attachments|attachment|attach|"
        "pièces jointes|pièce jointe|pj|anlagen|anhänge|anlage|adjuntos|datos adjuntos|anexos|allegati|bijlagen|"
        "bilagor|vedhæftede filer|załączniki|вложения|附件|添付ファイル|organisation|organization|sensitivity|"
        "catégories|categories|mailed-by|message-id|list-id"
    ),
}
LABEL_KIND: dict[str, str] = {label: kind for kind, labels in _LABELS.items() for label in labels.split("|")}

#: "Label :" at the start of a line. Bounded, no nested repetition.
LABEL = re.compile(r"([^\W\d_][^:：<>@\n]{0,24}?)\s{0,3}[:：](?!//)")

#: The verb of an attribution line. Longest first where one holds another.
WROTE = re.compile(
    r"(?:a\s+écrit|a\s+ecrit|avez\s+écrit|écriviez|a\s+envoyé|écrit|wrote|writes|sent(?=\s?:)|schrieb(?:en)?|"
    r"geschrieben|escribió|"
    r"escribio|ha\s+escrit|va\s+escriure|ha\s+scritto|scrive|scriveva|escreveu|schreef|geschreven|skrev|kirjoitti|"
    r"napisał\(a\)|napisała?|napisał|napisana\s+przez|pisze|napsal\(a\)|napsala?|napísala?|написал\(а\)|написала?|"
    r"пишет|пише|написав|"
    r"yazdı|تمت\s+كتابة(?:\s+ما\s+يلي)?|missatge\s+de|كتبت?|כתבה?|כתב/ה|写道|寫道|撰写|のメッセージ|書きました|のメール|작성|썼습니다|wrote|έγραψε|a\s+scris|írta|"
    r"napisao|napisala|je\s+napisao|написа|đã\s+viết|menulis|rašė|kirjutas|rakstīja|skrifaði|a\s+wrote|تحریر|נכתב)"
    r"(?:\s?/\s?כתבה|/كتبت)?",
    re.IGNORECASE,
)
#: One of these stands in every such verb: a test of microseconds before the pattern is tried.
WROTE_STEMS = (
    "écri", "ecrit", "envoyé", "wrot", "write", "sent", "schr", "geschr", "escri", "escrev", "scri",
    "skrev",
    "kirjoit", "napisa", "pisze", "napsal",
    "napísal", "напис", "пиш", "yazd", "كتب", "كتاب", "missatge", "כתב", "写道", "撰写", "寫道", "メ", "書", "작성", "썼", "έγραψε",
    "scris", "írta", "viết", "menulis",
    "rašė", "kirjutas", "rakst", "skrif", "تحریر", "schreef",
)  # fmt: skip
#: What may follow the verb at the end of an attribution.
AFTER_WROTE = re.compile(
    r"(?:\s+(?:ceci|le\s+message\s+suivant|the\s+following|folgendes|lo\s+siguiente|o\s+seguinte|następująco|на))?"
    r"\s{0,3}[:：]?[\s\-*_]{0,80}",
    re.IGNORECASE,
)

#: First words of an attribution line that are followed by a date.
OPENERS = frozenset(
    [
        "le",
        "في",
        "on",
        "am",
        "el",
        "il",
        "em",
        "op",
        "den",
        "dne",
        "dnia",
        "w",
        "at",
        "in",
        "no",
        "a",
        "à",
        "da",
        "på",
        "på:",
        "på,",
        "dia",
        "em:",
        "на",
        "в",
        "у",
        "στις",
        "la",
        "di",
        "den:",
        "di:",
        "në",
        "no:",
        "aan",
        "tarihinde",
        "dňa",
        "po",
        "vào",
        "pada",
        "lør",
        "il:",
        "se",
        "al",
        "mensaje",
        "message",
        "citando",
        "quoting",
        "zitat",
        "citazione",
        "selon",
    ]
)

DATE = re.compile(
    r"\d{1,4}\s?[./\-]\s?\d{1,2}\s?[./\-]\s?\d{1,4}|(?<!\d)(?:19|20|٢٠)\d{2}(?!\d)|\d{1,4}\s?[年년]|\d{1,2}\s?[月월]"
)
TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:：hH.]\s?\d{2}(?!\d)|\d{1,2}\s?[時시点]")
ADDRESS = re.compile(r"[\w.+%'’/=~-]{1,64}@[\w.-]{1,253}\w")

#: Words on a line of dashes that open a copied message.
ORIGINAL = re.compile(
    r"(?:message\s+(?:d['’ ]?origine|original|initial|précédent)|original\s+message|original\s+appointment|"
    r"(?:ursprüngliche|originale?|weitergeleitete|original)[\s-]*(?:nachricht|mail|e-mail)|originalnachricht|"
    r"mensaje\s+original|mensagem\s+original|messaggio\s+originale|oorspronkelijk(?:e)?\s+bericht|"
    r"origineel\s+bericht|"
    r"original(?:t)?\s*meddelande|ursprungligt\s+meddelande|oprindelig\s+(?:meddelelse|besked|mail)|"
    r"opprinnelig\s+melding|original\s+melding|alkuperäinen\s+viesti|wiadomość\s+oryginalna|"
    r"oryginalna\s+wiadomość|původní\s+(?:zpráva|e-mail)|pôvodná\s+správa|исходное\s+сообщение|"
    r"(?:оригинальное|исходное|первоначальное)\s+(?:сообщение|письмо)|orijinal\s+(?:ileti|mesaj)|özgün\s+ileti|"
    r"الرسالة\s+الأصلية|ההודעה\s+המקורית|הודעה\s+מקורית|原始邮件|原始郵件|原始信件|原邮件|元のメッセージ|オリジナルメッセージ|"
    r"원본\s*메시지|원본\s*메일|mesaj\s+original|eredeti\s+üzenet|αρχικό\s+μήνυμα|reply\s+message|e-?mail\s+d['’]origine|"
    r"courriel\s+d['’]origine|previous\s+message)",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"(?:(?:message|courriel|e-?mail)\s+(?:transféré|transfere|réexpédié|transmis|tr)|forwarded\s+(?:message|by|"
    r"email|mail|inline)|"
    r"begin\s+forwarded|message\s+forwarded|weitergeleitete\s+(?:nachricht|mail|e-mail)|weitergeleitet|"
    r"mensaje\s+reenviado|"
    r"mensagem\s+(?:encaminhada|reencaminhada)|messaggio\s+inoltrato|doorgestuurd\s+bericht|forwarded|"
    r"vidarebefordrat\s+(?:meddelande|brev)|vidarebefordrade?\s+meddelande|videresendt\s+(?:meddelelse|besked|"
    r"melding)|"
    r"välitetty\s+viesti|edelleenlähetetty|przekazana\s+wiadomość|wiadomość\s+przekazana|"
    r"(?:přeposlaná|preposlaná)\s+(?:zpráva|správa)|пересланное\s+сообщение|переслане\s+повідомлення|"
    r"iletilmiş\s+(?:mesaj|ileti)|"
    r"iletilen\s+(?:mesaj|ileti)|رسالة\s+معاد\s+توجيهها|الرسالة\s+المعاد|הודעה\s+שהועברה|转发的?(?:邮件|信息)?|轉寄(?:郵件|"
    r"的信件)?|"
    r"已轉寄|転送(?:された)?メッセージ|전달된?\s*메시지|mesaj\s+redirecționat|továbbított\s+üzenet|προωθημένο\s+μήνυμα)",
    re.IGNORECASE,
)
#: Lines that open a forwarded mail without dashes (Apple Mail and others).
FORWARD_OPENING = re.compile(
    r"(?:begin(?:ning)? forwarded message|début du message (?:réexpédié|transféré)|anfang der weitergeleiteten "
    r"(?:nachricht|e-mail)|"
    r"inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem (?:reencaminhada|encaminhada)|"
    r"begin doorgestuurd bericht|vidarebefordrat brev|start på videresendt besked|videresendt melding|"
    r"välitetty viesti alkaa|początek przekazywanej wiadomości|начало переадресованного сообщения|"
    r"以下是转发的邮件|下面是被转发的邮件|開始轉寄郵件|転送されたメッセージ|전달된 메시지 시작|iletilen mesajın başlangıcı|"
    r"message transféré|forwarded message)\s{0,2}[:：]?$",
    re.IGNORECASE,
)
#: First prefix of a subject that says "forwarded". "VS" is left out: it answers in Finnish, forwards in Danish.
FORWARD_SUBJECT = re.compile(
    r"\s{0,5}(?:fwd?|tr|wg|rv|enc|i|doorst|vb|vl|pd|ilt|i̇lt|fs|tov|転送|转发|轉寄|전달|πρθ|הועבר|إعادة توجيه|переслать|"
    r"пересл)\s{0,2}[:：]",
    re.IGNORECASE,
)

REPLY_ABOVE = re.compile(
    r"(?:répond(?:ez|re)|écri(?:vez|re)|tape[rz]|merci de répondre|saisissez).{0,40}(?:au[- ]dessus|avant cette "
    r"ligne|plus haut)|"
    r"(?:reply|respond|write|type|respuesta|answer).{0,40}above (?:this|the) line|above this line.{0,20}reply|"
    r"antwort.{0,40}(?:oberhalb|über) dies|oberhalb dieser (?:zeile|linie)|"
    r"(?:escriba|responda).{0,40}(?:encima|por encima|acima) de|(?:acima|encima) d?e?sta l[ií]n(?:ha|ea)|"
    r"(?:rispond|scriv).{0,40}sopra (?:questa|la) (?:riga|linea)|boven deze (?:lijn|regel)|ovanför (?:den här|"
    r"denna) (?:raden|linjen)|"
    r"over denne linje(?:n)?|powyżej tej linii|nad (?:tento|tuto) řádek|выше этой (?:линии|строки)|bu satırın üst",
    re.IGNORECASE,
)
_ABOVE_STEMS = (
    "dessus", "ligne", "haut", "above", "line", "oberhalb", "über", "zeile", "encima", "acima", "sopra", "boven", "ovanför", "over",
    "powyżej", "nad ",
    "выше", "üst",
)  # fmt: skip


def says_reply_above(line: str) -> bool:
    """ "Reply above this line" in any of the languages."""
    low = line.lower()
    return any(stem in low for stem in _ABOVE_STEMS) and REPLY_ABOVE.search(line) is not None


#: The sender says the answers stand inside the quoted text: what is new cannot be told from the words alone.
ANSWERS_INSIDE = Gated(
    r"\ben (?:rouge|bleu|vert|gras|surligné|couleur|violet|orange|jaune)\b.{0,40}|"
    r"\bin (?:red|blue|green|bold|purple|colou?r|rot|blau|grün|fett|rosso|blu|verde|rood|blauw|het rood|het blauw)\b|"
    r"\ben (?:rojo|azul|verde|negrita)\b|\bem (?:vermelho|azul|negrito)\b|"
    r"(?:réponses?|commentaires?|remarques?|annotations?|précisions?)[^.\n]{0,30}(?:ci-dessous|ci-après|plus bas|"
    r"dans (?:le|ton|votre) "
    r"(?:texte|corps|mail|message|courriel)|dans le fil|en dessous|à la suite de (?:vos|chaque))|"
    r"je (?:vous |te )?réponds (?:ci-dessous|dans (?:le|ton|votre) (?:texte|corps|mail|message))|"
    r"(?:answers?|comments?|replies|responses?|notes?|see)\b[^.\n]{0,25}(?:below|inline|in-line|in the text|in "
    r"your (?:mail|email))|"
    r"(?:antwort(?:en)?|kommentare?|anmerkungen)[^.\n]{0,30}(?:unten|im text|weiter unten|inline)|"
    r"(?:respuestas?|comentarios?)[^.\n]{0,30}(?:abajo|debajo|en el texto|más abajo)|"
    r"(?:risposte?|commenti)[^.\n]{0,30}(?:sotto|di seguito|nel testo)|(?:respostas?|"
    r"comentários?)[^.\n]{0,30}(?:abaixo|no texto)|"
    r"(?:antwoord(?:en)?|opmerkingen)[^.\n]{0,30}(?:hieronder|in de tekst)",
    re.IGNORECASE,
)
#: Of these, the ones that matter even when the quote is marked line by line (colour is lost in plain text).
COLOURED = Gated(
    r"\b(?:en|in|em) (?:het )?(?:rouge|bleu|vert|gras|surligné|couleur|violet|orange|jaune|red|blue|green|bold|"
    r"purple|colou?r|rot|blau|"
    r"grün|fett|rosso|blu|verde|rood|blauw|rojo|azul|negrita|vermelho|negrito)\b",
    re.IGNORECASE,
)
ANSWER_WORDS = re.compile(
    r"répon|commentair|remarqu|annot|précis|modif|correct|answer|comment|repl|respon|note|antwort|kommentar|"
    r"anmerk|respuest|"
    r"coment|rispost|respost|antwoord|opmerking|see |voir|siehe|vedi|ver |zie |écrit|text",
    re.IGNORECASE,
)
