"""The words of delivery reports, folded (lower case, no accents), in the languages mail systems write.

Subjects are matched at their start, texts anywhere; every gap is bounded, so that each pattern is linear in the text.
"""

from __future__ import annotations

import re

from processors.gated import Gated

#: Senders that are mail systems, by the local part of the address or by the display name.
DAEMON = re.compile(
    r"(?:mailer-?_?daemon|mail-?daemon|mdaemon|daemon|post[-_]?master|mail(?:ing)?-?(?:delivery|system|server"
    r"|deliverer)[\w.-]{0,30}"
    r"|microsoftexchange[0-9a-f]{4,40}|double-?bounce|bounces?|ndr|nobounce|mmdf|mmdeamon|uucp|returned-?mail"
    r"|delivery)(?:[+=.-].{0,80})?$"
)
#: Nobody's name: a mail from there needs no further sign.
NOBODY = re.compile(
    r"(?:mailer-?_?daemon|mail-?daemon|mdaemon|double-?bounce|microsoftexchange[0-9a-f]{4,40})(?:[+=].{0,80})?$"
)
DAEMON_NAME = re.compile(
    r"mail(?:er)?[ -]?(?:delivery|daemon|system|administrator|router)|postmaster|system administrator"
    r"|administrateur (?:systeme|de messagerie)|microsoft exchange|systemadministrator|systeme de (?:messagerie"
    r"|distribution|remise)"
    r"|amministratore di sistema|administrador del sistema|internet mail delivery|delivery subsystem|mail subsystem"
)

