"""GS1: element strings, Digital Links and bare GTINs, as strict as the General Specifications."""

from scantrail.gs1.parsing import parse
from scantrail.gs1.reading import Carriage, Element, Fault, Gs1Reading, Gs1Refusal

__all__ = ["Carriage", "Element", "Fault", "Gs1Reading", "Gs1Refusal", "parse"]
