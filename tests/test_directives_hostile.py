"""Any edit of a good document either loads or gives problems with a line; no document makes the loader slow or crash."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.texts import Text
from engine import directive_text, directive_yaml
from engine.directive_problem import Problems
from engine.directive_yaml import parse_mapping
from engine.directives import compile_business
from tests.directive_helpers import FIGURATIVE, documents, problems_of

GOOD = documents()
NAMES = ["bouquet.md", "prix.md", "business.md", "question.md", "messages/quote.md"]
SCRAPS = [
    *"{}[]()-:,|>&*!%@`\"'#~\n\t?<=$\\",
    *("---\n", "\n  ", "\n    - ", ": ", "null", "true", "no", "0", "-1", "1e999", "9" * 20, ".nan", "~~~example\n"),
    *("{{ ", " }}", "{% if x %}", "{% for f in files %}", "{% endfor %}", "and or not has (", "2025-13-45", "## fr\n"),
    *("\ufeff", "\u00a0", "\x00", "é", "𝔘", "\\ud800"),
]


@st.composite
def edits(draw: st.DrawFn) -> dict[str, str]:
    """The good documents after a few cuts, doublings, moves and insertions."""
    found = dict(GOOD)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(NAMES))
        text = found[name]
        a, b = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        b = min(b, a + draw(st.sampled_from([0, 1, 5, 40])))
        what = draw(st.sampled_from(["cut", "double", "insert", "line", "type"]))
        if what == "cut":
            text = text[:a] + text[b:]
        elif what == "double":
            text = text[:b] + text[a:]
        elif what == "insert":
            text = text[:a] + draw(st.sampled_from(SCRAPS)) + text[a:]
        else:
            lines = text.split("\n")
            at = draw(st.integers(0, len(lines) - 1))
            key, colon, _ = lines[at].partition(": ")
            values = ["", "[]", "{}", "3", "true", "x", "[1, 2]", "{a: 1}", "null", '""', "[[[]]]", "2025-01-01"]
            lines[at] = key + colon + draw(st.sampled_from(values)) if colon and what == "type" else ""
            text = "\n".join(lines)
        found[name] = text
    return found


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits())
def test_any_edit_loads_or_gives_problems_with_a_line(found: dict[str, str]) -> None:
    for problem in problems_of(found):
        path = problem.path.removeprefix("directives/fleuriste").removeprefix("/")
        assert 1 <= problem.line <= (found[path].count("\n") + 2 if path else 1), problem
        assert problem.message.strip() == problem.message != ""
        assert len(problem.message) < 1500
        assert "Error" not in problem.message


@settings(max_examples=120, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_as_a_document_gives_problems_and_never_crashes(text: str) -> None:
    assert problems_of({"x.md": text})
    assert problems_of({"x.md": f"---\n{text}\n---\n{text}"})
    problems_of({**GOOD, "messages/quote.md": f'---\nsubject: "x"\n---\n## fr\n{text}'})


BOMB = "a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b]"
HOSTILE = {
    "yaml bomb": BOMB,
    "brackets": "a: " + "[" * 90_000,
    "braces": "a: " + "{" * 90_000,
    "nested maps": "a: " + "{a: " * 20_000,
    "deep lists": "- " * 40_000,
    "question marks": "? " * 40_000,
    "quotes": 'a: "' + "\\" * 90_000,
    "long word": "a" * 90_000,
    "long key": "a" * 90_000 + ": 1",
    "many keys": "\n".join(f"k{n}: 1" for n in range(9_000)),
    "many items": "a: [" + "1," * 45_000 + "]",
    "blank lines": "a: |\n" + "\n" * 90_000,
    "spaces": "a:" + " " * 90_000,
    "comments": "#\n" * 45_000,
    "long condition": "directive: a\nkind: A\ngates: [{review: {when: " + "(" * 1900 + "}}]",
    "many nots": "directive: a\nkind: A\ngates: [{review: {when: " + "not " * 490 + "x}}]",
    "huge number": "threshold: " + "9" * 90_000,
    "many unknown words": "directive: a\nkind: A\n" + "\n".join(f"gate{n}: 1" for n in range(3_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_front_matter_is_refused_quickly(name: str) -> None:
    started = time.process_time()
    assert problems_of({**GOOD, "x.md": f"---\n{HOSTILE[name]}\n---\n"})
    assert time.process_time() - started < 8


TEMPLATES = {
    "nested loops": "{% for a in files %}{% for b in files %}{% for c in files %}x{% endfor %}{% endfor %}{% endfor %}",
    "multiplication": "{{ 'x' * 99999999 }}",
    "range": "{% for a in range(999999999) %}x{% endfor %}",
    "attributes": "{{ name.__class__.__mro__ }}",
    "call": "{{ files.append(1) }}",
    "format": "{{ name | center(999999999) }}",
    "indent": "{{ name | indent(999999999) }}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "set": "{% set x = name %}{{ x }}",
    "deep": "{% if name %}" * 3_000 + "{% endif %}" * 3_000,
    "deep expression": "{{ " + "(" * 9_000 + "name" + ")" * 9_000 + " }}",
    "many": "{{ name }}" * 1_900,
    "unclosed": "{{ " * 5_000,
    "subscript": "{{ fact['x'] }}",
}


@pytest.mark.parametrize("name", [n for n in TEMPLATES if n != "many"])
def test_hostile_templates_are_refused_quickly(name: str) -> None:
    started = time.process_time()
    assert problems_of({**GOOD, "messages/quote.md": f'---\nsubject: "x"\n---\n## fr\n{TEMPLATES[name]}\n'})
    assert time.process_time() - started < 8


def test_too_many_documents_are_refused() -> None:
    assert problems_of({**GOOD, **{f"messages/t{n}.md": "---\nsubject: x\n---\n## fr\nx" for n in range(400)}})


_JSON = st.recursive(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("aé:-# ", max_size=5), inner, max_size=3),
)


@settings(max_examples=200, deadline=None)
@given(_JSON)
def test_strict_yaml_reads_what_was_written(value: object) -> None:
    """Written as JSON (which YAML contains), every key and text comes back as it was."""
    import json

    text = json.dumps({"k": value}, ensure_ascii=False)
    problems = Problems("x.md")
    read = parse_mapping([text], 1, problems)
    if read is None:
        assert problems.found
    else:
        assert read == {"k": value}


PIECES = [
    *(
        "{{ name }}",
        "{{ fact.object }}",
        "{{ price }}",
        "{{ file_count }}",
        "{{ missing }}",
        "{{ f.name }}",
        "{{ x }}",
        "{{ loop }}",
    ),
    *(
        "{% if name %}",
        "{% elif price %}",
        "{% else %}",
        "{% endif %}",
        "{% if not fact.object or files %}",
        "{% if f.label and x %}",
    ),
    *(
        "{% for x in missing %}",
        "{% for f in facts %}",
        "{% for f in files %}",
        "{% for x in unsure %}",
        "{% endfor %}",
        "mot\n",
    ),
]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=8),
    st.sampled_from(["", "{% for f in facts %}{% if f.value %}", "{% if name %}" * 105]),
)
def test_a_text_that_is_not_tried_out_can_always_be_filled_in(pieces: list[str], head: str) -> None:
    """Filters and comparisons are tried out when the document is checked; the rest must not fail later."""
    tail = {"": "", "{% for f in facts %}{% if f.value %}": "{% endif %}{% endfor %}"}.get(head, "{% endif %}" * 105)
    source = head + "".join(pieces) + tail
    if directive_text.check_template(source, 1, ["object"], Problems("x.md")):
        for word in ("x", ""):
            Text("", {"fr": source}, {}).render("fr", directive_text._values(word))


#: What the two parsers have been seen to read otherwise.
UNLIKE = [
    "[qui? moi]",
    "{a: x?y, b: z}",
    "a\tb: c",
    "x\ty",
    ">#1",
    "|#a\n b",
    "&a b",
    "*a : b",
    "!a?b c",
    '{a: "b" c?d}',
    "- # q?\n  ?",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        edits().map(lambda d: d["bouquet.md"].split("---")[1]), st.text("ab: -[]{},'\"#&*!|>%@`?\n\\é.0~=<\t", max_size=30)
    )
)
def test_the_quick_parser_reads_what_the_strict_one_reads(text: str) -> None:
    assert _read(text) == _read(text, strict=True)


@pytest.mark.parametrize("value", UNLIKE)
def test_what_c_reads_otherwise_is_left_to_the_strict_parser(value: str) -> None:
    assert _read(f"k: {value}\nfr: {{a: {value}}}\n") == _read(f"k: {value}\nfr: {{a: {value}}}\n", strict=True)
    assert _read(f"k: {value}\n") == _read(f"k: {value}\n", strict=True)


def _read(text: str, *, strict: bool = False) -> tuple[object, list[str]]:
    """What is read and what is told, with the strict parser alone or as the product does."""
    problems = Problems("x.md")
    with pytest.MonkeyPatch.context() as patch:
        if strict:
            patch.setattr(directive_yaml, "_ODD", re.compile(""))
        return parse_mapping(text.split("\n"), 1, problems), [str(p) for p in problems.found]


def test_figurative_loads_quickly() -> None:
    found = documents(FIGURATIVE)
    started = time.process_time()
    compile_business("figurative", found)
    assert time.process_time() - started < 3
