"""requests without what guesses charsets (2 MB): answers are read as bytes, their JSON as UTF-8. Imported before all others."""

from __future__ import annotations

import warnings

from core.spare import absent

with absent("chardet", "charset_normalizer"), warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would say that they are missing
    import requests

__all__ = ["requests"]
