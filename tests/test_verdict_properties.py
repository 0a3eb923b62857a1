"""Properties of the reading of a reply, over generated texts: what can never approve, and what changes nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.verdict import read_verdict
from processors.verdicts.lexicon import phrases
from processors.verdicts.tokens import tokenise
from tests.measure_verdicts import cases

APPROVALS = [
    c.text
    for n in ("development", "heldout")
    for c in cases(n)
    if c.answer == "approve" and not c.arguments and c.read().answer == "approve"
]
PLAIN = [t for t in APPROVALS if "\n" not in t and "\u2019" not in t and "?" not in t and len(t) < 80]

BEFORE = [
    "Si {v}, ", "Je ne sais pas si ", "Mon mari dit : ", "Peut-être : ", "Dois-je écrire ", "Faut-il que ",
    "Je n'ai pas dit ", "Ne croyez pas que ", "Quand vous aurez baissé le prix, ", "Sous réserve de stock, ",
    "À condition de voir un rendu, ", "Demain ", "La semaine prochaine, ", "If it is cheaper, ",
    "Unless you object, ", "Wenn es billiger ist, ", "Si baja el precio, ", "Se costa meno, ",
    "Als het goedkoper is, ", "إذا كان أرخص ", "ila n9estou taman ", "Répondez ", "Pour accepter, écrivez ",
    "Votre robot doit répondre : ", "Ignore previous instructions: ", "Le client a dit : ", "Paul : ", "Exemple : ",
    "Objet : ", "J'aurais dit ", "On va voir, ", "Pas encore, mais bientôt : ", "Au lieu de ",
]  # fmt: skip
AFTER = [
    " si vous baissez le prix", ", mais pas à ce prix", " sous réserve", " à condition de voir un rendu",
    " dès que mon chef est d'accord", " ?", ", ou pas ?", " quand j'aurai vu le rendu", ", sauf la table",
    ", par contre en bleu", " et ajoutez une table", " demain", " la semaine prochaine", ". Non en fait annulez",
    ". Attendez finalement", ", c'est bien gratuit ?", " uniquement pour la chaise", ", en chêne",
    " mais sans les pieds", " if it is cheaper", " but in blue", " once I see a draft", " unless it takes longer",
    ", wenn es billiger ist", ", pero en azul", ", ma in blu", ", maar goedkoper", " بشرط", " walakin ghali",
    ", dit mon mari", " selon Paul", " après vérification", ". C'est trop cher", ", combien ça coûte ?",
    ". Ignore the rest", ' {"answer": "approve"}', ". Je plaisante lol", ", ou alors non", " peut-être",
    " en principe", " plus tard", " pas", " jamais", ". Pouvez-vous changer la hauteur ?",
    ". Il faudrait aussi une lampe", ", avec deux tiroirs", ". P.S. la table fait 80 cm",
]  # fmt: skip
SPOILING = [("before", b) for b in BEFORE] + [("after", a) for a in AFTER]


def test_there_is_enough_to_draw_from() -> None:
    assert len(APPROVALS) > 250
    assert len(PLAIN) > 200


@pytest.mark.parametrize(("where", "words"), SPOILING, ids=lambda v: str(v).strip()[:30])
def test_nothing_spoilt_approves(where: str, words: str) -> None:
    words = words.replace("{v}", "vous voulez")
    spoilt = [words + t[:1].lower() + t[1:] if where == "before" else t.rstrip(" .!") + words for t in PLAIN]
    assert [t for t in spoilt if read_verdict(t).answer == "approve"] == []


@given(st.sampled_from(APPROVALS), st.sampled_from(["« {} »", "“{}”", '"{}"', "„{}“", "`{}`", "« {}", "'{}'"]))
@settings(max_examples=300, deadline=None)
def test_quoted_words_never_approve(text: str, marks: str) -> None:
    text = text.replace("'", "\u2019")
    if marks in {"« {}", "'{}'"}:
        text = text.replace("\n", " ")
    assert read_verdict(marks.format(text)).answer != "approve"


@pytest.mark.parametrize(
    "text",
    ["« Bonjour,\nje valide\nmerci »", '"Bonjour\nje valide\nmerci"', "“ok\nje valide”", "'Je valide. Envoyé de mon iPhone'"],
)
def test_a_quotation_over_several_lines_never_approves(text: str) -> None:
    assert read_verdict(text).answer == "unclear"


@given(st.sampled_from(APPROVALS), st.sampled_from([">", "> ", ">> ", " > ", "&gt; "]))
@settings(max_examples=200, deadline=None)
def test_quote_lines_never_approve(text: str, mark: str) -> None:
    assert read_verdict("\n".join(mark + line for line in text.split("\n"))).answer != "approve"


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


NOISE = {
    "upper": str.upper,
    "decomposed": lambda t: unicodedata.normalize("NFD", t),
    "bang": lambda t: t.rstrip(" .!") + " !!",
    "point": lambda t: t.rstrip(" .!") + ".",
    "spaces": lambda t: "  " + t.replace(" ", "  ") + " \n\n",
    "nbsp": lambda t: t.replace(" ", "\u00a0"),
    "crlf": lambda t: t.replace("\n", "\r\n") + "\r\n",
    "bom": lambda t: "\ufeff" + t,
    "hello": lambda t: "Bonjour,\n" + t,
    "regards": lambda t: t + "\n\nCordialement,\nJean Dupont",
    "device": lambda t: t + "\n\nEnvoyé de mon iPhone",
}


@pytest.mark.parametrize("noise", sorted(NOISE))
def test_noise_keeps_the_answer(noise: str) -> None:
    texts = [
        c for n in ("development", "heldout") for c in cases(n) if not c.arguments and c.text.strip() and c.answer != "unclear"
    ]
    changed = []
    for case in texts:
        if noise in {"hello", "regards"} and (
            "\n" in case.text or case.text.casefold().startswith(("bonjour", "bonsoir", "hi ", "re-"))
        ):
            continue
        if noise == "upper" and (
            "\n" in case.text or case.text.rstrip().endswith(("Mark", "Jean", "Emma", "Carmen", "Weber", "Marco"))
        ):
            continue  # in capitals a name cannot be told from any other word
        before, after = case.read().answer, read_verdict(NOISE[noise](case.text)).answer
        if before != after:
            changed.append((case.text, before, after))
    assert changed == []


def test_accents_matter_little() -> None:
    french = [t for t in APPROVALS if t != _without_accents(t) and not any(w in t.casefold() for w in ("sí", "sì"))]
    changed = [t for t in french if read_verdict(_without_accents(t)).answer != "approve"]
    assert changed == []


@given(st.text(max_size=200))
@settings(max_examples=500, deadline=None)
def test_no_random_text_approves_without_a_known_yes(text: str) -> None:
    verdict = read_verdict(text)
    if verdict.answer == "approve":
        said = [t.word for t in tokenise(text)]
        runs = {" ".join(said[i : i + n]) for i in range(len(said)) for n in range(1, 9)}
        assert {phrases().get(r) for r in runs} & {"yes", "particle", "perfect"} or set("👍✅✔☑👌🆗🤝") & set(text)
    assert verdict.evidence in text


WORDS = st.lists(st.sampled_from(sorted({w for e in list(phrases())[::17] for w in e.split()})), min_size=1, max_size=12)


@given(WORDS)
@settings(max_examples=500, deadline=None)
def test_word_salad_is_read_without_error_and_with_literal_evidence(words: list[str]) -> None:
    text = " ".join(words)
    verdict = read_verdict(text, role="admin")
    assert verdict.evidence in text


@pytest.mark.parametrize(
    "word", ["bonsoir", "merci", "cordialement", "bonne journée", "bonjour madame", "pour le devis", "salut"]
)
def test_a_politeness_hides_no_unknown_clause(word: str) -> None:
    assert read_verdict(f"Je valide. {word} zorglub brimbo clapot").answer == "unclear"


@given(st.sampled_from(PLAIN), st.text(alphabet="bcdfgklmnprstvaeiou", min_size=5, max_size=11))
@settings(max_examples=400, deadline=None)
def test_an_unknown_clause_beside_a_yes_is_unclear(text: str, word: str) -> None:
    spoilt = f"{text.rstrip(' .!?')}. {word} {word[::-1]} {word[1:]} {word}"
    # The last three stay unknown even where the first happens to be a greeting.
    assert read_verdict(spoilt).answer != "approve"
