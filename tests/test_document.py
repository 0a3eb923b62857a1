"""A document's text and the places of what is quoted from it."""

from __future__ import annotations

from dataclasses import replace

from core import codec
from core.document import Document, Page, Trouble, Word
from core.message import Address, Attachment, Message, kind_of
from core.reading import Evidence, Fact, Reading

PAGES = (
    Page(
        1,
        "Bon de commande\n10 000 sachets",
        (
            Word(0, 3, (0.1, 0.1, 0.2, 0.12), confidence=0.9),
            Word(4, 6, (0.22, 0.1, 0.25, 0.12)),
            Word(7, 15, (0.27, 0.1, 0.4, 0.12)),
            Word(16, 22, (0.1, 0.2, 0.18, 0.22), confidence=0.4),
            Word(23, 30, (0.2, 0.2, 0.35, 0.23)),
        ),
        "ocr",
        confidence=0.8,
    ),
    Page(2, "sac\t2 500", (Word(0, 3, place="A1"), Word(4, 9, place="B1")), "table", name="Commande"),
)
DOCUMENT = Document("ab" * 32, "bon.pdf", "pdf", PAGES, "fr", 0.8, 2)


def test_evidence_keeps_page_and_place() -> None:
    start = DOCUMENT.text.index("10 000 sachets")
    proof = DOCUMENT.evidence(start, start + len("10 000 sachets"))
    assert proof == Evidence(f"document:{'ab' * 32}", "10 000 sachets", start, 1, (0.1, 0.2, 0.35, 0.23))
    assert DOCUMENT.sureness(start, start + 3) == 0.4
    assert DOCUMENT.sureness(0, 3) == 0.9
    # Print at 0.4 is half right; what a model copied at 0.4 is not believed any more than that.
    assert DOCUMENT.believed(start, start + 3) == 0.64
    copied = replace(DOCUMENT, pages=(replace(PAGES[0], method="vision"),))
    assert copied.believed(start, start + 3) == 0.4


def test_a_cell_is_called_by_sheet_and_cell() -> None:
    start = DOCUMENT.text.index("2 500")
    proof = DOCUMENT.evidence(start, start + 5)
    assert (proof.page, proof.place, proof.box) == (2, "Commande!B1", None)
    assert DOCUMENT.text[proof.start : proof.start + len(proof.quote)] == proof.quote == "2 500"


def test_documents_and_evidence_survive_json() -> None:
    marked = Document("c" * 64, "x.pdf", "pdf", trouble=Trouble("encrypted"))
    for document in (DOCUMENT, marked):
        assert codec.load(Document, codec.dump(document)) == document
    message = Message("<1@x>", "email", Address("a@b.fr"), documents=(DOCUMENT,))
    assert codec.load(Message, codec.dump(message)) == message
    reading = Reading("d", "K", 1.0, facts=(Fact("q", 3, (DOCUMENT.evidence(16, 22),)),))
    assert codec.load(Reading, codec.dump(reading)) == reading


def test_readings_kept_before_places_were_known_are_still_read() -> None:
    fact = b'{"name":"q","value":3,"evidence":[{"source":"text","quote":"3","start":5}]}'
    old = b'{"directive":"d","kind":"K","confidence":1.0,"facts":[' + fact + b"]}"
    assert codec.load(Reading, old).facts[0].evidence == (Evidence("text", "3", 5),)


def test_every_trouble_has_a_sentence_in_both_languages() -> None:
    assert Trouble("too-many-pages", "30 pages sur 1 000").sentence().startswith("lu en partie (30 pages sur 1 000) :")
    assert Trouble("encrypted").sentence("en").startswith("protected by a password")
    cut = Trouble("too-many-pages", "3 pages sur 12, le temps est écoulé")
    assert cut.sentence("en").startswith("read in part (3 of 12 pages, the time is over): ")
    assert "(3 pages sur 12, le temps est écoulé)" in cut.sentence()
    assert "(it is no readable PDF)" in Trouble("broken", "ce n'est pas un PDF lisible").sentence("en")
    assert "(BadZipFile)" in Trouble("broken", "BadZipFile").sentence("en")


def test_an_empty_document_still_gives_proofs() -> None:
    assert Document("d" * 64, "x", "text").evidence(0, 0) == Evidence(f"document:{'d' * 64}", "", 0)


def test_what_is_something_to_read() -> None:
    def kind(name: str, type_: str, family: str, size: int = 90_000) -> str | None:
        return kind_of(Attachment(name, type_, size, "0" * 64, family))  # type: ignore[arg-type]

    assert kind("bon.pdf", "application/pdf", "pdf") == "pdf"
    assert kind("photo.heic", "image/heic", "image") == "image"
    assert kind("logo.png", "image/png", "image", 900) is None
    assert kind("photos.zip", "application/zip", "image") is None
    assert kind("lignes.csv", "text/csv", "text") == "sheet"
    assert kind("voix.ogg", "audio/ogg", "audio") == "voice"
    assert kind("fwd.eml", "message/rfc822", "message") == "mail"
    assert kind("bon.docx", "application/x", "document") == "text"
    assert kind("chaise.glb", "model/gltf-binary", "model3d") is None
    assert kind("facture.pdf", "application/x-msdownload", "executable") == "pdf", "to be told of, not passed over"
    assert kind("setup.exe", "application/x-msdownload", "executable") is None
