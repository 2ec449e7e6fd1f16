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
