"""Names and texts as PS3.5 annexes H to K print them, every character set by name, and what writers get wrong."""

import pytest
from pydicom.charset import python_encoding

from server.dicom.character_sets import LINES, NAMES, VALUES, character_set


def from_columns(codes: str) -> bytes:
    """Bytes as the annexes write them: 04/08 is column 4, row 8."""
    return bytes(int(column) << 4 | int(row) for column, row in (code.split("/") for code in codes.split()))


def from_octal(text: str) -> bytes:
    return text.encode("latin-1")


JAPANESE = from_octal("Yamada^Tarou=\033$B;3ED\033(B^\033$BB@O:\033(B=\033$B$d$^$@\033(B^\033$B$?$m$&\033(B")  # H.3.1
HALF_WIDTH = from_octal(
    "\324\317\300\336^\300\333\263=\033$B;3ED\033(J^\033$BB@O:\033(J=\033$B$d$^$@\033(J^\033$B$?$m$&\033(J"
)  # H.3.2
KOREAN = from_octal("Hong^Gildong=\033$)C\373\363^\033$)C\321\316\324\327=\033$)C\310\253^\033$)C\261\346\265\277")
CHINESE = bytes.fromhex("5A68616E675E5869616F446F6E673D 1B242941 D5C55E 1B242941 D0A1B6AB 3D20".replace(" ", ""))  # K.2
EXAMPLES = {
    "H.3.1": (b"\\ISO 2022 IR 87", JAPANESE, "Yamada^Tarou=山田^太郎=やまだ^たろう"),
    "H.3.2": (b"ISO 2022 IR 13\\ISO 2022 IR 87", HALF_WIDTH, "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
    "I.2": (b"\\ISO 2022 IR 149", KOREAN, "Hong^Gildong=洪^吉洞=홍^길동"),
    "J.1": (
        b"ISO_IR 192",
        bytes.fromhex("57616e675e5869616f446f6e673de78e8b5ee5b08fe69db13d"),
        "Wang^XiaoDong=王^小東=",
    ),
    "J.3": (b"GB18030 ", bytes.fromhex("57616e675e5869616f446f6e673dcdf55ed0a1b6ab3d"), "Wang^XiaoDong=王^小东="),
    "J.3 as GBK": (b"GBK ", bytes.fromhex("57616e675e5869616f446f6e673dcdf55ed0a1b6ab3d"), "Wang^XiaoDong=王^小东="),
    "K.2": (b"\\ISO 2022 IR 58", CHINESE, "Zhang^XiaoDong=张^小东= "),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_name_of_the_annexes_reads_as_it_is_printed_there(example: str) -> None:
    terms, content, expected = EXAMPLES[example]
    assert character_set(terms).decode(content, NAMES) == expected


def test_the_octal_and_the_column_form_of_annex_i_are_the_same_bytes() -> None:
    columns = (
        "04/08 06/15 06/14 06/07 05/14 04/07 06/09 06/12 06/04 06/15 06/14 06/07 03/13 01/11 02/04 02/09 04/03 15/11"
    )
    assert KOREAN.startswith(from_columns(columns))


def test_a_korean_text_designates_its_set_anew_in_every_line() -> None:  # I.3
    hangul = "한글".encode("euc_kr")
    content = b"\x1b$)CThe first line includes " + hangul + b".\r\n\x1b$)CThe second " + hangul + b", too.\r\nThe third"
    found = character_set(b"\\ISO 2022 IR 149").decode(content, LINES)
    assert found == "The first line includes 한글.\r\nThe second 한글, too.\r\nThe third"


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\f", b"\t"])
def test_a_line_ends_what_an_escape_sequence_began(end: bytes) -> None:  # PS3.5 6.1.2.5.3
    cyrillic = "Дж".encode("iso8859-5")
    content = b"\x1b-L" + cyrillic + end + b"\xe9"
    found = character_set(b"ISO 2022 IR 100\\ISO 2022 IR 144").decode(content, LINES)
    assert found == "Дж" + end.decode() + "é"


@pytest.mark.parametrize(("delimiters", "delimiter"), [(VALUES, "\\"), (NAMES, "\\"), (NAMES, "^"), (NAMES, "=")])
def test_a_delimiter_ends_what_an_escape_sequence_began(delimiters: object, delimiter: str) -> None:
    content = b"\x1b-L" + "Дж".encode("iso8859-5") + delimiter.encode() + b"\xe9"
    found = character_set(b"ISO 2022 IR 100\\ISO 2022 IR 144").decode(content, delimiters)  # type: ignore[arg-type]
    assert found == f"Дж{delimiter}é"


def test_what_is_a_delimiter_in_names_is_none_in_texts() -> None:
    content = b"\x1b-L" + "Дж^=Дж".encode("iso8859-5")
    assert character_set(b"ISO 2022 IR 100\\ISO 2022 IR 144").decode(content, VALUES) == "Дж^=Дж"


@pytest.mark.parametrize("half", [b"\\", b"^", b"="])
def test_halves_of_kanji_that_look_like_delimiters_are_none(half: bytes) -> None:
    content = b"\x1b$B0" + half + half + b"0\x1b(B"
    kanji = content.decode("iso2022_jp")
    assert len(kanji) == 2
    assert character_set(b"\\ISO 2022 IR 87").decode(content + b"\\" + content, NAMES) == f"{kanji}\\{kanji}"


def test_supplementary_kanji_are_read() -> None:  # JIS X 0212, ISO-IR 159
    content = "丂侮".encode("iso2022_jp_2")
    assert b"\x1b$(D" in content
    assert character_set(b"\\ISO 2022 IR 87\\ISO 2022 IR 159").decode(content, VALUES) == "丂侮"


@pytest.mark.parametrize("terms", [b"GB18030", b"GBK", b"ISO 2022 GBK"])
def test_a_chinese_character_whose_second_byte_is_a_backslash_stays_whole(terms: bytes) -> None:
    content = "誠\\誠".encode("gbk")
    assert content.count(b"\\") == 3
    assert character_set(terms).decode(content, VALUES) == "誠\\誠"


SAMPLES = {
    "13": ("ｱｲｳ", "shift_jis"),
    "100": ("Ægé", "latin-1"),
    "101": ("Łódź", "iso8859-2"),
    "109": ("Ħĝ", "iso8859-3"),
    "110": ("Ąķ", "iso8859-4"),
    "126": ("Διον", "iso8859-7"),
    "127": ("قباني", "iso8859-6"),
    "138": ("שרון", "iso8859-8"),
    "144": ("Люкс", "iso8859-5"),
    "148": ("Çavuşoğlu", "iso8859-9"),
    "166": ("ไทย", "tis-620"),
    "203": ("Œ€", "iso8859-15"),
}


@pytest.mark.parametrize("number", SAMPLES)
@pytest.mark.parametrize(
    "form", ["ISO_IR {}", "ISO 2022 IR {}", "ISO-IR {}", "ISO IR {}", "ISO 2022-IR-{}", "iso_ir {}"]
)
def test_a_single_byte_set_is_known_by_its_number_however_it_is_spelt(number: str, form: str) -> None:
    text, codec = SAMPLES[number]
    assert character_set(form.format(number).encode()).decode(text.encode(codec), VALUES) == text


@pytest.mark.parametrize("term", sorted(set(python_encoding) - {"", "ISO 2022 IR 87", "ISO 2022 IR 159"}))
def test_every_term_that_pydicom_knows_is_read_by_the_same_codec(term: str) -> None:
    codec = python_encoding[term]
    letters = [chr(code) for code in (*range(0xA1, 0x600), 0xE01, 0x5F20, 0xAE38, 0xFF71)]
    text = "".join(letter for letter in letters if _survives(letter, codec))
    assert text
    assert character_set(term.encode()).decode(text.encode(codec), LINES) == text


def _survives(letter: str, codec: str) -> bool:
    return letter.encode(codec, "ignore").decode(codec, "replace") == letter


@pytest.mark.parametrize(
    "terms", [b"", b"ISO_IR 6", b"ISO_IR 9999", b"nonsense", b"hex", b"zlib", b"utf-16", b"cp9999", b"\xff", b"\\"]
)
def test_an_unknown_set_is_read_as_latin_1(terms: bytes) -> None:
    assert character_set(terms).decode(b"M\xfcller", NAMES) == "Müller"


@pytest.mark.parametrize("terms", [b"UTF-8", b"utf8", b"ISO-IR 192", b"ISO_IR 192\\ISO 2022 IR 87", b"ISO_IR_192"])
def test_utf_8_is_known_by_its_other_names_and_takes_no_extensions(terms: bytes) -> None:
    assert character_set(terms).decode("Müller\x1b$B".encode(), NAMES) == "Müller\x1b$B"


@pytest.mark.parametrize("terms", [b"ISO_IR 192", b"GB18030", b"\\ISO 2022 IR 87", b"\\ISO 2022 IR 149", b"ISO_IR 13"])
@pytest.mark.parametrize("content", [b"\xff\xfe", b"\x1b", b"\x1b$B\x80!", b"\x1b$", b"\x1b$(D!!\x1b)I\x81", b"\xd5"])
def test_bytes_that_are_no_text_are_replaced(terms: bytes, content: bytes) -> None:
    found = character_set(terms).decode(content, NAMES)
    assert found
    found.encode()  # is Unicode that can be sent


def test_a_set_that_was_declared_but_not_designated_is_guessed() -> None:
    """PS3.5 6.1.2.5.1 leaves G1 undefined then; what forgets its escape sequence means the only set there is."""
    name = "Hong^Gildong=洪^吉洞=홍^길동"
    assert character_set(b"\\ISO 2022 IR 149").decode(name.encode("euc_kr"), NAMES) == name
