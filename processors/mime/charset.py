"""Bytes to text, whatever the label says.

The declared charset is tried first, strictly; then UTF-8; then a guess. Nothing is thrown away: a byte that fits nowhere is
shown as its Windows-1252 character, because that is what it nearly always was.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]*")
_CODE_PAGE = re.compile(r"(?:x-)?(?:windows|win|cp|ms|ibm|dos|microsoft-cp)[-_]?(\d{3,5})$")
_ISO = re.compile(r"(?:x-)?iso[-_]?8859[-_]?(\d{1,2})(?:[-_:].*)?$")
_UTF8 = re.compile(r"(?:x-)?u(?:tf|ft)[-_]?8(?:[-_].*)?$|utf-?8|unicode-1-1-utf-8|utf$")

#: Labels whose real content is a superset (what senders mean, and what the WHATWG encoding standard does), and misspellings.
_ALIASES = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "gb2312-80": "gb18030",
    "cp936": "gb18030", "chinese": "gb18030", "csgb2312": "gb18030", "euc-cn": "gb18030", "hz-gb-2312": "hz",
    "big5": "big5hkscs", "big-5": "big5hkscs", "x-x-big5": "big5hkscs", "big5-hkscs": "big5hkscs",
    "cn-big5": "big5hkscs",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ks_c_5601-1989": "cp949", "ksc5601": "cp949", "ksc_5601": "cp949",
    "euc-kr": "cp949", "euckr": "cp949", "korean": "cp949", "uhc": "cp949", "ks-c-5601-1987": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932",
    "cp31j": "cp932",
    "windows-31j": "cp932", "x-euc-jp": "euc_jp", "csiso2022jp": "iso2022_jp",
    "tis-620": "cp874", "iso8859-11": "cp874", "iso8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "l1": "cp1252",
    "iso8859-9": "cp1254", "iso8859-8": "iso8859-8", "ansi": "cp1252", "macintosh": "mac_roman", "mac": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic", "koi8": "koi8-r", "koi8r": "koi8-r", "visual": "iso8859-8",
    "logical": "iso8859-8",
    "unicode-1-1-utf-7": "utf-7", "unicode": "utf-16", "ucs-2": "utf-16", "iso-10646-ucs-2": "utf-16-be",
}  # fmt: skip
#: Labels that say nothing, and Python codecs that are no charsets (some of them run code-like transformations).
_MEANINGLESS = frozenset((
    "us-ascii", "ascii", "ansi_x3.4-1968", "646", "us", "unknown", "unknown-8bit", "x-unknown", "default", "none",
    "binary", "8bit", "7bit", "8-bit", "x-user-defined", "idna", "punycode", "unicode_escape", "unicode-escape",
    "raw_unicode_escape", "raw-unicode-escape", "undefined", "mbcs", "oem",
))  # fmt: skip
_SHIFTED = ("iso2022", "utf-7", "hz", "utf-16", "utf-32", "utf_16", "utf_32", "utf_7", "cp037", "cp500")
_MULTIBYTE = ("gb", "big5", "cp949", "cp932", "euc", "shift", "johab", "hz", "iso2022")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
#: What UTF-8 taken for Latin text does not turn into when the text is a European's.
_UNLIKELY = re.compile("[\x80-\x9f\u0250-\u200f\u20d0-\u2121\u2c00-\ud7ff\ue000-\ufeff]")
_CARE_LIMIT = 256 * 1024  # above this, byte-by-byte repair gives way to plain replacement: a mail of megabytes stays quick
_SAMPLE = 4096


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Show undecodable bytes as Windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(_WINDOWS[b] for b in bad), error.end


_WINDOWS = [bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(256)]
codecs.register_error("guichet.windows", _as_windows)


@lru_cache(maxsize=256)
def codec(label: str) -> str:
    """The Python codec a charset label means, '' when it means none we know. Misspellings and trailing junk are forgiven."""
    match = _TOKEN.search(label[:200])
    if not match:
        return ""
    name = match.group().lower().rstrip(".:-_+")
    if _UTF8.match(name):
        return "utf-8"
    if iso := _ISO.match(name):
        name = f"iso8859-{iso.group(1)}"
    elif page := _CODE_PAGE.match(name):
        name = {"874": "cp874", "28591": "cp1252", "28605": "iso8859-15", "65001": "utf-8", "936": "gb18030"}.get(
            page.group(1), f"cp{page.group(1)}"
        )
    name = _ALIASES.get(name, name)
    if name in _MEANINGLESS:
        return ""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    if not getattr(info, "_is_text_encoding", True) or info.name in _MEANINGLESS or info.name == "ascii":
        return ""
    return info.name


def decode(data: bytes, label: str = "", hint: str = "") -> tuple[str, bool]:
    """The text of ``data`` and whether it had to be guessed.

    ``label`` is the declared charset; ``hint`` another charset seen in the same mail, tried before guessing.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(name), False
            except UnicodeDecodeError:
                break
    declared = codec(label)
    if data.isascii() and not declared.startswith(_SHIFTED):
        if b"\x1b$" in data and (text := _strict(data, "iso2022_jp")) is not None:
            return text, True
        if data.count(b"\0") > len(data) // 4 and (text := _wide(data)) is not None:
            return text, True
        return data.decode("ascii"), False
    if (
        declared in ("cp1252", "iso8859-15", "")
        and (text := _strict(data, "utf-8")) is not None
        and (not declared or not _UNLIKELY.search(text[:_SAMPLE]))
    ):  # declared Latin text that happens to be valid UTF-8 is nearly always UTF-8 with a wrong label
        return text, bool(declared)
    if declared:
        if (text := _strict(data, declared)) is not None:
            return text, False
        if declared == "cp1252":
            return data.decode("cp1252", _repair(data)), False
        if declared.startswith("iso2022_jp") and b"\x1b" in data:
            return _japanese(data), True
    if (text := _strict(data, "utf-8")) is not None:
        return text, True
    other = codec(hint)
    if declared and not declared.startswith("iso2022") and _mostly(data, declared):
        return data.decode(declared, _repair(data) if declared == "utf-8" else "replace"), True
    if other and other != declared and (text := _strict(data, other)) is not None:
        return text, True
    if not declared and _mostly(data, "utf-8"):
        return data.decode("utf-8", _repair(data)), True
    return _guess(data), True


