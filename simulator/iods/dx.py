"""Digital X-Ray Image Storage - For Presentation, PS3.3 A.26: a flat detector of 14 bits."""

from collections.abc import Callable

from pydicom.dataset import Dataset
from pydicom.uid import DigitalXRayImageStorageForPresentation

from simulator.iods import modules
from simulator.iods.exam import Exam, Series
from simulator.iods.radiography import REQUESTS, SIDES, Request, View, begun, exposures, film_of, sums_of
from simulator.phantoms import projection
from simulator.phantoms.anatomy import Body

MODALITY = "DX"
BITS_STORED = 14
_PIXEL_MM = 0.14
_REGIONS = {
    "CHEST": ("816094009", "SCT", "Chest"),
    "KNEE": ("72696002", "SCT", "Knee"),
    "HIP": ("816092008", "SCT", "Pelvis"),
    "WRIST": ("74670003", "SCT", "Wrist joint"),
}


def acquire(exam: Exam, body: Body) -> tuple[Series, ...]:
    """Return a series for each view."""
    request = REQUESTS[exam.protocol or "chest"]
    sums = sums_of(exam, body, request)
    return tuple(_series(exam, body, request, view, number, sums) for number, view in enumerate(request.views, start=1))


def _series(
    exam: Exam, body: Body, request: Request, view: View, number: int, sums: Callable[[], projection.Sums]
) -> Series:
    side = SIDES.get(body.laterality, "") if request.region != "Pelvis" else ""
    description = f"{request.region} {side} {view.name}".replace("  ", " ")
    film = film_of(exam, view, request, _PIXEL_MM, BITS_STORED)
    shared = modules.join(
        modules.sop_common(exam, DigitalXRayImageStorageForPresentation),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, number, MODALITY, description, exam.description, begun(exam, number)),
        modules.equipment(exam, "Reference DX", "DX1"),
        modules.image_pixel(film.rows, film.columns, film.bits_stored, request.photometric),
        _dx_anatomy(body, view, request),
        _dx_image(request),
        _dx_detector(film),
        _dx_positioning(request, view),
    )
    images = exposures(exam, body, view, film, sums, number, request.photometric)
    uid = str(shared.SeriesInstanceUID)
    return Series(uid, number, MODALITY, description, 1, shared, images, shows_lesions=False)


def _dx_anatomy(body: Body, view: View, request: Request) -> Dataset:
    """PS3.3 C.8.11.1 DX Series and C.8.11.2 DX Anatomy Imaged."""
    part = Dataset()
    part.PresentationIntentType = "FOR PRESENTATION"
    part.BodyPartExamined = body.body_part
    both = request.region in ("Pelvis", "Chest")
    part.ImageLaterality = "U" if both else body.laterality
    part.AnatomicRegionSequence = [modules.code(*_REGIONS[body.body_part])]
    part.PatientOrientation = list(view.orientation)
    return part


def _dx_image(request: Request) -> Dataset:
    """PS3.3 C.8.11.3 DX Image, and C.7.6.14 Acquisition Context."""
    part = Dataset()
    part.ImageType = ["ORIGINAL", "PRIMARY", ""]
    part.PixelIntensityRelationship = "LOG"
    part.PixelIntensityRelationshipSign = 1 if request.photometric == "MONOCHROME1" else -1
    part.RescaleIntercept = "0"
    part.RescaleSlope = "1"
    part.RescaleType = "US"
    part.PresentationLUTShape = "INVERSE" if request.photometric == "MONOCHROME1" else "IDENTITY"
    part.LossyImageCompression = "00"
    part.BurnedInAnnotation = "NO"
    part.AcquisitionNumber = 1
    part.AcquisitionContextSequence = []
    part.KVP = modules.decimal(request.kvp)
    part.ExposureTime = 16
    part.XRayTubeCurrent = round(request.mas * 1000 / 16)
    part.Exposure = request.mas
    return part


def _dx_detector(film: projection.Film) -> Dataset:
    """PS3.3 C.8.11.4 DX Detector."""
    part = Dataset()
    part.DetectorType = "SCINTILLATOR"
    part.DetectorConfiguration = "AREA"
    part.DetectorID = "FD-4343-01"
    part.ImagerPixelSpacing = [modules.decimal(film.pixel_mm)] * 2
    part.FieldOfViewShape = "RECTANGLE"
    part.FieldOfViewDimensions = [round(film.rows * film.pixel_mm), round(film.columns * film.pixel_mm)]
    part.FieldOfViewOrigin = ["0", "0"]
    part.FieldOfViewRotation = "0"
    part.FieldOfViewHorizontalFlip = "NO"
    return part


def _dx_positioning(request: Request, view: View) -> Dataset:
    """PS3.3 C.8.11.5 DX Positioning."""
    part = Dataset()
    part.ViewPosition = view.position
    of_view = modules.code(*view.code)
    of_view.ViewModifierCodeSequence = []
    part.ViewCodeSequence = [of_view]
    part.PatientOrientationCodeSequence = [modules.code("10904000", "SCT", "erect")]
    part.PositionerType = "COLUMN"
    part.DistanceSourceToDetector = modules.decimal(request.distance_mm)
    return part
