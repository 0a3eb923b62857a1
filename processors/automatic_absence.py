"""The words by which a mail says that somebody is away, folded (lower case, no accents); bounded like ``automatic_words``."""

from __future__ import annotations

import re

from processors.gated import Gated

#: What may follow a certain subject: the end, a punctuation, a date, the subject answered to. "Automatic door" has none.
END = (
    r"(?=\s*(?:$|[:：;.,!|/»)(>\[\]*\"“„<–—-]|(?:re|aw|sv|tr|fw)\b|(?:until|till|from|du|au|jusqu|bis|vom|ab|hasta"
    r"|fino|ate"
    r"|tot|to)\b|\d))"
)

#: "I am away", said of now.
AWAY = Gated(
    r"(?:consulte|releve|lis|regarde|ouvre) (?:cette|ma|mes|la) (?:boite|messagerie|adresse|mails?|e-mails)[^\n.]{0,30}"
    r"(?:\bfois\b|uniquement|seulement|que le|le (?:lundi|mardi|mercredi|jeudi|vendredi)|par semaine)"
    r"|(?:je suis|nous sommes|etant|actuellement|ce jour)[^\n.]{0,25} ?(?:en rtt|en clientele|sur un salon|au salon"
    r"|en recuperation|en deuil|sabbatique)"
    r"|(?:am|are|'m|currently|is)[^\n.]{0,25} ?(?:on sabbatical|attending (?:a|an|the)|at a (?:conference|trade"
    r"|training|workshop)|in training|off sick)"
    r"|(?:n'occupe|n'assure|ne suis) plus (?:ce poste|cette fonction|ces fonctions|en poste|dans l'entreprise"
    r"|en charge)|no longer works? (?:here|for|at)"
    r"|fai(?:t|sons) une pause|ferm(?:e|ons) (?:ses|nos) portes|nicht besetzt|arbeitet nicht mehr|(?:de baja"
    r"|en excedencia|de permiso)\b|ya no trabaj|non lavor[ao] piu"
    r"|خارج المكتب|في (?:اجازة|عطلة)|only work (?:mon|tues|wednes|thurs|fri|part)|(?:replies|responses) (?:may|might"
    r"|will) be (?:delayed|slow)"
    r"|(?:^|[.!\n] ?|bonjour,? |hello,? |bonsoir,? )(?:actuellement )?en (?:deplacement|voyage|conge|vacances|arret|mission)\b[^\n.]{0,40},"
    r"|a la retraite\b"
    r"|(?:avons|ai|as|have|has|'ve) (?:definitivement )?(?:quitte|left) (?:l'entreprise|la societe|the company"
    r"|the organi[sz]ation|my (?:job|role|position))"
    r"|(?:will be|'ll be|be|am|'m) (?:out|ooo|off) (?:of the office )?(?:until|till|from|for|on|this|next)"
    r"|will not be (?:reading|checking|monitoring)"
    r"|(?:offices?|shop|store|studio|we|company|workshop)[^\n.]{0,20} (?:is|are|will be) (?:currently )?closed"
    r"|(?:conge|absence|arret)[^\n.]{0,30} duree indeterminee|(?:chiusi|chiuso|chiusa|cerrad[oa]s?|fechad[oa]s?"
    r"|gesloten) (?:per|por|wegens|fino|hasta|ate|tot)"
    r"|(?:^|[.!] )(?:en vacances|en conges?|absente?|en deplacement) (?:jusqu|du \d|until)|je m'absente|(?:actuellement"
    r"|momentanement|suis|serai)"
    r" en (?:formation|reunion|rendez-vous|teletravail|seminaire|deplacement|mission)|connexion (?:limitee|reduite"
    r"|intermittente)"
    r"|(?:ist|sind|bleibt|bleiben)[^\n]{0,50} geschlossen|estare (?:ausente|fuera|de vacaciones)|unattended mailbox"
    r"|(?:je (?:suis|serai|me trouve)|nous (?:sommes|serons)|etant)\W(?:\w{1,15} ){0,3}(?:absent|en conge|en vacances"
    r"|en arret|en deplacement|hors (?:du|de mon) bureau|indisponible|en formation|ferme|injoignable)|(?:actuellement"
    r"|momentanement|en ce moment) (?:absent|en conge|en vacances|indisponible|hors|ferme|en deplacement)"
    r"|absente? (?:du bureau|jusqu|du \d|de mon bureau|pour)"
    r"|(?:bureaux?|entreprise|societe|studio|atelier|boutique|magasin|service|agence|cabinet)[^\n.]{0,40} (?:est|sont"
    r"|sera|seront) (?:actuellement |exceptionnellement )?fermee?s?|ne (?:travaille|fais|fait) plus (?:partie|chez"
    r"|dans|pour)|(?:a|ai) quitte (?:l'entreprise|la societe|ses fonctions|notre)|je n'ai pas acces a (?:mes|ma)"
    r"|absence[^\n.]{0,30}jusqu"
    r"|\b(?:i am|i'm|i will be|i'll be|we are|we're|we will be|currently|is) (?:\w{1,15} ){0,4}(?:out of (?:the "
    r"|my )?office|out of office|away|on (?:annual |maternity |paternity |parental |sick |medical |a )?(?:leave"
    r"|vacation|holiday|break|business trip)|travell?ing|unavailable|not available|not in the office|out until"
    r"|closed)|out of (?:the )?office (?:until|from|on|with|and|today)|no longer (?:with|work|employed)"
    r"|limited access to (?:my )?(?:e-?mail|internet)|thank you for your (?:e-?mail|message)[^\n]{0,30}i am"
    r"|(?:nous|notre|nos|l'|le|la|les|maison|etude|galerie|ecole|mairie|cabinet|equipe|bureaux?)[^\n.]{0,40} (?:est"
    r"|sont|sera|seront"
    r"|fait|font) (?:actuellement |exceptionnellement |totalement )?(?:fermee?s?|en conges?|relache)\b"
    r"|fermeture (?:annuelle|estivale"
    r"|exceptionnelle|hivernale|du \d|pour conges?)|(?:je|nous) (?:profite|profitons|prends"
    r"|prenons)[^\n.]{0,30}(?:conges?|vacances|repos)"
    r"|en (?:conge|arret) (?:maternite|paternite|parental|maladie|sabbatique|de )|(?:peu|pas|difficilement) (?:joignable"
    r"|disponible|connectee?)"
    r"|eloignee? de (?:ma messagerie|mes mails|mon bureau|mon ordinateur|mes e-?mails)|ne (?:consulte|consulterai|lis|lirai"
    r"|releve|releverai|suis pas"
    r" en mesure de (?:lire|consulter))[^\n.]{0,30}(?:messagerie|mails?|e-?mails?|messages?|boite)|acces (?:limite"
    r"|restreint"
    r"|ponctuel|intermittent)[^\n.]{0,20}"
    r"(?:mail|messagerie|internet|message)|travelling (?:until|and|with|at)|intermittent access|(?:befinde mich|sind wir"
    r"|bin ich|bin|sind)[^\n.]{0,40}(?:urlaub"
    r"|betriebsferien|elternzeit|mutterschutz|dienstreise)|(?:me encuentro|estoy|estamos)[^\n.]{0,30}(?:vacaciones"
    r"|ausente|de viaje|fuera)"
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

#: When the sender comes back, or what happens then.
BACK = Gated(
    r"(?:re)?prendrai connaissance|reprise (?:le|lundi|mardi|mercredi|jeudi|vendredi|samedi|des)"
    r"|retour (?:le |lundi|mardi|mercredi|jeudi|vendredi|au bureau|prevu)|next in the office|(?:we'll|will"
    r"|i'll) be back|melden uns|سأعود|سنعود|سأرد"
    r"|(?:repondrai|repondrons|consulterai|consulterons)[^\n.]{0,30}(?:a partir|ce soir|demain|des )|atendera sus"
    r"|(?:delayed|retardees?)"
    r"|(?:reviendrai|reviendrons|reprendrai|reprendrons|serons de retour|rouvrirons|rouvrira|reouvrira|reopen)\b"
    r"|(?:repondrons|repondrai|traiterons|traiterai|lirons|lirai) [^\n.]{0,40}(?:des|a partir (?:de|du)) (?:demain"
    r"|lundi|mardi|mercredi|jeudi|vendredi|le )"
    r"|(?:(?:sera|seront) (?:lue?s?|traitee?s?|consultee?s?|prise?s? en compte) (?:des|a partir|le \d|lundi|apres)"
    r"|repondre que |de retour|mon retour|notre retour|des mon retour|je (?:re)?prendrai connaissance|je serai de"
    r"|reprise le"
    r"|reouverture|jusqu'?(?:au|a)|du \d{1,2}[^\n]{0,25} au \d|reviens? le|a compter du|back (?:on|in|at)"
    r"|will (?:be )?(?:return|back)|a la retraite depuis|i(?:'ll"
    r"| will) (?:be back|return|respond|reply|get back)|returning|upon my return|when i (?:return|get back|am back)"
    r"|until|till|through \w{3,9} \d|wieder (?:im|da|erreichbar|fur)|zuruck|bis (?:zum|einschliesslich|\d|einschl)"
    r"|ab dem"
    r"|hasta el|regreso|vuelta|de vuelta|al mio (?:rientro|ritorno)|rientr|fino al|regresso"
    r"|\bate (?:o dia|ao|a (?:proxima|segunda|terca|quarta|quinta|sexta|semana)|\d)"
    r"|de volta|terug|tot en met|tot \d|vanaf|tillbaka|tilbage|tilbake|wroc|powrot|do dnia|вернусь|до \d|戻り|まで|返回|까지)"
    r"|jusqu'en|will not (?:be )?(?:return|back)|(?:dal?|del|vom) \d{1,2}[^\n]{0,25} (?:al|bis) |vuelvo|torno|rientro"
    r"|volto em|ich bin am|a la (?:reouverture|reprise|rentree)|(?:lire|lirai|lirons|traiterai|traiterons|repondrai"
    r"|repondrons|reviendrai|reviens)[^\n.]{0,40}"
    r"(?:retour|rentree|reprise|reouverture)|des que (?:je serai|possible a mon)|(?:wieder|zuruck)[^\n.]{0,25}(?:erreichbar"
    r"|da\b|im buro)|a mi (?:regreso|vuelta)"
    r"|get back to you (?:when|once|as soon as|upon|on)"
)

#: Whom to turn to meanwhile.
INSTEAD = Gated(
    r"ne (?:lis|consulte|releve) mes [^\n.]{0,20} que|en cas d'urgence|pour (?:toute|les) (?:demande|question"
    r"|urgence)s?[^\n]{0,40}|en mon absence|pendant (?:cette"
    r"|mon|ma|notre) (?:periode|absence|conge)|(?:veuillez|vous pouvez|merci de"
    r"|n'hesitez pas a) (?:vous )?(?:contacter|adresser|joindre|ecrire)|vos (?:mails|messages|e-mails"
    r"|courriels) (?:ne seront|seront)|si (?:c'est |votre demande est )?urgent|urgen(?:t|ce|cy|te|cia|za)"
    r"|for (?:any )?(?:urgent|immediate|emergenc)[^\n]{0,60}|please (?:contact|call|e-?mail|reach)"
    r"|please (?:forward|direct|send|address) (?:your|all|any) (?:e-?mail|enquir|inquir|message|question|request)|in my absence"
    r"|during (?:my|this|that) (?:absence|time|period)|limited access|if you need (?:immediate|urgent)|in dringenden"
    r"|bei (?:dringenden|ruckfragen)|wenden sie sich|vertretung|wird nicht (?:weitergeleitet|bearbeitet)"
    r"|nachricht wird nicht|para (?:asuntos|cualquier|temas)|por favor contact|in caso di (?:urgenza|necessita)"
    r"|per (?:urgenze|questioni)|contattare|em caso de urgencia|para assuntos|bij (?:spoed|dringende)"
    r"|voor (?:dringende|spoed)|neem contact|i nodfall|vid bradskande|ved hast|w pilnych|в срочных|緊急|緊要|紧急|긴급"
    r"|me remplace|remplacee? par|mon remplacant|ma remplacante|(?:dossiers?|demandes?|clients?|messages?|sujets?"
    r"|projets?) (?:sont|seront|est|sera)"
    r" (?:suivie?s?|traitee?s?|reprise?s?|geree?s?|pris(?:es)? en charge|transferee?s?|rediriges?) par|prend le relais"
    r"|assure (?:l'interim|la permanence|le relais)"
    r"|(?:adressez|tournez|rapprochez)-vous|(?:mon|ma|mes) collegues? [^\n.]{0,60}(?:pourra|est a votre|se fera"
    r"|vous repond)"
    r"|bitte (?:kontaktieren|wenden)"
    r"|contacte (?:con|a)|dirijase|in (?:urgent|emergency) cases?"
)

#: The same, as it is only said in messages for everyone.
INSTEAD_FORMAL = Gated(
    r"(?:merci de|veuillez|vous pouvez|priere de) (?:contacter|vous adresser|joindre|vous rapprocher|vous tourner|ecrire a)"
    r"|bitte (?:wenden|kontaktieren)|(?:in )?dringenden fallen|please (?:contact|direct|reach out|refer|get in touch with)"
    r"|por favor,? (?:contact|dirij|pong)|si prega di (?:contattare|rivolgersi)|if (?:this|it) (?:can't|cannot"
    r"|can not) wait"
    r"|(?:mes|nos) collegues [^\n.]{0,60}(?:sauront|pourront|peuvent|restent|sont a votre)"
    r"|please update your (?:records|contacts|address book)|duree indeterminee|reponse (?:possible|differee)"
    r"|sin acceso (?:al|a mi) correo|no access to (?:my )?(?:e-?mail|mail)|n'aurai pas acces|n'ai pas acces"
    r"|ohne zugriff|senza accesso"
    r"|ne (?:lirai|pourrai) (?:pas|vous repondre|y repondre)|sans acces a (?:ma|mes)|pour (?:une|les) urgences?"
    r"|(?:nouvel|nouveau|nouvelle) (?:interlocuteur|interlocutrice|contact|conseiller)|successeur|wird (?:danach"
    r"|spater|erst)"
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

#: "We are closed until", from a house rather than a person.
CLOSED = Gated(
    r"(?:office|shop|store|studio|we|company)[^\n.]{0,20} (?:is|are|will be) (?:currently )?closed|nicht besetzt"
    r"|geschlossen|(?:sera|seront|est|sont|sommes|serons|actuellement) (?:\w{1,15} ){0,1}fermee?s? [^\n]{0,40}(?:du|jusqu|a partir"
    r"|pour|le) "
    r"|fermeture (?:annuelle|estivale|exceptionnelle)"
)

#: A subject that is nothing but an absence.
SUBJECT_ABSENT = re.compile(
    r"\W{0,4}(?:absente?|absence|en conges?|conges?(?: annuels?| d'ete)?|indisponible|(?:on |annual )?leave|urlaub"
    r"|ausente|assente)" + END
)

#: "En vacances jusqu'au 4/12".
SUBJECT_UNTIL = re.compile(
    r"\W{0,4}(?:je suis )?(?:en (?:vacances|conges?|deplacement|formation)|absente?|indisponible|away|on (?:leave"
    r"|holiday|vacation)|urlaub"
    r"|de vacaciones|in ferie)[^?\n]{0,30}(?:jusqu|du \d|until|till|bis|hasta|fino)"
)
