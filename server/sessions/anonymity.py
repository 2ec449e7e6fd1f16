"""A session told without saying whose images it shows: other UIDs, and none of the words that people typed."""

import hashlib
import hmac
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

_Image = TypeVar("_Image", bound=Hashable)

_OWN_UIDS = "2.25."
_TYPED = ("meeting", "question", "outcome")
"""What people write on the agenda."""

_WORD = "kind"
"""The one text of an annotation that is no free text."""


class Pseudonyms:
    """The other names of one session's UIDs: the same for everybody in it, and of no use outside."""

    def __init__(self, session_id: str) -> None:
        self._key = hashlib.sha256(f"anonymous/{session_id}".encode()).digest()
        self._real: dict[str, str] = {}
        self._may_name: dict[Hashable, bool] = {}

    def hide(self, uid: str) -> str:
        """A UID made from a number (PS3.5 B.2) that nobody can turn back who does not know the session."""
        digest = hmac.digest(self._key, uid.encode(), "sha256")
        hidden = _OWN_UIDS + str(int.from_bytes(digest[:16]))
        self._real[hidden] = uid
        return hidden

    def learn(self, uids: Iterable[str]) -> None:
        """Makes these known, so that their pseudonyms can be turned back."""
        for uid in uids:
            self.hide(uid)

    def may_name(self, image: _Image, ask: Callable[[_Image], bool]) -> bool:
        """Whether an image's pixels may say whose they are, asked once for each: an image never changes."""
        if image not in self._may_name:
            self._may_name[image] = ask(image)
        return self._may_name[image]

    def knows(self, hidden: str) -> bool:
        """Whether it is the pseudonym of something known."""
        return hidden in self._real

    def real(self, hidden: str) -> str:
        """What a pseudonym stands for; anything else stands for nothing of this session."""
        return self._real.get(hidden, hidden)


def told(value: Any, hide: Callable[[str], str], guest: bool) -> Any:
    """A room, an event or a message as somebody may hear it who is not to know whose images these are."""
    if isinstance(value, list):
        return [told(one, hide, guest) for one in value]
    if not isinstance(value, dict):
        return value
    heard = {name: told(one, hide, guest) for name, one in _uids(value, hide).items()}
    if "scene_id" in heard and "name" in heard:
        heard["name"] = "Scene"
    for name in _TYPED:
        if isinstance(heard.get(name), str):
            heard[name] = ""
    if isinstance(heard.get("content"), dict):
        heard["content"] = _without_words(heard["content"])
    if guest and "session_id" in heard:
        heard["session_id"] = ""
    return heard


def meant(value: Any, real: Callable[[str], str]) -> Any:
    """What somebody said who knows pseudonyms only."""
    if isinstance(value, list):
        return [meant(one, real) for one in value]
    return {name: meant(one, real) for name, one in _uids(value, real).items()} if isinstance(value, dict) else value


def _uids(value: dict[str, Any], other: Callable[[str], str]) -> dict[str, Any]:
    return {name: _uid_field(name, one, other) for name, one in value.items()}


def _uid_field(name: str, value: Any, other: Callable[[str], str]) -> Any:
    if name.endswith("_uid") and isinstance(value, str):
        return other(value)
    if name.endswith("_uids") and isinstance(value, list):
        return [other(uid) if isinstance(uid, str) else uid for uid in value]
    return value


def _without_words(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _without_words(one) for name, one in content.items() if name == _WORD or not isinstance(one, str)}
    if isinstance(content, list):
        return [_without_words(one) for one in content if not isinstance(one, str)]
    return content
