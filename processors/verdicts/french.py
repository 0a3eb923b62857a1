"""French expressions of a reply to a quote, by act (see ``lexicon.ACTS``). Written as people type: accents do not matter."""

from __future__ import annotations

_GO = (
    "lancer|demarrer|commencer|proceder|debuter|y aller|vous lancer|vous y mettre|attaquer|foncer|realiser|continuer"
    "|enclencher|avancer|poursuivre|faire le necessaire|faire|passer a la suite|passer commande|y mettre"
)
_WORK = (
    "modelisation|modelisations|production|realisation|fabrication|commande|demande|prestation|mission|travail|travaux"
    "|creation|suite|projet|modele|3d|numerisation|scan|rendu"
)

PHRASES: dict[str, str] = {
    "yes": f"""
        (je|j) (le|la|l|les|vous le|vous la|vous|te|te le|bien|donc|le|) (valide|valides|valid|approuve|approuves|accepte|acceptes|ratifie)
        (je|j) (vous|te|) confirme; je le confirme; (je|nous) (vous|) (confirme|confirmons) que (c est|tout est) (ok|bon|d accord)
        (on|nous) (le|la|l|les|vous|) (valide|validons|approuve|approuvons|accepte|acceptons|confirme|confirmons)
        nous donnons (bien|) (notre|le) (accord|feu vert|aval)
        (valide|validee|valides|validees|approuve|approuvee|approuves|accepte|acceptee|acceptes|confirme|confirmee|ratifie)
        (c est|ca est|est|sont) (bien|donc|) (valide|validee|valides|approuve|approuvee|accepte|acceptee|confirme|confirmee|signe)
        c est (tout|) (ok|bon|d accord|parti|good|entendu|okay); c est (parfait|nickel|impeccable|top|super) pour (moi|nous)
        c est un (oui|ok|grand oui); oui pour (moi|nous); c est oui; ce sera oui
        c parti; tout est (ok|bon|parfait|nickel|conforme|clair|en ordre); tout me (va|convient|semble bon|parait bon); tout bon; tout ok
        (ca|cela|c|ceci) (me|nous|m) (va|convient|vont|conviennent); (me|nous) (va|convient|conviennent|vont)
        (me|nous) (va|convient) (tres bien|bien|parfaitement|tout a fait|a merveille)
        (ca|cela) (marche|roule|joue|baigne|gaze|colle); ca me botte; ca va pour (moi|nous)
        (ok|bon|oui) pour (moi|nous); bon pour (accord|acceptation|execution|commande|lancement)
        (lu|relu) et (approuve|accepte|valide)
        (vous avez|tu as|je (vous|te|) donne|nous vous donnons|voici) (donc|bien|) (mon|notre|le) (feu vert|accord|aval|go|ok|approbation|validation|consentement)
        (je|nous) (vous|) (confirme|confirmons) (mon|notre) (accord|ok|validation|acceptation|approbation)
        (ok|d accord|go|feu vert|partant|partante) pour ({_GO}); (ok|d accord|go) pour ({_GO}) (la|le|les|ma|notre|cette|ce) ({_WORK})
        feu vert; avec mon accord; accord (total|complet|donne|); (avec|) mon accord
        (je suis|j suis|nous sommes|on est) (bien|tout a fait|donc|) (d accord|ok|partant|partante|partants|partantes|preneur|preneuse|preneurs|partis|bons|favorable|favorables)
        (partant|partante|preneur|preneuse)
        (vous|tu) (pouvez|peux) (donc|y|maintenant|desormais|bien sur|) ({_GO})
        (vous|tu) (pouvez|peux) ({_GO}) (la|le|les|ma|notre|cette|ce|a la|en) ({_WORK})
        (je|nous|on) vous (laisse|laissons) ({_GO}); (je|on) te laisse ({_GO}); je vous laisse carte blanche
        (merci de|veuillez|merci de bien vouloir|je vous prie de|vous prie de) (lancer|demarrer|commencer|proceder|debuter|realiser|poursuivre|continuer|passer a la suite)
        (allez|vas) (y|donc y); (lancez|demarrez|commencez|procedez|foncez|faites|continuez|debutez|attaquez|poursuivez) (donc|le|la|les|y|vous|)
        (lancez|demarrez|commencez|debutez) (la|le|les|ma|notre|cette|ce) ({_WORK}); (procedez|passez) a la ({_WORK})
        (fonce|lance|demarre|commence|vas y)
        (on|nous) (lance|lancons|part|partons|demarre|demarrons|commence|commencons|fonce|fonçons|signe|signons|prend|prenons|y va|fait ca|fait|continue)
        (on|nous) (part|partons) (la dessus|comme ca|avec vous|avec ca|dessus); on (fait|procede) comme ca; partez la dessus; on s y met
        on peut (y aller|lancer|demarrer|commencer|proceder); ok on y va; allons y; c est bon on y va
        faisons (comme ca|ainsi|cela|ca); on y va; en avant; c est parti; banco; adjuge; adjuge vendu; vendu; tope la; topez la
        (marche|affaire) (conclu|conclue|est conclue); affaire conclue; top la; roulez; go; go go; go go go
        (je|nous) (le|la|les|) (prends|prenons); je commande; nous commandons; je passe (la|) commande; je signe
        (je|nous) (souscris|retiens|retenons) (a|) (votre|l) (offre|proposition)
        (proposition|offre|devis) retenue; c est ok; c est conforme
    """,
    "needs": """
        on part sur; (je|on|nous) (pars|part|partons|parts) (sur|pour|avec); partons sur; va pour; adherer; on reste sur; je reste sur
    """,
    "admin": """
        (mets|mettez|met|mettre|compte|comptez|facture|facturez|prevois|prevoyez|accorde|fixe|fixez|note|notez) (lui|leur|moi|)
        (ce|ca) (sera|fera|fait|vaut); cela (fait|fera|vaut); je (dirais|mets|propose|fixe|compte|dis); disons; il faut compter
        on (met|compte|facture|fait) ; pour (celui ci|celle ci|ce dossier|cette demande|ce client|cette cliente|lui|elle|ce projet|celle la|celui la)
        (prix|tarif|cout|total|montant|estimation|chiffrage|chiffre) ; vaut; en tout; au total
    """,
    "particle": """
        oui; ouais; ouaip; ouep; ouip; ok; d accord; vi; oui oui; yes; yep; ok d accord; oui d accord; oui ok; ok oui; dac
    """,
    "perfect": """
        parfait; (c est|tout est) (vraiment|) (parfait|nickel|impeccable|impec); nickel; impeccable; impec; nickel chrome; parfait parfait
    """,
    "praise": """
        super; top; genial; (tres|) bien; cool; excellent; formidable; magnifique; chouette; (tres bonne|bonne) (nouvelle|idee); parfaitement; entendu
        absolument; tout a fait; carrement; volontiers; (avec|) (grand|) plaisir; bien sur; bien entendu; evidemment; exactement; effectivement
        sans (aucune|) (hesitation|hesiter|probleme|souci|reserve|soucis|restriction|condition)
        pas de (souci|soucis|probleme|problemes); (aucun|zero) (souci|probleme); rien a (redire|ajouter|signaler|dire)
        c est (super|top|genial|tres bien|chouette|cool|excellent|magnifique); bien joue; bravo; beau travail; c est (tres|) (clair|complet)
        (le|ce|votre) (prix|tarif|devis) est (tres|) (correct|raisonnable|honnete|clair|interessant); (au top|tip top); exact; bon
        tout est clair; c est exactement ce qu il (me|nous) faut; c est exactement ce que (je|nous|on) (voulais|voulions|cherchais|cherchions|voulait|cherche)
        ca tombe bien; je vous fais confiance; nous vous faisons confiance; je te fais confiance; on vous fait confiance
        je suis (ravi|ravie|content|contente|enchante|enchantee); nous sommes (ravis|ravies|contents)
    """,
    "mine": """
        (pour|de|) (moi|ma part|mon cote|notre cote|notre part) (aussi|meme|); (pour|quant a) (nous|moi|ma part|mon compte) (aussi|); de (mon|notre|ma) (cote|part)
        cote (client|magasin|boutique) ; en ce qui (me|nous) concerne; me concernant
    """,
    "object": """
        (le|la|les|l|ce|cet|cette|ces|votre|vos|ton|ta|mon|ma|mes|notre|nos|du|de|des|d|) (devis|proposition|offre|prix|tarif|montant|credits|credit|estimation|chiffrage|commande|demande|projet|modelisation|modelisations|realisation|prestation|mission|cout|budget|cotation|evaluation|propal|modele|modeles|devi)
        (devis|proposition|offre|estimation|commande|cotation|prestation) (ci joint|ci jointe|ci dessus|ci dessous|joint|jointe|recu|recue|envoye|envoyee|transmis|transmise|propose|proposee|commerciale|tarifaire)
        bon de commande; (le|l) (tout|ensemble); l integralite; ca; cela; ceci; celui ci; tout; tout ca; tel quel; telle quelle; en l etat; comme (convenu|prevu|propose|indique)
    """,
    "filler": """
        le; la; les; l; ce; cet; cette; votre; vos; ton; ta; ma; mon; mes; notre; nos; de; du; des; d; pour; a; au; aux; et; donc; alors; ici; j; je; c est; est
        present; presente; ci joint; ci jointe; joint; bien; maintenant; aujourd hui; ce jour; bon; vraiment; tout; totalement; entierement; pleinement; officiellement
        definitivement; par la presente; par ce mail; par la; par retour de mail; par retour; avec; voila; voici; ben; bah; eh bien; eh ben; re; oh; ah; hop; allez; aller
        numero; ref; reference; concernant; relatif; relative; correspondant; correspondante; en date; cher; chere
        (je|nous) vous (confirme|confirmons) que; je vous informe que; je vous annonce que; par consequent; ainsi; aussi bien; finalement; apres (reflexion|lecture|verification|relecture|reflection); du coup; en effet; enfin bref; bref
    """,
    "opener": """
        (suite|faisant suite|en reponse|pour faire suite) (a|au|aux) (votre|notre|vos|nos|ton|) ; je fais suite a (votre|notre)
        je reviens vers vous (concernant|au sujet|suite a|pour|a propos) ; je vous (ecris|contacte) (concernant|pour|au sujet|suite a)
        (au sujet|a propos) (de|du|d)
    """,
    "greeting": """
        bonjour; bonsoir; salut; hello; coucou; rebonjour; re bonjour; (bonjour|bonsoir) a (vous|tous|toutes|toute l equipe|toi|l equipe); chers; (chere|cher) (madame|monsieur)
        bonjour (l equipe|la team|les amis|guichet); bien le bonjour; bonne annee; joyeux noel; (bonjour|bonsoir) et merci; hey; hi; wesh; yo
    """,
    "names": """
        madame; monsieur; mme; mr; mlle; mesdames; messieurs; mademoiselle; maitre; docteur; dr; m
    """,
    "thanks": """
        merci; merci (beaucoup|bien|infiniment|d avance|encore|a vous|a toi|par avance|mille fois|bien a vous|a tous|a toute l equipe|vraiment|a vous deux); (un grand|mille|grand) merci; encore merci
        (je|nous|et|et je|et nous) (vous|te) (remercie|remercions) (beaucoup|par avance|d avance|vivement|sincerement|); (avec|) (mes|tous mes|nos) remerciements; en vous remerciant (par avance|d avance|)
        s il (vous|te) plait; merci (madame|monsieur)
    """,
    "open": """
        merci (beaucoup|encore|bien|infiniment|) (pour|de votre|de vos|de ta|de ton|de m avoir|de nous avoir|de l avoir|a vous pour|d avoir|a)
        (vous|te) (remercie|remercions) (encore|vivement|beaucoup|sincerement|) (pour|de|d)
        (hate|j ai hate|nous avons hate|on a hate|tellement hate|tres hate|trop hate) (de|d|que|) ; (je suis|nous sommes|) (impatient|impatiente|impatients|ravi|ravie|ravis|heureux|heureuse) (de|d|que) ; vivement (le|la|les|)
        (dans|en) l attente (de|d) (votre|vos|la|le|recevoir|voir|vous lire) ; au plaisir (de|d|)
        (desole|desolee|pardon|excusez moi|toutes mes excuses|navre|navree) (pour|de|d|du|)
        (veuillez|je vous prie d|nous vous prions d) (agreer|recevoir|croire|accepter) ; (recevez|agreez) ; je vous prie de croire
        (je|nous) (reste|restons) (bien sur|bien entendu|) (a votre|a ta|disponible|disponibles|joignable|dispo) ; restant a (votre|)
        n hesitez pas (a|si|) ; n hesite pas (a|si|)
        (je|nous) vous souhaite ; nous vous souhaitons ; (bien|tres|) (cordialement|cordialement vous|amicalement|respectueusement|sincerement|a vous|a toi)
        merci de votre
    """,
    "closing": """
        n (hesitez|hesite) pas (en cas de besoin|si besoin|si vous avez besoin|si necessaire|si vous avez des questions|si vous avez besoin de quoi que ce soit|si question|en cas de question|s il y a besoin)
        (je|nous) (reste|restons) (a votre disposition|disponible|joignable) (si besoin|en cas de besoin|si vous avez des questions|pour toute question|pour tout renseignement)
        (bien|tres|) (cordialement|amicalement|sincerement|respectueusement|chaleureusement); (bien|tout) a (vous|toi); cordiales salutations
        (sinceres|meilleures|mes|cordiales|respectueuses|mes meilleures|mes sinceres|mes cordiales|) (salutations|sentiments|hommages) (distinguees|distingues|cordiales|respectueuses|)
        (bonne|belle|excellente|douce|tres bonne|tres belle|une bonne|une excellente|une belle|agreable) (journee|soiree|fin de journee|semaine|apres midi|reception|fin de semaine|continuation|nuit|matinee|aprem|vacances|annee|soirée) (a vous|a tous|a toi|a vous aussi|)
        (bon|excellent|tres bon|un bon|un excellent) (week end|weekend|we|apres midi|courage|dimanche|samedi|vendredi|lundi|mardi|mercredi|jeudi|travail|aprem|wk)
        a (bientot|tres bientot|tres vite|plus|plus tard|tout a l heure|vite|la prochaine|demain|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|ce soir); a +; bises; bisous; biz; ciao; tchao; bye; a tres vite
        bien a vous; dans cette attente; dans l attente; avec mes (salutations|remerciements) ; au plaisir; au revoir; bav; restant a votre disposition
    """,
    "logistics": """
        quand (vous|tu) (voulez|pouvez|veux|peux|serez prets|le souhaitez|serez disponible); des que (possible|vous pouvez|vous voulez|vous le pouvez|tu peux|vous etes dispo); des (maintenant|aujourd hui|a present|demain); tout de suite; le plus (vite|tot|rapidement) possible; au plus (vite|tot); rapidement; sans (attendre|tarder|delai|plus attendre); asap
        (c est|) (un peu|assez|tres|plutot|) urgent; c est presse; je suis presse; je suis pressee
        (j|nous|on) (attends|attendons|attend) (la suite|vos nouvelles|de vos nouvelles|le resultat|la livraison|le rendu|les fichiers|avec impatience|votre retour|la facture) (avec impatience|)
        (tenez|tiens) (moi|nous) (au courant|informe|informes|informee) ; merci de (me|nous) tenir (au courant|informe|informes|informee) ; (au courant|informe|informee) (de|du|des) (l avancement|la suite|avancement|l avancee|delai|delais)
        de l avancement; de la suite; pour la suite; pour le lancement; dans les meilleurs delais; dans la foulee; a votre convenance; a votre rythme; prenez votre temps
        (envoyez|adressez|transmettez) (moi|nous) la facture; (vous pouvez|merci de) (m |nous |)(envoyer|adresser) la facture; merci pour la suite
    """,
    "ack": """
        bien (recu|note|vu|lu); (c est|) (bien|) (note|recu|vu|lu|compris); recu; vu; note; compris; j ai (bien|) (recu|lu|vu|pris connaissance) (de|) (votre|vos|le|la|l|du|ce) (mail|message|email|devis|proposition|offre|retour|courriel|reponse)
        j ai (bien|) (recu|lu|vu); (devis|mail|message) (bien|) (recu|lu); nous avons (bien|) (recu|lu|pris connaissance de) (votre|le|la) (mail|devis|proposition|offre)
    """,
    "ask_when": """
        quand; (quel|quels) (est|sont|serait|seraient) (le|les|votre|vos) (delai|delais); (quel|quels) (delai|delais); sous quel delai; (dans|en|sous) combien de (temps|jours); vers quand; pour quand; c est pour quand; a quelle (date|echeance); (vous|tu) (pensez|comptez) (livrer|commencer|finir|terminer|demarrer) quand; combien de temps
    """,
    "because": """
        car; parce que; parce qu; vu que; puisque; en raison; a cause; pour des raisons; faute de
    """,
    "refuse": """
        (je|j|on|nous) (ne|n|) (le|la|l|les|vous|) (valide|valides|valid|validons|accepte|acceptes|acceptons|approuve|approuvons|confirme|confirmons) (pas|plus|point)
        (je|j|on|nous) (le|la|l|les|vous|) (refuse|refusons|decline|declinons|rejette|rejetons|renonce|renoncons|abandonne|abandonnons|annule|annulons|passe mon tour) ; (refuse|refusee|decline|declinee|rejete|rejetee|refusé)
        (c est|est) (refuse|refusee|decline|rejete|annule); (non|) (merci|) (sans facon|sans façon)
        non merci; merci non; merci mais non; oui non merci; non (non|) merci; c est (un|) non; ce sera (un|) non; (ca|cela) sera non; c est (toujours|encore) non; (c est|) niet; c est mort; pas merci; non c est non
        (on|je|nous) (laisse|laissons|va laisser|vais laisser|prefere laisser|preferons laisser) tomber; (laissez|laisse) (tomber|beton); on (arrete|stoppe|oublie) (la|tout|ca|); j arrete (la|tout|); nous arretons (la|) ; on en reste la; restons en la; oubliez (ca|moi|ma demande|tout|cette demande) ; (oublie|oubliez)
        (annulez|annule|annuler|annulé) (tout|ca|cela|tout ca|donc|); (merci d|veuillez|je (souhaite|veux|voudrais|souhaiterais|prefere|desire)|nous (souhaitons|voulons|preferons|souhaiterions)|on (veut|souhaite|prefere)|vous pouvez|tu peux|il faut|pouvez vous) (donc|) annuler ; classez (ma demande|le dossier|sans suite) ; vous pouvez (classer|fermer|cloturer) (le dossier|ma demande|mon dossier|la demande|le ticket)
        (je ne suis|je suis|nous ne sommes|on n est|on est|) (vraiment|) (pas|plus) (du tout|) (interesse|interessee|interesses|interessees|preneur|preneuse|partant|partante)
        (je ne suis|je suis) (vraiment|finalement|) (pas|plus) (vraiment|) (interesse|interessee|preneur|preneuse)
        (ca|cela|c|ce|cette offre|ce devis|votre offre|votre proposition) (ne|n|) (m|me|nous) (interesse|convient|va|tente|plait|conviens) (pas|plus) (du tout|); n est (pas|plus) interesse
        (je|j|nous|on) (ne|n|) (vous|y|) (donne|donnons|donnerai|donnerons|donnera|donnerais) pas (de|) suite; (je|nous|on) (ne|n|) (souhaite|souhaitons|veux|veut|voulons|desire|desirons|compte|comptons) (pas|plus) (donner suite|poursuivre|continuer|aller plus loin|valider|accepter|commander|le faire|lancer) ; ne (souhaite|souhaitons) (pas|plus) (donner|y donner) (de|) suite
        (je|nous|on) (ne|n|) (continue|continuons|poursuis|poursuivons|commande|commandons|prends|prenons|prend) (pas|plus) ; (on|je|nous) ne (donne|ferons|fera|ferai) pas (suite|affaire) ; sans suite ; nous (n irons|n allons) pas plus loin ; je n irai pas plus loin
        (je|j|on|nous) (n|) (en|y) (ne|) (veux|veut|voulons|tiens|tient|tenons) (pas|plus); (hors de|pas) question; jamais de la vie; (non|) certainement pas; surement pas; en aucun cas ; ca (ne|) sera pas (possible|pour moi|pour cette fois) ; ce ne sera pas (possible|pour moi|pour cette fois) ; (pas|plus) besoin; (je n ai|j ai|nous n avons|on n a) plus besoin
        (j|nous|on) (ai|avons|a) (decide|choisi|prefere) de (ne pas|ne plus) (donner suite|poursuivre|continuer|valider|accepter) ; avons (decide|choisi) de (renoncer|refuser|decliner|ne pas|annuler) ; ai decide de (renoncer|refuser|decliner|annuler)
        avis defavorable; desaccord; je m oppose; demande annulee; je m y oppose; refus; defavorable; je dis non; nous disons non; (on|je) passe (notre|mon) tour
    """,
    "no": """
        non; non non; non non non; stop
    """,
    "price": """
        (c est|c etait|) (beaucoup|bien|vraiment|un peu|) (trop|tres) (cher|chere|eleve|couteux|onereux) (pour (moi|nous)|); cher; (au dessus de|hors) (mon|notre|de|) budget; hors budget; pas le budget; (pas|plus) les moyens; (remise|rabais|ristourne|reduction|promo|promotion|reduire|baisser|baissez|negocier|moins cher|abordable); depasse (notre|mon) budget; combien; euros; euro; ttc; ht; gratuit; gratuitement; prix trop eleve; c est abuse; (du|l) vol; arnaque
    """,
    "condition": """
        si; s (il|ils|elle); sous (reserve|condition|conditions|reserves) (de|que|d|); (a|aux) (condition|conditions) (de|que|d|); a moins (que|de|d); sauf (si|que|); pourvu (que|qu|); tant que; tant qu; une fois (que|qu|); des (que|qu|reception|lors|la|le); apres; avant (que|de|); quand; lorsque; lorsqu; des lors que
        moyennant; au cas ou; en cas; en esperant (que|); (avec|contre) une (remise|reduction|garantie); a partir (du|de); selon; suivant (le|la|les|); dependra; depend; en fonction; supposant; seulement si; uniquement si; sinon; autrement; a defaut; jusqu; d ici; avec reserve; avec reserves; reserve; reserves; garantie; garantissez; assurez; en admettant; admettons; dans la mesure; pour peu; quitte a; faute
    """,
    "contrast": """
        mais; cependant; toutefois; par contre; en revanche; neanmoins; pourtant; or; quand meme; malgre; bien que; enfin; hormis; excepte; sans; quoique; en fait; attention; tout de meme; ceci dit; cela dit
        p s; ps; nb; n b; post scriptum; erreur; oups; pardon non; correction; rectification; je rectifie
    """,
    "hold": """
        demain; apres demain; bientot; plus tard; prochain; prochaine; prochainement; semaine; mois; lundi; mardi; mercredi; jeudi; vendredi; samedi; dimanche; ce soir; encore; pas encore; attends; attendez; attendre; attendons; attente; en attente; reflechis; reflechir; reflechissons; reflexion; patientez; patience; reviens; revenir; reviendrai; reviendrons; recontacte; rappelle; rappellerai; tard; tot; minute; instant; jours; jour; heures
        (je|on|nous) (regarde|verifie|vois|consulte|relis|etudie|regardons|etudions|transmets|transfere|fais suivre) ; (je|on) (fais|fait) (le point|valider|relire|suivre) ; laissez moi ; laisse moi ; a voir ; a suivre ; redis; redire; on verra; verrai; verrons; janvier; fevrier; mars; avril; mai; juin; juillet; aout; septembre; octobre; novembre; decembre; a (confirmer|valider|verifier|definir|approuver|revoir|discuter); rendez vous; retour de; conges; absent; absente; vacances; reunion; doucement; mollo; pause; suspends; suspendez
    """,
    "future": """
        vais; va; allons; vont; validerai; validerons; validera; valideront; accepterai; accepterons; acceptera; confirmerai; confirmerons; confirmera; approuverai; approuverons; serai; sera; serons; ferai; ferons; dirai; dirons; donnerai; donnerons; enverrai; enverrons; enverra; tiendrai; tiendrons; pourrai; pourrons; pourra; aurai; aurons; aura; repondrai; tiens; compte; comptons; envisage; envisageons; prevois; promets; promis; bientot; reponds; envoie; envoyons; transmets
    """,
    "past": """
        (ai|a|as|avons|avez|ont|avait|ete) (bien|deja|tout|ete|donc|) (valide|accepte|approuve|confirme|valides|validee|validees|acceptee); aurais; aurait; aurions; auriez; avais; avait; avions; etais; etait; etions; validerais; validerait; accepterais; accepterait; acceptait; acceptais; validais; approuverais; confirmerais; voudrais; voudrait; voulait; voulais; voulions; voudrions; souhaiterais; souhaiterait; souhaitais; souhaiterions; aimerais; aimerait; pourrais; pourrait; pourrions; devrais; devrait; devrions; serais; serait; serions; a ete; avais dit; croyais; pensais; hier; dernier; derniere; fois; deja; dirais; ferais; prendrais; fallait; bien aime
    """,
    "hearsay": """
        mari; femme; epouse; epoux; conjoint; conjointe; chef; cheffe; patron; patronne; directeur; directrice; direction; associe; associee; associes; collegue; collegues; client; cliente; clients; comptable; responsable; manager; boss; pere; mere; fils; fille; frere; soeur; secretaire; assistante; equipe; service; comptabilite; copain; copine; ami; amie; il; elle; ils; elles; lui; leur; dit; disent; dis; m a dit; parait; apparemment; quelqu un; president; gerant; gerante; hierarchie; comite; conseil; bureau; voisin; tiers; autres; selon lui; paraitrait; ecrit; ecrivez; ecrire
    """,
    "negation": """
        pas; ne; n; ni; jamais; rien; aucun; aucune; guere; nullement; point; contre; impossible; incapable; refuser; sans suite; plus du tout; ne plus; desaccord; d accord pas; (je ne|je|nous ne|on n) (suis|sommes|est) (absolument|vraiment|toujours|) pas (du tout|vraiment|) d accord; pas (du tout|vraiment|) d accord; pas ok; pas bon; pas contre; pas valide; pourquoi pas; pas sur; pas sure; ne refuse pas; je ne (refuse|rejette|decline|renonce) pas; je n (annule|abandonne) pas; (n est|c est|est|ce n est) pas (ok|bon|valide|accepte|parfait|conforme|d accord|refuse|annule); ca (ne|) (marche|va|convient|roule|colle) pas; n ai pas (valide|accepte|approuve|refuse); (j|je n) ai (pas|rien|jamais) (valide|accepte|refuse|annule|approuve); pas (refuse|annule|decline); ne dis pas non; (n y allez|ne lancez|ne demarrez|ne commencez|ne faites|ne procedez) (pas|rien); (allez y|lancez|commencez) pas; non (valide|conforme|accepte|ok|valable); ne l annulez pas; n annulez (pas|rien); non pas
    """,
    "question": """
        est ce (que|qu|); comment; pourquoi; combien; quel; quelle; quels; quelles; qui; quoi; qu est ce (que|qui|); pouvez vous; peux tu; pourriez vous; pourrais tu; peut on; puis je; dois je; dois t on; doit on; avez vous; as tu; faut il; etes vous; es tu; voulez vous; savez vous; ou; serait il; est il; y a t il; question; questions; savoir; demande si; me demande; precisez; preciser; precision; precisions; expliquer; expliquez; explication; confirmez; confirmez moi; me confirmer; nous confirmer; rappelez moi; dites moi; dis moi; renseignement; renseignements; ou pas; c est (ok|bon|valide|d accord|parfait) pour (vous|toi); (ok|bon|d accord) pour (vous|toi); vous confirmez; tu confirmes; vous (validez|acceptez|approuvez|etes d accord); tu (valides|acceptes)
    """,
    "change": """
        ajoutez; ajouter; ajoute; ajoutons; rajoutez; rajouter; rajoute; changez; changer; change; changement; changements; modifiez; modifier; modifie; modification; modifications; remplacez; remplacer; remplace; retirez; retirer; retire; enlevez; enlever; enleve; supprimez; supprimer; corrigez; corriger; corrige; ajustez; ajuster; adaptez; adapter; agrandir; agrandissez; reduisez; raccourcir; allonger; refaire; refaites; reprendre; revoir; revoyez; inversez; preferer; prefere; prefererais; preferons; preference; en plus; supplementaire; supplement; egalement; aussi; plutot; au lieu; a la place; il (faut|faudrait|faudra); faudrait; faut; doit; doivent; devra; dois; devons; besoin; veux; veut; voulons; souhaite; souhaitons; veuillez; version; variante; option; options; deuxieme; second; seconde; autre; un autre; une autre; nouvelle; nouveau; differents; differente; different; couleur; couleurs; bleu; bleue; rouge; vert; verte; noir; noire; noirs; blanc; blanche; gris; grise; jaune; rose; marron; beige; chene; metal; cuir; velours; hauteur; largeur; longueur; profondeur; taille; dimensions; dimension; cm; mm; metre; metres; matiere; texture; textures; finition; finitions; plus (grand|grande|petit|petite|haut|haute|large|long|longue|clair|fonce|foncee|rapide|vite|bas|basse); moins; au maximum; maximum; max; minimum; mini; au moins; au plus; pas plus; detail; details
    """,
    "partial": """
        seulement; uniquement; juste; seul; seule; seuls; seules; moitie; partie; partiellement; en partie; sauf; premier; premiere; premiers; premieres; un seul; une seule; le reste; dans un premier temps; d abord; exclusivement; simplement; hors; dont; lot
    """,
    "hedge": """
        a priori; en principe; principe; sur le principe; de principe; normalement; peut etre; je (pense|crois|suppose|trouve|dirai) ; sans doute; surement; probablement; presque; mouais; bof; moyen; moyennement; plus ou moins; a peu pres; hesite; hesitation; j hesite; doute; sais pas; aucune idee; eventuellement; theoriquement; en theorie; globalement; provisoirement; provisoire; technique; techniquement; idee; l idee; esprit; dans l ensemble; pense; crois; suppose; semble; essayer; test; tester; hum; euh; heu; hmm; mmm; pfff; certes; soit; tente; tentant; dans l idee; plus tard; vous faire voir
    """,
    "option": """
        ou; ou bien; soit; entre; au choix; choix
    """,
    "other": """
        compte; inscription; mail; email; adresse; paiement; cookies; newsletter; rendez vous; appel; photo; photos; demarche; candidature; reception; facture; rib; mot de passe; profil; abonnement; code; lien; contrat; cgv; conditions generales; formulaire; panier; fichier; fichiers; message; messages; visite; reunion; discuter; en parler; en discuter; telephone; tel; visio; creneau; horaire; livraison; delai; delais; date; maquette; echantillon; plan; plans; modalites; dossier; idees; invitation; reponse; retour; desabonnez moi; desabonner; desinscrire; desinscription; echange; site; contact; coordonnees; boutique; j ai compris; arretez; arreter
    """,
    "meta": """
        ignore; ignorez; ignorer; oubliez (les|vos|tes) ; instruction; instructions; consigne; consignes; systeme; statut; marquer; marquez; marque; considere; considerez; considerer; comme (valide|approuve|accepte); validation; robot; ia; bot; automatiquement; base de donnees; prompt; administrateur; note interne; repondez; repondre; reponds; taper; tapez; recopier; recopiez; cliquez; cliquer; (pour|afin de|de) (valider|accepter|approuver|confirmer); valider; accepter; approuver; validez; acceptez; approuvez; (valide|accepte|confirme) (mon|ma|mes|notre) ; accepter ce devis
    """,
    "irony": """
        mais bien sur; c est ca (oui|ouais|); ouais c est ca; oui c est ca; ben voyons; bien sur que non; et alors; mon oeil; marmotte; boomer; moquez; moque; foutez; foutre; blague; rire; lol; mdr; ptdr; haha; hahaha; cause toujours; tu parles; vous parlez; bien sur bien sur; comme d habitude; quelle blague; on y croit; c est cela oui; allez vous; va te; en fumee; exemple
    """,
}
