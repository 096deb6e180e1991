"""The worksheet: which facts a treatment needs, and the words to ask for them; dated data files."""

from verify.worksheet.field import Condition, Field, How, Need, Of
from verify.worksheet.places import Place, network_places
from verify.worksheet.script import Line, Script
from verify.worksheet.shelf import Worksheet, WorksheetError, load, read_folder
from verify.worksheet.treatment import Treatment, treatment_of

__all__ = [
    "Condition",
    "Field",
    "How",
    "Line",
    "Need",
    "Of",
    "Place",
    "Script",
    "Treatment",
    "Worksheet",
    "WorksheetError",
    "load",
    "network_places",
    "read_folder",
    "treatment_of",
]
