"""Common words, so that a word people really use is never taken for another one misspelled; words without a content of their own.

Written for this product: French and English first, the neighbours of what customers write about above all
("facteur" is no "facture", "chaîne" no "chaise"). All without accents, lower case.
"""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text; a list of words is read best as a text."""
    return frozenset(text.split())


#: Words that a phrase may be written with or without: "mot de passe", "mot passe".
FUNCTION = word_set("""
    a ai an and as at au aux avec be been by ce ces cet cette d de des du en est et ete for from had has have il in is it its j
    l la le les leur leurs m ma me mes mon my n ne nos notre of on ou our par que qu s sa se ses son sur t te the their this to
    un une vos votre was were with y your der die das den dem des ein eine einen zu el los las del al lo gli i di da dei il het een van
    """)

#: Numbers as they are spelled, in the languages customers write.
NUMBERS: dict[str, int] = {
    "zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "trente": 30, "quarante": 40,
    "cinquante": 50, "soixante": 60, "cent": 100, "cents": 100, "mille": 1000,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "hundred": 100, "thousand": 1000,
    "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "tre": 3, "quattro": 4, "twee": 2, "drie": 3,
}  # fmt: skip

#: Words for a rounded number of things.
DOZENS: dict[str, int] = {
    "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40, "cinquantaine": 50,
    "soixantaine": 60, "centaine": 100, "millier": 1000, "dozen": 12, "dutzend": 12, "docena": 12,
}  # fmt: skip

COMMON = word_set(
    """
    plait plaira plairait plaid panier paniers fonctionne fonctionnent stable stables branche branches volet volets roue roues roule
    palier lange langes tape block blocks module modules contrat contrats payer cadre cadres carte poignet poignets sachez sache
    sachent pichet formal violation violations
    estate windows window agent arm arms diam diametre pliant pliante pliants pliantes valide valider validation validez minuscule
    annuel annuelle annuels annuelles
    resto restos banc bancs june modif modifs tente tentes veste vestes verbe verbes linge comptable comptables deco blank tresor
    abord absolument accepte accepter accord acheter acces accueil action actuel actuellement adresse adorer afin agence
    ailleurs aime aimer aimerais aimerait ainsi ajouter aller allez alors ami amis amie annee annees ans apparait appel appeler
    appelle apporter apprendre apres argent arret arreter arrive arriver article articles assez assis attend attendre attendu
    attente attention aucun aucune aujourd aupres aura aurai aurais aurait aurez aussi autant autour autre autres avance avancer
    avant avec avez avait avais avenir avis avoir avons ayant baisse barre bas base bases beau beaucoup belle belles besoin
    besoins bien bientot blanc blanche bleu bleue boire bon bonjour bonne bonsoir bord bosse botte bouche bouge boule bout bras
    bref bruit brut bureau bus but cabine cable cache cadeau cadeaux cadrer cafe calme camion campagne car cas casse cause
    causer celle celles celui cela centre cependant cercle certain certaine certains ceux chaine chaines chaque chance change
    changer chanter charge charger chat chaud chauffe chef chemin chemise cher chere cheres chers chercher cheval chez chiffre
    choisir choix chose choses chute ciel cinema citer clair claire classe client cliente clients coin coller combien comite
    comment comme commence commencer commune communiquer complet completement complete comprendre compris comporte comptant
    comptoir conte contenir content contente contenu conter continuer contraire contrat contre convenir copie corps correspond
    cote cotes couche couler couleur couleurs coup couper cour courage courant courir cours course court cout couter cree creer
    crise croire croix cuir cuisine cuit dame dans date dates debout debut debuter decider dedans defaut deja demain demande
    demander demandes demarche depart departement depense depuis dernier derniere derniers derriere des desole descend desormais
    dessin dessous dessus detail details deux devant devez devoir devra devrais devrait dire direct directement dirige disant
    disons disponible dispose disposition dit divers dois doit doivent donc donne donner dont dormir dos douce doute doux droit
    droite dur dure duree eau echange ecole ecouter ecran ecrire ecris ecrit effet egal egalement elle elles embaucher encore
    endroit enfant enfants enfin ensemble ensuite entendre entendu entier entiere entre entree entrer envers environ envoi
    envoie envoye envoyer envoyez equipe esprit essai essaie essaye essayer est etait etaient etant etat ete etes etoile etre
    etroit etude etudier eux evenement eventuellement exactement exemple exemples exister explique expliquer expres facile
    facilement facon facteur facteurs faible faim faire fais faisons fait faites famille faut faute faux faveur femme fenetre
    fera ferme fermer ferai ferait fete feu feuille feux fiche fiches fier fil file files fille film fils fin finale fine finir
    fixe fleur fleurs foi fois fond fondre font force forme formes former fort forte frais francais francaise franc frere froid
    front fruit futur gagner garage garantie garcon garde garder gars gauche general generale gens gentil gout grace grand
    grande grandes grands grave gros grosse groupe guerre guide habitude haut haute hauteur heure heures heureux hier histoire
    hiver homme hommes honneur horaire hors hotel huile humain ici idee idees ignore image images imaginer immense importante
    important impossible indique indiquer info infos information informations instant interet interesse interieur inutile invite
    issue jamais jambe jardin jaune jeter jeu jeune jeunes jeux joie joint jointe joints joli jolie jouer jour jours journee
    juge juin juillet jusque juste justement laisse laisser laine lance lancer langue laquelle large larges largeur lave leger
    legere lequel lettre lettres leur leurs lever liberte libre librement lien liens lieu lieux ligne lignes lire lisse liste
    listes lit livrer livre livres local loin loisir long longs longue longtemps longueur lorsque louer lourd lui lumiere lundi
    lune machine madame main mains maintenant mais maison maisons maitre mal malade malgre manger maniere manque manquer marche
    marcher mardi mari marie marque marques masse match matin mauvais mauvaise maximum meilleur meilleure meilleurs meme memes
    membre mener mentir mer merci mercredi mere message messages messieurs mesure mesurer metal metier mettre mettez midi mieux
    milieu mille mine minimum minute minutes mise mode modes modeste moindre moins mois moitie moment monde monsieur monte
    monter montre montrer morceau mort mot mots moyen moyenne mur murs musique nature naturel ne necessaire neige net nette neuf
    neuve niveau noir noire nom nombre nombreux noms nord normal normale normalement notamment note notes notre nouveau nouveaux
    nouvelle nouvelles nuit nul numero objectif objectifs obtenir occasion occupe offre offres offrir oeil ordre oreille ose
    oser oter oubli oublie oublier oui ouvrage ouvert ouverte ouverture ouvrir page pages pain paix palais pale papier papiers
    parait parc parce pareil parent parents parfait parfaite parfaitement parfois parle parler parmi parole part partage
    partager parti partie parties partir partout pas passage passe passee passer pays peau peine pendant pensee penser perdre
    perdu pere periode permet permettre personne personnel personnes perte peser petit petite petites petits peu peur peut
    peuvent peux phase photo photos phrase piece pieces pied pieds pierre pire place placer plage plaire plaisir plan plans
    planche plante plat plate plats plein pleine plier pluie plupart plus plusieurs plutot poche poids point pointe points
    police politique pomme pont porc port porter porte possible possibilite possibles poste poster pot pour pourquoi pourra
    pourrait pourrez pourriez pouvez pouvoir pouvons pratique pratiquer precedent precis precise preciser premier premiere
    premieres premiers prendre prends prenez prenom prepare presence present presente presenter presque presse pret prete preter
    preuve prevenir prevoir prevu prevue prie prier principal principale pris prise prive prix probable probleme problemes
    proche prochain prochaine produit produits professeur profil profit profite programme progres projet projets promettre
    propose proposer proposition propre propres protege public publique puis puisque puissance quand quant quart quatre quel
    quelle quelles quels quelque quelques question questions qui quinze quitter quoi raconter raison raisons rapide rapidement
    rappel rappeler rapport rare rater rayon reception recevoir recent recente recherche recit recois recoit recu recue reduit
    regard regarder regarde regle regler regret rejoindre relatif relation remarque remercie remercier remettre remise rencontre
    rendez rendre rendu renseignement renseignements rentre rentrer repas repondre repondu reponse reponses repose reprendre
    reserve reste rester resultat resultats retard retour retours retrouver reussi reussir revenir reve revoir riche rien rire
    risque robe role rond ronde rose rouge route rue sable sac sage sain saison sais sait salle salon salut sang sans sante sauf
    sauter sauver savez savoir science seche second seconde secret sein sel selon semaine semaines semble sembler sens sentir
    sera serai serait seront seriez serieux serre sert service services servir seul seule seulement si siege sien simple
    simplement simples sinon site sites situation sixieme societe soeur soi soient soir sois soin soit sol soleil solide
    solution solutions sombre somme sommes son sont sorte sortes sortie sortir souci soucis soudain souhait souhaite souhaiter
    souhaitez souhaitons souffle soupe sous souvenir souvent style sucre sud suffit suis suit suite suivant suivante suivre
    sujet sujets super sur sure surface surtout table tableau tableaux tache taille tailles tant tapis tard tarif tarifs tasse
    tel tele telephone telle tellement tels temps tenir tenter terme termes terminer terrain terre tete texte tient tiers tirer
    titre toile toit tombe tomber ton tot total totale toucher toujours tour tourne tourner tous tout toute toutes train traite
    traiter trait tranquille travail travailler travaux travers tres triste trop trou trouve trouver truc tuer type types unique
    urgence usage user usine utile utiliser vague valable valeur vallee vache vais vas boit boivent vaisselle valider vaste vend
    vendre vendredi vendu venir vent vente ventes venu verite verre vers version vert verte veut veulent veux veuillez viande
    vide video vie vieille vieux vif village ville vingt visage visite visiter vite vivre voici voie voila voile voir vois voit
    voisin voiture voix vol vole voler volonte volume vont vos votre voudrais voudrait voudriez voulais voulez vouloir voulons
    voulu vous voyage voyager vrai vraie vraiment vue vues about above accept account across action active actual actually
    address afraid after again against age ago agree ahead allow almost alone along already also although always among amount
    another answer any anybody anyone anything anyway appear apply are area around arrive asked asking attach attached attempt
    away back bad bank basic basis bear beat beautiful became because become bed been before began begin behind being believe
    below benefit best better between beyond big bill black blue board body book books border born both bottom bought box boxes
    boy brand break brief bright bring broken brother brought build building built business busy but buy buyer call called
    calling came can cannot car card care carry case cases cash catch caught cause center central certain chain chair chance
    change changed changes charge charged chat cheap check checked child children choice choose chose chosen city claim class
    clean clear clearly client clients close closed coast coat code coffee cold collect color colour colours come comes coming
    common company compare complete computer concern condition confirm consider contact contain content continue control cook
    cool copy corner correct cost costs could count country couple course court cover create created cross current currently
    customer customers cut cycle daily damage dark data day days dead deal dear death decide deep deliver delivered delivery
    depend describe design designs desk detail details develop did die difference different difficult dinner direct does dog
    doing done door double doubt down draw drawing dream dress drink drive drop due during each early earth easily east easy eat
    edge effect effort eight either else empty end ended enjoy enough ensure enter entire equal even evening event ever every
    everyone everything exact exactly example except exist expect expected expensive experience explain extra eye eyes face fact
    fail failed fair fall family famous far fast father fault favor fear feel feet fell felt few field fight figure file files
    fill filled final finally find fine finger finish fire firm first fish fit five fix fixed flat floor flow fly follow
    following food foot force foreign forget form forms former forward found four frame free french fresh friend friends from
    front full fully fun further future game garden gave general get gets getting gift girl give given glad glass goes going
    gold gone good goods got great green grey ground group grow growth guess guide had hair half hall hand hands hang happen
    happened happy hard hardly has have having head health hear heard heart heat heavy height hello help helped hence her here
    hers hey high higher him his history hit hold hole home hope hoping horse hot hotel hour hours house how however huge human
    hundred idea ideas image images imagine important include included including indeed inform inside instead interest
    interested into issue issues item items its itself job join joined just keep kept key keys kind kindly knew know known lack
    lady land language large last late later laugh law lay lead learn least leave led left leg legal lend length less let letter
    letters level lie life light like liked likely limit line lines link list listen little live lives local long longer look
    looked looking looks lose loss lost lot lots loud love low lower luck lunch made mail main major make makes making man
    manage manager many map mark market match material matter may maybe mean means measure meet meeting member mention message
    messages met middle might mile milk mind mine minute minutes miss missing mistake mode modern moment money month months mood
    moon more morning most mother mouth move moved much music must myself name names nature near nearly necessary neck need
    needed needs neither network never new news next nice night nine noise none nor normal north nose not note notes nothing
    notice now number numbers object objects obtain obvious off offer office often oil old once one ones online only open opened
    opinion option options order orders other others our ours out outside over own owner pack page pages paid pain paint pair
    paper part parts party pass passed past path pattern pay people per perfect perhaps period person phone photo photos phrase
    pick picked picture pictures piece pieces pink place places plain plan plane plans plant plate play player please plus point
    points poor position possible post power present press pretty prevent price prices print private probably problem problems
    process produce product products project projects proof proper provide public pull purpose push put quality question
    questions quick quickly quiet quite rain raise ran range rate rather reach read reader ready real really reason receive
    received recent recently record red reduce refer regard regards related remain remember remove rent repeat reply report
    request require required rest result results return rich ride right ring rise road room rough round rule run safe said sale
    sales salt same sand save saved saw say scale scene school sea season seat second see seem seems seen sell send sending
    sense sent separate serious serve service set seven several shall shape share sharp she shine ship shipping shoe shoot shop
    short should show shown side sight sign silver similar simple simply since single sir sister sit site six size sizes sky
    sleep slow slowly small smart smile smooth snow soft sold some someone something sometimes son song soon sorry sort sound
    source south space speak special specific speed spend sport spot spring square staff stage stand standard star start started
    state stay step steps still stone stood stop store story straight strange street strong student study stuff style subject
    such sudden sugar suggest suit summer sun support sure surface sweet table tables take taken takes taking talk tall task
    taste team tell term terms test text than thank thanks that their them then there these they thick thin thing things think
    third this those though thought three through thus time times tiny title today together told tomorrow tone tonight too took
    tool top total touch toward town track trade train travel treat tree trial tried trip trouble true trust truth try trying
    turn twice two type under understand unit until upon upper use used useful user using usual usually value various very view
    visit voice wait waiting walk wall want wanted wants war warm was watch water way ways weak wear weather web week weeks
    weight well went were west what whatever wheel when where whether which while white who whole whose why wide wife will wind
    window winter wish with within without woman won wonder wood word words work worked working works world worry worse worth
    would write writing written wrong wrote year years yellow yes yesterday yet you young your yours yourself aber alle auch
    bitte danke dann dass diese dieser doch durch eine einen einer etwas ganz gegen gerne habe haben hallo heute hier ihnen
    immer jetzt kann kein keine kommen konnen lieber machen mehr mein meine mochte mochten morgen muss nach nicht noch oder ohne
    schon sehr sein sich sind uber unser unsere viel viele warum werden wenn wieder wird wurde zeit algo ahora antes aqui bien
    buenas buenos cada como cosa cuando cual dia donde ella entonces entre esta estan este esto estoy favor gracias hace hacer
    hasta hola hoy mas mejor mismo mucho muchas muy nada necesito nosotros nuestro otra otro para pero poder porque puede pueden
    puedo quiero saludos sobre solo tambien tengo tiene todo todos usted ustedes allora anche ancora avere bene buongiorno che
    ciao come cosa cosi dopo dove fare grazie hanno loro molto nella nostro ogni oggi perche piu poi potete possibile prima
    quale quando quello questa questo salve sempre senza sono stato tutti tutto vorrei alle deze dank geen goed graag heb hebben
    hier hoe jullie kunnen maar meer moet naar niet nieuwe onze voor waar wat willen worden zijn
    """
)
