"""Files that are handed in: which routes take one, of what kind and size, and never through the disk."""

from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

MAX_FILE_BYTES = 10 * 1024 * 1024
#: Room for what stands around the file in a form.
_AROUND = 16 * 1024

#: Pages that take a file in a form.
PAGES = frozenset({"/imports", "/prices/import"})
API_ROUTE = "/api/v1/imports"
ROUTES = PAGES | {API_ROUTE}
#: Content types the API takes, and the format each means.
KINDS = {"text/csv": "csv", "application/x-ndjson": "jsonl", "application/jsonl": "jsonl"}


def most_bytes(path: str, otherwise: int) -> int:
    """How much a request to `path` may hold."""
    return MAX_FILE_BYTES + _AROUND if path in ROUTES else otherwise


class HandedIn(NamedTuple):
    """A file of a form."""

    #: As it is called where it comes from; it may name a patient.
    name: str
    content: bytes


class _InMemory(MultiPartParser):
    """Starlette writes parts over 1 MiB to a temporary file; a patient's data is not to lie there."""

    spool_max_size = MAX_FILE_BYTES + _AROUND


async def read_multipart(request: Request) -> FormData:
    """The text fields of a form with one file, which is kept in `request.state.file`. Raises HTTPException (400)."""
    try:
        form = await _InMemory(request.headers, request.stream(), max_files=1, max_fields=10).parse()
    except MultiPartException:
        raise HTTPException(400) from None
    try:
        file = form.get("file")
        if isinstance(file, UploadFile) and file.filename:
            request.state.file = HandedIn(file.filename[:200], await file.read())
        return FormData([(name, value) for name, value in form.multi_items() if isinstance(value, str)])
    finally:
        await form.close()


def format_of(file: HandedIn) -> str:
    """csv or jsonl, by the file's name, else by how it begins."""
    if file.name.lower().endswith((".jsonl", ".ndjson", ".json")):
        return "jsonl"
    return "jsonl" if file.content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") else "csv"
