"""What keeps somebody from using a page: what axe-core finds, and every action without a name, a tooltip or a key."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WITHOUT = """() => {
    const actions = 'button, a[href], summary, select, textarea, input:not([type="file"]), [role="scrollbar"]';
    const dialog = document.querySelector('dialog[open]') ?? document;
    const shown = [...dialog.querySelectorAll(actions)].filter(one => one.checkVisibility());
    const name = one => one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent;
    return shown.map(one => [one.dataset.testid || one.className || one.outerHTML.slice(0, 80), [
        name(one).trim() ? '' : 'name', one.title ? '' : 'tooltip', one.getAttribute('aria-keyshortcuts') ? '' : 'key',
    ].filter(Boolean).join(', ')]).filter(([, missing]) => missing).map(([one, missing]) => `${one}: no ${missing}`);
}"""

HEAR = """panel => {
    const place = document.querySelector(panel);
    const usable = one => one.checkVisibility() && !one.matches(':disabled');
    window.keyed = [...place.querySelectorAll('[data-key]')].filter(usable);
    window.stop = new AbortController();
    window.addEventListener('click', event => {
        event.preventDefault();
        event.stopImmediatePropagation();
        window.heard = event.target.closest('[data-key]');
    }, { capture: true, signal: window.stop.signal });
    return window.keyed.map(one => one.getAttribute('aria-keyshortcuts'));
}"""
START = """([panel, number]) => {
    const own = window.keyed[number], place = own.closest('li') ?? document.querySelector(panel);
    const stops = [...place.querySelectorAll('button, a[href], summary, select')].filter(one => one.checkVisibility());
    window.heard = null;
    (stops.find(one => one !== own) ?? stops[0] ?? own).focus();
}"""
REACHED = "number => [window.heard, document.activeElement].includes(window.keyed[number])"

STOP = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    window.stops ??= new Map();
    const again = window.stops.has(at);
    if (!again) window.stops.set(at, window.stops.size);
    const box = at.getBoundingClientRect();
    const on = (x, y) => document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
    const seen = [0.1, 0.3, 0.5, 0.7, 0.9].some(x => [0.1, 0.5, 0.9].some(y => at.contains(on(x, y))));
    const [own, edge] = [getComputedStyle(at), getComputedStyle(at, '::after')];
    const ring = own.outlineStyle !== 'none' && parseFloat(own.outlineWidth) >= 2;
    const framed = parseFloat(edge.borderTopWidth) >= 2 && edge.borderTopColor !== 'rgba(0, 0, 0, 0)';
    const name = at.dataset.testid || at.className || at.localName;
    return [again, name, [seen ? '' : 'hidden', ring || framed ? '' : 'unmarked'].filter(Boolean).join(', ')];
}"""

SPACES = """() => {
    const sheet = new CSSStyleSheet();
    const spaces = { 'line-height': '1.5', 'letter-spacing': '0.12em', 'word-spacing': '0.16em' };
    const rules = Object.entries(spaces).map(([name, value]) => `${name}: ${value} !important`);
    sheet.replaceSync(`* { ${rules.join('; ')} }`);
    document.adoptedStyleSheets = [sheet];
}"""
CUT = """() => {
    const controls = [...document.querySelectorAll('button, a[href], summary')];
    const shown = controls.filter(one => one.checkVisibility() && one.textContent.trim());
    const cut = shown.filter(one => {
        const words = document.createRange();
        words.selectNodeContents(one);
        const [inner, outer] = [words.getBoundingClientRect(), one.getBoundingClientRect()];
        return one.getClientRects().length === 1 && (inner.right > outer.right + 1 || inner.bottom > outer.bottom + 2);
    });
    const wider = document.documentElement.scrollWidth - innerWidth;
    return [...cut.map(one => one.dataset.testid || one.textContent), ...(wider > 0 ? [`${wider} px wider`] : [])];
}"""


def barriers(page: Page) -> list[str]:
    """One line for each; none is what a page should have."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run({ runOnly: tags, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] })",
        TAGS,
    )
    missing: list[str] = page.evaluate(WITHOUT)
    return missing + [
        f"{one['id']}: {one['help']} - {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def dead_keys(page: Page, panel: str) -> list[str]:
    """The controls of a panel that their own key neither presses nor reaches, from elsewhere in it or in their line."""
    dead = []
    for number, key in enumerate(page.evaluate(HEAR, panel)):
        if key in ("Enter", "Escape"):  # the browser's own
            continue
        page.evaluate(START, [panel, number])
        page.keyboard.press(key)
        if not page.evaluate(REACHED, number):
            dead.append(f"{key}: {page.evaluate('number => window.keyed[number].outerHTML.slice(0, 120)', number)}")
    page.evaluate("() => window.stop.abort()")
    return dead


def lost_stops(page: Page, least: int = 2) -> list[str]:
    """Where Tab brings the keyboard to what is wholly hidden, or not marked as where it is (WCAG 2.4.11, 2.4.7)."""
    page.evaluate("() => { window.stops = new Map(); document.activeElement.blur(); }")
    lost, count = [], 0
    for _ in range(150):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or stop[0]:
            if count >= least:
                break
            continue
        count += 1
        lost += [f"{stop[1]}: {stop[2]}"] if stop[2] else []
    assert count >= least, f"Tab came to {count} places"
    return lost


def larger_spaces(page: Page) -> None:
    """The spacing of text that somebody may set for themselves (WCAG 1.4.12)."""
    page.evaluate(SPACES)


def cut_words(page: Page) -> list[str]:
    """Controls that do not hold what is written on them, and a page that is wider than its window."""
    found: list[str] = page.evaluate(CUT)
    return found
