"""Does our own receiving server vouch for the sender? (RFC 8601, RFC 7489)

Anyone can write an Authentication-Results field into the mail he sends; a receiving server puts its own on top and, if it
is careful, removes those that bear its name. So only the topmost field counts, and only when it bears the name of one of our
servers. Whatever is odd about it (two DMARC results, quoting where no honest mail has any, a syntax the standard does not
know) makes the answer "none", never "pass".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from core.message import Authentication


class Headers(Protocol):
    """Decoded header fields; names in any case; topmost first."""

    def all(self, name: str) -> tuple[str, ...]: ...


_MAX_FIELD = 20_000
# Inside quotes, these would let a forged local part such as "a; dmarc=pass header.from=victim.example"@evil.example pass for
# a result where a server copies it without care.
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PLAIN = re.compile(r"[A-Za-z0-9_.@-]{1,255}")
_SYNTAX = frozenset(';=()\\"<>')


def authenticate(
    headers: Headers, sender_email: str, *, authserv_ids: frozenset[str], senders_count: int = 1
) -> Authentication:
    """What the topmost Authentication-Results of one of our servers says of the domain in ``sender_email`` (From).

    ``authserv_ids`` are the names our servers sign with, in any case; ``senders_count`` the number of addresses in From.
    Never raises. The reason is for people, in French.
    """
    domain = _domain_of(sender_email)
    if senders_count > 1:
        return Authentication("fail", "Plusieurs expéditeurs dans From : on ne sait pas qui écrit.")
    if senders_count < 1 or not domain:
        return Authentication("none", "Pas d'adresse d'expéditeur à vérifier.")
    fields = headers.all("Authentication-Results")
    if not fields:
        return Authentication("none", "Aucun en-tête Authentication-Results : notre serveur n'a rien vérifié.")
    top = " ".join(fields[0].split()) if len(fields[0]) <= _MAX_FIELD else ""
    known = frozenset(_ascii_lower(name.strip()) for name in authserv_ids if name.strip())
    # Cheap and first: a foreign field is not even parsed.
    name = re.split(r"[\s;(]", top, maxsplit=1)[0].strip('"')
    if _ascii_lower(name) not in known:
        return Authentication("none", "L'en-tête Authentication-Results du dessus n'est pas celui de notre serveur.")
    if _suspicious(top):
        return Authentication("none", "Résultat d'authentification illisible ou suspect : il n'est pas pris en compte.")
    results = _parse(top, known)
    if results is None:
        return Authentication("none", "Résultat d'authentification illisible : il n'est pas pris en compte.")
    return _verdict(results, domain)


class _Result:
    """One "method=result" with its properties, all in lower case."""

    __slots__ = ("method", "properties", "value")

    def __init__(self, method: str, value: str, properties: dict[str, str]) -> None:
        self.method = method
        self.value = value
        self.properties = properties


def _suspicious(field: str) -> bool:
    """Quotes that hide syntax, in a value or a comment; unbalanced quotes; control characters."""
    rest = _QUOTED.sub("", field)
    if '"' in rest or not field.isprintable():
        return True
    # A signature in base 64 ends in "=".
    return any(_SYNTAX.intersection(found[1].rstrip("=")) for found in _QUOTED.finditer(field))


#: A field as nearly every server writes it: methods with their results, comments without quotes, plain properties. What is written in
#: any other way is left to the library, which takes fifty times as long.
_METHOD = r"; ?(?!none)(?P<method>[a-z][a-z0-9-]*)=(?P<result>[a-z]+)"
_COMMENT = r"\([ !#-'*-\[\]-~]*\)"
_VALUE = r"@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|[A-Za-z0-9_.+/-][A-Za-z0-9_.@=+/-]*"
_PROPERTY = rf"(?P<key>(?:smtp|header|policy|body)\.[a-z-]+)=(?P<value>{_VALUE})"
_PARTS = re.compile(rf"{_METHOD}|{_COMMENT}|{_PROPERTY}")
_USUAL = re.compile(
    re.sub(r"\(\?P<\w+>", "(?:", rf"([a-z][a-z0-9.-]*[a-z0-9])((?:{_METHOD}(?: (?:{_COMMENT}|{_PROPERTY}))*(?=;|$))+)")
)


def _usual(field: str) -> tuple[str, list[_Result]] | None:
    """The server's name and the results of a field of the usual shape, as the library reads them; None for any other."""
    whole = _USUAL.fullmatch(field)
    if whole is None:
        return None
    results: list[_Result] = []
    for part in _PARTS.finditer(whole[2]):
        if part["method"]:
            results.append(_Result(part["method"], part["result"], {}))
        elif part["key"]:
            _add(results[-1].properties, part["key"], part["value"].lower())
    return whole[1], results


def _add(properties: dict[str, str], key: str, value: str) -> None:
    """A property given twice is a contradiction, unless both say the same."""
    properties[key] = value if properties.get(key, value) == value else ""


