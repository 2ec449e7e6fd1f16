"""The modalities the simulator has, by name, and the documents that can be added to what they make."""

from collections.abc import Callable

from simulator.iods import (
    cr,
    ct,
    ct_enhanced,
    dx,
    key_objects,
    mr,
    mr_enhanced,
    pdf_report,
    presentation_state,
    sr_report,
    us,
)
from simulator.iods.exam import Exam, Series
from simulator.phantoms.anatomy import Body

Acquire = Callable[[Exam, Body], tuple[Series, ...]]
Document = Callable[[Exam, Body, tuple[Series, ...]], Series]

MODALITIES: dict[str, Acquire] = {
    ct.MODALITY: ct.acquire,
    ct_enhanced.MODALITY: ct_enhanced.acquire,
    cr.MODALITY: cr.acquire,
    dx.MODALITY: dx.acquire,
    mr.MODALITY: mr.acquire,
    mr_enhanced.MODALITY: mr_enhanced.acquire,
    us.MODALITY: us.acquire,
}

DOCUMENTS: dict[str, Document] = {
    "sr": sr_report.make,
    "kos": key_objects.make,
    "gsps": presentation_state.make,
    "pdf": pdf_report.make,
}
