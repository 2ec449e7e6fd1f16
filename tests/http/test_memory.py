"""What is larger than a ceiling goes in and out below it: a real server process, its peak read from the kernel."""

from pathlib import Path

from bench.memory import measure

MEGABYTES = 64
MOST_ABOVE_START = 32


def test_studies_and_instances_larger_than_the_ceiling_stay_below_it(tmp_path: Path) -> None:
    started, *steps = measure(MEGABYTES, tmp_path)
    assert len(steps) >= 10
    above = {step.name: step.peak_megabytes - started.peak_megabytes for step in steps}
    assert {name: round(peak) for name, peak in above.items() if peak > MOST_ABOVE_START} == {}
