"""How the edge is set: keys, origins, limits, the webhooks of outside systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from engine.hooks import Hook


@dataclass(frozen=True, slots=True)
class Options:
    """What ``make_app`` needs beside the desk. Sizes in bytes, times in seconds.

    ``api_key``     opens /webhook/request and /webhook/validate; '' keeps both shut
    ``form_key``    a public key in the studio's own pages: opens /webhook/request only, from ``form_origins`` and, since anybody
                    can read it there, at ``form_burst`` posts a visitor, one more every ``form_pause``
    ``metrics_key`` opens /metrics from anywhere; '' lets this machine alone read it
    ``wait``        how long a request waits for the outside systems before the answer is 202
    ``whatsapp_number`` the house's own, to be shown; '' without that channel
    ``local_hosts`` addresses that files may be fetched from though they are not public: for tests alone
    """

    api_key: str = ""
    form_key: str = ""
    form_origins: tuple[str, ...] = ()
    public_url: str = ""
    metrics_key: str = ""
    wait: float = 10.0
    file_bytes: int = 25_000_000
    fetch_seconds: float = 20.0
    form_burst: int = 5
    form_pause: float = 30.0
    concurrency: int = 128
    body_seconds: float = 10.0
    local_hosts: frozenset[str] = frozenset()
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    whatsapp_number: str = ""

    @property
    def origins(self) -> tuple[str, ...]:
        """Whose pages may post the form: those named, and our own."""
        own = urlsplit(self.public_url)
        ours = (f"{own.scheme}://{own.netloc}",) if own.netloc else ()
        return tuple(dict.fromkeys([*(o.rstrip("/") for o in self.form_origins if o), *ours]))
