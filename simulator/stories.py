"""The catalogue: why each study was made, of whom, and what is seen."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """Why a study was made: whose it is, what they have, how far it has come, and how they are imaged.

    `days` count from the illness's beginning and `days_ago` back from today; studies of one `patient` share
    the identity and the body. `thickness_mm` is the protocol's slice, 0 for plain films; `protocol` is one of the
    modality's, empty for its first.
    """

    summary: str
    patient: str
    ages: tuple[int, int]
    phantom: str
    days: int
    days_ago: int
    modality: str
    description: str
    thickness_mm: float = 0
    protocol: str = ""


def _knee(summary: str, days: int, days_ago: int, modality: str = "CR", protocol: str = "knee") -> Story:
    return Story(summary, "knee", (34, 61), "knee", days, days_ago, modality, "XR Knee", protocol=protocol)


def _chest(
    summary: str,
    days: int,
    days_ago: int,
    modality: str,
    description: str,
    thickness_mm: float = 0,
    protocol: str = "",
    phantom: str = "chest",
) -> Story:
    return Story(summary, "chest", (58, 77), phantom, days, days_ago, modality, description, thickness_mm, protocol)


def _brain(
    summary: str, days_ago: int, modality: str, description: str, thickness_mm: float = 5, protocol: str = ""
) -> Story:
    return Story(summary, "brain", (29, 56), "head", 0, days_ago, modality, description, thickness_mm, protocol)


def _hip(summary: str, days: int, days_ago: int) -> Story:
    return Story(summary, "hip", (71, 88), "hip", days, days_ago, "DX", "XR Pelvis", protocol="hip")


def _wrist(summary: str, days: int, days_ago: int) -> Story:
    return Story(summary, "wrist", (52, 74), "wrist", days, days_ago, "CR", "XR Wrist", protocol="wrist")


STUDIES: dict[str, Story] = {
    "knee-cr": _knee("Knee, two views, three months after a plate", 95, 1),
    "knee-cr-prior": _knee("the same knee the day after the operation", 1, 95),
    "knee-dx": _knee("the same knee today, with a skyline view", 96, 0, "DX", "knee-skyline"),
    "hip-dx": _hip("Pelvis after a hip replacement", 2, 4),
    "hip-dx-prior": _hip("the same pelvis before: a broken neck of femur", -1, 7),
    "wrist-cr": _wrist("Wrist with a Colles fracture, MONOCHROME1", 1, 44),
    "wrist-cr-later": _wrist("the same wrist six weeks later", 43, 2),
    "chest-ct": _chest("Chest CT with a nodule that has grown", 140, 3, "CT", "CT Thorax with contrast", 2),
    "chest-ct-prior": _chest("the same chest 140 days before", 0, 143, "CT", "CT Thorax with contrast", 3),
    "chest-ct-full": _chest(
        "the same chest: localizers, thick and thin, lung kernel, dose report",
        140,
        3,
        "CT",
        "CT Thorax with contrast",
        protocol="thorax-full",
    ),
    "chest-ct-enhanced": _chest(
        "the same chest as one multi-frame Enhanced CT", 141, 2, "Enhanced CT", "CT Thorax with contrast", 5
    ),
    "chest-dx": _chest("the same chest, PA and lateral films", 139, 4, "DX", "XR Chest", protocol="chest"),
    "body-ct": _chest(
        "the same patient's chest, abdomen and pelvis in two phases",
        142,
        1,
        "CT",
        "CT Thorax Abdomen Pelvis",
        protocol="body",
        phantom="trunk",
    ),
    "liver-us": _chest("the same patient's liver, an ultrasound loop", 143, 0, "US", "US Abdomen", phantom="trunk"),
    "head-ct": _brain("Head CT, brain and bone", 4, "CT", "CT Head", protocol="head"),
    "brain-mr": _brain("Brain MR: T1, T2 and FLAIR with one lesion", 2, "MR", "MRI Head"),
    "brain-mr-diffusion": _brain(
        "the same brain with PD, diffusion and its ADC map", 1, "MR", "MRI Head", protocol="brain-diffusion"
    ),
    "brain-mr-enhanced": _brain("the same brain as multi-frame Enhanced MR", 0, "Enhanced MR", "MRI Head"),
}
