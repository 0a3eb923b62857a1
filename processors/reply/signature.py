"""Where a signature begins.

What is cut: what follows "-- "; the line a device adds; notices of confidentiality, antivirus and mailing lists; the contact
block below a closing. What stays in the text: the closing itself with the name ("Cordialement,\\nJean"), as most
reply parsers leave it, and anything that looks like a sentence: a signature left in does less harm than a sentence lost.
"""

from __future__ import annotations

import re
from functools import lru_cache

from processors.reply import signature_words as sw
from processors.reply.lines import QUOTED, SEPARATOR, SIGNATURE, TEXT

_MAX = 300


def mark_signature(raw: list[str], norm: list[str], labels: list[str], runs: list[tuple[int, int]]) -> bool:
    """Label the signature lines inside ``runs`` of TEXT lines (half-open, in order). True when lines after a device
    line may be either the sender's or a quote."""
    doubtful = False
    for number, (start, end) in enumerate(runs):
        if number == 0:
            _mark_banner(norm, labels, start, end)
        doubtful = _mark_run(raw, norm, labels, start, end, first=number == 0) or doubtful
    return doubtful


@lru_cache(maxsize=64)  # several rules look at the same lines
def is_device_line(line: str) -> bool:
    """ "Envoyé de mon iPhone" and its like, the whole line."""
    if len(line) > _MAX or not line:
        return False
    if sw.DEVICE_ALONE.match(line):
        return True
    m = sw.DEVICE.match(line)
    if m is None:
        return False
    if sw.BY_MAIL.match(m["rest"]):
        return False
    rest = re.sub(r"<[^>]{0,200}>|\(https?[^)]{0,200}\)|https?://\S{0,200}", " ", m["rest"])
    head = re.split(r"[,.;!?](?:\s|$)", rest, maxsplit=1)[0]
    found = sw.DEVICE_WORDS.search(line[: m.start("rest")] + head)
    if found is not None and len(head.split()) <= 7:
        return True
    return sw.SHORT_MODEL.match(rest) is not None and sum(c.isupper() for c in rest) >= 1


def _mark_banner(norm: list[str], labels: list[str], start: int, end: int) -> None:
    """A warning the receiving server put on top ("external sender")."""
    i = start
    while i < end and not norm[i]:
        i += 1
    if i < end and sw.BANNER.match(norm[i][:_MAX]):
        while i < end and norm[i]:
            labels[i] = SIGNATURE
            i += 1


def _mark_run(raw: list[str], norm: list[str], labels: list[str], start: int, end: int, *, first: bool) -> bool:
    while end > start and not norm[end - 1]:
        end -= 1
    lines = [i for i in range(start, end) if norm[i] and labels[i] == TEXT]
    if not lines:
        return False
    # From the bottom up, so that each cut leaves a shorter run to the next rule. Only the last lines can be a signature.
    doubtful = False
    cut = end
    tail = [i for i in lines if i >= end - 120]
    for i in tail:
        line = norm[i]
        has_text = i > lines[0] or not first
        if line == "--" and (has_text or raw[i].startswith("-- ")) and (has_text or len(lines) == 1):
            cut = i
            break
        ruled = line != "—" and line[0] != "#" and SEPARATOR.match(line) is not None
        if has_text and (line == "—" or ruled) and _is_tail_block(norm, i + 1, end, after_rule=True):
            cut = i
            break
        if is_device_line(line):
            rest = [k for k in range(i + 1, end) if norm[k] and labels[k] == TEXT]
            if not has_text and rest:
                labels[i] = SIGNATURE
                continue
            if not rest or all(is_footer(norm[k]) for k in rest) or _is_tail_block(norm, rest[0], end, after_rule=True):
                cut = i
                break
            # Below the device's line stands either a quote without any mark, or an afterthought: a person decides.
            labels[i] = SIGNATURE
            if not sw.POSTSCRIPT.match(norm[rest[0]]):
                for k in range(i + 1, end):
                    labels[k] = QUOTED
                doubtful = True
            cut = i
            end = i + 1
            break
    cut = _notices(norm, lines[0], cut, first)
    cut = _contact_block(norm, lines[0], cut, first)
    cut = _hyphen_name(norm, lines, cut)
    cut = _trailing_rules(norm, start, cut)
    for i in range(cut, end):
        labels[i] = SIGNATURE if norm[i] else labels[i]
    _rescue(norm, labels, cut, end)
    return doubtful


def _rescue(norm: list[str], labels: list[str], cut: int, end: int) -> None:
    """A postscript is text wherever it stands."""
    i = cut
    while i < end:
        if norm[i] and sw.POSTSCRIPT.match(norm[i]) and (i == cut or not norm[i - 1]):
            while i < end and norm[i]:
                labels[i] = TEXT
                i += 1
        i += 1


@lru_cache(maxsize=64)
def is_footer(line: str) -> bool:
    """A line that no person typed: a device's, a notice's, an antivirus's or a list's."""
    line = line[:_MAX]
    return bool(
        sw.FOOTER.match(line)
        or sw.LIST.match(line)
        or is_device_line(line)
        or SEPARATOR.match(line)
        or (sw.NOTICE.match(line) and sw.NOTICE_PROOF.search(line))
    )


