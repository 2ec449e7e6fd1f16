"""Who is asking: the caller of every service."""

from dataclasses import dataclass
from enum import StrEnum

_LOCAL = "local"


class Role(StrEnum):
    """What somebody is to an organisation."""

    ADMINISTRATOR = "administrator"
    CLINICIAN = "clinician"


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person or device, and the role it has in each of its organisations."""

    person_id: str
    name: str
    roles: dict[str, Role]

    @property
    def is_signed_in(self) -> bool:
        """Whether this is somebody in particular; not so for the built-in person, who may be anybody."""
        return self.person_id != _LOCAL


def local_person(organisation: str) -> Caller:
    """The one built-in person: whoever sits at this machine, while the server listens only on loopback."""
    return Caller(_LOCAL, "Local person", {organisation: Role.ADMINISTRATOR})
