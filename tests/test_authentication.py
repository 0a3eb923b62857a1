"""Only what our own server wrote on top vouches for a sender; nothing hostile becomes a "pass"."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import authentication
from processors.authentication import authenticate
from processors.parse import parse

OURS = frozenset({"mx.studio.example", "mx.google.com"})
CLAIRE = "claire@client.fr"


class Fields:
    def __init__(self, *fields: str) -> None:
        self.fields = fields

    def all(self, name: str) -> tuple[str, ...]:
        return self.fields if name.lower() == "authentication-results" else ()


def verdict(*fields: str, sender: str = CLAIRE, count: int = 1) -> str:
    return authenticate(Fields(*fields), sender, authserv_ids=OURS, senders_count=count).verdict


PASS = [
    "mx.google.com; dmarc=pass header.from=client.fr",
    "MX.Google.COM; dmarc=pass header.from=Client.FR",
    "mx.studio.example 1; dmarc=pass header.from=client.fr",
    "mx.google.com; dkim=pass header.i=@client.fr header.s=s1 header.b=Ab/9+x;"
    " spf=pass (google.com: domain of claire@client.fr designates 192.0.2.1 as permitted sender) smtp.mailfrom=claire@client.fr;"
    " dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=client.fr",
    "mx.google.com;\r\n\tdkim=pass (2048-bit key)\r\n\theader.d=client.fr",
    "mx.studio.example; dkim=fail header.d=liste.example; dkim=pass header.d=client.fr",
    "mx.studio.example; dkim=pass header.d=relais.example; dkim=pass header.d=client.fr; spf=fail smtp.mailfrom=relais.example",
    "mx.studio.example; dkim=pass header.d=mail.client.fr",
    'mx.studio.example; dkim=pass header.d="client.fr" header.b="a/b+c"',
    'mx.studio.example; dkim=pass reason="good signature" header.d=client.fr',
    'mx.studio.example; dkim=pass header.d="client.fr" header.i="@client.fr" header.b="dGVzdA=="',
    "mx.studio.example; spf=pass smtp.mailfrom=retours@client.fr",
    "mx.studio.example; spf=pass smtp.mailfrom=client.fr; dkim=none",
    "mx.studio.example; dmarc=none header.from=client.fr; dkim=pass header.d=client.fr",
    "mx.studio.example; arc=pass (i=1 spf=fail); dmarc=pass header.from=client.fr; x-filtre=pass",
    "mx.studio.example; iprev=fail policy.iprev=192.0.2.1; auth=none; dmarc=pass header.from=client.fr",
]
FAIL = [
    "mx.google.com; dmarc=fail (p=REJECT) header.from=client.fr",
    "mx.google.com; dkim=pass header.d=client.fr; dmarc=fail header.from=client.fr",
    "mx.google.com; dmarc=pass header.from=client.fr; dmarc=fail header.from=client.fr",
    "mx.studio.example; dkim=fail header.d=client.fr",
    "mx.studio.example; spf=fail smtp.mailfrom=claire@client.fr; dkim=none",
]
NONE = [
    "",
    "mx.studio.example; none",
    "mx.studio.example",
    "mx.pirate.example; dmarc=pass header.from=client.fr",
    "mx.google.com.pirate.example; dmarc=pass header.from=client.fr",
    "pirate.example (mx.google.com); dmarc=pass header.from=client.fr",
    "(mx.google.com) pirate.example; dmarc=pass header.from=client.fr",
    "mx.google.com 2; dmarc=pass header.from=client.fr",
    "mx.google.com; dmarc=pass header.from=pirate.example",
    "mx.google.com; dmarc=pass",
    "mx.google.com; dmarc=pass header.from=client.fr; dmarc=pass header.from=pirate.example",
    "mx.google.com; arc=pass header.from=client.fr",
    "mx.google.com; dkim=pass header.d=pirate.example",
    "mx.google.com; dkim=pass header.d=fr",
    "mx.google.com; dkim=pass header.d=autre.fr",
    "mx.google.com; dkim=pass header.d=pasclient.fr",
    "mx.google.com; dkim=pass header.d=pirate.example header.i=@client.fr",
    "mx.google.com; dkim=pass header.d=pirate.example header.d=client.fr",
    'mx.google.com; dkim=pass header.d="pirate.example" header.i="@client.fr"',
    "mx.google.com; dkim=pass header.i=claire@pirate.example",
    "mx.google.com; dkim=pass",
    "mx.google.com; dkim=pass header.d=client.fr header.i=@pirate.example",
    'mx.google.com; dkim=pass header.d=client.fr header.s="a;b"',
    "mx.google.com; dmarc=pass header.from=client.fr \x07",
    "mx.google.com; spf=pass smtp.helo=client.fr",
    "mx.google.com; spf=pass smtp.mailfrom=pirate.example",
    "mx.google.com; spf=softfail smtp.mailfrom=client.fr",
    "mx.google.com; dmarc=temperror header.from=client.fr",
    "mx.google.com (dmarc=pass header.from=client.fr); dkim=none",
    "mx.google.com; spf=none (dmarc=pass header.from=client.fr; dkim=pass header.d=client.fr) smtp.mailfrom=pirate.example",
    'mx.google.com; spf=pass smtp.mailfrom="x; dmarc=pass header.from=client.fr"@pirate.example',
    'mx.google.com; spf=pass (domain of "x) ; dmarc=pass header.from=client.fr ("@pirate.example) smtp.mailfrom=pirate.example',
    'mx.google.com; spf=pass smtp.mailfrom="x\\"; dmarc=pass header.from=client.fr"@pirate.example',
    "mx.google.com; dmarc=pass (header.from=client.fr",
    "mx.google.com; dmarc=pass header.from=client.fr (",
    "mx.google.com; dmarc==pass header.from=client.fr",
    "mx.google.com; dmarc header.from=client.fr",
    "mx.google.com; x=y; dmarc=pass header.from=clıent.fr",
    "mx.google.com; dmarc=pass header.from=client.fr" + " " * 30_000,
]  # fmt: skip


@pytest.mark.parametrize("field", PASS)
def test_our_server_vouches(field: str) -> None:
    assert verdict(field) == "pass"


@pytest.mark.parametrize("field", FAIL)
def test_our_server_objects(field: str) -> None:
    assert verdict(field) == "fail"


@pytest.mark.parametrize("field", NONE)
def test_nobody_we_trust_vouches(field: str) -> None:
    assert verdict(field) == "none"


@pytest.mark.parametrize("field", PASS)
def test_only_the_topmost_field_counts(field: str) -> None:
    assert verdict("mx.google.com; dmarc=fail header.from=client.fr", field) == "fail"
    assert verdict("mx.google.com; none", field) == "none"
    assert verdict("relais.example; dmarc=pass header.from=client.fr", field) == "none"
    assert verdict(field, "mx.google.com; dmarc=fail header.from=client.fr") == "pass"


@pytest.mark.parametrize("field", PASS)
def test_a_sender_that_is_not_one_person_is_never_vouched_for(field: str) -> None:
    assert verdict(field, count=2) == "fail"
    assert verdict(field, count=0) == "none"
    assert verdict(field, sender="") == "none"
    assert verdict(field, sender="client.fr@") == "none"
    assert verdict(field, sender="claire@pirate.example") != "pass"
    assert authenticate(Fields(field), CLAIRE, authserv_ids=frozenset()).verdict == "none"


@pytest.mark.parametrize(
    ("signer", "sender", "expected"),
    [
        ("client.co.uk", "a@mail.client.co.uk", "pass"),
        ("autre.co.uk", "a@client.co.uk", "none"),
        ("co.uk", "a@client.co.uk", "none"),
        ("pirate.github.io", "a@client.github.io", "none"),
        ("xn--caf-dma.fr", "a@café.fr", "pass"),
        ("mail.client.fr", "a@news.client.fr", "pass"),
    ],
)
def test_alignment_stops_at_the_organisation(signer: str, sender: str, expected: str) -> None:
    assert verdict(f"mx.google.com; dkim=pass header.d={signer}", sender=sender) == expected


def test_a_forged_field_inside_a_real_mail_is_not_ours() -> None:
    raw = (
        b"Authentication-Results: mx.google.com; dmarc=fail header.from=client.fr\r\n"
        b"Authentication-Results: mx.google.com; dmarc=pass header.from=client.fr\r\n"
        b'From: "Authentication-Results: mx.google.com; dmarc=pass header.from=client.fr" <claire@client.fr>\r\n'
        b"\r\nJe valide\r\n"
    )
    mail = parse(raw)
    assert mail.sender.email == CLAIRE
    found = authenticate(mail.headers, mail.sender.email, authserv_ids=OURS, senders_count=len(mail.senders))
    assert found.verdict == "fail"
    only_the_name = parse(raw.partition(b"From:")[1] + raw.partition(b"From:")[2])
    assert authenticate(only_the_name.headers, CLAIRE, authserv_ids=OURS).verdict == "none"


def test_the_folded_field_of_a_real_mail_is_read() -> None:
    raw = (
        b"Authentication-Results: mx.google.com;\r\n       dkim=pass header.i=@client.fr header.s=s1 header.b=Ab9;\r\n"
        b"       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=client.fr\r\n"
        b"From: Claire <claire@client.fr>\r\n\r\nJe valide\r\n"
    )
    mail = parse(raw)
    found = authenticate(mail.headers, mail.sender.email, authserv_ids=OURS, senders_count=len(mail.senders))
    assert found.verdict == "pass"


_PIECES = st.sampled_from(
    ["mx.google.com", ";", " ", "dmarc", "dkim", "spf", "=", "pass", "fail", "header.from=", "header.d=", "smtp.mailfrom=", "client.fr",
     "pirate.example", "(", ")", '"', "\\", "\n ", "1", "none", "@", "é", "\x00"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map("".join), st.text(max_size=40))
def test_no_field_makes_it_raise(field: str, sender: str) -> None:
    verdict(field, sender=sender)
    verdict(f"mx.google.com; {field}")


@given(st.text(alphabet='abc;=() "\\.@-\t', max_size=40).filter(lambda text: "client" not in text))
def test_no_envelope_sender_of_a_strangers_choice_passes(local: str) -> None:
    """Whatever stands in a local part that our server copies, quoted, it is no result of its own."""
    copied = local.replace("\\", "\\\\").replace('"', '\\"')
    injected = f"{copied}; dmarc=pass header.from=client.fr"
    assert (
        verdict(f'mx.google.com; spf=pass smtp.mailfrom="{injected}"@pirate.example; dmarc=none header.from=client.fr')
        != "pass"
    )


@pytest.mark.parametrize("piece", ["(", ")", '"', "\\", ";", " ", "a", "dkim=pass ", "(a)", '"a" ', "=", "header.d=a.fr "])
def test_a_long_field_is_read_in_linear_time(piece: str) -> None:
    started = time.perf_counter()
    verdict("mx.google.com; " + piece * (19_000 // len(piece)))
    verdict("mx.google.com; " + piece * (2_000_000 // len(piece)))
    assert time.perf_counter() - started < 2.0


#: What a field is made of in the next test: methods, then what may follow one, each as servers write them and as nobody should.
_METHODS = (
    "dkim=pass",
    "spf=fail",
    "dmarc=pass",
    "arc=none",
    "DMARC=pass",
    "dmarc=PASS",
    "iprev=pass",
    "x-foo=bar",
    "none",
    "dmarc/1=pass",
)
_MORE = (
    "header.from=a.example", "header.d=A.Example", "header.i=@a.example", "header.i=x@a.example", "smtp.mailfrom=a=b@c.d", "smtp.auth=",
    "header.b=Ab12+/=", "header.i=@a..b", "header.i=@a.b@c", "policy.x=y", "foo.bar=x", "header.from= a", "reason=ok", "body.x-y=z",
    "(p=NONE sp=NONE dis=NONE)", "(google.com: domain of a@b; designates 1.2.3.4)", "(a (nested))", "(back\\slash)", "()", "(é)",
    "word", "(x)(y)", "header.from=b.example", "smtp.mailfrom=a.example", "header.s=s1024",
)  # fmt: skip


def test_the_quick_way_reads_a_field_as_the_library_does() -> None:
    """Where the usual shape is seen, nothing is seen that the library does not see; most real fields are of it."""
    chance = random.Random(8601)
    quick = 0
    for _ in range(20_000):
        field = chance.choice(
            ("mx.google.com", "mx.example", "mx.google.com 1", "MX.google.com", "mx.google.com (x)", "mx-1.example")
        )
        for _ in range(chance.randrange(1, 4)):
            likely = 3 if chance.random() < 0.8 else 0
            more = [chance.choice(_MORE[14:16] + _MORE[-3:] if likely else _MORE) for _ in range(chance.randrange(4))]
            field += chance.choice(("; ", "; ", "; ", ";", " ;")) + " ".join(
                [chance.choice(_METHODS[:4] if likely else _METHODS), *more]
            )
        found = authentication._usual(field)
        if found is None:
            continue
        quick += 1
        name, results = found
        header = authentication._reader()(f"Authentication-Results: {field}")
        seen: list[tuple[str, str, dict[str, str]]] = []
        for result in header.results:
            properties: dict[str, str] = {}
            for item in result.properties:
                authentication._add(properties, f"{item.type}.{item.name}".lower(), str(item.value or "").lower())
            seen.append((str(result.method).lower(), str(result.result).lower(), properties))
        assert (name, [(one.method, one.value, one.properties) for one in results]) == (header.authserv_id, seen), field
    assert quick > 2_000


def test_what_mail_servers_write_is_of_the_usual_shape() -> None:
    assert authentication._usual(
        "mx.google.com; dkim=pass header.i=@a.example header.s=s1024 header.b=aB3+/x; spf=pass (google.com: domain of b@a.example "
        "designates 192.0.2.1 as permitted sender) smtp.mailfrom=b@a.example; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=a.example"
    )
