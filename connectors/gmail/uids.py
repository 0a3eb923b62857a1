"""Sets of UIDs: written short, and how far from the bottom they are settled. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

#: Characters of a set in one command. Servers must take 8,192 a line (RFC 7162, section 4); the rest is the command.
LONGEST = 4_000


def uid_sets(uids: Iterable[int]) -> Iterator[str]:
    """The UIDs as IMAP sets with ranges ("3:7,9"), ascending, none longer than LONGEST."""
    part: list[str] = []
    length = 0
    for first, last in _ranges(sorted(set(uids))):
        text = str(first) if first == last else f"{first}:{last}"
        if part and length + len(text) + 1 > LONGEST:
            yield ",".join(part)
            part, length = [], 0
        part.append(text)
        length += len(text) + 1
    if part:
        yield ",".join(part)


def _ranges(uids: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = last = -1
    for uid in uids:
        if uid == last + 1 and first >= 0:
            last = uid
            continue
        if first >= 0:
            yield first, last
        first = last = uid
    if first >= 0:
        yield first, last


class Progress:
    """A watermark over ascending UIDs: it moves up to the first one that is not settled."""

    def __init__(self, uids: Sequence[int], start: int) -> None:
        self._uids = uids
        self._settled: set[int] = set()
        self._next = 0
        self.watermark = start

    def settle(self, uids: Iterable[int]) -> None:
        """These are accounted for."""
        self._settled.update(uids)
        while self._next < len(self._uids) and self._uids[self._next] in self._settled:
            self.watermark = max(self.watermark, self._uids[self._next])
            self._settled.discard(self._uids[self._next])
            self._next += 1

    @property
    def whole(self) -> bool:
        """Every one of them is settled."""
        return self._next == len(self._uids)
