"""References to studies, series, instances and frames: the UIDs that travel together."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StudyRef:
    """One study."""

    study_uid: str

    @property
    def path(self) -> str:
        """The resource below the DICOMweb root, without a leading slash (PS3.18 table 10.4.1-1)."""
        return f"studies/{self.study_uid}"


@dataclass(frozen=True, slots=True)
class SeriesRef:
    """One series of a study."""

    study_uid: str
    series_uid: str

    @property
    def path(self) -> str:
        """The resource below the DICOMweb root, without a leading slash (PS3.18 table 10.4.1-1)."""
        return f"studies/{self.study_uid}/series/{self.series_uid}"


@dataclass(frozen=True, slots=True)
class InstanceRef:
    """One SOP Instance of a series."""

    study_uid: str
    series_uid: str
    instance_uid: str

    @property
    def path(self) -> str:
        """The resource below the DICOMweb root, without a leading slash (PS3.18 table 10.4.1-1)."""
        return f"studies/{self.study_uid}/series/{self.series_uid}/instances/{self.instance_uid}"


@dataclass(frozen=True, slots=True)
class FrameRef:
    """One frame of an instance, counted from 1."""

    instance: InstanceRef
    frame_number: int


ResourceRef = StudyRef | SeriesRef | InstanceRef
"""Whatever a retrieve may ask for whole."""
