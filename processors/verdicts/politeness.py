"""Sets of acts and words that several parts of the reading share."""

from __future__ import annotations

from processors.verdicts.tokens import word_set

#: Words that mean nothing to the reader: unknown, named in the subject, or in quotation marks.
STRANGE = frozenset({"unknown", "context", "masked"})
YES = frozenset({"yes", "particle", "perfect"})
#: "merci pour votre patience" thanks; "merci pour les accoudoirs dorés" orders something.
THEIRS = word_set("votre vos ton ta tes cette ce ces cet toute tout your this ihre ihr su sus la vostra vostro tua tuo")
#: A line of an administrator that begins with one of these names the thing his number is for.
PIECES = word_set(
    "commode armoire buffet bahut table tables chaise chaises fauteuil fauteuils canape banquette lustre applique lampe "
    "lampadaire cheminee "
    "bureau bibliotheque secretaire console miroir glace horloge pendule vase statue sculpture bergere bergeres gueridon "
    "vitrine lit chevet "
    "coffre piano orgue vaisselier confiturier desserte etagere tabouret banc paravent retable trumeau meuble meubles salon"
)
#: What things are made of and look like: in small letters behind a greeting or a closing such a word is no name.
MATTERS = word_set(
    "velours cuir tissu lin coton laine soie chene noyer hetre pin merisier acajou teck rotin osier bois metal fer acier laiton bronze "
    "cuivre zinc inox alu verre cristal marbre pierre ardoise granit porcelaine ceramique faience platre resine plastique simili skai "
    "toile jacquard satin moquette carton papier papiers mat mate brillant brillante dore doree argente argentee vernis vernie "
    "laque laquee patine patinee sculpte sculptee massif massive rouge bleu bleue vert verte noir noire blanc blanche gris grise beige "
    "marron jaune orange violet violette bordeaux ecru ivoire anthracite turquoise oak walnut marble brass velvet leather wood steel glass"
)
