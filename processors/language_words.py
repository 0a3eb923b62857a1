"""The words of each language by which `processors.language` knows it: what no one avoids, and what customers write."""

from __future__ import annotations

#: A word that several languages share counts less for each of them.
WORDS = {
    "fr": """
        je tu il elle nous vous ils elles on ce cet cette ces ça c'est le la les un une des du de au aux et ou où
        mais donc car ne pas plus que qui quoi dont est sont était été être ai as avons avez ont avoir suis sommes
        êtes sera fait faire peut peux pouvez pourriez voudrais souhaite souhaitons mon ma mes ton notre nos votre
        vos son sa ses leur leurs dans sur sous avec sans pour par chez entre vers avant après depuis pendant si
        très bien aussi tout tous toute toutes même comme quand comment combien pourquoi oui non merci bonjour
        bonsoir salut cordialement madame monsieur svp voici voilà ci-joint ci-joints d'accord valide validé devis
        facture commande crédits crédit demande besoin envoie envoyer modéliser fauteuil photo photos fichier
        fichiers pièce jointe s'il plaît moi toi lui eux y en à jour jours semaine demain aujourd'hui hier encore
        toujours jamais rien quelque chose autre deux trois parfait marche reçu j'ai n'est qu'il problème accepte
        refuse annule annuler vas-y allez-y peu quel quelle quels quelles doit faut fois bon bonne accord confirme
        trop cher compte paiement mot passe bois table chaise modèle modèles
        modélisation boîte hauteur largeur
        modele modeles modelisation modeliser boite veut voudrai faudrait voudrais jaimerais bracelet isotherme
        haut faites hors taxes livrez
    """,
    "en": """
        i you he she it we they this that these those the a an and or but so not no yes of to in on at for from by
        with without about into over after before since is are was were be been being am have has had do does did
        will would can could should may might must shall my your his her its our their me him us them what which who
        whom where when why how all any some more most other than then there here very just also only even if
        because as up out please thanks thank hello hi hey dear regards sincerely best kind sir madam approved
        approve confirm confirmed go ahead looks sounds good great sure want need like i'm i'd i've it's don't can't
        quote invoice order attached find file files picture request model refuse cancel too expensive get make send
        made new one two first see know time let agree accept account password payment issue problem help yesterday
        today tomorrow week day chair wood good-bye bye cheers perfect fine right done accepted deal
    """,
    "de": """
        ich du er sie es wir ihr der die das den dem des ein eine einen einem einer eines und oder aber denn nicht
        kein keine ja nein ist sind war waren sein bin bist seid habe hat haben hatte hatten wird werden wurde würde
        kann können könnte möchte möchten muss müssen soll sollte darf mein meine ihre ihren ihrem unser unsere euch
        uns mir mich dir dich sich in im an am auf aus bei bis für gegen mit nach ohne über um unter von vom vor zu
        zum zur zwischen wenn weil dass ob als wie was wer wo wann warum welche auch noch nur schon sehr hier dort
        dann bitte danke vielen dank hallo guten tag morgen geehrte geehrter herr frau freundlichen grüßen gruß
        grüsse einverstanden passt gerne angebot rechnung bestellung anbei anhang datei bild bilder anfrage brauche
        benötige heute gestern woche stunde alles mehr viel gut machen gemacht geht so mal doch man diese dieser
        dieses bestätige stimme
    """,
    "es": """
        yo tú él ella nosotros ustedes ellos el la los las un una unos unas de del al y e o pero que quien cual como
        cuando donde porque no sí es son era fue ser estar está están estoy he ha hemos han había tengo tiene
        tenemos puede puedo pueden podría quiero quisiera queremos necesito necesitamos mi mis tu tus su sus nuestro
        nuestra me te se nos lo le les en con sin por para sobre entre hasta desde hacia muy más menos también ya
        todo todos toda todas este esta estos estas ese esa eso esto aquí ahora hoy ayer mañana semana día buenos
        buenas días tardes hola gracias saludos atentamente estimado estimada señor señora usted acuerdo vale
        presupuesto factura pedido adjunto adjunta archivo foto fotos solicitud favor si hay hacer hace bien sólo
        solo otro otra acepto confirmo apruebo adelante perfecto dos tres cuánto qué cómo
    """,
    "it": """
        io tu lui lei noi voi loro il lo la i gli le un uno una di del dello della dei degli delle al allo alla ai
        agli alle da dal dalla dalle nel nella nei nelle sul sulla e ed o ma che chi cui come quando dove perché non
        sì no è sono era erano essere sei siamo ho hai ha abbiamo avete hanno avere posso può possiamo potete
        potrebbe vorrei vorremmo voglio bisogno mio mia miei suo sua vostro vostra nostro nostra mi ti si ci vi ne
        in con senza per su tra fra fino molto più meno anche già tutto tutti tutta questo questa questi queste
        quello quella qui oggi ieri domani settimana giorno buongiorno buonasera salve ciao grazie cordiali saluti
        distinti gentile signor signora accordo preventivo fattura ordine allegato allegati file foto richiesta
        favore se fare fatto va bene accetto confermo approvo procedere perfetto due tre quanto così solo altro
        ancora dopo prima stato dell'
    """,
    "pt": """
        eu tu ele ela nós vocês eles elas você o a os as um uma uns umas de do da dos das ao aos à às no na nos nas
        pelo pela e ou mas que quem qual como quando onde porque não sim é são era foi ser estar está estão estou
        tenho tem temos têm tinha pode posso podem poderia quero gostaria queremos preciso precisamos meu minha meus
        minhas seu sua seus nosso nossa me te se lhe em com sem por para sobre entre até desde muito mais menos
        também já tudo todos toda este esta isto esse essa isso aqui agora hoje ontem amanhã semana dia bom boa
        tarde noite olá oi obrigado obrigada cumprimentos atenciosamente caro cara prezado senhor senhora acordo
        orçamento fatura encomenda pedido anexo ficheiro arquivo fotos favor há fazer feito bem só outro outra
        aceito confirmo aprovo avançar perfeito dois três quanto ainda depois antes então ficou foram
    """,
    "nl": """
        ik jij je u hij zij ze wij we jullie het de een en of maar want niet geen ja nee is zijn was waren ben bent
        heb heeft hebben had hadden word wordt worden werd kan kunnen kunt zou zouden wil willen moet moeten mag
        mijn jouw uw ons onze hun haar mij me hem hen zich in op aan bij door met naar om onder over tegen tot uit
        van voor zonder tussen als dat dit deze die wie wat waar wanneer waarom hoe welke ook nog al alleen zeer
        heel hier daar dan er graag alstublieft bedankt dank hallo goedemorgen goedemiddag goedendag beste geachte
        heer mevrouw vriendelijke groet groeten akkoord prima offerte factuur bestelling bijlage bijgevoegd bestand
        foto foto's aanvraag nodig vandaag gisteren morgen week dag alles meer veel goed maken gemaakt gaat zo even
        toch men doen
    """,
    "sv": """
        jag du han hon vi ni de dem det den en ett och eller men inte är var vara har hade kan ska skulle vill måste
        min mitt mina din ditt er ert vår sin i på av för från med till utan om under över efter innan när där här
        hur vad vem vilken varför som att också bara mycket tack hej vänliga hälsningar ja nej offert faktura
        beställning bifogad fil behöver idag igår imorgon vecka
    """,
    "da": """
        jeg du han hun vi i de dem det den en et og eller men ikke er var være har havde kan skal skulle vil ville
        må min mit mine din dit jeres vores sin på af for fra med til uden om under over efter før når hvor her
        hvordan hvad hvem hvilken hvorfor som at også kun meget tak hej venlig hilsen ja nej tilbud faktura ordre
        vedhæftet fil brug dag går morgen uge noget blev mig dig
    """,
    "pl": """
        ja ty on ona my wy oni nie tak jest są był była było być mam masz ma mamy mają może mogę można chcę
        chciałbym proszę i oraz lub ale że który która które co kto gdzie kiedy jak dlaczego w we na z ze do od dla
        po przez przy bez o się mój moja mnie mi pan pani państwo dziękuję dzień dobry witam pozdrawiam pozdrowienia
        zgoda oferta faktura zamówienie załączniku plik zdjęcia to ten ta już
    """,
    "ro": """
        eu tu el ea noi voi ei și sau dar nu da este sunt era am ai are avem aveți au pot poate puteți vreau doresc
        aș în la de din pe cu fără pentru prin despre că care ce cine unde când cum mai foarte un o unei unui acest
        această meu mea mulțumesc bună ziua salut stimate respect ofertă factură comandă atașat fișier rog vă să îmi
        într într-un lui sa lor fost fi a al ale cel cea cei cele până doar după toate tot fiind mult acestea ar le
        iar decât către însă atunci
    """,
}