@lru_cache(maxsize=1)
def _reader() -> Callable[[str], Any]:
    """The library's parser, its patterns compiled once: by itself it compiles each anew at every use, for most of its time."""
    # Imported here: only mail that our server has marked needs it.
    import authres

    compiled: dict[Any, re.Pattern[str]] = {}

    class Header(authres.core.AuthenticationResultsHeader):  # type: ignore[misc]
        _parse_text: str

        def _parse_pattern(self, pattern: Any) -> re.Match[str] | None:
            known = compiled.get(pattern)
            if known is None:
                known = compiled[pattern] = re.compile("^" + pattern, re.I) if isinstance(pattern, str) else pattern
            match = known.search(self._parse_text)
            if match is not None:
                self._parse_text = self._parse_text[: match.start()] + self._parse_text[match.end() :]
            return match

    features = authres.core_features()
    return lambda field: Header.parse(features, field)


def _parse(field: str, known: frozenset[str]) -> list[_Result] | None:
    # The parser loses a property that stands before a quoted one. Quotes only protect blanks and base 64 here, which nobody
    # looks at; names of domains need none.
    field = _QUOTED.sub(lambda found: found[1] if _PLAIN.fullmatch(found[1]) else "quoted", field)
    if (usual := _usual(field)) is not None:
        return usual[1] if usual[0] in known else None
    try:
        header = _reader()(f"Authentication-Results: {field}")
        if _ascii_lower(str(header.authserv_id)) not in known:
            return None
        found = []
        for result in header.results:
            properties: dict[str, str] = {}
            for item in result.properties:
                _add(properties, f"{item.type}.{item.name}".lower(), _ascii_lower(str(item.value or "")))
            found.append(_Result(_ascii_lower(str(result.method)), _ascii_lower(str(result.result)), properties))
        return found
    except Exception:
        # Its parser raises several kinds of errors on what the standard does not allow; none of them is a "pass".
        return None


def _verdict(results: list[_Result], domain: str) -> Authentication:
    dmarc = [result for result in results if result.method == "dmarc"]
    if any(result.value == "fail" for result in dmarc):
        return Authentication("fail", f"DMARC : {domain} ne reconnaît pas ce message comme le sien.")
    if len(dmarc) > 1:
        return Authentication("none", "Deux résultats DMARC se contredisent peut-être : aucun n'est pris en compte.")
    for result in dmarc:
        seen = _domain_of(result.properties.get("header.from", ""))
        if seen and not _aligned(seen, domain):
            return Authentication("none", f"Le résultat DMARC porte sur {seen}, pas sur {domain}.")
        if result.value == "pass" and seen:
            return Authentication("pass", f"DMARC vérifié par notre serveur pour {domain}.")
    failed = ""
    for result in results:
        signer = ""
        if result.method == "dkim":
            signer = _domain_of(result.properties.get("header.d", "") or result.properties.get("header.i", ""))
            # Where both are given they must agree (RFC 6376: i= is within d=).
            identity = _domain_of(result.properties.get("header.i", ""))
            if identity and identity != signer and not identity.endswith("." + signer):
                continue
        elif result.method == "spf":
            signer = _domain_of(result.properties.get("smtp.mailfrom", ""))
        if not signer or not _aligned(signer, domain):
            continue
        said = "Signature DKIM vérifiée" if result.method == "dkim" else "SPF vérifié"
        if result.value == "pass":
            return Authentication("pass", f"{said} par notre serveur pour {signer}, du même domaine que {domain}.")
        if result.value in ("fail", "hardfail"):
            failed = f"{result.method.upper()} refusé par notre serveur pour {signer}."
    if failed:
        return Authentication("fail", failed)
    return Authentication("none", f"Notre serveur n'a rien pu vérifier pour {domain}.")


def _ascii_lower(text: str) -> str:
    """Lower case for ASCII only: "K" (Kelvin) must not become anyone's "k"."""
    return text.lower() if text.isascii() else text


def _domain_of(address: str) -> str:
    """The domain of an address, of "@domain" or of a bare domain, in its ASCII form; '' where there is none."""
    domain = address.strip().strip('"<>').rpartition("@")[2].strip().rstrip(".")[:255]
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    domain = domain.lower()
    return domain if re.fullmatch(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,30}", domain) else ""


def _aligned(one: str, other: str) -> bool:
    """Relaxed alignment (RFC 7489 3.1): the same organisational domain."""
    if one == other:
        return True
    # The list of public suffixes is only needed, and only loaded, when the names differ.
    if not (one.endswith("." + other) or other.endswith("." + one)) and one.split(".")[-1] != other.split(".")[-1]:
        return False
    organisation = _organisation(one)
    return bool(organisation) and organisation == _organisation(other)


@lru_cache(maxsize=512)
def _organisation(domain: str) -> str:
    return _suffixes().privatesuffix(domain) or ""


@lru_cache(maxsize=1)
def _suffixes() -> _Suffixes:
    from publicsuffixlist import PublicSuffixList

    suffixes: _Suffixes = PublicSuffixList()
    return suffixes


class _Suffixes(Protocol):
    def privatesuffix(self, domain: str) -> str | None: ...
