"""The words by which automatic mail gives itself away, folded (lower case, no accents), in the languages customers write.

Every pattern is bounded, so that each is linear in the text. Subjects are matched at their start, bodies at any own line.
"""

from __future__ import annotations

import re

#: What may follow a certain subject: the end, a punctuation, a date, the subject answered to. "Automatic door" has none.
_END = (
    r"(?=\s*(?:$|[:：;.,!|/»)(>\[\]*\"“„<–—-]|(?:re|aw|sv|tr|fw)\b|(?:until|till|from|du|au|jusqu|bis|vom|ab|hasta"
    r"|fino|ate"
    r"|tot|to)\b|\d))"
)

#: A robot's own subject: enough by itself unless the text is plainly a person's.
SUBJECT = re.compile(
    r"\W{0,4}(?:(?:"
    r"[^:]{2,60} is out of (?:the |my )?office|reponse (?:automatique|auto|d'absence|de vacances"
    r"|en cas d'absence)|auto-?\s?(?:reponse|reply|response"
    r"|responder|antwort|svar|respond|matic response)|reponse automatisee"
    r"|(?:message|notification|avis|mail|courriel|e-mail|information|annonce) (?:automatique|d'absence|de vacances"
    r"|de conges|automatique d'absence|automatique de reponse)|absence (?:du|de mon|hors du|au) bureau"
    r"|absente? du bureau"
    r"|hors (?:du )?bureau|en dehors du bureau|repondeur(?: automatique| mail| email| d'absence)?|(?:je suis "
    r"|actuellement )+(?:absente?|en conges?|en vacances|indisponible)(?: du bureau| actuellement)?"
    r"|(?:automatic|automated|auto|vacation|holiday|away|absence|out[ -]of[ -](?:the )?office)[ -](?:reply|response"
    r"|answer|message|notice|notification|auto-?reply|auto-?response|assistant|alert|acknowledge?ment|email)"
    r"|out[ -]of[ -](?:the |my )?office|o\.?o\.?o\.?|oof|away from (?:my |the )?(?:office|desk|mail|e-?mail)|i(?:'m"
    r"| am)(?: currently)? (?:out of (?:the )?office|away|on (?:vacation|holiday|leave))"
    r"|automatis(?:che|iert[eo]) (?:antwort|ruckantwort|nachricht|abwesenheitsnotiz|e-?mail|eingangsbestatigung"
    r"|empfangsbestatigung)|abwesenheits(?:notiz|nachricht|meldung|assistent|mitteilung|info|agent|hinweis)|abwesend"
    r"|nicht im (?:buro|haus)|ausser haus|auto(?= ?:)"
    r"|respuesta automatica|contestacion automatica|respuesta de vacaciones|fuera de (?:la )?oficina"
    r"|aviso de ausencia|mensaje (?:automatico|de ausencia)|ausente|autorrespuesta|respuesta de ausencia"
    r"|risposta automatica|messaggio automatico|fuori (?:sede|ufficio)|assenza dall'ufficio|assente dall'ufficio"
    r"|avviso di assenza|risponditore"
    r"|resposta automatica|mensagem automatica|fora do escritorio|aviso de ausencia|resposta de ferias"
    r"|ausencia temporaria"
    r"|automatis(?:ch|che) (?:antwoord|reactie|bericht|ontvangstbevestiging)|afwezig(?:heid(?:smelding|sbericht"
    r"|sassistent)?)?|niet aanwezig|niet op kantoor"
    r"|automatis?kt? (?:svar|besked|meddelande)|automatiskt svar|autosvar|automatsvar|franvaro(?:meddelande)?"
    r"|fravaer(?:sbesked|smelding)?|fravaerende|ikke pa kontoret|ute av kontoret|automaattinen vastaus"
    r"|poissaolo(?:ilmoitus)?|poissa toimistosta"
    r"|automatyczna odpowiedz|odpowiedz automatyczna|autoodpowiedz|autoresponder|nieobecn\w{0,10}|poza biurem"
    r"|automatick[ae] odpove[dď]|automaticka odpoved|mimo kancelar|automatikus valasz|raspuns automat"
    r"|automatski odgovor|samodejni odgovor|automatinis atsakymas"
    r"|автоматический ответ|автоответ(?:чик)?|автоматична відповідь|нет на рабочем месте|otomatik (?:yanit|cevap)"
    r"|ofis disinda|αυτοματη απαντηση|εκτος γραφειου|απουσια απο το γραφειο"
    r"|tra loi tu dong|balasan otomatis|jawapan automatik"
    r")" + _END + r"|自動(?:応答|返信|回覆|回复)|自动(?:回复|答复|回覆)|不在(?:通知|の|のお知らせ|です)|休假|부재\s?중"
    r"|자동\s?(?:회신|응답|답장)"
    r"|رد تلقائي|الرد التلقائي|خارج المكتب|מענה אוטומטי|תשובה אוטומטית|ตอบกลับอัตโนมัติ|स्वचालित उत्तर)"
)

