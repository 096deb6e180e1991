"""Service lines, codes, courses, policy cards: dated data files and their loader."""

from verify.catalogue.asking import OPENING_SERVICE_TYPES, next_service_type, opening_service_types
from verify.catalogue.code import Code, CodeRole, WrongCode
from verify.catalogue.course_model import CourseModel, Dose, Phase, Service
from verify.catalogue.document import CatalogueError, Fault
from verify.catalogue.service_line import (
    RACEMIC_KETAMINE,
    WHOLE_PLAN,
    BenefitDomain,
    FdaStatus,
    Group,
    ServiceLine,
)
from verify.catalogue.shelf import Catalogue, grouped, load, own_folder, read_folders, use_folder
from verify.catalogue.source import is_verified
from verify.catalogue.unit import units_of

__all__ = [
    "OPENING_SERVICE_TYPES",
    "RACEMIC_KETAMINE",
    "WHOLE_PLAN",
    "BenefitDomain",
    "Catalogue",
    "CatalogueError",
    "Code",
    "CodeRole",
    "CourseModel",
    "Dose",
    "Fault",
    "FdaStatus",
    "Group",
    "Phase",
    "Service",
    "ServiceLine",
    "WrongCode",
    "grouped",
    "is_verified",
    "load",
    "next_service_type",
    "opening_service_types",
    "own_folder",
    "read_folders",
    "units_of",
    "use_folder",
]