def _strict(data: bytes, name: str) -> str | None:
    try:
        if name.startswith(("utf-16", "utf_16")) and data[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return _wide(data)
        return data.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: the side on which the zero bytes stand tells the order."""
    even, odd = data[0:_SAMPLE:2].count(0), data[1:_SAMPLE:2].count(0)
    try:
        return data[: len(data) // 2 * 2].decode("utf-16-le" if odd > even else "utf-16-be")
    except UnicodeDecodeError:
        return None


def _repair(data: bytes) -> str:
    return "guichet.windows" if len(data) <= _CARE_LIMIT else "replace"


def _mostly(data: bytes, name: str) -> bool:
    """Whether ``data`` is that charset with a few accidents: fewer broken places than good non-ASCII characters."""
    try:
        sample = data[: 16 * _SAMPLE].decode(name, "replace")
    except (UnicodeError, LookupError):
        return False
    broken = sample.count("\ufffd")
    good = sum(1 for c in sample if c > "\x7f") - broken
    return (
        broken < good
        or (name == "utf-8" and 0 < broken <= good)
        or (broken <= 1 and not name.startswith(_MULTIBYTE) and name != "utf-8")
    )


_JIS = re.compile(rb"\x1b(\$[@B]|\([BJI]|\$\([DOPQ])")


def _japanese(data: bytes) -> str:
    """ISO-2022-JP with the characters Windows adds to it (the standard codec refuses them): each shifted run is read as EUC,
    then as the vendor's rows through code page 932."""
    out: list[str] = []
    mode, at = b"(B", 0
    for match in [*_JIS.finditer(data), None]:
        run = data[at : match.start() if match else len(data)]
        if mode in (b"$@", b"$B"):
            out.append(_shifted(run).decode("cp932", "replace"))
        elif mode == b"(I":
            out.append(bytes(b | 0x80 for b in run).decode("cp932", "replace"))
        else:
            out.append(run.decode("cp932", "replace"))
        if match:
            mode, at = match.group(1), match.end()
    return "".join(out)


def _shifted(run: bytes) -> bytes:
    """JIS X 0208 pairs (7 bits) as Shift_JIS bytes; line ends stay."""
    out = bytearray()
    i = 0
    while i + 1 < len(run):
        row, cell = run[i], run[i + 1]
        if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
            out.append(row)
            i += 1
            continue
        lead = (row - 0x21) // 2 + 0x81
        out.append(lead if lead <= 0x9F else lead + 0x40)
        if row % 2:
            out.append(cell + (0x1F if cell < 0x60 else 0x20))
        else:
            out.append(cell + 0x7E)
        i += 2
    out += run[i:]
    return bytes(out)


def _guess(data: bytes) -> str:
    """Windows-1252 for Latin-looking text (letters mostly ASCII); a statistical guess for the rest; Windows-1252 again."""
    sample = b"\n".join(line for line in data[: 16 * _SAMPLE].splitlines() if not line.isascii())[:_SAMPLE]
    high = sum(1 for b in sample if b >= 0x80)
    letters = sum(1 for b in sample if 0x41 <= b <= 0x5A or 0x61 <= b <= 0x7A)
    if high > letters * 0.6 and high >= 6:
        from charset_normalizer import from_bytes  # rarely needed; its tables cost memory

        best = from_bytes(
            sample,
            steps=3,
            chunk_size=512,
            cp_exclusion=[
                "utf_7",
                "utf_16",
                "utf_32",
                "utf_16_le",
                "utf_16_be",
                "utf_32_le",
                "utf_32_be",
                "cp037",
                "cp500",
                "cp424",
                "cp1140",
            ],
        ).best()
        if best is not None and (text := _strict(data, best.encoding)) is not None:
            return text
    return data.decode("cp1252", _repair(data))