#: A subject that people use too: the text must say the rest.
SUBJECT_WEAK = re.compile(
    r"\W{0,4}(?:re ?: ?)?(?:absen(?:ce|te?|cia|za)|en conges?|conges?|en vacances|vacances|fermeture|fermes?\b"
    r"|indisponib|en deplacement|conge (?:de )?(?:maternite|paternite|maladie|parental)|out of|away|vacation"
    r"|holidays?|annual leave|maternity leave|on leave|not available|unavailable|urlaub|ferien|betriebsferien"
    r"|nicht erreichbar"
    r"|vacaciones|de vacaciones|ferie|in ferie|ferias|vakantie|semester|ferie|urlop|urlaub|отпуск|auto\b|automat"
    r"|notification|i no longer work|no longer with|je ne travaille plus|a quitte|changement d'adresse|depart)"
)

#: "I am away", said of now.
AWAY = re.compile(
    r"(?:^|[.!] )(?:en vacances|en conges?|absente?|en deplacement) (?:jusqu|du \d|until)|je m'absente|(?:actuellement"
    r"|momentanement|suis|serai)"
    r" en (?:formation|reunion|rendez-vous|teletravail|seminaire|deplacement|mission)|connexion (?:limitee|reduite|intermittente)"
    r"|(?:ist|sind|bleibt|bleiben)[^\n]{0,50} geschlossen|estare (?:ausente|fuera|de vacaciones)|unattended mailbox"
    r"|(?:je (?:suis|serai|me trouve)|nous (?:sommes|serons)|etant)\W(?:\w{1,15} ){0,3}(?:absent|en conge|en vacances"
    r"|en arret|en deplacement|hors (?:du|de mon) bureau|indisponible|en formation|ferme|injoignable)|(?:actuellement"
    r"|momentanement|en ce moment) (?:absent|en conge|en vacances|indisponible|hors|ferme|en deplacement)"
    r"|absente? (?:du bureau|jusqu|du \d|de mon bureau|pour)"
    r"|(?:bureaux?|entreprise|societe|studio|atelier|boutique|magasin|service|agence|cabinet)[^\n.]{0,40} (?:est|sont"
    r"|sera|seront) (?:actuellement |exceptionnellement )?fermee?s?|ne (?:travaille|fais|fait) plus (?:partie|chez"
    r"|dans|pour)|(?:a|ai) quitte (?:l'entreprise|la societe|ses fonctions|notre)|je n'ai pas acces a (?:mes|ma)"
    r"|absence[^\n.]{0,30}jusqu"
    r"|(?:i am|i'm|i will be|i'll be|we are|we're|we will be|currently|is) (?:\w{1,15} ){0,4}(?:out of (?:the "
    r"|my )?office|out of office|away|on (?:annual |maternity |paternity |parental |sick |medical |a )?(?:leave"
    r"|vacation|holiday|break|business trip)|travell?ing|unavailable|not available|not in the office|out until"
    r"|closed)|out of (?:the )?office (?:until|from|on|with|and|today)|no longer (?:with|work|employed)"
    r"|limited access to (?:my )?(?:e-?mail|internet)|thank you for your (?:e-?mail|message)[^\n]{0,30}i am"
    r"|(?:nous|notre|nos|l'|le|la|les|maison|etude|galerie|ecole|mairie|cabinet|equipe|bureaux?)[^\n.]{0,40} (?:est|sont|sera|seront"
    r"|fait|font) (?:actuellement |exceptionnellement |totalement )?(?:fermee?s?|en conges?|relache)\b|fermeture (?:annuelle|estivale"
    r"|exceptionnelle|hivernale|du \d|pour conges?)|(?:je|nous) (?:profite|profitons|prends|prenons)[^\n.]{0,30}(?:conges?|vacances|repos)"
    r"|en (?:conge|arret) (?:maternite|paternite|parental|maladie|sabbatique|de )|(?:peu|pas|difficilement) (?:joignable"
    r"|disponible|connectee?)"
    r"|eloignee? de (?:ma messagerie|mes mails|mon bureau|mon ordinateur|mes e-?mails)|ne (?:consulte|consulterai|lis|lirai"
    r"|releve|releverai|suis pas"
    r" en mesure de (?:lire|consulter))[^\n.]{0,30}(?:messagerie|mails?|e-?mails?|messages?|boite)|acces (?:limite|restreint"
    r"|ponctuel|intermittent)[^\n.]{0,20}"
    r"(?:mail|messagerie|internet|message)|travelling (?:until|and|with|at)|intermittent access|(?:befinde mich|sind wir"
    r"|bin ich|bin|sind)[^\n.]{0,40}(?:urlaub"
    r"|betriebsferien|elternzeit|mutterschutz|dienstreise)|(?:me encuentro|estoy|estamos)[^\n.]{0,30}(?:vacaciones|ausente|de viaje|fuera)"
    r"|(?:ich bin|wir sind|bin ich) (?:\w{1,15} ){0,6}(?:nicht (?:im (?:buro|haus)|erreichbar|anwesend|da\b)|abwesend"
    r"|im urlaub|ausser haus|in elternzeit|verreist|geschlossen)|nicht (?:im buro|erreichbar)|ausser haus"
    r"|nicht mehr (?:im unternehmen|fur uns)|(?:estoy|estare|me encuentro|estamos"
    r"|estaremos) (?:\w{1,15} ){0,4}(?:fuera|ausente|de vacaciones|de viaje|de baja|cerrad)|fuera de (?:la )?oficina"
    r"|(?:sono|saro|siamo|saremo) (?:\w{1,15} ){0,4}(?:assente|fuori (?:ufficio|sede)|in ferie|in vacanza|in malattia"
    r"|chius)|(?:estou|estarei|encontro-me|estamos|estaremos) (?:\w{1,15} ){0,4}(?:ausente|fora|de ferias|em viagem"
    r"|de licenca|encerrad)|(?:ik ben|wij zijn|ben ik) (?:\w{1,15} ){0,6}(?:afwezig|niet (?:aanwezig|op kantoor"
    r"|bereikbaar)|met vakantie|op vakantie|met verlof|gesloten)"
    r"|(?:jag ar|jeg er|olen|jestem|przebywam) (?:\w{1,15} ){0,4}(?:franvarande|pa semester|bortrest|borte|pa ferie"
    r"|fravaerende|ute|poissa|lomalla|nieobecn|na urlopie|poza biurem)|нахожусь в отпуске|в отпуске|отсутствую|休暇|不在"
    r"|休假|外出|不在办公室|부재|휴가"
    r"|خارج المكتب|في إجازة|(?:i am|i'm|we are|currently) ooo\b|(?:est|sont) (?:actuellement )?(?:absente?s?"
    r"|en conges?|en vacances)\b"
)
#: A subject that is nothing but an absence.
SUBJECT_ABSENT = re.compile(
    r"\W{0,4}(?:absente?|absence|en conges?|conges?(?: annuels?| d'ete)?|indisponible|(?:on |annual )?leave|urlaub"
    r"|ausente|assente)" + _END
)

