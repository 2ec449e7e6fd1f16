"""Synthetic people of the United Kingdom: names, numbers and hospitals that look real and belong to nobody."""

import random
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Hospital:
    """One site of a made-up trust; `code` starts its accession numbers, `issuer` names its number space."""

    name: str
    trust: str
    code: str
    issuer: str


@dataclass(frozen=True)
class Person:
    """A patient as the hospital's registration desk knows them; `name` is a PS3.5 PN value."""

    name: str
    sex: str
    birth_date: date
    nhs_number: str
    hospital_number: str
    hospital: Hospital
    height_m: float
    weight_kg: float

    def age_on(self, day: date) -> int:
        """Return whole years lived on `day`."""
        before_birthday = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before_birthday


@dataclass(frozen=True)
class _Names:
    """Names that go together: how common they are, and family names as (male, female) where they differ."""

    weight: int
    families: tuple[str, ...]
    male: tuple[str, ...]
    female: tuple[str, ...]


HOSPITALS = (
    Hospital("Elderbrook General Hospital", "Elderbrook and Fenmoor NHS Trust", "ELD", "ELDERBROOK"),
    Hospital("Fenmoor Infirmary", "Elderbrook and Fenmoor NHS Trust", "FEN", "ELDERBROOK"),
    Hospital("Larkhaven Royal Hospital", "Larkhaven Bay University Hospitals NHS Trust", "LAR", "LARKHAVEN"),
)

_NAMES = (
    _Names(
        68,
        ("Smith", "Taylor", "Brown", "Wilson", "Walker", "Hughes", "Turner", "Fletcher-Hall", "Ashworth", "Reid"),
        ("Oliver", "George", "Thomas", "Peter", "Alan", "Stephen", "Brian", "Callum", "Derek", "Matthew"),
        ("Margaret", "Susan", "Emily", "Patricia", "Joan", "Claire", "Heather", "Dorothy", "Eleanor", "Zoë"),
    ),
    _Names(
        7,
        ("Jones", "Davies", "Llewelyn", "ap Rhys", "Prydderch"),
        ("Dafydd", "Llŷr", "Rhys", "Owain", "Tudŵr"),
        ("Siân", "Cerys", "Ffion", "Mair", "Angharad"),
    ),
    _Names(
        6,
        ("O'Neill", "Ó Briain", "Murphy", "Byrne", "Ní Dhomhnaill"),
        ("Seán", "Pádraig", "Ciarán", "Declan"),
        ("Niamh", "Siobhán", "Róisín", "Bernadette"),
    ),
    _Names(
        11,
        ("Khan", "Patel", "Ahmed", "Kaur-Gill", "Hussain", "Chowdhury"),
        ("Imran", "Rajesh", "Tariq", "Arjun", "Yusuf"),
        ("Ayesha", "Priya", "Nasreen", "Meena", "Fatima"),
    ),
    _Names(
        3,
        ("Nowak", "Wójcik", "Mazur", "Król"),
        ("Łukasz", "Paweł", "Michał", "Jan"),
        ("Małgorzata", "Agnieszka", "Zofia", "Elżbieta"),
    ),
    _Names(
        4,
        ("Adeyemi", "Okafor", "Mensah", "Campbell"),
        ("Kwame", "Emeka", "Winston", "Tunde"),
        ("Ngozi", "Abena", "Gloria", "Folake"),
    ),
    _Names(1, ("Suryani", "Teguh"), ("",), ("",)),
)


def person(chance: random.Random, *, ages: tuple[int, int], on: date, sex: str = "") -> Person:
    """Return a patient whose age on the day `on` lies within `ages`; `sex` is "M", "F" or, empty, either."""
    sex = sex or chance.choice("MF")
    days_old = chance.randint(ages[0] * 366, ages[1] * 365)
    height = chance.gauss(1.76 if sex == "M" else 1.63, 0.06)
    title = "Mr" if sex == "M" else chance.choice(("Mrs", "Ms", "Miss"))
    hospital = chance.choice(HOSPITALS)
    return Person(
        name=_name(chance, sex, title),
        sex=sex,
        birth_date=on - timedelta(days=days_old),
        nhs_number=nhs_number(chance),
        hospital_number=f"{chance.choice('ABCEHKRTW')}{chance.randrange(100_000, 1_000_000)}",
        hospital=hospital,
        height_m=round(height, 2),
        weight_kg=round(height**2 * chance.uniform(21.5, 29.5), 1),
    )


def clinician(chance: random.Random, title: str = "Dr") -> str:
    """Return the name of a doctor as a PN value."""
    return _name(chance, chance.choice("MF"), title)


def nhs_number(chance: random.Random) -> str:
    """Return ten digits of the 999 range, which is never issued, with a right check digit."""
    while True:
        first_nine = f"999{chance.randrange(1_000_000):06d}"
        digit = check_digit(first_nine)
        if digit is not None:
            return f"{first_nine}{digit}"


def check_digit(first_nine: str) -> int | None:
    """Return the modulus-11 check digit of an NHS number's first nine digits; None where no number exists."""
    total = sum(int(digit) * weight for digit, weight in zip(first_nine, range(10, 1, -1), strict=True))
    digit = (11 - total % 11) % 11
    return None if digit == 10 else digit


def character_set(*texts: str) -> str:
    """Return the PS3.3 C.12.1.1.2 SpecificCharacterSet that holds all `texts`: Latin-1 if it can, else UTF-8.

    The circumflex w and y of Welsh and the barred l of Polish are in no Latin-1.
    """
    try:
        "".join(texts).encode("latin-1")
    except UnicodeEncodeError:
        return "ISO_IR 192"
    return "ISO_IR 100"


def _name(chance: random.Random, sex: str, title: str) -> str:
    names = chance.choices(_NAMES, weights=[group.weight for group in _NAMES])[0]
    family = chance.choice(names.families)
    given = chance.choice(names.male if sex == "M" else names.female)
    return f"{family}^{given}^^{title}"
