"""The coded concepts that reports written here use, each with its meaning as PS3.16 has it."""

from typing import NamedTuple

from server.authoring.elements import data_set
from server.dicom.dictionary import Attributes


class Code(NamedTuple):
    """A coded concept (PS3.3 8.1): its value, the scheme that defines it, and what people read."""

    value: str
    scheme: str
    meaning: str

    @property
    def item(self) -> Attributes:
        """The concept as an item of a code sequence."""
        return data_set(CodeValue=self.value, CodingSchemeDesignator=self.scheme, CodeMeaning=self.meaning)


# documents and their context: TID 1500, 2010, 1204, 1001 to 1004
IMAGING_MEASUREMENT_REPORT = Code("126000", "DCM", "Imaging Measurement Report")
IMAGING_MEASUREMENTS = Code("126010", "DCM", "Imaging Measurements")
MEASUREMENT_GROUP = Code("125007", "DCM", "Measurement Group")
LANGUAGE = Code("121049", "DCM", "Language of Content Item and Descendants")
ENGLISH = Code("en-GB", "RFC5646", "English (United Kingdom)")
OBSERVER_TYPE = Code("121005", "DCM", "Observer Type")
PERSON = Code("121006", "DCM", "Person")
DEVICE = Code("121007", "DCM", "Device")
PERSON_OBSERVER_NAME = Code("121008", "DCM", "Person Observer Name")
DEVICE_OBSERVER_UID = Code("121012", "DCM", "Device Observer UID")
DEVICE_OBSERVER_NAME = Code("121013", "DCM", "Device Observer Name")
DEVICE_OBSERVER_MANUFACTURER = Code("121014", "DCM", "Device Observer Manufacturer")
PROCEDURE_REPORTED = Code("121058", "DCM", "Procedure reported")
IMAGING_PROCEDURE = Code("363679005", "SCT", "Imaging procedure")
KEY_OBJECT_DESCRIPTION = Code("113012", "DCM", "Key Object Description")

# a group of measurements: TID 1501, 1410, 300, 320
TRACKING_IDENTIFIER = Code("112039", "DCM", "Tracking Identifier")
TRACKING_UNIQUE_IDENTIFIER = Code("112040", "DCM", "Tracking Unique Identifier")
IMAGE_REGION = Code("111030", "DCM", "Image Region")
COMMENT = Code("121106", "DCM", "Comment")
FINDING = Code("121071", "DCM", "Finding")
SOURCE = Code("260753009", "SCT", "Source (attribute)")

# what is measured: CID 7469, 7470, 7471, 7464; OHIF knows the axes by the very spelling of their meaning
LENGTH = Code("410668003", "SCT", "Length")
LONG_AXIS = Code("103339001", "SCT", "Long Axis")
SHORT_AXIS = Code("103340004", "SCT", "Short Axis")
ANGLE = Code("1483009", "SCT", "Angle")
COBB_ANGLE = Code("285285000", "SCT", "Cobb angle")
AREA = Code("42798000", "SCT", "Area")
MEAN = Code("373098007", "SCT", "Mean")
STANDARD_DEVIATION = Code("386136009", "SCT", "Standard Deviation")
MINIMUM = Code("255605001", "SCT", "Minimum")
MAXIMUM = Code("56851009", "SCT", "Maximum")

MEASUREMENT_METHOD = Code("370129005", "SCT", "Measurement Method")
PLANE = Code("PLANE", "99LIGHTBOX", "Plane measured on: a place, one to its right, one below")
SLAB_THICKNESS = Code("112225", "DCM", "Slice Thickness")
REFORMATTED = Code("113072", "DCM", "Multiplanar reformatting")
PROJECTIONS = {
    "average_ip": Code("MEANIP", "99LIGHTBOX", "Mean intensity projection"),
    "maximum_ip": Code("113078", "DCM", "Maximum intensity projection"),
    "minimum_ip": Code("113079", "DCM", "Minimum intensity projection"),
}
"""How a slab was projected onto its plane: CID 7203 where it has a code."""

SPACINGS = {
    "detector": Code("DETECTOR", "99LIGHTBOX", "Spacing at the detector plane"),
    "geometry": Code("GEOMETRY", "99LIGHTBOX", "Spacing corrected for magnification"),
    "fiducial": Code("FIDUCIAL", "99LIGHTBOX", "Spacing calibrated by a known object"),
    "corrected": Code("CORRECTED", "99LIGHTBOX", "Spacing calibrated"),
    "hand": Code("HAND", "99LIGHTBOX", "Spacing calibrated by hand"),
    "unsaid": Code("UNSAID", "99LIGHTBOX", "Spacing at an unknown plane"),
}
"""What millimetres are worth that are not simply those in the patient (PS3.3 10.7.1.2)."""

# units: CID 7460, 7461, 83
MILLIMETRE = Code("mm", "UCUM", "millimeter")
SQUARE_MILLIMETRE = Code("mm2", "UCUM", "square millimeter")
DEGREE = Code("deg", "UCUM", "degree")
HOUNSFIELD = Code("[hnsf'U]", "UCUM", "Hounsfield unit")
PIXEL = Code("{pixels}", "UCUM", "pixels")
SQUARE_PIXEL = Code("{pixels2}", "UCUM", "square pixels")
NO_UNITS = Code("1", "UCUM", "no units")

TITLES = {
    "of-interest": Code("113000", "DCM", "Of Interest"),
    "for-referring-provider": Code("113002", "DCM", "For Referring Provider"),
    "for-surgery": Code("113003", "DCM", "For Surgery"),
    "for-teaching": Code("113004", "DCM", "For Teaching"),
    "for-conference": Code("113005", "DCM", "For Conference"),
    "for-therapy": Code("113006", "DCM", "For Therapy"),
    "for-patient": Code("113007", "DCM", "For Patient"),
    "best-in-set": Code("113013", "DCM", "Best In Set"),
}
"""Why images were chosen: document titles of CID 7010."""