#: "En vacances jusqu'au 4/12".
SUBJECT_UNTIL = re.compile(
    r"\W{0,4}(?:je suis )?(?:en (?:vacances|conges?|deplacement|formation)|absente?|indisponible|away|on (?:leave|holiday|vacation)|urlaub"
    r"|de vacaciones|in ferie)[^?\n]{0,30}(?:jusqu|du \d|until|till|bis|hasta|fino)"
)

#: When the sender comes back, or what happens then.
BACK = re.compile(
    r"(?:(?:sera|seront) (?:lue?s?|traitee?s?|consultee?s?|prise?s? en compte) (?:des|a partir|le \d|lundi|apres)"
    r"|repondre que |de retour|mon retour|notre retour|des mon retour|je (?:re)?prendrai connaissance|je serai de|reprise le"
    r"|reouverture|jusqu'?(?:au|a)|du \d{1,2}[^\n]{0,25} au \d|reviens? le|a compter du|back (?:on|in|at)"
    r"|will (?:be )?(?:return|back)|a la retraite depuis|i(?:'ll"
    r"| will) (?:be back|return|respond|reply|get back)|returning|upon my return|when i (?:return|get back|am back)"
    r"|until|till|through \w{3,9} \d|wieder (?:im|da|erreichbar|fur)|zuruck|bis (?:zum|einschliesslich|\d|einschl)"
    r"|ab dem"
    r"|hasta el|regreso|vuelta|de vuelta|al mio (?:rientro|ritorno)|rientr|fino al|regresso|ate (?:o dia|ao|a|\d)"
    r"|de volta|terug|tot en met|tot \d|vanaf|tillbaka|tilbage|tilbake|wroc|powrot|do dnia|вернусь|до \d|戻り|まで|返回|까지)"
    r"|jusqu'en|will not (?:be )?(?:return|back)|(?:dal?|del|vom) \d{1,2}[^\n]{0,25} (?:al|bis) |vuelvo|torno|rientro"
    r"|volto em|ich bin am|a la (?:reouverture|reprise|rentree)|(?:lire|lirai|lirons|traiterai|traiterons|repondrai"
    r"|repondrons|reviendrai|reviens)[^\n.]{0,40}"
    r"(?:retour|rentree|reprise|reouverture)|des que (?:je serai|possible a mon)|(?:wieder|zuruck)[^\n.]{0,25}(?:erreichbar"
    r"|da\b|im buro)|a mi (?:regreso|vuelta)"
    r"|get back to you (?:when|once|as soon as|upon|on)"
)
#: Whom to turn to meanwhile.
INSTEAD = re.compile(
    r"en cas d'urgence|pour (?:toute|les) (?:demande|question|urgence)s?[^\n]{0,40}|en mon absence|pendant (?:cette"
    r"|mon|ma|notre) (?:periode|absence|conge)|(?:veuillez|vous pouvez|merci de"
    r"|n'hesitez pas a) (?:vous )?(?:contacter|adresser|joindre|ecrire)|vos (?:mails|messages|e-mails"
    r"|courriels) (?:ne seront|seront)|si (?:c'est |votre demande est )?urgent|urgen(?:t|ce|cy|te|cia|za)"
    r"|for (?:any )?(?:urgent|immediate|emergenc)[^\n]{0,60}|please (?:contact|call|e-?mail|reach)|in my absence"
    r"|during (?:my|this|that) (?:absence|time|period)|limited access|if you need (?:immediate|urgent)|in dringenden"
    r"|bei (?:dringenden|ruckfragen)|wenden sie sich|vertretung|wird nicht (?:weitergeleitet|bearbeitet)"
    r"|nachricht wird nicht|para (?:asuntos|cualquier|temas)|por favor contact|in caso di (?:urgenza|necessita)"
    r"|per (?:urgenze|questioni)|contattare|em caso de urgencia|para assuntos|bij (?:spoed|dringende)"
    r"|voor (?:dringende|spoed)|neem contact|i nodfall|vid bradskande|ved hast|w pilnych|в срочных|緊急|緊要|紧急|긴급"
    r"|me remplace|remplacee? par|mon remplacant|ma remplacante|(?:dossiers?|demandes?|clients?|messages?|sujets?"
    r"|projets?) (?:sont|seront|est|sera)"
    r" (?:suivie?s?|traitee?s?|reprise?s?|geree?s?|pris(?:es)? en charge|transferee?s?|rediriges?) par|prend le relais"
    r"|assure (?:l'interim|la permanence|le relais)"
    r"|(?:adressez|tournez|rapprochez)-vous|(?:mon|ma|mes) collegues? [^\n.]{0,60}(?:pourra|est a votre|se fera|vous repond)"
    r"|bitte (?:kontaktieren|wenden)"
    r"|contacte (?:con|a)|dirijase|in (?:urgent|emergency) cases?"
)
#: The same, as it is only said in messages for everyone.
INSTEAD_FORMAL = re.compile(
    r"sin acceso (?:al|a mi) correo|no access to (?:my )?(?:e-?mail|mail)|n'aurai pas acces|n'ai pas acces|ohne zugriff|senza accesso"
    r"|ne (?:lirai|pourrai) (?:pas|vous repondre|y repondre)|sans acces a (?:ma|mes)|pour (?:une|les) urgences?"
    r"|(?:nouvel|nouveau|nouvelle) (?:interlocuteur|interlocutrice|contact|conseiller)|successeur|wird (?:danach|spater|erst)"
    r"|en cas d'(?:urgence|absence)|en mon absence|pendant (?:cette periode|mon absence|notre absence|mes conges)"
    r"|pour (?:toute|les)"
    r" (?:demande|question|urgence)s?|(?:messages?|mails?|courriels?) (?:ne seront|ne sera|n'est"
    r"|ne sont) (?:pas )?(?:lu|transfer|traite|releve|consulte)"
    r"|in my absence|during (?:my|this) (?:absence|time|period)|for (?:any )?(?:urgent|immediate|emergenc)|(?:if"
    r"|in case) [^\n]{0,30}urgent"
    r"|in dringenden|wahrend meiner abwesenheit|nicht weitergeleitet|durante (?:mi|la mia|a minha) (?:ausencia"
    r"|assenza)"
    r"|para (?:asuntos|assuntos|temas) urgent|per urgenze|in caso di urgenza|em caso de urgencia|(?:bij"
    r"|voor) (?:spoed|dringende)"
)
#: "This is an automatic message", at the start of a line or sentence.
MACHINE = re.compile(
    r"(?:^|[.!:] |[(*\[<] ?)\W{0,6}(?:(?:ceci|il s'agit|c'est) (?:est )?(?:d'|un |une )?(?:message|mail|e-mail"
    r"|reponse|courriel|email|courrier|envoi|accuse)[^\n]{0,40}automati|(?:message|mail|e-mail|reponse"
    r"|courriel) (?:envoyee?|generee?|emise?|transmise?|automatise)[^\n]{0,20}(?:automatiq|par (?:un|notre) (?:robot"
    r"|systeme))|(?:ce|cet|cette|le present) (?:message|mail|e-mail|reponse|courriel|courrier)[^\n]{0,30}(?:est (?:un"
    r"|une) [^\n]{0,30}automati|(?:a ete|est) [^\n]{0,30}(?:automatiquement|generee?|automatique))|(?:message|mail"
    r"|reponse|e-mail|courriel) automatique"
    r"|this (?:is|was) an? (?:auto|system|computer)[^\n]{0,40}|this (?:e-?mail|message|reply|response"
    r"|is)[^\n]{0,40}(?:automatic|auto-?generated|auto-?reply|generated by|sent automatically|automated)"
    r"|(?:automatic|automated|auto-?generated) (?:message|reply|response|e-?mail|acknowledge?ment)"
    r"|(?:please )?do not reply to this|dies ist eine automati|diese (?:e-?mail|nachricht)[^\n]{0,40}automatisch"
    r"|automatische (?:antwort|nachricht|eingangsbestatigung)|(?:este|esto)[^\n]{0,30}(?:mensaje|correo"
    r"|respuesta)[^\n]{0,30}automati|(?:questo|questa)[^\n]{0,30}(?:messaggio|e-?mail|risposta)[^\n]{0,40}automati"
    r"|(?:esta|este)[^\n]{0,20}(?:mensagem|e-?mail|resposta)[^\n]{0,30}automati|dit is een (?:automati|geautomati)"
    r"|detta ar ett automat|dette er en automat|wiadomosc (?:zostala )?wygenerowana|это автоматическ"
    r"|данное (?:сообщение|письмо)[^\n]{0,40}автомат|このメールは[^\n]{0,20}自動"
    r"|自動(?:返信|送信|配信)|本邮件[^\n]{0,20}自动|自动(?:回复|发送)"
    r"|자동(?:으로)? (?:발송|발신)|هذه رسالة (?:آلية|تلقائية))",
    re.MULTILINE,
)
#: The same, wherever it stands: marks of ticket systems, of addresses given up, of filters that ask for a click.
MACHINE_ANYWHERE = re.compile(
    r"un(?:attended|monitored) (?:mailbox|inbox|address|account)|repl(?:y|ies) (?:are|is|will) not (?:be )?(?:read|monitored|seen)"
    r"|(?:liberer|delivrer|release|deliver) (?:votre|your|the|ce) (?:message|mail)[^\n]{0,30}(?:cliqu|click)"
    r"|(?:please )?(?:type|write|enter) your reply above|repondez au-dessus de cette ligne"
    r"|(?:this|the) (?:mailbox|inbox|address|e-?mail address|account)[^\n.]{0,40}(?:not (?:monitored|read|checked)"
    r"|unmonitored|unattended|no longer (?:in use|active"
    r"|monitored|used|valid)|not in use)|(?:cette|mon ancienne|l'ancienne|l') ?(?:adresse|boite|messagerie)[^\n.]{0,40}(?:n'est (?:plus"
    r"|pas) (?:utilisee|active|valide|consultee"
    r"|relevee|surveillee|lue|en service|suivie)|(?:a ete|est) (?:desactivee|supprimee|fermee))|(?:votre|ce) (?:message|mail"
    r"|courriel|e-mail) (?:n'a pas ete|ne sera pas|n'est pas)"
    r" (?:transfere|transmis|redirige|lu|delivre)|(?:prouver?|confirm\w{0,4}|verif\w{0,5}|prove|verify)[^\n]{0,40}(?:humaine?"
    r"|human|robot|person)\b|votre (?:message|mail) me parvienne[^\n]{0,40}cliqu|(?:cliqu|click)[^\n]{0,60}"
    r"(?:pour que votre (?:message|mail)|so (?:that )?your message|release your message|deliver your message"
    r"|liberer votre (?:message|mail))"
    r"|diese (?:adresse|mailbox)[^\n.]{0,30}nicht (?:mehr )?(?:gelesen|uberwacht|genutzt)"
)
#: "We are closed until", from a house rather than a person.
CLOSED = re.compile(
    r"geschlossen|(?:sera|seront|est|sont|actuellement) (?:\w{1,15} ){0,1}fermee?s? [^\n]{0,40}(?:du|jusqu|a partir|pour|le) "
    r"|fermeture (?:annuelle|estivale|exceptionnelle)"
)
#: "Do not answer this".
SILENT = re.compile(
    r"(?:ne pas|ne repondez pas|merci de ne pas|inutile de|veuillez ne pas|ne (?:pouvez"
    r"|peut) pas) ?(?:y )?(?:repondre|repondez)?[^\n]{0,10}(?:repondre|a ce (?:message|mail|courriel)|a cet"
    r"|directement)|(?:do|please) not (?:reply|respond)|(?:not|un)monitored|replies to this|nicht (?:auf diese"
    r"|antworten)|bitte antworten sie nicht|no (?:responda|conteste)|non rispondere|nao responda|niet (?:beantwoorden"
    r"|op deze|te beantwoorden)|返信(?:しないで|いただいても|できません)|请勿(?:直接)?回复|не отвечайте"
)
#: "We have received your message", as robots of service desks say it.
RECEIVED = re.compile(
    r"(?:nous (?:avons|accusons|vous confirmons)|(?:a|ont) bien ete|est bien|avons bien)[^\n]{0,40}(?:recu|reception"
    r"|enregistre|transmis|parvenu|pris en compte)[^\n]{0,20}|(?:votre|vos) (?:message|demande|mail|e-mail|ticket"
    r"|reclamation|courriel|email|candidature|requete|inscription)[^\n]{0,40}(?:a|ont|est|sont"
    r"|nous est) (?:bien )?(?:ete )?(?:recu|enregistre|pris|parvenu|transmis|cree)|(?:accusons"
    r"|confirmons)[^\n]{0,15} (?:bonne )?reception|nous (?:reviendrons|reprendrons|repondrons|traiterons"
    r"|vous repondrons|mettons tout|vous recontacterons)[^\n]{0,40}|(?:sera|seront) (?:traitee?s?|examinee?s?)"
    r"|dans les (?:plus brefs|meilleurs) delais"
    r"|(?:votre|la) (?:demande|requete|message|ticket|reclamation)[^\n.]{0,20} (?:est|porte|a pour|sous) (?:le |la )?(?:n ?°"
    r"|numero|no\b|reference|ref)"
    r"|enregistree?s? sous (?:le |la )?(?:n ?°|numero|reference)|(?:commande|reservation|inscription|paiement|virement"
    r"|colis)[^\n.]{0,40}(?:a (?:bien )?ete|est"
    r"|sera) (?:confirmee?|validee?|expediee?|enregistree?|preparee?|accepte?e?|valide|livree?)|(?:we|i) (?:have "
    r"|'ve )?(?:received|got|acknowledge)[^\n]{0,20} your|your (?:message|request|ticket|e-?mail"
    r"|enquiry|inquiry|case|application)[^\n]{0,60} (?:has been|was|is) (?:received|created|opened|logged|registered"
    r"|assigned|submitted|being)|thank(?:s| you) for (?:contacting|your (?:message|e-?mail|inquiry|enquiry|request)"
    r"|reaching|getting in touch|writing|submitting)|we (?:will|'ll|aim to|endeavou?r) (?:get back|respond|reply"
    r"|be in touch|review|contact)|a (?:ticket|case) (?:has been|was)|ticket (?:id|number|#|no)"
    r"|(?:our|the|a|notre|nos|une?) (?:team|agents?|advisors?|equipes?|conseill\w{1,6}|techniciens?) (?:will|va|vont"
    r"|reviendra|vous (?:repond|recontact)|prendra)|(?:wir haben|haben) [^\n]{0,30}(?:erhalten|empfangen)|ihre (?:anfrage"
    r"|nachricht"
    r"|e-?mail)[^\n]{0,40}(?:eingegangen|erhalten|bearbeit|angekommen)|vielen dank fur ihre|hemos recibido"
    r"|su (?:mensaje|solicitud|consulta|correo) ha sido|gracias por (?:contactar|ponerse|su)|abbiamo ricevuto"
    r"|la (?:sua|tua|vostra) (?:richiesta|e-?mail|mail)[^\n]{0,20} e stat|grazie per (?:averci|aver)"
    r"|recebemos (?:o seu|a sua|sua|seu)|obrigado por|wij hebben uw|uw (?:bericht|vraag|e-?mail"
    r"|aanvraag)[^\n]{0,20}(?:ontvangen|is)|bedankt voor (?:uw|je)|tack for ditt|takk for|tak for din"
    r"|vi har (?:mottatt|modtaget|mottagit)|ваш(?:е|а|у)? (?:запрос|обращение|сообщение|заявк)"
    r"|お問い合わせ(?:いただき|ありがとう"
    r"|を受け)|受け付けました|已(?:收到|受理)|접수(?:되었|했)"
)

