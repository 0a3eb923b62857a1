"""Every kind of mistake in a document gives its file, its line and a sentence for people who do not program."""

from __future__ import annotations

import pytest

from tests.directive_helpers import FIGURATIVE, documents, edited, problems_of

#: (document, what stands there, what somebody writes instead, words of the sentence, lines below the edit where it shows)
MISTAKES: list[tuple[str, str, str, str, int | None]] = [
    # YAML
    (
        "bouquet.md",
        "kind: BOUQUET\nmatch",
        "kind: BOUQUET\nkind: AUTRE\nmatch",
        "« kind » est écrit deux fois (déjà ligne 3)",
        1,
    ),
    ("bouquet.md", "facts:\n", "facts:\n\tx: 1\n", "tabulation", 1),
    ("bouquet.md", "facts:\n", "facts:\n\u00a0 x: 1\n", "espace spécial", 1),
    ("bouquet.md", "directive: bouquet", "directive: &b bouquet", "« &nom »", 0),
    ("bouquet.md", "directive: bouquet", "directive: *b", "« &nom »", 0),
    ("bouquet.md", "directive: bouquet", "directive: !!str bouquet", "étiquettes", 0),
    ("bouquet.md", "directive: bouquet", "directive: bouquet: rose", "« : » est de trop", 0),
    ("question.md", "directive: question", 'directive: "question', "guillemet ouvert n'est jamais fermé", 0),
    ("bouquet.md", "threshold: 1.5}", "threshold: 1.5", "accolade", 1),
    ("bouquet.md", "directive: bouquet", "directive: @bouquet", "ne peut pas commencer une valeur", 0),
    (
        "bouquet.md",
        "status_property: etat\n",
        "status_property: etat\n   fini: x\n",
        "alignement",
        1,
    ),
    ("bouquet.md", "Prose libre.", "Prose\x0blibre.", "caractère invisible (U+000B)", 0),
    # forms
    ("bouquet.md", "gates:\n", "gatess:\n", "« gatess » n'est pas un mot connu ici ; vouliez-vous dire « gates » ?", 0),
    (
        "bouquet.md",
        "remind: 1 jour",
        "remid: 1 jour",
        "« remid » n'est pas un mot connu ici ; vouliez-vous dire « remind » ?",
        0,
    ),
    (
        "bouquet.md",
        "optional: true, units",
        "optional: oui, units",
        "« optional » vaut « oui », mais il faut « true » ou « false »",
        0,
    ),
    (
        "bouquet.md",
        "optional: true, units",
        "optional: yes, units",
        "« optional » vaut « yes », mais il faut « true » ou « false »",
        0,
    ),
    ("bouquet.md", "kind: BOUQUET\nmatch", "kind: 3\nmatch", "« kind » vaut « 3 », mais il faut un texte", 0),
    ("bouquet.md", "kind: BOUQUET\nmatch", "kind: bouquet\nmatch", "« bouquet » ne peut pas servir de nom ici", 0),
    ("bouquet.md", "kind: BOUQUET\nmatch", "kind:\nmatch", "« kind » n'a pas de valeur", 0),
    ("bouquet.md", "threshold: 1.5", "threshold: haut", "« threshold » vaut « haut », mais il faut un nombre", 0),
    ("bouquet.md", "threshold: 1.5", "threshold: -1", "plus grand que 0", 0),
    ("bouquet.md", "words: [bouquet, ", "words: [bouquet, bouquet, ", "le mot « bouquet » est déjà dans la liste", 0),
    ("bouquet.md", "files: [image, .pdf]", "files: [imaje, .pdf]", "vouliez-vous dire « image » ?", 0),
    ("bouquet.md", "type: choice", "type: chois", "vouliez-vous dire « choice » ?", 0),
    (
        "bouquet.md",
        "type: count, optional: true, units",
        "type: count, after: [x], optional: true, units",
        "« after » ne va qu'avec le type address ou date ou reference ou text",
        0,
    ),
    (
        "bouquet.md",
        'type: choice, ask: "Pour quelle occasion ?", ',
        "type: choice, ",
        "est obligatoire mais n'a pas de question",
        0,
    ),
    ("bouquet.md", '{fr: "Combien de tiges ?", nl: "Hoeveel stelen?"}', '{nl: "Hoeveel stelen?"}', "version française", 0),
    ("bouquet.md", "deuil: {words: [enterrement, deuil]}", "deuil: {words: []}", "n'a aucun mot", 0),
    # durations
    ("bouquet.md", "remind: 1 jour", "remind: bientôt", "« bientôt » n'est pas une durée", 0),
    ("bouquet.md", "remind: 1 jour", "remind: 0 jours", "plus long que zéro", 0),
    ("bouquet.md", "remind: 1 jour", "remind: 3", "« 3 » n'est pas une durée", 0),
    ("bouquet.md", "remind: 1 jour", "remind: 3 semaines", "avant la fin (« close »)", 0),
    ("bouquet.md", "remind: 36 hours", "remind: 7 days", "avant la fin (« expire »)", 0),
    ("bouquet.md", "[12 heures, 1 day]", "[1 day, 12 heures]", "de la plus proche à la plus lointaine", 0),
    # gates
    (
        "bouquet.md",
        "- complete: {",
        "- complet: {",
        "« complet » n'est pas une étape connue ; vouliez-vous dire « complete » ?",
        0,
    ),
    ("bouquet.md", "- complete: {", "- sign: {}\n  - complete: {", "n'est pas encore proposée", 0),
    ("bouquet.md", "- complete: {remind", "- complete: {quote: prix, remind", "« quote » n'est pas un mot connu ici", 0),
    ("bouquet.md", "by: admin", "by: client", "« client » n'est pas possible pour « by »", 0),
    ("bouquet.md", "  - fulfil: [task, confirmation]\n", "", "il manque la dernière étape « fulfil »", -4),
    ("bouquet.md", "  - complete: {remind: 1 jour, close: 2 semaines}\n", "  - fulfil: [task]\n", "doit être la dernière", 1),
    ("bouquet.md", "quote: prix", "quote: pris", "la grille « pris » n'existe pas ; vouliez-vous dire « prix » ?", 0),
    ("bouquet.md", "{quote: prix, ", "{", "il manque ici « quote »", 0),
    ("bouquet.md", "[task, confirmation]", "[task, confirmatoin]", "le texte « confirmatoin » manque", -4),
    # conditions
    ("bouquet.md", "when: tiges >= 100 or", "when: tige >= 100 or", "la condition parle de « tige »", 0),
    ("bouquet.md", "tiges >= 100", "tiges >= beaucoup", "un nombre est attendu après « tiges >= »", 0),
    ("bouquet.md", "occasion = deuil,", "occasion = mariage,", "« mariage » n'est pas une valeur de « occasion »", 0),
    ("bouquet.md", "occasion = deuil,", "occasion > deuil,", "« occasion » n'en est pas un", 0),
    ("bouquet.md", "occasion = deuil,", "files has fotos,", "ni une extension ni une famille", 0),
    ("bouquet.md", "occasion = deuil,", "files = image,", "écrivez « files has image »", 0),
    ("bouquet.md", "occasion = deuil,", "(occasion,", "parenthèse fermante", 0),
    # ticket
    ("bouquet.md", "  closed: annule\n", "", "pour : closed", -8),
    ("bouquet.md", "  status_property: etat\n", "", "il manque « status_property »", 0),
    (
        "bouquet.md",
        "{{ amount }}",
        "{{ montant }}",
        "« montant » n'est pas une valeur offerte aux textes ; vouliez-vous",
        0,
    ),
    # examples
    (
        "bouquet.md",
        "kind: BOUQUET, stage: waiting_approval",
        "kind: BOUKET, stage: waiting_approval",
        "vouliez-vous dire « BOUQUET » ?",
        0,
    ),
    (
        "bouquet.md",
        "stage: waiting_approval, credits",
        "stage: waiting_aproval, credits",
        "vouliez-vous dire « waiting_approval » ?",
        0,
    ),
    (
        "bouquet.md",
        "kind: BOUQUET, stage: waiting_approval, credits",
        "kind: QUESTION, stage: waiting_approval, credits",
        "ne passe jamais par « waiting_approval »",
        0,
    ),
    ("bouquet.md", "missing: [occasion]", "missing: [ocasion]", "vouliez-vous dire « occasion » ?", 0),
    ("bouquet.md", "facts: {occasion: fete,", "facts: {occasion: noces,", "« noces » n'est pas une valeur de « occasion »", 0),
    ("bouquet.md", "validation_status: devis}", "validation_status: devi}", "n'est pas un état du ticket", 0),
    ("bouquet.md", "expect: {stage: waiting_info, missing: [occasion]}", "expect: {}", "cet exemple n'attend rien", 0),
    ("bouquet.md", "~~~example", "~~~exampel", "vouliez-vous dire « example » ?", 0),
    (
        "bouquet.md",
        'text: "Bonjour : je voudrais des fleurs"',
        "text: Bonjour : je voudrais des fleurs",
        "« : » est de trop",
        0,
    ),
    ("bouquet.md", "n'est pas un exemple\n~~~", "n'est pas un exemple\n", "qui ferme ce bloc manque", -1),
    # grid
    ("prix.md", "amount: 25", "amount: 0", "« 0 » n'est pas un montant possible", 0),
    ("prix.md", "amount: 25", "amount: -3", "« -3 » n'est pas un montant possible", 0),
    ("prix.md", "amount: 22.5", "amount: 22,5", "", 0),
    ("prix.md", "amount: admin", "amount: patron", "« patron » n'est pas un montant", 0),
    ("prix.md", "2024-02-29", "2023-02-29", "n'existe pas au calendrier", 0),
    ("prix.md", "2024-02-29", "29/02/2024", "n'est pas une date", 0),
    ("prix.md", "2025-03-01", "2024-02-29", "deux grilles commencent le 2024-02-29", 0),
    ("prix.md", "2025-03-01", "2023-03-01", "de la plus ancienne à la plus récente", 0),
    (
        "prix.md",
        "when: tiges < 10,",
        "when: tigges < 10,",
        "« tigges », qui n'est pas un fait connu (pour la directive « bouquet »)",
        0,
    ),
    ("prix.md", "{amount: 22.5, when: tiges < 10, ", "{amount: 22.5, ", "les suivantes ne serviraient jamais", 0),
    ("prix.md", "fr: [euro, euros]", "fr: [euro]", "au moins 2", 0),
    ("prix.md", "fr: [euro, euros], ", "", "l'unité manque en français", 0),
    ("prix.md", "grid: prix", "tarif: prix", "on ne sait pas ce que décrit ce document", 0),
    ("prix.md", "grid: prix", "grids: prix", "vouliez-vous dire « grid » ?", 0),
    # business
    ("business.md", "Europe/Brussels", "Europe/Bruxelles", "n'est pas un fuseau horaire", 0),
    ("business.md", "[fr, en, nl]", "[fr, english]", "« english » ne peut pas servir de nom ici", 0),
    ("business.md", "business: Chez Flore\n", "", "on ne sait pas ce que décrit ce document", 0),
    ("question.md", "default: true\n", "", "aucune directive n'est celle par défaut", -999),
    ("question.md", "directive: question", "directive: bouquet", "sert déjà dans", 0),
    ("question.md", "kind: QUESTION", "kind: BOUQUET", "sert déjà dans", 0),
    # texts
    (
        "messages/quote.md",
        "{{ price }} pour",
        "{{ prise }} pour",
        "« prise » n'est pas une valeur offerte aux textes ; vouliez-vous",
        0,
    ),
    ("messages/quote.md", "{{ fact.occasion }}", "{{ fact.ocasion }}", "aucune directive ne connaît le fait « ocasion »", 0),
    ("messages/quote.md", "{% endfor %}", "", "le texte n'est pas lisible", None),
    ("messages/quote.md", "in wanted %}", "in name %}", "une boucle parcourt une liste offerte", 0),
    ("messages/quote.md", "{{ price }} pour", "{{ price | upper | replaceme }} pour", "", 0),
    ("messages/quote.md", "{{ price }} pour", "{{ price.upper() }} pour", "cette tournure n'est pas possible", 0),
    ("messages/quote.md", "{{ price }} pour", "{{ 'x' * 999999999 }} pour", "cette tournure n'est pas possible", 0),
    ("messages/quote.md", "{{ price }} pour", "{% include 'x' %} pour", "cette tournure n'est pas possible", 0),
    ("messages/quote.md", "## fr", "## de", "n'est pas une langue de cette maison", 0),
    ("messages/quote.md", "## nl", "## fr", "« ## fr » est écrit deux fois", 0),
    ("messages/quote.md", ', nl: "Uw boeket: {{ price }}"', "", "il manque l'objet du message en « nl »", 0),
    ("messages/quote.md", "Votre bouquet : {{ price }}", "Votre bouquet : {{ price", "le texte n'est pas lisible", 0),
    ("messages/quote.md", "---\nsubject", "subject", "le document doit commencer par une ligne « --- »", 0),
    ("messages/quote.md", "---\nUne note", "Une note", "la ligne « --- » qui ferme les réglages manque", None),
]