def _notices(norm: list[str], start: int, cut: int, first: bool) -> int:
    """Notices at the bottom: cut before the first of the paragraphs that are all notices."""
    i = cut
    while True:
        end = i
        while end > start and not norm[end - 1]:
            end -= 1
        top = end
        while top > start and norm[top - 1] and end - top < 40:
            top -= 1
        if top >= end:
            return i
        head = norm[top][:_MAX]
        whole = " ".join(norm[top:end])[:1500]
        notice = (
            (i < cut and top == end - 1 and sw.NOTICE_TITLE.fullmatch(head.strip(" :*_-")))
            or (sw.NOTICE.match(head.lstrip('*_ «"')) and sw.NOTICE_PROOF.search(whole))
            or all(is_footer(norm[k]) for k in range(top, end))
        )
        if not notice:
            # A footer glued below the text: take its lines only.
            while end > top and is_footer(norm[end - 1]):
                end -= 1
            return end if end < i and any(norm[k] for k in range(end, i)) else i
        if top <= start and first:
            return i
        i = top


def _sentence(line: str) -> bool:
    """Words that say something, rather than name someone."""
    tokens = line.lower().replace("’", "'").split()
    if len(tokens) > 9 or line.endswith(("?", "!", ";")):
        return True
    if line.endswith((".", "…")) and len(tokens) > 3:
        return True
    return any(token.strip(".,;:!?()") in sw.SENTENCE_WORDS for token in tokens)


def _contact(line: str) -> bool:
    return bool(sw.CONTACT.search(line) or sw.PHONE.search(line))


def _name(line: str) -> bool:
    """One to four capitalised words."""
    tokens = line.strip("/-–—_*,. ").split()
    return 0 < len(tokens) <= 4 and len(line) <= 50 and not any(c.isdigit() for c in line) and all(
        t[0].isupper() or t.lower() in ("de", "du", "le", "la", "van", "von", "der", "den", "d'", "el", "di", "da") for t in tokens
    )  # fmt: skip


def _is_tail_block(norm: list[str], start: int, end: int, *, after_rule: bool = False) -> bool:
    """Lines that only name, address and title somebody, one at least a way to reach him."""
    lines = [norm[k] for k in range(start, end) if norm[k]]
    if not lines:
        return True
    if len(lines) > 16 or any(len(line) > 140 for line in lines):
        return False
    contacts = sum(1 for line in lines if _contact(line) or sw.TITLE.search(line))
    other = [line for line in lines if not _contact(line) and not is_footer(line) and not SEPARATOR.match(line)]
    if any(_sentence(line) for line in other) or (after_rule and any(sw.FIELD.match(line) for line in lines)):
        return False
    if after_rule and len(lines) <= 3 and all(_name(line) for line in other):
        return True
    return contacts > 0 and all(_name(line) or sw.TITLE.search(line) or not any(c.isdigit() for c in line) for line in other)


def _contact_block(norm: list[str], start: int, cut: int, first: bool) -> int:
    """The block below a closing and its name, or a last paragraph that is a visiting card."""
    end = cut
    while end > start and not norm[end - 1]:
        end -= 1
    low = max(start, end - 40)
    for i in range(end - 1, low - 1, -1):
        line = norm[i]
        bare = line.strip(" ,.!-–—*_;:")
        if line and len(line) <= 130 and (m := sw.CLOSING.match(bare)) and _closes(bare, m.end()):
            k = i + 1
            while k < end and not norm[k]:
                k += 1
            named = k < end and (_name(norm[k]) and not (sw.TITLE.search(norm[k]) or _contact(norm[k])))
            body = k + 1 if named else k
            if body >= end:
                return cut
            attached = bool(norm[body]) and (named or body == i + 1)
            rest = [norm[j] for j in range(body, end) if norm[j]]
            if not named and len(rest) == 1 and not _contact(rest[0]):
                return cut
            if rest and _is_tail_block(norm, body, end):
                return body
            if attached and len(rest) <= 3 and all(_name(r) and not _sentence(r) for r in rest):
                return body
            return cut
    # No closing: a visiting card, as a paragraph of its own that begins with a name.
    top = end
    while top > low and norm[top - 1]:
        top -= 1
    card = norm[top:end]
    alone = (top > start or not first) and len(card) >= 2 and not _introduced(norm, top)
    reachable = any(sw.PHONE.search(line) or "@" in line for line in card)
    return top if alone and reachable and _name(card[0]) and _is_tail_block(norm, top, end) else cut


def _closes(line: str, matched: int) -> bool:
    """After a closing, on its line, only a name may stand."""
    rest = line[matched:].strip(" ,.!-–—*_;:/")
    return not rest or _name(rest) or sw.CLOSING.fullmatch(rest.removeprefix("et ").strip()) is not None


def _introduced(norm: list[str], top: int) -> bool:
    """The paragraph above ends with a colon: what follows is an answer, not a signature."""
    k = top - 1
    while k >= 0 and top - k <= 3 and not norm[k]:
        k -= 1
    return k >= 0 and norm[k].endswith((":", "："))


def _hyphen_name(norm: list[str], lines: list[int], cut: int) -> int:
    """ "-Jean Dupont" as the last paragraph; not when the text has lists of its own."""
    left = [i for i in lines if i < cut]
    if len(left) < 2:
        return cut
    i = left[-1]
    line = norm[i]
    dashed = line[0] == "-" and len(line) > 2 and line[1].isalpha() and _name(line[1:])
    alone = not norm[i - 1] and not _introduced(norm, i)
    listed = any(norm[k].startswith(("-", "*", "•", "–")) for k in left[:-1])
    return i if dashed and alone and not listed else cut


def _trailing_rules(norm: list[str], start: int, cut: int) -> int:
    """Rules and tracking dots left at the end of the text."""
    end = cut
    while end > start:
        line = norm[end - 1]
        if line and not SEPARATOR.match(line) and line not in ("ᐧ", "--", "—", "–", "-", "*", "_"):
            break
        end -= 1
    if end == start:
        return cut
    return end if any(norm[k] for k in range(end, cut)) else cut