#: A person who wants something or decides something. Deliberately wide: it only ever keeps a mail from being silenced.
PERSON = re.compile(
    r"\b(?:je|nous|j'|on) ?(?:voudr|souhait|aimer|desir|vous (?:envoie|transmet|joins|adresse|confirme|demande"
    r"|propose|remercie de (?:me|nous))|valid|confirm|accept|refus|approuv|cherch|ai (?:besoin|bien recu vo"
    r"|une question|un probleme|essaye)|avons (?:besoin|une question|un probleme)|n'arriv|recois|recoi|n'ai (?:pas"
    r"|rien) (?:recu|compris)|me permets)"
    r"|\b(?:pourriez|pouvez|peux|pourrais|auriez|avez|seriez)-?(?: |-)?(?:vous|tu)\b|est-ce (?:que|possible)"
    r"|merci de (?!nous avoir|m'avoir|contact|vous adress|ne |joindre|patient|votre|l'|renvoy|reenvoy|noter"
    r"|prendre (?:note|contact)"
    r"|adresser|appel|transf|privileg|rediriger|bien vouloir (?:contact|vous|renvoy|adress|noter|patient))"
    r"|please (?!contact|call|e-?mail|reach|note|do not|don't|be (?:advised|aware|assured)|allow|expect|refer|direct"
    r"|visit|accept|feel|bear|forward|resend|get in touch|write|reply|disregard|excuse|find below)"
    r"|ci-joints?|en piece jointe|vous trouverez|voici (?:la|le|les|des|mes|une?|l'|nos)|d'accord|ok pour|c'est (?:ok"
    r"|bon|valide|parfait)|ca marche|bon pour accord|besoin d'un(?:e)? (?:model|devis|aide|info|rendu|3d)"
    r"|\b(?:i|we) ?(?:would like|'d like|want|need (?:a|an|your|some|the|to|help|3d)|wish|am looking|are looking"
    r"|approve|agree|accept|confirm|refuse|decline|have (?:a|an|some|the same) (?:question|problem|issue|request"
    r"|project)|can(?:'t|not) (?:find|open|log|access|see|pay)|received|attach)|could you|can you|would you"
    r"|will you (?:please )?(?:send|make|do)|please find|attached (?:is|are|you)|go ahead|looks good|sounds good"
    r"|how (?:much|do i|can i|long)|here (?:is|are) (?:the|my|our|some)"
    r"|ich (?:mochte|hatte gern|wurde gern|brauche|benotige|suche|bestatige)|wir (?:mochten|benotigen|brauchen)"
    r"|konnen sie|konnten sie|im anhang|anbei|einverstanden|quisiera|me gustaria|necesito|querria|podria|adjunto"
    r"|de acuerdo|vorrei|vorremmo|potreste|potete|in allegato|ho bisogno|d'accordo|gostaria|preciso de|poderia"
    r"|em anexo|ik (?:wil|zou)|graag (?:ontvang|een)|kunt u|kan je|in de bijlage|akkoord|bijgevoegd"
)

