"""Twilio's signature on webhooks: whether a request is theirs, and the form that it signs. Pure, and light to import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qsl

#: Parameters of a form that are read; Twilio sends some thirty.
MOST_FIELDS = 500

Params = Mapping[str, str] | Sequence[tuple[str, str]]


def form_pairs(body: bytes) -> list[tuple[str, str]]:
    """The parameters of a webhook's body, empty ones too: they count in the signature. [] for what is no form."""
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return []


def verify(url: str | Iterable[str], params: Params, signature: str, token: str, settings: str = "") -> bool:
    """Whether X-Twilio-Signature vouches for these parameters at one of these addresses. Never raises.

    Every parameter counts, those that Twilio adds tomorrow too. The standard port of an address may be written or left out.
    ``settings`` is the header X-Twilio-Webhooks-Signature-Settings, '' when there is none.
    """
    if not token or not signature:
        return False
    # Only needed where WhatsApp is configured.
    from twilio.request_validator import RequestValidator, get_signature_algorithm

    validator, algorithm = RequestValidator(token), get_signature_algorithm(settings)
    form = Form(pairs_of(params))
    for one in [url] if isinstance(url, str) else url:
        try:
            if validator.validate(one, form, signature, algorithm):
                return True
        except ValueError:  # an address that is none, e.g. a port out of range
            continue
    return False


class Form(dict[str, str]):
    """A form whose names may repeat, as the validator takes it."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self._all: dict[str, list[str]] = {}
        for name, value in pairs:
            self._all.setdefault(name, []).append(value)
            self.setdefault(name, value)

    def getall(self, name: str) -> list[str]:
        """Every value of a name, in order. Raises KeyError for a name that is not there."""
        return self._all[name]


def pairs_of(params: Params) -> list[tuple[str, str]]:
    """(name, value) in order, from a mapping or from pairs."""
    return list(params.items()) if isinstance(params, Mapping) else list(params)
