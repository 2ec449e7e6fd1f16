"""What several server processes share out, and what each has for itself."""

import pytest

from server.commands.supervising import share_of
from server.settings import MIB, read_settings


@pytest.mark.parametrize(("decoders", "each"), [(0, 0), (1, 1), (2, 1), (8, 2)])
def test_processes_share_out_the_memory_that_one_alone_would_take(decoders: int, each: int) -> None:
    given = read_settings(
        None,
        {
            "archive": {"database_bytes": 80 * MIB},
            "web": {"workers": 4, "threads": 6},
            "rendering": {"cache_bytes": 400 * MIB, "volume_bytes": 100 * MIB, "decoders": decoders},
        },
    )
    share = share_of(given)
    assert (share.rendering.cache_bytes, share.rendering.volume_bytes) == (100 * MIB, 25 * MIB)
    assert share.rendering.decoders == each, "and none stays unguarded where one was asked for"
    assert share.web.threads == 6
    assert share.archive.database_bytes == 20 * MIB
    assert share.archive.root == given.archive.root
