"""Unique identifiers that follow from a seed and a path of names, so a remade study is the same study."""

from hashlib import sha1

_NAMESPACE = bytes.fromhex("6f0c3f7e9d5b4b528a0e5f1d2c7b9e34")
_VERSION, _VERSION_5 = 0xF << 76, 0x5 << 76
_VARIANT, _RFC_9562 = 0x3 << 62, 0x2 << 62


def uid(seed: int, *path: str | int) -> str:
    """Return the UID of the thing that `path` names under `seed`.

    PS3.5 B.2: a name-based UUID (RFC 9562 5.5) written as one decimal number below the 2.25 root, so it never has a
    leading zero and is at most 44 characters long. Two different seeds or paths share a UID only if SHA-1 collides.
    """
    name = "/".join(map(str, (seed, *path)))
    digest = sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()
    number = int.from_bytes(digest[:16])
    return f"2.25.{number & ~(_VERSION | _VARIANT) | _VERSION_5 | _RFC_9562}"
