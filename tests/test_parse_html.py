"""HTML to text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.html import html_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>un</p><p>deux</p>", "un\n\ndeux"),
        ("<div>un</div><div>deux</div>", "un\ndeux"),
        ("<div>un</div><div><br></div><div>deux</div>", "un\n\ndeux"),
        ("un<br>deux<br/><br>trois", "un\ndeux\n\ntrois"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<ol start=3><li>a</li><li><p>b</p></li></ol>", "3. a\n4. b"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<table><tr><td>Hauteur</td><td>80 cm</td></tr><tr><td>Largeur</td><td></td><td>40</td></tr></table>",
         "Hauteur  80 cm\nLargeur  40"),
        ("<td><p>un</p></td><td><p>deux</p></td>", "un\n\ndeux"),
        ("<a href='http://x.fr'>ici</a>", "ici"),
        ("<a href='http://x.fr/?a=1&amp;b=2'><img src=x></a>", "http://x.fr/?a=1&b=2"),
        ("<style>p{}</style><script>x()</script><title>t</title>texte", "texte"),
        ("<div style='display:none;max-height:0'>avant</div>texte", "texte"),
        ("<span style='font-size:0px'>avant</span>texte<span hidden>apres</span>", "texte"),
        ("<p style='font-size:0.9em;opacity:0.8;max-height:0.5em'>vu</p>", "vu"),
        ("<div style='max-height:0;overflow:hidden'>avant<div>encore</div></div>texte", "texte"),
        ("&eacute;t&#233; &lt;3 &amp;amp; a&nbsp;b", "été <3 &amp; a b"),
        ("<blockquote><p>un</p><blockquote>deux</blockquote></blockquote>trois", "> un\n>\n>> deux\n\ntrois"),
        ("<blockquote style='margin:0 0 0 40px;border:none;padding:0'>en retrait</blockquote>", "en retrait"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
        ("un\n   mot  <b> gras </b>.", "un mot gras ."),
        ("prix<b>fixe</b>", "prixfixe"),
        ("<p>un<p>deux<div>trois", "un\n\ndeux\n\ntrois"),
        ("<!-- caché -->vu<!--[if mso]><p>mso</p><![endif]-->", "vu"),
        ("<p>a</p><hr><p>b</p>", "a\n\n________________________________\n\nb"),
        ("a\u200bb\u00adc", "abc"),
        ("", ""), ("   ", ""), ("<p></p>", ""), ("pas de balise < ici", "pas de balise < ici"),
        ("<?xml version='1.0' encoding='utf-16'?><p>é</p>", "é"),
        ("<meta charset=koi8-r><p>é漢</p>", "é漢"),
        ("<p>\ud800x</p>", "\ufffdx"), ("<p>a\0b</p>", "ab"),
        ("<o:p>Outlook</o:p><p class=MsoNormal>&nbsp;</p>fin", "Outlook\n\nfin"),
    ],
)  # fmt: skip
def test_html(source: str, text: str) -> None:
    assert html_text(source) == text


WORDS = st.lists(st.text("abcdefghijéèà0123456789", min_size=1, max_size=8), min_size=1, max_size=20)


@settings(max_examples=100, deadline=None)
@given(
    WORDS,
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<b>",
                "</b>",
                "<div>",
                "</div>",
                "<td>",
                "<li>",
                "</ul>",
                "<blockquote>",
                "<br>",
                "</table>",
                "<a href=x>",
            ]
        ),
        max_size=20,
    ),
)
def test_no_visible_word_is_lost_whatever_the_tags(words: list[str], tags: list[str]) -> None:
    source = "".join(w + (f" {tags[i % len(tags)]} " if tags else " ") for i, w in enumerate(words))
    found = [w for w in html_text(source).replace(">", " ").split() if w not in ("-",)]
    assert found == words


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=500))
def test_any_text_converts(source: str) -> None:
    html_text(source).encode("utf-8")