#: What newsletters carry at their foot, or at their head.
UNSUBSCRIBE = re.compile(
    r"desabonn|desinscri|ne plus recevoir|ne souhaitez plus|gerer (?:mes|vos) (?:preferences|abonnements"
    r"|notifications)|vous recevez (?:ce|cet|cette) (?:mail|e-?mail|message|courriel|email|newsletter|notification)"
    r"|(?:voir|afficher|consulter|lire|visualiser)[^\n]{0,40}(?:navigateur|en ligne)|version en ligne|unsubscribe"
    r"|opt[ -]?out|(?:manage|update|change|edit) (?:your |my )?(?:e-?mail |notification |subscription "
    r"|communication )?(?:preferences|settings|subscriptions?|notifications)|(?:view|read|open"
    r"|see)[^\n]{0,30}(?:in (?:your |a |the )?(?:web )?browser|online)|you (?:are receiving|received|'re receiving"
    r"|are getting) this|sent (?:to you )?because|abmelden|abbestellen|im browser|darse de baja|cancelar (?:la "
    r"|su )?(?:suscripcion|inscricao|subscricao)|disiscri|cancella(?:ti|re|zione)|annulla(?:re)? l'iscrizione"
    r"|nel browser|uitschrijven|afmelden|in (?:je|uw) browser|avregistrera|avmeld|afmeld|wypisz|отписаться|配信停止|登録解除"
    r"|退订|수신거부"
)

