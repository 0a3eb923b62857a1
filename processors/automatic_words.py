"""The words by which automatic mail gives itself away, folded (lower case, no accents), in the languages customers write.

Every pattern is bounded, so that each is linear in the text. Subjects are matched at their start, bodies at any own line.
"""

from __future__ import annotations

import re

from processors.automatic_absence import END
from processors.gated import Gated

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
    r")" + END + r"|自動(?:応答|返信|回覆|回复)|自动(?:回复|答复|回覆)|不在(?:通知|の|のお知らせ|です)|休假|부재\s?중"
    r"|자동\s?(?:회신|응답|답장)"
    r"|رد تلقائي|الرد التلقائي|خارج المكتب|מענה אוטומטי|תשובה אוטומטית|ตอบกลับอัตโนมัติ|स्वचालित उत्तर)"
)

#: A subject that people use too: the text must say the rest.
SUBJECT_WEAK = re.compile(
    r"\W{0,4}(?:re ?: ?)?(?:(?:our |the )?(?:office|shop|store|studio)s? (?:is |are )?closed|(?:bureau|magasin"
    r"|atelier)s? fermee?s?|nous sommes fermes|absen(?:ce|te?|cia|za)|en conges?|conges?|en vacances|vacances"
    r"|fermeture|fermes?\b"
    r"|indisponib|en deplacement|conge (?:de )?(?:maternite|paternite|maladie|parental)|out of|away|vacation"
    r"|holidays?|annual leave|maternity leave|on (?:\w{3,12} )?leave|not available|unavailable|urlaub|ferien|betriebsferien"
    r"|nicht erreichbar"
    r"|vacaciones|de vacaciones|ferie|in ferie|ferias|vakantie|semester|ferie|urlop|urlaub|отпуск|auto\b|automat"
    r"|notification|i no longer work|no longer with|je ne travaille plus|a quitte|changement d'adresse|depart)"
)


