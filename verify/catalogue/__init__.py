"""Service lines, codes, courses, policy cards: dated data files and their loader."""

from verify.catalogue.service_line import (
    BenefitDomain,
    Code,
    CodeRole,
    Course,
    FdaStatus,
    Service,
    ServiceLine,
)
from verify.catalogue.shelf import (
    OPENING_SERVICE_TYPES,
    Catalogue,
    CatalogueError,
    load,
    next_service_type,
    opening_service_types,
    read_folder,
)

__all__ = [
    "OPENING_SERVICE_TYPES",
    "BenefitDomain",
    "Catalogue",
    "CatalogueError",
    "Code",
    "CodeRole",
    "Course",
    "FdaStatus",
    "Service",
    "ServiceLine",
    "load",
    "next_service_type",
    "opening_service_types",
    "read_folder",
]
