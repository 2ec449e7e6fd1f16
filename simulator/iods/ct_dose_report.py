"""X-Ray Radiation Dose SR, PS3.3 A.35.8 and PS3.16 TID 10011: what the CT gave the patient."""

from datetime import timedelta

from pydicom.dataset import Dataset
from pydicom.uid import XRayRadiationDoseSRStorage

from simulator.iods import modules, sr
from simulator.iods.ct_protocols import Protocol
from simulator.iods.exam import Exam, Series
from simulator.phantoms.anatomy import Body
from simulator.phantoms.enhancement import Phase

_NUMBER = 999
_PITCH = 1.0
_SPIRAL_MM_PER_S = 60.0
_PHANTOMS = {
    16: ("113690", "DCM", "IEC Head Dosimetry Phantom"),
    32: ("113691", "DCM", "IEC Body Dosimetry Phantom"),
}
_REGIONS = {"BRAIN": ("12738006", "SCT", "Brain"), "CHEST": ("51185008", "SCT", "Chest")}
_TRUNK = ("416775004", "SCT", "Chest, Abdomen and Pelvis")


def phantom_code(protocol: Protocol) -> Dataset:
    """Return the phantom that CTDIvol refers to, PS3.16 CID 4052."""
    return modules.code(*_PHANTOMS[protocol.ctdi_phantom_cm])


def event_uid(exam: Exam, phase: Phase) -> str:
    """Return the Irradiation Event UID of a phase, which its images and the report share."""
    return exam.uid("irradiation event", phase.name)


def report(exam: Exam, body: Body, protocol: Protocol, length_mm: float) -> Series:
    """Return the dose report of a scan of that length in each phase: one irradiation event a phase."""
    product = protocol.ctdi_mgy * length_mm / 10
    accumulated = sr.container(
        ("113811", "DCM", "CT Accumulated Dose Data"),
        sr.number(
            ("113812", "DCM", "Total Number of Irradiation Events"),
            len(protocol.phases),
            "{events}",
            meaning="events",
        ),
        sr.number(("113813", "DCM", "CT Dose Length Product Total"), product * len(protocol.phases), "mGy.cm"),
    )
    begun = exam.start + timedelta(seconds=40)
    ended = begun + timedelta(seconds=protocol.phases[-1].delay_s + length_mm / _SPIRAL_MM_PER_S)
    scope = sr.coded(
        ("113705", "DCM", "Scope of Accumulation"),
        ("113014", "DCM", "Study"),
        sr.uid_reference(("110180", "DCM", "Study Instance UID"), exam.uid(), "HAS PROPERTIES"),
        relation="HAS OBS CONTEXT",
    )
    procedure = sr.coded(
        ("121058", "DCM", "Procedure reported"),
        ("77477000", "SCT", "Computed Tomography X-Ray"),
        sr.coded(
            ("363703001", "SCT", "Has Intent"), ("261004008", "SCT", "Diagnostic Intent"), relation="HAS CONCEPT MOD"
        ),
        relation="HAS CONCEPT MOD",
    )
    root = sr.container(
        ("113701", "DCM", "X-Ray Radiation Dose Report"),
        procedure,
        *sr.device_observer(exam, "Reference CT"),
        sr.moment(("113809", "DCM", "Start of X-Ray Irradiation"), begun, "HAS OBS CONTEXT"),
        sr.moment(("113810", "DCM", "End of X-Ray Irradiation"), ended, "HAS OBS CONTEXT"),
        scope,
        accumulated,
        *(_event(exam, body, protocol, phase, length_mm) for phase in protocol.phases),
        sr.coded(("113854", "DCM", "Source of Dose Information"), ("113856", "DCM", "Automated Data Collection")),
        template="10011",
    )
    more = modules.join(sr.general(), modules.equipment(exam, "Reference CT", "CT1"))
    return sr.document(exam, _NUMBER, XRayRadiationDoseSRStorage, "Dose Report", root, ended, more=more)


def _event(exam: Exam, body: Body, protocol: Protocol, phase: Phase, length_mm: float) -> Dataset:
    """PS3.16 TID 10013 CT Irradiation Event Data."""
    return sr.container(
        ("113819", "DCM", "CT Acquisition"),
        sr.text(("125203", "DCM", "Acquisition Protocol"), f"{protocol.name} {phase.name}"),
        sr.coded(("123014", "DCM", "Target Region"), _REGIONS.get(body.body_part, _TRUNK)),
        sr.coded(("113820", "DCM", "CT Acquisition Type"), ("116152004", "SCT", "Spiral Acquisition")),
        sr.uid_reference(("113769", "DCM", "Irradiation Event UID"), event_uid(exam, phase)),
        _parameters(protocol, length_mm),
        sr.container(
            ("113829", "DCM", "CT Dose"),
            sr.number(("113830", "DCM", "Mean CTDIvol"), protocol.ctdi_mgy, "mGy"),
            sr.coded(("113835", "DCM", "CTDIw Phantom Type"), _PHANTOMS[protocol.ctdi_phantom_cm]),
            sr.number(("113838", "DCM", "DLP"), protocol.ctdi_mgy * length_mm / 10, "mGy.cm"),
        ),
    )


def _parameters(protocol: Protocol, length_mm: float) -> Dataset:
    milliamperes = 300.0
    return sr.container(
        ("113822", "DCM", "CT Acquisition Parameters"),
        sr.number(("113824", "DCM", "Exposure Time"), length_mm / _SPIRAL_MM_PER_S, "s"),
        sr.number(("113825", "DCM", "Scanning Length"), length_mm, "mm"),
        sr.number(("113826", "DCM", "Nominal Single Collimation Width"), 0.6, "mm"),
        sr.number(("113827", "DCM", "Nominal Total Collimation Width"), 38.4, "mm"),
        sr.number(("113828", "DCM", "Pitch Factor"), _PITCH, "{ratio}", meaning="ratio"),
        sr.number(("113823", "DCM", "Number of X-Ray Sources"), 1, "{X-Ray sources}", meaning="X-Ray sources"),
        sr.container(
            ("113831", "DCM", "CT X-Ray Source Parameters"),
            sr.text(("113832", "DCM", "Identification of the X-Ray Source"), "A"),
            sr.number(("113733", "DCM", "KVP"), protocol.kvp, "kV"),
            sr.number(("113833", "DCM", "Maximum X-Ray Tube Current"), milliamperes, "mA"),
            sr.number(("113734", "DCM", "X-Ray Tube Current"), milliamperes, "mA"),
            sr.number(("113834", "DCM", "Exposure Time per Rotation"), protocol.mas / milliamperes, "s"),
        ),
    )