#: "This is an automatic message", at the start of a line or sentence.
MACHINE = Gated(
    r"(?:(?<![^\n])|[.!:] |[(*\[<] ?)\W{0,6}(?:(?:ceci|il s'agit|c'est) (?:est )?(?:d'|un |une )?(?:message|mail|e-mail"
    r"|reponse|courriel|email|courrier|envoi|accuse)[^\n]{0,40}automati|(?:message|mail|e-mail|reponse"
    r"|courriel) (?:envoyee?|generee?|emise?|transmise?|automatise)[^\n]{0,20}(?:automatiq|par (?:un|notre) (?:robot"
    r"|systeme))|(?:ce|cet|cette|le present) (?:message|mail|e-mail|reponse|courriel|courrier)[^\n]{0,30}(?:est (?:un"
    r"|une) [^\n]{0,30}automati|(?:a ete|est) [^\n]{0,30}(?:automatiquement|generee?|automatique))|(?:message|mail"
    r"|reponse|e-mail|courriel) automatique"
    r"|this (?:is|was) an? (?:auto|system|computer)[^\n]{0,40}|this (?:e-?mail|message|reply|response"
    r")[^\n]{0,40}(?:automatic|auto-?generated|auto-?reply|generated by|sent automatically|automated)"
    r"|(?:automatic|automated|auto-?generated) (?:message|reply|response|e-?mail|acknowledge?ment)"
    r"|(?:please )?do not reply to this|dies ist eine automati|diese (?:e-?mail|nachricht)[^\n]{0,40}automatisch"
    r"|automatische (?:antwort|nachricht|eingangsbestatigung)|(?:este|esto)[^\n]{0,30}(?:mensaje|correo"
    r"|respuesta)[^\n]{0,30}automati|(?:questo|questa)[^\n]{0,30}(?:messaggio|e-?mail|risposta)[^\n]{0,40}automati"
    r"|(?:esta|este)[^\n]{0,20}(?:mensagem|e-?mail|resposta)[^\n]{0,30}automati|dit is een (?:automati|geautomati)"
    r"|detta ar ett automat|dette er en automat|wiadomosc (?:zostala )?wygenerowana|это автоматическ"
    r"|данное (?:сообщение|письмо)[^\n]{0,40}автомат|このメールは[^\n]{0,20}自動"
    r"|自動(?:返信|送信|配信)|本邮件[^\n]{0,20}自动|自动(?:回复|发送)"
    r"|자동(?:으로)? (?:발송|발신)|هذه رسالة (?:آلية|تلقائية))"
)
#: The same, wherever it stands: marks of ticket systems, of addresses given up, of filters that ask for a click.
MACHINE_ANYWHERE = Gated(
    r"(?:^|\n)\W{0,4}##-[^\n]{5,160}-##"
    r"|(?:ecrire|saisir|taper|repondez|repondre|votre reponse)[^\n]{0,25}au-dessus de cette ligne"
    r"|(?:por encima|encima) de esta linea|oberhalb dieser (?:linie|zeile)|sopra questa (?:linea|riga)|boven deze (?:lijn|regel)"
    r"|(?:message|mail|courriel|e-mail)[^\n]{0,60}(?:est|reste|is) (?:en attente|retenu|bloque|on hold|held|pending)\b"
    r"[^\n]{0,120}(?:cliqu|click)"
    r"|cette adresse (?:sera|va etre|a ete|est) (?:\w{1,12} )?(?:supprimee|desactivee|fermee|remplacee|abandonnee)"
    r"|boite (?:generique|non surveillee|partagee)"
    r"|(?:votre|ce) (?:message|courriel|mail|e-mail) (?:a ete|est) (?:\w{1,12} )?(?:transmis|transfere|dirige"
    r"|achemine)[^\n.]{0,20} ?(?:au service|a l'equipe|aux equipes)"
    r"|ne (?:consulte|releve|lis|utilise) plus (?:cette|mon ancienne|l'ancienne) (?:adresse|boite|messagerie)"
    r"|(?:cliqu|click)[^\n]{0,60}(?:pour que votre (?:e-?mail|courriel)|so (?:that )?your (?:e-?mail))"
    r"|challenge[ -/]response"
    r"|un(?:attended|monitored) (?:mailbox|inbox|address|account)|repl(?:y|ies) (?:are|is|will) not (?:be )?(?:read"
    r"|monitored|seen)"
    r"|(?:liberer|delivrer|release|deliver) (?:votre|your|the|ce) (?:message|mail)[^\n]{0,30}(?:cliqu|click)"
    r"|(?:please )?(?:type|write|enter) your reply above|repondez au-dessus de cette ligne"
    r"|(?:this|the) (?:mailbox|inbox|address|e-?mail address|account)[^\n.]{0,40}(?:not (?:monitored|read|checked)"
    r"|unmonitored|unattended|no longer (?:in use|active"
    r"|monitored|used|valid)|not in use)|(?:cette|mon ancienne|l'ancienne|l') ?(?:adresse|boite"
    r"|messagerie)[^\n.]{0,40}(?:n'est (?:plus"
    r"|pas) (?:utilisee|active|valide|consultee"
    r"|relevee|surveillee|lue|en service|suivie)|(?:a ete|est) (?:desactivee|supprimee|fermee))|(?:votre"
    r"|ce) (?:message|mail"
    r"|courriel|e-mail) (?:n'a pas ete|ne sera pas|n'est pas|ne (?:m'|nous )a pas ete)"
    r" (?:transfere|transmis|redirige|lu|delivre)|(?:prouv|confirm|verif|prove)\w{0,6}"
    r"[^\n]{0,25}(?:vous etes|etre|you(?:'re| are)|being)[^\n]{0,20}(?:humaine?|human|robot|person(?:ne)?)\b"
    r"|votre (?:message|mail) me parvienne[^\n]{0,40}cliqu|(?:cliqu|click)[^\n]{0,60}"
    r"(?:pour que votre (?:message|mail)|so (?:that )?your message|release your message|deliver your message"
    r"|liberer votre (?:message|mail))"
    r"|diese (?:adresse|mailbox)[^\n.]{0,30}nicht (?:mehr )?(?:gelesen|uberwacht|genutzt)"
)
#: "Do not answer this".
SILENT = Gated(
    r"(?:ne pas|ne repondez pas|merci de ne pas|inutile de|veuillez ne pas|ne (?:pouvez"
    r"|peut) pas) ?(?:y )?(?:repondre|repondez)?[^\n]{0,10}(?:repondre|a ce (?:message|mail|courriel)|a cet"
    r"|directement)|(?:do|please) not (?:reply|respond)|(?:not|un)monitored|replies to this|nicht (?:auf diese"
    r"|antworten)|bitte antworten sie nicht|no (?:responda|conteste)|non rispondere|nao responda|niet (?:beantwoorden"
    r"|op deze|te beantwoorden)|返信(?:しないで|いただいても|できません)|请勿(?:直接)?回复|не отвечайте"
)
#: "We have received your message", as robots of service desks say it.
RECEIVED = Gated(
    r"recebemos (?:a sua|o seu)|(?:unter|mit) der (?:nummer|vorgangsnummer|ticketnummer)|(?:eingegangen|erfasst) und wird"
    r"|(?:nous (?:l'|vous l')?(?:avons|accusons|vous confirmons)|(?:a|ont) bien(?: ete)?|est bien"
    r"|avons bien)[^\n]{0,40}(?:recu|reception"
    r"|enregistre|transmis|parvenu|pris en compte)[^\n]{0,20}|(?:votre|vos) (?:message|demande|mail|e-mail|ticket"
    r"|reclamation|courriel|email|candidature|requete|inscription)[^\n]{0,40}(?:a|ont|est|sont"
    r"|nous est) (?:bien )?(?:ete )?(?:recu|enregistre|pris|parvenu|transmis|cree)|(?:accusons"
    r"|confirmons)[^\n]{0,15} (?:bonne )?reception|nous (?:reviendrons|reprendrons|repondrons|traiterons"
    r"|vous repondrons|mettons tout|vous recontacterons)[^\n]{0,40}|(?:sera|seront) (?:traitee?s?|examinee?s?)"
    r"|dans les (?:plus brefs|meilleurs) delais"
    r"|(?:votre|la) (?:demande|requete|message|ticket|reclamation)[^\n.]{0,20} (?:est|porte|a pour|sous) (?:le "
    r"|la )?(?:n ?°"
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

#: A service desk speaks of its staff and its hours: "un technicien va la prendre en charge", "within one business day".
SERVICE_DESK = Gated(
    r"par ordre d'arrivee|delai (?:de (?:reponse|traitement)|moyen|maximum)|dans un delai (?:maximum|moyen|maximal|de)"
    r"|(?:ce numero|cette reference|this number|this reference)[^\n.]{0,40}(?:objet|subject|prochain|correspondance|echange)"
    r"|(?:y|lui) (?:donner|apporter|fer)a (?:suite|reponse)|(?:support|service) representative"
    r"|(?:un(?:e)?|l'un de nos|nos|notre|votre) (?:conseill|technicien|agent|operat|membre de|equipe"
    r"|charge de clientele|expert|interlocut)[^\n.]{0,40}"
    r"(?:(?:va|vont) (?:vous |la |le |les |en )?(?:repondre|contacter|recontacter|prendre|traiter|etudier|examiner"
    r"|revenir)|vous (?:re|contact)|reviendra|prendra"
    r"|recontactera|repondra)"
    r"|(?:member|agent|representative|specialist|advisor)s? (?:of|from|on) (?:our|the) [^\n.]{0,30}will|(?:our"
    r"|the) [^\n.]{0,25}(?:team|staff|agents?) (?:will (?:get|respond|reply|be in|contact|review|answer"
    r"|look)|usually repl)"
    r"|(?:un operatore|il nostro (?:team|staff)|un nostro)[^\n.]{0,30}(?:rispondera|contattera)|(?:un agente"
    r"|nuestro equipo)[^\n.]{0,30}(?:respondera|contactara)"
    r"|(?:unser team|ein mitarbeiter)[^\n.]{0,40}(?:wird|meldet|kummert)|nous [^\n.]{0,40}(?:sous|dans un delai de"
    r"|dans les) (?:\d+|quarante|vingt)[^\n.]{0,6}(?:h\b|heures|jours)"
    r"|(?:within|in) (?:one|two|three|\d+)[- ](?:business|working) (?:days?|hours?)|within (?:24|48|72) hours"
    r"|innerhalb von \d+ (?:stunden|werktagen)"
    r"|(?:en un plazo de|dentro de) \d+ horas|entro \d+ ore|(?:no prazo de|em ate) \d+ horas|your (?:reference|ticket"
    r"|case)(?: number| id)? is\b|sous (?:le )?(?:numero|n°|reference)"
)
#: What a customer speaks of when he confirms a reception himself.
OUR_OFFER = Gated(
    r"\b(?:devis|proposition|offre|chiffrage|quote|quotation|offer|proposal|estimate|angebot|presupuesto|preventivo|orcamento|offerte)\b"
)

#: Whoever tells his own correspondent of something is no robot, be he away: "je regarde ça à mon retour", "livrez avant".
TO_US = Gated(
    r"\b(?:ca|cela|oui|non|livr\w*|valid\w*|modelis\w*|modeles?|photos?|factures?|fichiers?|commandes?|accord"
    r"|appelez-moi|rappel\w*|files?|models?"
    r"|deliver\w*|invoices?|yes|no(?! longer| prazo)|mon associe|mon mari|ma femme|le client|laissez-nous|laissez-moi"
    r"|il faudrait|il faut)\b"
)
#: A mail for everybody who may write speaks of now, thanks for a message, or says who is there instead.
TO_ALL = re.compile(
    r"(?:vos|mes|aux|vos nouveaux) (?:messages|mails|e-mails|courriels)|(?:to|checking) (?:your|my) (?:messages?|e-?mails?|inbox)"
    r"|(?:replies|responses) (?:may|might|will) be|sabbatical"
    r"|merci (?:pour|de) (?:votre|ton) (?:message|mail|e-mail|courriel)|thank(?:s| you) for (?:your|the) (?:message"
    r"|e-?mail|mail|note)|danke fur ihre|gracias por su"
    r"|grazie per (?:la|il|aver)|actuellement|currently|momentanement|derzeit|actualmente|me encuentro|attualmente"
    r"|atualmente|etant |خارج المكتب"
)

#: The answer to an invitation, as calendars write it.
INVITATION = re.compile(
    r"(?:a|has|hat|ha) (?:accepte|decline|refuse|accepted|declined|tentatively accepted|zugesagt|abgesagt|aceptado"
    r"|rechazado|accettato|rifiutato)"
    r"[^\n.]{0,30}(?:invitation|reunion|meeting|event|evenement|einladung|termin|invitacion|invito)"
)
INVITATION_SUBJECT = re.compile(
    r"(?:accepte|refuse|decline|provisoire|accepted|declined|tentative|zugesagt|abgelehnt|mit vorbehalt|aceptado"
    r"|rechazado|accettato|rifiutato)e? ?:"
)

#: A person who wants something or decides something. Deliberately wide: it only ever keeps a mail from being silenced.
PERSON = Gated(
    r"\b(?:je|nous|j'|on) ?(?:voudr|souhait|aimer|desir|vous (?:envoie|transmet|joins|adresse|confirme|demande"
    r"|propose|remercie de (?:me|nous))|valid|confirm|accept|refus|approuv|cherch|ai (?:besoin|bien recu vo"
    r"|une question|un probleme|essaye)|avons (?:besoin|une question|un probleme)|n'arriv|recois|recoi|n'ai (?:pas"
    r"|rien) (?:recu|compris)|me permets)"
    r"|\b(?:pourriez|pouvez|peux|pourrais|auriez|avez|seriez)-?(?: |-)?(?:vous|tu)\b|est-ce (?:que|possible)"
    r"|merci de (?!nous avoir|m'avoir|contact|vous adress|ne |joindre|patient|votre|l'|renvoy|reenvoy|noter"
    r"|prendre (?:note|contact)"
    r"|conserver|garder|rappeler|mentionner|indiquer|preciser|consulter|vous rapprocher|tenir compte|reiterer"
    r"|adresser|appel|transf|privileg|rediriger|bien vouloir (?:contact|vous|renvoy|adress|noter|patient))"
    r"|please (?!contact|call|e-?mail|reach|update|note|do not|don't|be (?:advised|aware|assured)|allow|expect|refer|direct"
    r"|visit|accept|feel|bear|forward|resend|get in touch|write|reply|disregard|excuse|find below)"
    r"|ci-joints?|en piece jointe|vous trouverez|voici (?:la|le|les|des|mes|une?|l'|nos)|d'accord|ok pour|c'est (?:ok"
    r"|bon|valide|parfait)|ca marche|bon pour accord|besoin d'un(?:e)? (?:model|devis|aide|info|rendu|3d)"
    r"|\b(?:i|we) ?(?:would like(?! to (?:acknowledge|inform|thank|let you know|confirm|assure))"
    r"|'d like|want|need (?:a|an|your|some|the|to|help|3d)|wish|am looking|are looking"
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
UNSUBSCRIBE = Gated(
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

#: The same, as only who sends to many says it to those who get it; nobody asks so to be taken off a list.
SENT_TO_MANY = Gated(
    r"(?:si vous )?ne (?:souhaitez|voulez|desirez) plus (?:recevoir|etre contacte)"
    r"|(?:repondez|envoyez|reply|text) (?:par |with )?[\"'«]? ?stop\b"
    r"|vous recevez (?:ce|cet|cette) (?:mail|e-?mail|message|courriel|email|newsletter|notification)"
    r"[^\n]{0,20}(?:car|parce que|suite|en tant)"
    r"|(?<!if )you(?:'re| are) (?:receiving|getting) this (?:e-?mail|message|newsletter|notice|because|as\b)"
    r"|you received this (?:e-?mail|message)[^\n]{0,20} (?:because|as)"
    r"|unsubscribe ?[|•·]"
    r"|[|•·] ?unsubscribe|(?:^|\n)\W{0,4}(?:unsubscribe|se desinscrire|se desabonner|me desinscrire)\W{0,4}(?:$|\n|:? ?https?:)"
    r"|(?:^|\n)\W{0,4}(?:gerer|modifier) (?:vos|mes) preferences\W{0,4}(?:$|\n)"
    r"|(?:voir|afficher|lire) (?:ce|cet|cette) (?:mail|e-?mail|message"
    r"|newsletter|email)[^\n]{0,20} navigateur|view (?:this )?(?:e-?mail |message )?(?:in|on) (?:your |the )?(?:web ?)?browser"
    r"|(?:^|\n)\W{0,4}pour vous (?:desinscrire|desabonner),? cliqu"
)

#: What a robot's reading receipt says (Outlook, Thunderbird, Notes, Zimbra, Exchange).
READ = Gated(
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
