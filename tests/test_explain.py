"""``explain``: a reply to a case that waits is decided as the real case would be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.many import mails_in
from tests.road import ADMIN, ROOT, daemon, mail

KEYS = {"path", "message", "reading", "decision"}


def explained(folder: Path, raw: bytes, *arguments: str) -> dict[str, Any]:
    path = folder / "mail.eml"
    path.write_bytes(raw)
    ended = daemon(folder, "explain", "--json", *arguments, str(path))
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    (line,) = ended.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.parametrize(
    ("stage", "sender", "text", "vouched", "answer", "authorised", "then"),
    [
        ("waiting_approval", "c@example.com", "Je valide", True, "approve", True, "fulfilling"),
        ("waiting_approval", "c@example.com", "Je valide", False, "approve", False, "waiting_approval"),
        # The words of another business's orders: an offer that waits is still the one of a business that makes offers.
        ("waiting_approval", "c@example.com", "Je valide les 2 crédits", True, "approve", True, "fulfilling"),
        ("waiting_approval", "c@example.com", "Je valide si vous livrez demain", True, "unclear", True, "waiting_approval"),
        ("waiting_approval", "c@example.com", "Non merci, je refuse", True, "refuse", True, "rejected"),
        ("waiting_review", ADMIN, "ok 6 crédits", True, "approve", True, "waiting_approval"),
        ("waiting_review", ADMIN, "ok", True, "approve", True, "waiting_review"),
        ("waiting_review", "c@example.com", "ok 6 crédits", True, "approve", False, "waiting_review"),
    ],
)
def test_a_reply_is_decided_as_the_real_case_would_be(
    tmp_path: Path, stage: str, sender: str, text: str, vouched: bool, answer: str, authorised: bool, then: str
) -> None:
    found = explained(tmp_path, mail(text, sender=sender, subject="Re: devis", vouched=vouched), "--stage", stage)
    assert set(found) == KEYS | {"verdict", "authorised"}
    assert (found["verdict"]["answer"], found["authorised"], found["decision"]["stage"]) == (answer, authorised, then)


def test_a_first_message_has_no_verdict_and_its_line_is_one_line(tmp_path: Path) -> None:
    found = explained(tmp_path, mail("Je souhaite modéliser\u2028ce fauteuil"))
    assert set(found) == KEYS
    assert found["reading"]["kind"] == "MODELISATION"
    assert explained(tmp_path, mail("voici la photo"), "--stage", "waiting_info").keys() == KEYS


def test_of_a_folder_only_the_mails_are_read(tmp_path: Path) -> None:
    for name in ("a.eml", "b.EML", "12", "notes.md", "scan.pdf", ".hidden.eml", "cur/1.host:2,S"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "named.txt").touch()
    found = [str(Path(p).relative_to(tmp_path)) for p in mails_in([str(tmp_path)])]
    assert found == ["12", "a.eml", "b.EML", "cur/1.host:2,S"]
    assert list(mails_in([str(tmp_path / "named.txt")])) == [str(tmp_path / "named.txt")]


def test_each_line_of_a_request_quotes_its_own_words() -> None:
    from core.reading import Evidence, Fact, Row, Rows
    from engine.directives import load_all
    from engine.explain import _fact

    directive = load_all(ROOT / "directives")["sacherie"].directive("commande")
    assert directive is not None
    rows = tuple(Row((Fact("product", word, (Evidence("text", word, 0),)),)) for word in ("sac kraft", "pochette"))
    told = _fact(Fact("lines", Rows(rows), (Evidence("text", "sac kraft", 0),)), directive)
    assert told["evidence"] == ["sac kraft", "pochette"]
    assert len(told["said"]) == 2
