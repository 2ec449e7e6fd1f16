"""Computed Radiography Image Storage, PS3.3 A.2: storage phosphor plates of limbs."""

from collections.abc import Callable

from pydicom.dataset import Dataset
from pydicom.uid import ComputedRadiographyImageStorage

from simulator.iods import modules
from simulator.iods.exam import Exam, Series
from simulator.iods.radiography import REQUESTS, SIDES, Request, View, begun, exposures, film_of, sums_of
from simulator.phantoms import projection
from simulator.phantoms.anatomy import Body

MODALITY = "CR"
_PIXEL_MM = 0.14


def acquire(exam: Exam, body: Body) -> tuple[Series, ...]:
    """Return a series for each view: ViewPosition belongs to the series, PS3.3 C.8.1.1."""
    request = REQUESTS[exam.protocol or "knee"]
    sums = sums_of(exam, body, request)
    return tuple(_series(exam, body, request, view, number, sums) for number, view in enumerate(request.views, start=1))


def _series(
    exam: Exam, body: Body, request: Request, view: View, number: int, sums: Callable[[], projection.Sums]
) -> Series:
    side = SIDES.get(body.laterality, "")
    description = f"{request.region} {side} {view.name}".replace("  ", " ")
    film = film_of(exam, view, request, _PIXEL_MM, projection.BITS_STORED)
    shared = modules.join(
        modules.sop_common(exam, ComputedRadiographyImageStorage),
        modules.patient(exam.person),
        modules.study(exam),
        modules.series(exam, number, MODALITY, description, exam.description, begun(exam, number)),
        modules.equipment(exam, "Reference CR", "CR1"),
        modules.image_pixel(film.rows, film.columns, film.bits_stored, request.photometric),
        _cr_series_and_image(body, request, view, film),
    )
    images = exposures(exam, body, view, film, sums, number, request.photometric)
    return Series(str(shared.SeriesInstanceUID), number, MODALITY, description, 1, shared, images, shows_lesions=False)


def _cr_series_and_image(body: Body, request: Request, view: View, film: projection.Film) -> Dataset:
    """PS3.3 C.8.1.1 CR Series and C.8.1.2 CR Image, and laterality and orientation from C.7."""
    part = Dataset()
    part.BodyPartExamined = body.body_part
    part.ViewPosition = view.position
    if body.laterality:
        part.Laterality = body.laterality
    part.PatientOrientation = list(view.orientation)
    part.ImageType = ["ORIGINAL", "PRIMARY"]
    part.KVP = modules.decimal(request.kvp)
    part.PlateID = "P0417"
    part.CassetteSize = "24CMX30CM" if view.size_mm[0] > 240 else "18CMX24CM"
    part.PlateType = "PHOSPHOR"
    part.DistanceSourceToDetector = modules.decimal(request.distance_mm)
    part.ExposureTime = 16
    part.XRayTubeCurrent = round(request.mas * 1000 / 16)
    part.Exposure = request.mas
    part.Sensitivity = "200"
    # The simulated rays are parallel: nothing is magnified, so both spacings are the detector's.
    part.ImagerPixelSpacing = [modules.decimal(film.pixel_mm)] * 2
    part.PixelSpacing = [modules.decimal(film.pixel_mm)] * 2
    part.AcquisitionNumber = 1
    part.LossyImageCompression = "00"
    return part
