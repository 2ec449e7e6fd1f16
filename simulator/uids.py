"""Unique identifiers that follow from a seed and a path of names, so a remade study is the same study."""

import uuid

_NAMESPACE = uuid.UUID("6f0c3f7e-9d5b-4b52-8a0e-5f1d2c7b9e34")


def uid(seed: int, *path: str | int) -> str:
    """Return the UID of the thing that `path` names under `seed`.

    PS3.5 B.2: a name-based UUID written as one decimal number below the 2.25 root, so it never has a leading
    zero and is at most 44 characters long. Two different seeds or paths share a UID only if SHA-1 collides.
    """
    name = "/".join(str(part) for part in (seed, *path))
    return f"2.25.{uuid.uuid5(_NAMESPACE, name).int}"
