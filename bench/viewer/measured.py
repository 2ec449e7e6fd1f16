"""The rounds of the viewer's bench: the two viewers take turns, each in a browser of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from playwright.sync_api import Browser

from bench.samples import Sample
from bench.viewer.subjects import Subject
from bench.viewer.visits import browser_megabytes, drag_window, open_address, open_by_click, person, scroll, wheel_steps

Launch = Callable[[], Browser]


@dataclass(frozen=True)
class Amount:
    """How much of everything."""

    visits: int
    steps: int
    ticks: int
    drag_seconds: float


@dataclass
class Figures:
    """What one viewer has shown over one line with one study; each list holds one figure a round."""

    cold_ms: list[float] = field(default_factory=list)
    cold_exact_ms: list[float] = field(default_factory=list)
    warm_ms: list[float] = field(default_factory=list)
    click_ms: list[float] = field(default_factory=list)
    kilobytes: list[float] = field(default_factory=list)
    exact_kilobytes: list[float] = field(default_factory=list)
    modules: list[float] = field(default_factory=list)
    module_kilobytes: list[float] = field(default_factory=list)
    step_ms: list[float] = field(default_factory=list)
    missed: int = 0
    forward: list[float] = field(default_factory=list)
    backward: list[float] = field(default_factory=list)
    honoured: list[float] = field(default_factory=list)
    cold_scroll: list[float] = field(default_factory=list)
    cold_honoured: list[float] = field(default_factory=list)
    drags: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    own_megabytes: list[float] = field(default_factory=list)


def measure(launch: Launch, subjects: Sequence[Subject], study: Sample, amount: Amount) -> dict[str, Figures]:
    """All figures of every subject on that study; they take turns from visit to visit."""
    figures = {subject.name: Figures() for subject in subjects}
    for _ in range(amount.visits):
        for subject in subjects:
            browser = launch()
            _one_visit(browser, subject, study, amount, figures[subject.name])
            browser.close()
    return figures


def _one_visit(browser: Browser, subject: Subject, study: Sample, amount: Amount, figures: Figures) -> None:
    study_uid = study.instances[0].study_uid
    series = [one for one in study.instances if one.series_uid == study.instances[0].series_uid]
    numbers = {one.instance_uid: number for number, one in enumerate(series)}
    with person(browser, subject) as context:
        empty = context.new_page()
        before = browser_megabytes(browser)
        empty.close()
        opened = open_address(context, subject, study_uid)
        figures.cold_ms.append(opened.notes["anyMs"])
        figures.cold_exact_ms.append(opened.notes["exactMs"])
        figures.kilobytes.append(opened.kilobytes)
        figures.exact_kilobytes.append(opened.exact_kilobytes)
        figures.modules.append(opened.notes["modules"])
        figures.module_kilobytes.append(opened.notes["moduleBytes"] / 1000)
        cold = scroll(opened.page, subject, amount.ticks, numbers)
        figures.cold_scroll.append(cold.slices_per_second)
        figures.cold_honoured.append(cold.honoured)
        opened.page.close()
        warm = open_address(context, subject, study_uid)
        figures.warm_ms.append(warm.notes["anyMs"])
        warm.page.wait_for_timeout(1500)
        steps = wheel_steps(warm.page, subject, amount.steps)
        figures.step_ms += [step for step in steps if step is not None]
        figures.missed += steps.count(None)
        forth = scroll(warm.page, subject, amount.ticks, numbers)
        back = scroll(warm.page, subject, amount.ticks, numbers, -1)
        figures.forward.append(forth.slices_per_second)
        figures.backward.append(back.slices_per_second)
        figures.honoured += [forth.honoured, back.honoured]
        figures.drags.append(drag_window(warm.page, subject, amount.drag_seconds))
        figures.megabytes.append(browser_megabytes(browser))
        figures.own_megabytes.append(figures.megabytes[-1] - before)
        warm.page.close()
        figures.click_ms.append(open_by_click(context, subject, study))


def middle(values: Sequence[float]) -> float:
    """The median; 0 of nothing."""
    return median(values) if values else 0.0


def share(values: Sequence[float], part: float) -> float:
    """The value that this part of them does not exceed; 0 of nothing."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))] if values else 0.0
