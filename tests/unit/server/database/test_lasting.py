"""Small files that are there, and whole, whoever writes them at the same time."""

import threading
from pathlib import Path

from server.database.lasting import write_file


def test_whoever_reads_finds_one_of_what_several_threads_write_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "told.json"
    contents = [bytes([65 + number]) * 100_000 for number in range(4)]
    write_file(path, contents[0])
    failures: list[BaseException] = []

    def write(content: bytes) -> None:
        try:
            for _ in range(20):
                write_file(path, content)
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in threads):
        seen.add(path.read_bytes())
    assert not failures
    assert seen <= set(contents)
    assert [one.name for one in tmp_path.iterdir()] == ["told.json"]
