"""Names: what is the same name, and which words of one are found by which."""

import pytest

from server.catalogue.names import MOST_WORDS, name_key, name_text, sound, words


def test_names_are_compared_without_case_and_trailing_separators() -> None:
    assert name_key("Doe^JANE^^") == name_key("doe^jane")
    assert name_key("A^B=C^D^=") == "a^b=c^d"
    assert name_key("Bronte\u0308") == name_key("BRONTË")
    assert name_key(None) is None
    assert name_text({"Alphabetic": "A", "Phonetic": "C"}) == "A==C"


SAME = (
    "Stephen Steven, Smith Smyth, Clark Clarke, Reid Reed, Philip Phillip, Catherine Kathryn, Thompson Thomson, "
    "Macdonald McDonald, Hughes Hews, Wright Right, Leigh Lee, Khan Kahn, Mohammed Muhammad, Hussain Hussein, "
    "Chaudhry Chowdhury, Singh Sing, Geoffrey Jeffrey, Elisabeth Elizabeth, Christine Kristine, Schmidt Schmitt, "
    "Graham Graeme, Stewart Stuart, Frances Francis, Ahmed Ahmad, Davies Davis, Rehman Rahman, Yvonne Evonne"
)
OTHER = "Johnson Johnston, Smith Jones, Brown Green, Patel Begum, Mary Martin, Mohammed Maddie, Evans Owens"


@pytest.mark.parametrize("pair", SAME.split(", "))
def test_names_that_sound_alike_are_found_by_each_other(pair: str) -> None:
    one, other = pair.lower().split()
    assert sound(one) == sound(other)


@pytest.mark.parametrize("pair", OTHER.split(", "))
def test_names_that_sound_otherwise_are_not(pair: str) -> None:
    one, other = pair.lower().split()
    assert sound(one) != sound(other)


def test_accents_apostrophes_and_separators_are_no_part_of_a_word() -> None:
    assert [word for word, _ in words("O’Brien-Müller^Zoë^^Dr=山田^太郎")] == [
        "obrien",
        "muller",
        "zoe",
        "dr",
        "山田",
        "太郎",
    ]
    assert [word for word, _ in words("Łukasz Ørsted Straße Æthel")] == ["lukasz", "orsted", "strasse", "aethel"]
    assert [word for word, _ in words("が")] == ["が"]
    assert words("^^=") == words(None) == []
    assert len(words(" ".join(f"a{number}" for number in range(99)))) == MOST_WORDS


def test_a_word_of_another_script_sounds_as_it_is_written() -> None:
    assert sound("山田") == "山田"
    assert sound("") == ""
