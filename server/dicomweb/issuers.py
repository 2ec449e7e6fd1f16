"""Whose number a Patient ID is: the assigning authority of HL7 CX beside the issuer of DICOM (PS3.3 C.12.1.1.1.2)."""

from collections.abc import Sequence

from server.dicom.attributes import tag
from server.dicom.dicomjson import Attributes, value
from server.errors import Conflict


def issued_by(matches: Sequence[Attributes], authority: str) -> list[Attributes]:
    """Those of the studies whose Patient ID is of this authority: `NAMESPACE&universal id&its type`, or parts of it.

    A study that names no issuer is of whoever asks. `Conflict` when nobody said which, and there are several.
    """
    meant = {part.strip().casefold() for part in authority.split("&")[:2] if part.strip()}
    if meant:
        return [match for match in matches if not (issuers := _issuers(match)) or issuers & meant]
    known = {frozenset(issuers) for match in matches if (issuers := _issuers(match))}
    if len(known) > 1 and not frozenset.intersection(*known):
        raise Conflict("Several hospitals have given this number, each to somebody else. Name the assigning authority.")
    return list(matches)


def _issuers(match: Attributes) -> set[str]:
    """What a study calls the issuer of its Patient ID: a name, a universal identifier, both or nothing."""
    told = [value(match, "IssuerOfPatientID")]
    qualifiers = match.get(tag("IssuerOfPatientIDQualifiersSequence"), {}).get("Value", [])
    told += [value(item, "UniversalEntityID") for item in qualifiers]
    return {str(one).strip().casefold() for one in told if one}
