"""Person names as they are compared: exactly but for case, and by the sound of their words (PS3.5 6.2.1).

Fuzzy matching (PS3.18 8.3.4.2): every word asked for begins a word of the name, or sounds like one. Case, accents,
apostrophes and the order of the words mean nothing.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

MOST_WORDS = 32
"""Words of one name that are kept for fuzzy matching."""

_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_ACCENT = re.compile("[\u0300-\u036f]")
_APOSTROPHE = re.compile("['’‘ʼ`´]")
_WORD = re.compile(r"[^\W_]+")


def name_key(name: str | None) -> str | None:
    """A name without case, in composed characters, each group without trailing separators; None for none."""
    if name is None:
        return None
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return "=".join(group.strip().rstrip("^ ") for group in plain.split("=")).rstrip("=")


def groups(key: str | None) -> list[str]:
    """The component groups of a name as `name_key` has it, when it has several: each is compared for itself too."""
    return list(dict.fromkeys(filter(None, key.split("=")))) if key and "=" in key else []


def name_text(value: object) -> str:
    """A PN value of DICOM JSON as one text, its groups joined by '='."""
    if not isinstance(value, Mapping):
        return str(value or "")
    return "=".join(str(value.get(group) or "") for group in _GROUPS).rstrip("=")


def words(name: str | None) -> list[tuple[str, str]]:
    """The words of a name without case and accents, each once, and how it sounds."""
    found = dict.fromkeys(_WORD.findall(_folded(name or "")))
    return [(word, sound(word)) for word in list(found)[:MOST_WORDS]]


def _folded(text: str) -> str:
    bare = _ACCENT.sub("", unicodedata.normalize("NFKD", text.casefold()))
    # what is left decomposed are other scripts, whose marks are not accents
    return unicodedata.normalize("NFC", _APOSTROPHE.sub("", bare.translate(_LETTERS)))


# In this order: what is written in several ways in British names, however they came to be, becomes one letter.
_SPELLINGS = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        ("^(?:kn|gn|pn)", "n"),  # Knight, Gnosall
        ("^wr", "r"),  # Wright
        ("^ps", "s"),
        ("^x", "s"),  # Xavier
        ("^wh", "w"),
        ("ngh", "ng"),  # Singh
        ("mp(?=[st])", "m"),  # Thompson, Thomson
        ("dg(?=[eiy])", "j"),  # Bridget
        ("dt$", "t"),  # Schmidt
        ("(?<!s)ch(?=[rl])", "k"),  # Christine
        ("[st]?ch|sh", "x"),  # Charles, Fletcher, Ashley
        ("ph|v", "f"),  # Stephen, Steven
        ("gh", ""),  # Hughes, Leigh
        ("th", "t"),  # Smith, Smyth, Catherine
        ("g(?=[ey])|j", "j"),  # Geoffrey, Jeffrey
        ("c(?=[eiy])|z", "s"),  # Elizabeth, Elisabeth; Frances
        ("ck|c|q", "k"),  # Clark, Mac, Kathryn
        ("(?<=.)[hw]", ""),  # Kahn, Khan; Rahman
    )
)
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = re.compile("(?<=.)[aeiouy]+")
_FIRST_VOWEL = re.compile("^[aeiouy]")
_LATIN = re.compile("[a-z]+")


@lru_cache(4096)
def sound(word: str) -> str:
    """How a folded word sounds: its consonants in one spelling; of another script than Latin the word itself."""
    if not _LATIN.fullmatch(word):
        return word
    for pattern, said in _SPELLINGS:
        word = pattern.sub(said, word)
    return _FIRST_VOWEL.sub("a", _VOWELS.sub("", _DOUBLED.sub(r"\1", word)))
