"""What a word may be matched by: itself without accents, its French and English stems, Arabic without what is written onto it."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

from processors.tokens import fold

_local = threading.local()


def _stemmers() -> tuple[Any, Any]:
    """The French and English stemmers of this thread (a stemmer is not safe across threads; loaded when first used)."""
    if not hasattr(_local, "stemmers"):
        import Stemmer  # 1 MB, and only where words are read

        _local.stemmers = (Stemmer.Stemmer("french", 0), Stemmer.Stemmer("english", 0))
    pair: tuple[Any, Any] = _local.stemmers
    return pair


def _squeeze(stem: str) -> str:
    """A stem without the spelling of its ending: "bugu" (buguer) and "bugg" (buggé) are "bug"."""
    if len(stem) > 3:
        if stem.endswith("gu"):
            return stem[:-1]
        if stem[-1] == stem[-2] and stem[-1] in "bdgmp":
            return stem[:-1]
    return stem


#: Small words whose stem is another word's: "très" is no "tree", "redis" is not "red".
_ONLY_THEMSELVES = frozenset(
    "tres apres aupres expres redis redit redira redirai redirais redirait rediras redirez redirons rediront".split()
)


@lru_cache(maxsize=16384)
def keys(form: str, accented: str) -> tuple[str, ...]:
    """What a token may be matched by: itself first, then its stems, "f:" and "e:" before the French and the English ones."""
    if len(form) < 3 or form.isdigit() or form in _ONLY_THEMSELVES:
        return (form,)  # nothing shorter is stemmed: "AR" must never be "are"
    if "\u0600" <= form[0] <= "\u06ff":
        return _arabic(form)
    if len(form) == 3:
        return form, "f:" + form, "e:" + form  # "bugs" is a bug
    french, english = _stemmers()
    stems = [french.stemWord(form), fold(french.stemWord(accented))]
    # what the French stemmer leaves of a word without its accents: modelisee > modelise > modelis
    if form.endswith(("ee", "ees")):
        stems.append(french.stemWord(form.rstrip("s")[:-1]))
    if form.endswith("ent") and len(form) >= 6:  # ouvrent, as ouvre
        stems.append(french.stemWord(form[:-2]))
    if form.endswith("ons") and len(form) >= 7:  # modélisons, as modéliser
        stems.append(french.stemWord(form[:-3] + "er"))
    found = {form: None, **{"f:" + _squeeze(stem): None for stem in stems if len(stem) >= 3}}
    if form == accented:  # no English word has an accent: "modèles" is not "modelled"
        found["e:" + _squeeze(english.stemWord(form))] = None
    if form.endswith("en") and len(form) >= 8:  # Rechnungen
        found[form[:-2]] = None
    return tuple(found)


#: What Arabic writes before a word ("and", "with", "the" …) and after it (plural, feminine), the longest first.
_BEFORE = ("وبال", "وال", "بال", "كال", "فال", "لل", "ال", "و", "ب", "ل", "ف")
_AFTER = ("ات", "ين", "ون", "ة", "ه", "ي")


def _arabic(form: str) -> tuple[str, ...]:
    """A word in Arabic script, and it without what is written onto it; at least three letters are left."""
    found: dict[str, None] = {form: None}
    stem = next((form.removeprefix(b) for b in _BEFORE if form.startswith(b) and len(form) - len(b) >= 3), form)
    for bare in (form, stem):
        ending = next((a for a in _AFTER if bare.endswith(a) and len(bare) - len(a) >= 3), "")
        found["a:" + bare.removesuffix(ending)] = None
    return tuple(found)


def family(form: str) -> tuple[str, ...]:
    """The word and its close derivations, so that a slip in one of them is seen: modéliser, modélisation."""
    if len(form) >= 7 and form.endswith("er"):
        return form, form[:-2] + "ation", form[:-1]
    if len(form) >= 9 and form.endswith("ation"):
        return form, form[:-5] + "er", form[:-5] + "e"
    return (form,)
