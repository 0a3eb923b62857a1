"""Whether the words around a hit turn it into its opposite: "pas de modélisation", "no 3D model needed", "la 3D n'est pas nécessaire".

A negation is looked for within the clause only, and only where it speaks of the thing itself. A failure is no negation:
"le paiement n'est pas passé", "je ne peux pas ouvrir le fichier 3D", "I can't log in" still speak of it.
"""

from __future__ import annotations

from processors.tokens import CLAUSE, LINE, Token, Tokens
from processors.words_common import word_set

#: Negations that stand right before a noun.
_WITHOUT = word_set(
    "sans aucun aucune aucuns aucunes ni no without neither nor kein keine keinen keinem keiner ohne sin ningun ninguna "
    "senza nessun nessuna nessuno geen zonder zero"
)
_NOT = word_set(
    "pas not non never jamais nicht niet isnt arent wasnt werent dont doesnt didnt wont wouldnt neednt shouldnt havent "
    "hasnt plus point"
)
#: After these, "pas" is a failure, not a wish: "je ne peux pas payer".
_ABLE = word_set(
    "peux peut pouvons pouvez peuvent pu pouvait pourra arrive arrivons arrivent arrivais parviens parvient parvenons "
    "reussis reussit reussi sais sait savons can could able cant cannot couldnt kann konnen puedo podemos riesco posso kan"
)
#: What may stand between "pas" and the thing besides articles: a wish, a need.
_NEED = word_set(
    "besoin envie question necessaire necessairement forcement vraiment du tout specialement obligatoirement utile "
    "interesse interessee interesses need needs want wants require requires wish looking asking interested necessary really "
    "any actually after souhaite souhaitons veux voulons veut demande demandons cherche cherchons vouloir brauche brauchen "
    "necesito quiero"
)
_WISH = word_set(
    "veux voulons veut veulent voulait voulais souhaite souhaitons souhaitait faut fallait faudrait desire desirons demande "
    "demandons ne n want need wish do did does should to please"
)
_ARTICLE = word_set(
    "de d du des un une le la les l ce cette cet ces a an any the this that of en in for to ein eine einen der die das el "
    "los las il lo une i"
)
_POSSESSIVE = word_set("ma mon mes votre vos notre nos sa son ses my your our their his her")
#: A preposition ends the reach of a negation: "sans réponse sur ma commande".
_PREPOSITION = word_set("sur pour dans avec au aux chez depuis concernant par about on with at from into since regarding vers")
#: "pas seulement", "pas mal", "sans doute", "pas encore", "pourquoi pas" deny nothing.
_NOT_ONLY = word_set(
    "seulement uniquement que qu mal only just simply encore yet mieux doute souci soucis probleme problemes faute "
    "hesitation delai attendre nur solo soltanto"
)
_ADJECTIVES = word_set(
    "necessaire necessaires besoin utile utiles obligatoire requis requise souhaite souhaitee voulu voulue concerne "
    "concernee demande demandee merci needed required necessary wanted requested relevant notig necesario necesaria "
    "necessario nodig objet sujet question interesse interessent interested"
)
_LINK = word_set("n ne est sont sera seront etait m me nous serait is are was will be s not ist es we do i you il elle on")


def negated(tokens: Tokens, first: int, last: int) -> str:
    """The literal words that deny the tokens ``first`` to ``last``, or ''."""
    return _before(tokens, first) or _after(tokens, first, last)


def _before(tokens: Tokens, first: int) -> str:
    items = tokens.items
    content = 0
    article_at = possessive = False
    needs = 0
    breaks = 0
    for j in range(first - 1, max(first - 8, -1), -1):
        breaks = max(breaks, items[j + 1].brk)
        if breaks > LINE:
            return ""
        form = items[j].form
        if form in _WITHOUT or form in _NOT:
            return tokens.quote(j, first - 1) if _denies(items, j, first, content, needs, article_at, possessive) else ""
        if form in _NEED:
            needs += 1
        elif form in _ARTICLE:
            article_at = True
        elif form in _POSSESSIVE:
            possessive = True
            if j and items[j - 1].form not in _WITHOUT and items[j - 1].form not in _NOT:
                return ""
        elif form in _PREPOSITION:
            return ""
        else:
            content += 1
            if content > 1:
                return ""
    return ""


def _denies(items: tuple[Token, ...], j: int, first: int, content: int, needs: int, article: bool, possessive: bool) -> bool:
    form = items[j].form
    before = [items[k].form for k in range(max(0, j - 4), j)]
    following = items[j + 1].form
    if following in _NOT_ONLY or (before and before[-1] == "pourquoi"):
        return False
    if form == "no" and before and before[-1] in ("n", "article", "ref", "numero"):
        return False
    if form == "non" and j + 1 == first and items[first].brk > LINE:
        return False
    if form in _WITHOUT:
        return True
    if form in ("plus", "point") and not {"n", "ne"} & set(before[-3:]):
        return False
    if any(b in _ABLE for b in before[-2:]):
        return False
    if needs:
        return True
    if j + 1 == first:
        # right before the word itself: a wish is denied ("ne veux pas modéliser"), a fact is not ("n'est pas payé")
        opening = items[j].brk >= CLAUSE or (bool(before) and before[-1] in ("mais", "et", "donc", "but", "and", "surtout"))
        return opening or form in ("dont", "never", "non", "not") or (bool(before) and before[-1] in _WISH)
    if content and following not in _ARTICLE:
        return False  # "pas reçu la facture": a verb stands between
    return article or possessive


def _after(tokens: Tokens, first: int, last: int) -> str:
    items = tokens.items
    denied = -1
    for j in range(last + 1, min(last + 8, len(items))):
        if items[j].brk > LINE and not (j == last + 1 and items[j].brk == CLAUSE and items[j].form in ("pas", "non", "no")):
            return ""
        form = items[j].form
        if form in ("inutile", "inutiles", "unnecessary", "superflu", "superflue"):
            return tokens.quote(first, j)
        if denied >= 0 and form in _ADJECTIVES:
            return tokens.quote(first, j)
        if form in ("pas", "not", "non", "nicht", "isnt", "arent", "niet", "wont", "dont", "no"):
            denied = j
        elif (denied < 0 and form not in _LINK and j > last + 3) or (denied >= 0 and j > denied + 3):
            return ""
    return ""