#: Anchored at the start of the subject; a person who answers or forwards has "Re:" or "Fwd:" before it.
SUBJECT = re.compile(
    r"(?:\W{0,4}|mail system error ?[-:] ?|message status ?[-:] ?|warning: ?|error: ?|failure: ?|delivery error: ?"
    r"|aviso: ?|alerte: ?)"
    r"(?:undeliver|nondeliver|non-?deliver|not delivered|unable to deliver|mail deliver|delivery (?:status|failure"
    r"|notification|report"
    r"|error|problem|has failed|incomplete|unsuccessful|delay|final)|delayed? (?:mail|delivery|message)|message delay"
    r"|returned (?:mail|message|to sender)"
    r"|return(?:ed)? mail|failed (?:mail|delivery|to deliver)|failure (?:notice|delivery|of delivery)|mail (?:failure"
    r"|could not|not delivered|rejected|error|returned|system error)"
    r"|(?:your )?(?:message|mail|email)s? (?:could not be|was not|not|cannot be|undeliver|delivery|delayed|not yet"
    r"|has been delayed|rejected|blocked)"
    r"|(?:could not|cannot) (?:send|be delivered)|could not deliver|permanent (?:delivery )?(?:failure|error)"
    r"|user unknown|unknown (?:user|address)|address not found"
    r"|ndn\b|ndr\b|dsn\b|bounced? (?:mail|message|email)|delivery to the following|message you sent (?:blocked|could)"
    r"|transient|"
    r"non(?:[ -])(?:remis|delivre|distribu|livr|recu)|message non (?:remis|delivre|distribue|livre|envoye)"
    r"|(?:courrier|mail|e-?mail|courriel) non (?:remis|delivre|distribue|livre)"
    r"|remise (?:impossible|differee|retardee|du message|echouee|en echec)|(?:echec|erreur|probleme|probl[eé]me"
    r"|retard|impossibilite) (?:de|d'|dans|lors de|a) ?(?:la |l'|votre )?(?:remise|distribution|livraison|envoi"
    r"|acheminement|transmission|delivrance|expedition)"
    r"|(?:avis|notification|rapport|message|etat) (?:de |d')(?:non[ -])?(?:etat de (?:la )?(?:remise|distribution)"
    r"|etat|remise|distribution|livraison|delivrance|reception|retard|echec|erreur)(?! (?:de )?votre)"
    r"|retour (?:de|du) (?:courrier|mail|message)|(?:courrier|message|mail) (?:retourne|refuse|rejete"
    r"|en attente de remise)|votre (?:message|mail|e-mail|courriel) n'a|distribution (?:impossible|differee|retardee)"
    r"|impossible de (?:remettre|distribuer|delivrer|livrer|transmettre)|adresse (?:introuvable|inconnue)"
    r"|unzustellbar|nicht zustellbar|nicht zugestellt|zustell(?:ung|fehler|bericht)|fehler bei der (?:zustellung"
    r"|ubermittlung)|ruckmeldung|mail zuruck|verzogerte zustellung"
    r"|no se (?:puede|pudo|ha podido)|no entregad|mensaje (?:no|devuelto)|correo (?:no|devuelto)|fallo (?:en"
    r"|de) (?:la )?entrega|notificacion (?:de|del) (?:estado|no)|error (?:de|en) (?:la )?entrega"
    r"|impossibile recapitare|non recapitabile|mancato recapito|mancata consegna|consegna (?:non|fallita)"
    r"|notifica (?:di|dello) (?:stato|mancat)|messaggio non"
    r"|nao (?:entregue|e possivel|foi possivel)|falha (?:na|de) entrega|notificacao (?:de|do) (?:estado|falha|status)"
    r"|mensagem nao|devolvid"
    r"|onbestelbaar|niet (?:bezorg|afgelever|bestel)|bezorg(?:ing|fout)|afleveren mislukt|kan niet worden bezorgd"
    r"|ej levererbar|kunde inte levereras|kan inte levereras|meddelandet kunde|ikke leveret|kunne ikke leveres"
    r"|kan ikke leveres|toimittaminen|niedorecz|nie mozna dostarczyc|nedoruc|kezbesit"
    r"|недостав|не доставлен|невозможно доставить|сообщение не|возврат|не удалось"
    r"|メールエラー|配信(?:不能|エラー|失敗|状況)|送信(?:エラー|失敗"
    r"|できません)|配達不能|メール(?:が|を)?(?:配信|送信)(?:でき|エラー)"
    r"|未達|退信|无法(?:投递|送达|传递)|未送达|传递失败|无法传递|배달(?: 되지|할 수)|전송 실패|반송)"
)
WORDS = Gated(
    r"this is the qmail-send program|created automatically by (?:the )?mail (?:delivery software|system|server)|(?:a "
    r"|the )?(?:message|mail|e-?mail|it|which) (?:that )?(?:you (?:have )?sent )?"
    r"(?:could not|couldn't|cannot|can't|can not|has not been|has not yet been|was not|wasn't|hasn't been"
    r"|have not been) (?:be |yet been |been )?(?:delivered|sent|relayed|transmitted)"
    r"|(?:could not|couldn't|cannot|unable to|wasn't able to|not able to|failed to) (?:deliver|be delivered|relay)"
    r"|delivery to the following (?:recipient|address)"
    r"|(?:following|these) (?:recipient|address|destination)[\w() ]{0,20}(?:failed|had|could|were|was|have)"
    r"|had (?:permanent|transient) (?:fatal|non-fatal) errors|permanent fatal errors"
    r"|did not reach the following recipient|undeliverable (?:to|message|mail|address)"
    r"|could not find a mail exchanger|remote host said|giving up on|user (?:is )?unknown|unknown user"
    r"|no such (?:user|mailbox|recipient|address|person)"
    r"|mailbox (?:is )?(?:full|unavailable|has been disabled|not found|does not exist|disabled|quota)|quota exceeded"
    r"|over quota|(?:delivery|message) (?:has )?(?:failed|been delayed|temporarily suspended)"
    r"|returned to (?:the )?sender|retry(?:ing)? for|message (?:will|is being) re(?:tried|queued)"
    r"|recipient(?:'s)? (?:address )?(?:rejected|unknown|not found|does not)|address (?:couldn't be found|rejected"
    r"|not found)|rejected (?:your message|by)|message (?:was )?(?:rejected|bounced|blocked|undeliverable|returned)"
    r"|mail (?:returned|delivery failed)"
    r"|(?:message|mail|courrier|courriel|il|remise)[^\n]{0,80}n'(?:a|ont"
    r"|est) (?:pas )?(?:encore )?(?:pas )?(?:pu (?:etre|vous)|ete|etre|toujours pas)[^\n]{0,30}(?:remis|delivre"
    r"|distribue|livre|envoye|achemine|transmis)"
    r"|impossible (?:de|d')[^\n]{0,20}(?:remettre|distribuer|delivrer|livrer|acheminer|transmettre|envoyer)|(?:echec"
    r"|erreur) (?:de|d'|definitive?|permanente?|lors|dans)[^\n]{0,20}(?:remise|distribution|livraison|envoi"
    r"|delivrance|acheminement)"
    r"|adresse[^\n]{0,60}(?:introuvable|inconnue|n'existe pas|n'a pas ete trouvee|erronee|incorrecte|desactivee)"
    r"|destinataire[^\n]{0,40}(?:inconnu|introuvable|n'existe|refuse|rejete)|boite[^\n]{0,40}(?:pleine|saturee"
    r"|inexistante|n'existe|desactivee|depasse)|remise[^\n]{0,60}(?:echoue|retardee|differee|impossible)"
    r"|konnte[^\n]{0,80}(?:nicht|zugestellt)|nicht zugestellt|unzustellbar|zustellung[^\n]{0,40}(?:fehlgeschlagen"
    r"|nicht moglich|verzogert)|no (?:se )?(?:ha |pudo |puede |ha podido )[^\n]{0,30}(?:entregar|entregado)"
    r"|non (?:e stato possibile|ha potuto|puo essere|e stato)[^\n]{0,40}(?:recapita|consegna)"
    r"|nao (?:foi|pode|pod[eê])[^\n]{0,40}entreg|kon(?:den)? niet[^\n]{0,40}(?:bezorgd|afgeleverd)|(?:inte"
    r"|ikke)[^\n]{0,30}levere|не (?:удалось|может быть|было|доставлено)[^\n]{0,40}(?:достав|$)|не доставлено|配信(?:でき"
    r"|不能)|届けられません|送信できません|送达|无法(?:投递|送达|发送)|退回"
    r"|final-recipient ?:|diagnostic-code ?:|\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|smtp error from remote"
    r"|notificationtype[\\\x22: ]{1,8}bounce|error delivering your mail|has been postponed|n'a pas pu etre delivre"
    r"|error message below|your (?:message|e-?mail|mail)[^\n]{0,40}(?:was|is) (?:rejected|refused|blocked|bounced)"
    r"|\b55\d (?:\S{1,20} ){0,3}(?:user|mailbox|recipient|address|unknown|invalid)"
)
DELAYED = re.compile(
    r"delay(?:ed|notice)|not yet been delivered|has not been delivered (?:yet|after)|will (?:continue|keep|be retried"
    r"|retry|try again)|still trying|no action is required on your part|do not need to (?:re)?send"
    r"|you need not resend|temporarily suspended|transient (?:non-fatal|failure)"
    r"|warning message only|pas encore (?:pu |ete )|sera(?:ont)? (?:retente|renouvele)|tentatives? (?:se|va|vont"
    r"|ser)[^\n]{0,20}pours|nouvelles? tentatives?[^\n]{0,40}(?:ser|effectue|aura)|(?:remise"
    r"|distribution)[^\n]{0,30}(?:retard|differe)|reessa(?:iera|yera|ierons|yerons)"
    r"|n'est pas necessaire de (?:le )?renvoyer|inutile de (?:le )?renvoyer"
    r"|verzogert|noch nicht zugestellt|weiterhin versucht|noch (?:weiter|\d)[^\n]{0,40}versuch|retras(?:ad|o)"
    r"|ritardat|in ritardo|atrasad|vertraagd|vertraging|odloz|задерж|遅延|延迟"
)
FINAL = re.compile(
    r"giving up|gave up|permanent (?:error|fatal|failure)|definitive|abandonn|this is a permanent error|final|expired"
    r"|could not be delivered for"
)
CHALLENGE = Gated(
    r"(?:confirm|verify|authenticate)[^\n]{0,80}(?:deliver|sender|human|your (?:message|email|mail))[^\n]{0,120}"
    r"|(?:deliver|release)[^\n]{0,60}(?:once you|after you|please) (?:confirm|verify|click)"
    r"|(?:message|mail|e-mail|courriel)[^\n]{0,80}(?:en attente|bloque|retenu"
    r"|mis en quarantaine)[^\n]{0,120}(?:authentifi|confirm|valid|identifi|cliqu)|(?:authentifi|identifi)(?:er|ez"
    r"|cation)[^\n]{0,120}(?:expediteur|remis|delivre|distribu|livre|mail|message)|prouver que vous (?:etes|n'etes)"
)
CHALLENGER = re.compile(
    r"mailinblack|mail in black|boxbe|spamarrest|spam arrest|tmda|bluebottle|antispameurope|sendio|cleanmail"
    r"|challenge|altospam|vade ?retro|whitelist|liste blanche|premier (?:mail|message|envoi)|first (?:time|message"
    r"|email)|anti-?spam"
)

SELF = re.compile(
    r"(?:^|[\s.,;(])(?:je|j'\w+|mon|ma|mes|m'\w+|i|my|mine|ich|mein\w{0,2}|mi|mis|mio|mia|meu|minha|mijn)(?=\s|$)"
)
ENHANCED = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
