"""What files say is read like words: for classification, for facts with their place, and only where a directive asks for it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from directive_helpers import FIGURATIVE, documents, edited, problems_of
from factories_directive import NOW, attachment, directive, message, words

from core.directive import Business, FactSpec, Match
from core.document import Document, Kind, Page, Word
from core.message import Message
from core.model import Answer, Usage
from core.reading import Reason
from engine.directives import compile_business
from engine.pipeline import understand_best
from processors.analyze import facts_of, understand
from processors.attached import wanted
from processors.model import Policy, merge

FACTS = (
    FactSpec("quantity", "quantity", units=("sachets", "sacs")),
    FactSpec("delivery", "date", required=False, after=("livraison",)),
)


def house(read_files: tuple[Kind, ...] = ("pdf", "image", "sheet", "voice", "mail")) -> Business:
    orders = replace(
        directive("order", "ORDER", Match(words=words("bon de commande, commander", 2)), FACTS),
        read_files=read_files,
        business="bags",
    )
    other = replace(directive("other", "OTHER", Match(words=words("facture, réclamation", 2)), default=True), business="bags")
    return Business("bags", "Bags", "r1", (other, orders))


HOUSE = house()
PAGE = "Bon de commande\nQuantité : 10 000 sachets\nLivraison le 20/03/2026"


def paper(text: str = PAGE, *, name: str = "bon.pdf", kind: Kind = "pdf", sure: float = 1.0) -> Document:
    """A document of one page whose words stand one under the other, a tenth of the page each."""
    boxes, at = [], 0
    for number, word in enumerate(text.split()):
        start = text.index(word, at)
        at = start + len(word)
        boxes.append(Word(start, at, (0.1, 0.05 * number, 0.3, 0.05 * number + 0.04), confidence=sure))
    return Document("ab" * 32, name, kind, (Page(1, text, tuple(boxes), "ocr"),), "fr", sure, 1)


def with_papers(text: str, *papers: Document, subject: str = "") -> Message:
    return replace(message(text, subject), documents=papers)


def test_a_file_that_is_an_order_makes_the_message_an_order() -> None:
    alone = understand(with_papers("Ci-joint"), HOUSE, now=NOW)
    read = understand(with_papers("Ci-joint", paper()), HOUSE, now=NOW)
    assert (alone.directive, read.directive) == ("other", "order")
    assert any("dans bon.pdf parle pour ORDER" in r.text for r in read.reasons)


def test_a_fact_keeps_page_and_place() -> None:
    document = paper()
    fact = understand(with_papers("Ci-joint", document), HOUSE, now=NOW).fact("quantity")
    assert fact is not None
    proof = fact.evidence[0]
    assert proof.source == f"document:{'ab' * 32}"
    assert document.text[proof.start : proof.start + len(proof.quote)] == proof.quote
    assert "10 000" in proof.quote
    # "10", "000" and "sachets" are the sixth word and the two after it.
    assert (proof.page, proof.box) == (1, pytest.approx((0.1, 0.25, 0.3, 0.39)))


def test_hardly_legible_figures_are_hardly_believed() -> None:
    sure, unsure = (
        understand(with_papers("", paper(sure=s)), HOUSE, now=NOW, only="order").fact("quantity") for s in (1.0, 0.4)
    )
    assert sure is not None
    assert unsure is not None
    assert unsure.confidence == pytest.approx(sure.confidence * (0.4 + 0.6 * 0.4), abs=0.01)
    assert unsure.confidence < 0.6, "a person looks"


def test_the_senders_own_words_come_first() -> None:
    said = understand(with_papers("Je voudrais commander 500 sacs, pas comme sur le bon", paper()), HOUSE, now=NOW)
    fact = said.fact("quantity")
    assert fact is not None
    assert fact.evidence[0].source == "text"


def test_a_voice_message_is_the_senders_own_words() -> None:
    voice = Document(
        "cd" * 32, "voix.ogg", "voice", (Page(1, "je voudrais commander 300 sacs c'est très urgent", method="transcript"),)
    )
    read = understand(with_papers("", voice), HOUSE, now=NOW)
    assert (read.directive, read.intent, read.urgency) == ("order", "request", "high")


def test_a_further_message_of_a_case_is_read_with_its_files() -> None:
    order = HOUSE.directive("order")
    assert order is not None
    names = [f.name for f in facts_of(with_papers("voici", paper()), order, now=NOW)]
    assert names == ["quantity", "delivery"]


def test_the_model_may_prove_by_what_a_file_says() -> None:
    letter = with_papers("Ci-joint", paper("Bon de commande\nbeaucoup : 12 sachets kraft"))
    rules = replace(understand_best(letter, [HOUSE], now=NOW), facts=(), confidence=0.9, directive="order", kind="ORDER")
    said = {"facts": {"order": {"quantity": [{"value": 12, "unit": "sachets", "quote": "12 sachets"}]}}}
    answer = Answer(json.dumps(said), "complete", "m", Usage(), Decimal(0))
    fact = merge(letter, HOUSE, rules, answer, Policy(), now=NOW).fact("quantity")
    assert fact is not None
    assert (fact.evidence[0].page, fact.evidence[0].box is not None, fact.origin) == (1, True, "model")


@pytest.mark.parametrize("kind", ["pdf", "sheet", "bare"])
def test_an_order_on_paper_is_an_order_line_by_line(kind: str) -> None:
    """The packaging maker's: the words of the mail say little, the file says it all, each value with its place."""
    import paper_files as make

    from engine.directives import load_all
    from processors.documents.read import read

    business = load_all(FIGURATIVE.parent)["sacherie"]
    rows = [
        ["Désignation", "Quantité", "P.U. HT (MAD)"],
        ["Sac fond carré poignées torsadées", 10000, 0.45],
        ["Sachet fond plat", 5000, 0.12],
    ]
    if kind == "sheet":
        document = read(make.workbook(rows), "bon.xlsx", "sheet", ocr=None)
    else:
        document = read(make.pdf(make.ORDER), "bon.pdf", "pdf", ocr=None)
    said = "" if kind == "bare" else "Bonjour, veuillez trouver notre commande ci-jointe. Merci"
    reading = understand_best(with_papers(said, document), [business], now=NOW)
    assert reading.directive == "commande"
    facts = {fact.name: fact for fact in reading.facts}
    assert str(facts["quantity"].value.amount) == "10000"  # type: ignore[union-attr]
    assert len(facts["lines"].value.rows) == 2  # type: ignore[union-attr]
    for fact in facts.values():
        assert all(proof.page == 1 and (proof.box is not None or "!" in proof.place) for proof in fact.evidence), fact