#: What a robot's reading receipt says (Outlook, Thunderbird, Notes, Zimbra, Exchange).
READ = re.compile(
    r"(?:votre|le) (?:message|courrier|mail|courriel)\b[^\n]{0,40}(?:\n[^\n]{0,300}){0,6}?(?:a ete (?:lu|affiche"
    r"|ouvert)|est lu)\b|(?:accuse|avis|confirmation) de (?:reception|lecture) (?:pour|du|de) (?:le "
    r"|votre )?(?:message|courrier|courriel|mail|e-mail)|cet accuse de (?:reception|lecture)"
    r"|your message\b[^\n]{0,40}(?:\n[^\n]{0,300}){0,6}?(?:was|has been) (?:read|displayed|opened)"
    r"|this is a (?:return )?receipt for|return receipt[^\n]{0,40}(?:display|only|shows)"
    r"|ihre nachricht\b[^\n]{0,40}(?:\n[^\n]{0,300}){0,6}?wurde[^\n]{0,60}gelesen|(?:lese|empfangs)bestatigung fur"
    r"|su mensaje\b[^\n]{0,40}(?:\n[^\n]{0,300}){0,6}?(?:fue|ha sido) leido"
    r"|il messaggio\b[^\n]{0,40}(?:\n[^\n]{0,300}){0,6}?e stato (?:letto|visualizzato)|(?:sua"
    r"|a) mensagem\b[^\n]{0,40}(?:\n[^\n]{0,300}){0,6}?foi lida|uw bericht\b[^\n]{0,40}(?:\n[^\n]{0,300}){0,6}?(?:is"
    r"|werd)[^\n]{0,40}gelezen|disposition ?: ?(?:manual|automatic)-action|this receipt (?:verifies|only acknowledges"
    r"|indicates)|(?:has been|was) (?:successfully )?delivered to the following recipients"
    r"|votre message a ete (?:remis|distribue|delivre)|la remise (?:a|de ce message)[^\n]{0,80}(?:est terminee"
    r"|a ete effectuee)|delivery to these recipients[^\n]{0,60}is complete"
)
READ_SUBJECT = re.compile(
    r"(?:lue?|read|gelesen|leido|letto|lida|gelezen|last|laest|lest|przeczytano|прочитано|remis|delivered|distribue"
    r"|recu|received|zugestellt|entregado|consegnato|entregue|bezorgd|non lu|not read|ungelesen|supprime sans"
    r"|deleted) ?[:：]|(?:accuse|avis|confirmation) de (?:lecture|reception|remise)|(?:read|return"
    r"|delivery) (?:receipt|confirmation|report)|(?:lese|empfangs)bestatigung|confirmacion de (?:lectura|entrega)"
    r"|conferma di (?:lettura|recapito)|(?:recibo|confirmacao) de leitura|leesbevestiging|ontvangstbevestiging|開封|已读"
    r"|remise (?:reussie|effectuee)|message (?:remis|distribue|relaye)|relaye|relayed"
)