@pytest.mark.parametrize(("path", "old", "new", "words", "below"), MISTAKES, ids=[f"{m[0]}-{m[2][:30]!r}" for m in MISTAKES])
def test_a_mistake_gives_its_file_its_line_and_a_sentence(path: str, old: str, new: str, words: str, below: int | None) -> None:
    found, line = edited(path, old, new)
    problems = problems_of(found)
    told = [p for p in problems if words in p.message + p.todo]
    assert told, f"not told; got {[str(p) for p in problems]}"
    problem = told[0]
    assert problem.path.startswith("directives/fleuriste")
    if below == -999:
        assert (problem.path, problem.line) == ("directives/fleuriste", 1)
    else:
        assert problem.path == f"directives/fleuriste/{path}"
        if below is not None:
            assert problem.line == line + below, str(problem)
    for other in problems:
        assert other.line >= 1
        assert not any(word in other.message for word in ("Traceback", "pydantic", "NoneType", "object at 0x"))


def test_the_documents_themselves_are_good() -> None:
    assert problems_of(documents()) == ()


def test_a_mistake_is_told_once_and_draws_no_others_after_it() -> None:
    for path, old, new in [
        ("bouquet.md", "remind: 1 jour", "remind: bientôt"),
        ("bouquet.md", "gates:\n", "gatess:\n"),
        ("bouquet.md", "type: count, optional: true, units", "type: cuont, optional: true, units"),
        ("bouquet.md", "- complete: {", "- complet: {"),
        ("prix.md", "amount: 25", "amount: 0"),
        ("prix.md", "unit: {fr", "unit: {fr: &x"),
        ("messages/quote.md", "{{ price }} pour", "{{ prise }} pour"),
        ("messages/quote.md", "subject: {fr", "subject: {fr: *x"),
        ("business.md", "business: Chez Flore", "business: 12"),
    ]:
        found, _ = edited(path, old, new)
        problems = problems_of(found)
        assert len(problems) == 1, [str(p) for p in problems]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("commande.md", "type: quantity", "type: quantite"),  # a fact that columns, alerts, repeats and totals speak of
        ("commande.md", "type: date", "type: dat"),
        ("commande.md", "price: unit", "price: units"),
        ("commande.md", "columns:", "colums:"),
        ("produits.md", "list: produits", "list: produit"),
        ("produits.md", "values:", "value:"),
    ],
)
def test_what_hangs_on_a_mistake_is_not_complained_of(path: str, old: str, new: str) -> None:
    found = documents(FIGURATIVE.parent / "sacherie")
    assert old in found[path]
    problems = problems_of({**found, path: found[path].replace(old, new, 1)})
    assert len(problems) == 1, [str(p) for p in problems]


