"""The browser's house: arrows that point down, nothing from elsewhere, no markup from values, a light first view."""

import re
from pathlib import Path

import pytest

from server.catalogue.query import Level, level_of
from server.catalogue.returned import OF_A_STACK
from server.dicom.attributes import tag
from server.web.site import Site, static_folder

STATIC = static_folder()
MODULES = sorted((STATIC / "js").rglob("*.js"))
FLOORS = [
    {""},
    {"ui"},
    {"state"},
    {"viewport", "tools", "annotations"},
    {"dicomweb", "sessions"},
    {"core"},
]
IMPORT = re.compile(r"""(?:\bimport|\bexport)\b(?:[^'"`;()]*?\bfrom\b)?\s*\(?\s*['"]([^'"]+)['"]""")


def name(path: Path) -> str:
    return path.relative_to(STATIC / "js").as_posix()


def code(path: Path) -> str:
    """The module without its comments."""
    return re.sub(r"/\*.*?\*/|(?<![:'\"])//[^\n]*", "", path.read_text(), flags=re.DOTALL)


def imports(path: Path) -> list[str]:
    return IMPORT.findall(code(path))


def floor(path: Path) -> tuple[int, str]:
    """Counted from the top, and the folder on it."""
    folder = path.relative_to(STATIC / "js").parent.as_posix().removeprefix(".").partition("/")[0]
    [found] = [number for number, folders in enumerate(FLOORS) if folder in folders]
    return found, folder


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    own, own_folder = floor(path)
    for address in imports(path):
        assert address.startswith("."), f"{address} is not relative"
        assert address.endswith(".js"), f"{address} does not end in .js"
        target = (path.parent / address).resolve()
        assert target.is_file(), f"{address} is not there"
        below, folder = floor(target)
        assert below > own or folder == own_folder, f"{name(path)} imports {name(target)}"


def test_what_the_viewer_asks_of_a_stack_is_what_the_catalogue_keeps_ready() -> None:
    text = (STATIC / "js/dicomweb/queries.js").read_text()
    fields = re.findall(r"'(\w+)'", text.partition("INSTANCE_FIELDS = [")[2].partition("]")[0])
    asked = {tag(field) for field in fields if level_of(tag(field)) == Level.INSTANCE}
    assert asked
    assert asked <= OF_A_STACK, "without a summary each header is unpacked to open a stack"


def test_no_module_imports_itself_by_a_detour() -> None:
    targets = {path: [(path.parent / address).resolve() for address in imports(path)] for path in MODULES}
    done: set[Path] = set()

    def walk(path: Path, above: tuple[Path, ...]) -> None:
        assert path not in above, " > ".join(map(name, (*above, path)))
        if path not in done:
            for target in targets[path]:
                walk(target, (*above, path))
            done.add(path)

    for path in MODULES:
        walk(path, ())


FORBIDDEN = r"\binnerHTML\b|\bouterHTML\b|\binsertAdjacentHTML\b|\bdocument\.write\b|\beval\s*\(|\bnew Function\b"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_makes_markup_or_code_from_values_or_reaches_elsewhere(path: Path) -> None:
    assert not re.findall(FORBIDDEN, code(path))
    outside = [url for url in re.findall(r"https?://[^\s'\"`]+", code(path)) if "www.w3.org" not in url]
    assert not outside


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.html")), ids=lambda path: path.name)
def test_a_page_has_no_script_or_style_of_its_own_and_nothing_from_elsewhere(path: Path) -> None:
    page = path.read_text()
    assert not re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=|\son[a-z]+\s*=|javascript:", page)
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)


@pytest.mark.parametrize("path", sorted((STATIC / "css").glob("*.css")), ids=lambda path: path.name)
def test_a_style_sheet_loads_nothing_from_elsewhere(path: Path) -> None:
    assert not re.findall(r"@import|url\(\s*['\"]?(?:https?:)?//", path.read_text())


def first_view(site: Site) -> set[str]:
    """All modules that come before the first picture; a journey counts what a browser really loads until then."""
    head = (STATIC / "viewer.html").read_text().partition("<template")[0]
    return {module for entry in re.findall(r'src="/static/(js/[^"]+)"', head) for module in site.modules(entry)}


def test_the_first_view_of_the_viewer_is_light() -> None:
    modules = first_view(Site(STATIC))
    size = sum((STATIC / module).stat().st_size for module in modules)
    print(f"first view: {len(modules)} modules, {size / 1000:.1f} kB")  # noqa: T201 - `pytest -rA` shows the figures
    assert len(modules) <= 60
    assert size <= 150_000


def test_what_follows_the_first_picture_is_listed_whole_and_apart() -> None:
    site = Site(STATIC)
    first, desk = first_view(site), set(site.modules("js/desk.js"))
    head, _, later = (STATIC / "viewer.html").read_text().partition("<template")
    assert "<!-- modulepreload -->" in head
    assert "<!-- modulepreload js/desk.js -->" in later
    page = site._page("viewer.html").decode()
    before, _, after = page.partition("<template")
    listed = [set(re.findall(r'modulepreload" href="/static/[0-9a-f]+/(js/[^"]+)"', part)) for part in (before, after)]
    assert listed == [first - {"js/viewer.js", "js/asking.js"}, desk - first]
