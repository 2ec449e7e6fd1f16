"""Text in any of DICOM's character sets as Unicode (PS3.3 C.12.1.1.2, PS3.5 6.1.2).

Undecodable bytes become U+FFFD; nothing here fails. A term that is misspelt or unknown is read as far as its
meaning can be guessed, else as Latin 1, which is a superset of the default repertoire.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# PS3.3 tables C.12-2 to C.12-5: the number of each registered set and the codec that reads it beside ASCII
_BY_NUMBER = {
    "6": "latin-1",
    "13": "shift_jis",
    "100": "latin-1",
    "101": "iso8859-2",
    "109": "iso8859-3",
    "110": "iso8859-4",
    "126": "iso8859-7",
    "127": "iso8859-6",
    "138": "iso8859-8",
    "144": "iso8859-5",
    "148": "iso8859-9",
    "166": "tis-620",
    "192": "utf-8",
    "203": "iso8859-15",
}
_MULTI_BYTE_G1 = {"58": "gb2312", "149": "euc_kr"}
_MULTI_BYTE_G0 = {"87", "159"}
_NAMED = {"GB18030": "gb18030", "GBK": "gbk", "ISO 2022 GBK": "gbk"}
_STAND_ALONE = {"utf-8", "gb18030", "gbk"}

# PS3.3 tables C.12-3 and C.12-4: what each escape sequence designates, G0 as bytes a character and G1 as a codec
_G0 = {b"(B": "", b"(J": "", b"$B": "jis x 0208", b"$@": "jis x 0208", b"$(D": "jis x 0212"}
_G1 = {
    b")I": "shift_jis",
    b"-A": "latin-1",
    b"-B": "iso8859-2",
    b"-C": "iso8859-3",
    b"-D": "iso8859-4",
    b"-F": "iso8859-7",
    b"-G": "iso8859-6",
    b"-H": "iso8859-8",
    b"-L": "iso8859-5",
    b"-M": "iso8859-9",
    b"-T": "tis-620",
    b"-b": "iso8859-15",
    b"$)A": "gb2312",
    b"$)C": "euc_kr",
}
_ESCAPE = re.compile(rb"\x1b(\$[()][A-D]|\$[@B]|[()\-][A-Za-z])")
_TERM = re.compile(r"ISO[ _-]*(?:2022[ _-]*)?(?:IR[ _-]*)?([0-9]+)")
_CODEC = re.compile(r"(?:ISO[ _-]?8859|LATIN|CP|WINDOWS|KOI8|EUC|SHIFT|BIG5|UTF[-_]?8|GB2312)[-_A-Z0-9]*")
# PS3.5 6.1.2.5.3: code extensions end with the line (CR, LF, FF, TAB) and with a value; names have more delimiters
_LINES = rb"\t\n\f\r"
LINES = re.compile(rb"[" + _LINES + rb"]")
"""Where a text of one value falls back to its first character set."""
VALUES = re.compile(rb"[" + _LINES + rb"\\]")
"""Where text of several values does."""
NAMES = re.compile(rb"[" + _LINES + rb"\\^=]")
"""Where person names do."""


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """How bytes become text: `codec` reads what has no escape sequence; only an `extensible` set may have any."""

    codec: str = "latin-1"
    extensible: bool = True

    def decode(self, content: bytes, delimiters: re.Pattern[bytes]) -> str:
        """The text of `content`; at `delimiters` (see `NAMES`) it returns to its first state.

        Values are to be told apart in the text, not in the bytes: a character of several bytes may hold 05/12.
        """
        if b"\x1b" not in content or not self.extensible:
            return content.decode(self.codec, "replace")
        return "".join(self._pieces(content, delimiters))

    def _pieces(self, content: bytes, delimiters: re.Pattern[bytes]) -> Iterator[str]:
        g0, g1 = "", self.codec
        # escape sequences stand at the odd places
        for place, part in enumerate(_ESCAPE.split(content)):
            if place % 2:
                g0, g1 = _G0.get(part, g0), _G1.get(part, g1)
                continue
            rest = part
            if g0:
                text, rest = _double_bytes(rest, g0, g1)
                yield text
            ended = delimiters.search(rest)
            if ended:
                yield rest[: ended.start()].decode(g1, "replace")
                rest, g0, g1 = rest[ended.start() :], "", self.codec
            yield rest.decode(g1, "replace")


def _double_bytes(part: bytes, g0: str, g1: str) -> tuple[str, bytes]:
    """The text of two bytes a character up to a control character, and what follows.

    Delimiters that are graphic characters are not looked for: here their codes are halves of characters.
    """
    end = next((at for at, byte in enumerate(part) if byte in b"\t\n\f\r"), len(part))
    text = []
    for run in re.findall(rb"(?:[\x21-\x7e]{2})+|[^\x21-\x7e]+|.", part[:end]):
        if run[0] in range(0x21, 0x7F) and len(run) % 2 == 0:
            high = bytes(byte | 0x80 for byte in run)
            if g0 == "jis x 0212":  # the third code set of EUC, behind a single shift before each character
                high = b"".join(b"\x8f" + high[at : at + 2] for at in range(0, len(high), 2))
            text.append(high.decode("euc_jp", "replace"))
        else:
            text.append(run.decode(g1, "replace"))
    return "".join(text), part[end:]


DEFAULT = CharacterSet()
"""What holds where no Specific Character Set is given: ISO_IR 6."""


@lru_cache(maxsize=256)
def character_set(terms: bytes) -> CharacterSet:
    """The character set that the value of Specific Character Set (0008,0005) names."""
    names = [" ".join(term.split()).upper() for term in terms.decode("latin-1").strip(" \0").split("\\")]
    if not names[0] and len(names) > 1:
        # G1 is undefined until it is designated: the first set that has one is the best guess for what forgets to
        designated = (_MULTI_BYTE_G1.get(_number(name)) for name in names[1:])
        return CharacterSet(next(filter(None, designated), "latin-1"))
    codec = _codec(names[0])
    return CharacterSet(codec, extensible=codec not in _STAND_ALONE)


def _number(name: str) -> str:
    found = _TERM.fullmatch(name)
    return found[1] if found else ""


def _codec(name: str) -> str:
    number = _number(name)
    if codec := _NAMED.get(name) or _BY_NUMBER.get(number) or _MULTI_BYTE_G1.get(number):
        return codec
    if number in _MULTI_BYTE_G0 or not _CODEC.fullmatch(name):
        return "latin-1"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "latin-1"