def test_the_model_is_told_the_words_of_files_instead_of_shown_them() -> None:
    from processors.model import question, shown, unsure

    policy = Policy()
    clear = replace(message("Ci-joint", "", "bon.pdf"), documents=(paper("Bon de commande : beaucoup"),))
    attached = replace(clear.attachments[0], type="application/pdf", sha256="ab" * 32)
    clear = replace(clear, attachments=(attached,))
    assert shown(replace(clear, documents=()), policy) == [attached]
    assert shown(clear, policy) == []
    asked = question(clear, HOUSE, ["quantity"], policy)
    assert 'Ce que dit le fichier "bon.pdf" :\nBon de commande : beaucoup' in asked.text
    doubtful = replace(clear, documents=(paper("Bon de commande", sure=0.3),))
    assert shown(doubtful, policy) == [attached], "what was hardly read is shown too"
    voice = Document("cd" * 32, "v.ogg", "voice", (Page(1, "je veux commander des choses", method="transcript"),))
    spoken = with_papers("", voice)
    assert "quantity" in unsure(spoken, HOUSE, understand_best(spoken, [HOUSE], now=NOW), policy, now=NOW)


# ------------------------------------------------------------------ what is read at all


def asked(text: str, *names: str, business: Business = HOUSE, **more: object) -> list[str]:
    letter = replace(message(text, "", *names), **more)
    return [a.name for a in wanted(letter, understand_best(letter, [business], now=NOW), [business])]


def test_what_nobody_asks_for_is_not_read() -> None:
    assert asked("voici mon bon de commande", "bon.pdf", "photo.jpg") == ["bon.pdf", "photo.jpg"]
    assert asked("voici mon bon de commande", "bon.pdf", "photo.jpg", business=house(("pdf",))) == ["bon.pdf"]
    assert asked("voici mon bon de commande", "bon.pdf", "photo.jpg", business=house(())) == []


def test_files_may_tell_what_words_do_not() -> None:
    assert asked("", "bon.pdf") == ["bon.pdf"]
    assert asked("ma facture est fausse", "facture.pdf") == ["facture.pdf"]


def test_robots_are_not_read() -> None:
    assert asked("absent", "bon.pdf", automatic="auto-reply") == []


def test_figurative_reads_no_file() -> None:
    business = compile_business("figurative", documents(FIGURATIVE))
    assert asked("je voudrais modéliser ce fauteuil", "fauteuil.jpg", "plan.pdf", business=business) == []
    assert asked("", "fauteuil.jpg", business=business) == []


def test_a_directive_says_so_in_its_document() -> None:
    found, line = edited("bouquet.md", "match:", "read_files: [pdf, voice]\nmatch:")
    business = compile_business("fleuriste", found)
    assert [d.read_files for d in business.directives if d.read_files] == [("pdf", "voice")]
    found, line = edited("bouquet.md", "match:", "read_files: [pfd]\nmatch:")
    (problem,) = problems_of(found)
    assert problem.line == line
    assert "« pfd »" in str(problem)


def test_a_reason_without_weight_recognises_nothing() -> None:
    letter = message("", "", "bon.pdf")
    reading = replace(understand_best(letter, [HOUSE], now=NOW), reasons=(Reason("default", True, 0.0),))
    assert [a.name for a in wanted(letter, reading, [HOUSE])] == [attachment("bon.pdf").name]