def test_all_problems_of_a_folder_are_told_at_once() -> None:
    found = documents()
    found["bouquet.md"] = (
        found["bouquet.md"]
        .replace("remind: 1 jour", "remid: zut")
        .replace("quote: prix", "quote: rien")
        .replace("tiges >=", "tig >=")
    )
    found["prix.md"] = found["prix.md"].replace("amount: 25", "amount: 0").replace("2025-03-01", "hier")
    found["messages/quote.md"] = found["messages/quote.md"].replace("{{ price }} pour", "{{ prise }} pour")
    del found["messages/refusal.md"]
    told = "\n".join(str(p) for p in problems_of(found))
    for words in (
        "remid",
        "« zut » n'est pas une durée",
        "« rien » n'existe pas",
        "« tig »",
        "« 0 »",
        "« hier »",
        "prise",
        "refusal",
    ):
        assert words in told, f"{words} not in\n{told}"


def test_the_whole_error_reads_as_one_text() -> None:
    found, line = edited("bouquet.md", "gates:\n", "gatess:\n")
    from engine.directives import DirectiveErrors, compile_business

    with pytest.raises(DirectiveErrors) as raised:
        compile_business("fleuriste", found)
    sentence = "« gatess » n'est pas un mot connu ici ; vouliez-vous dire « gates » ?"
    assert str(raised.value).startswith(f"directives/fleuriste/bouquet.md:{line}: {sentence}\n1 problème dans les directives")


def test_a_missing_text_says_who_needs_it_and_where_to_write_it() -> None:
    found = documents()
    del found["messages/request_info.md"]
    (problem,) = problems_of(found)
    assert "« request_info » manque ; l'étape « complete » en a besoin" in problem.message
    assert "messages/request_info.md" in problem.todo


def test_a_text_that_is_broken_is_not_also_missing() -> None:
    found, _ = edited("messages/quote.md", "## fr", "## fra")
    assert [p.message for p in problems_of(found)] == ["il manque la partie française"]


@pytest.mark.parametrize(
    "word", ["no", "yes", "on", "off", "Non", "oui", "n", "2024-01-01", "1_000", "0x10", "0o7", ".5", "1e3"]
)
def test_words_that_older_yaml_takes_for_values_stay_words(word: str) -> None:
    from engine.directives import compile_business

    found, _ = edited("bouquet.md", "words: [bouquet, ", f"words: [{word}, bouquet, ")
    assert compile_business("fleuriste", found).directives[0].match.words[0].text == word
