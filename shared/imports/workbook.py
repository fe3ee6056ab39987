"""Opens a workbook that a stranger sent. The parser sees only what was counted first: a small file can unfold to
gigabytes by its compression, by a cell far away, or by many cells of one long text."""

import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook

from shared.imports.sheets import MOST_ROWS
from shared.kernel.errors import DomainError, invalid

MOST_UNPACKED = 96 << 20  # bytes of all parts
MOST_PARTS = 500
MOST_COLUMNS = 60
MOST_CELLS = 1_500_000
MOST_TEXT = 128 << 20  # bytes of shared texts, repeated as often as cells use them
CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,4})([0-9]{1,12})["']""")
SHARED = re.compile(rb"""\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v[^>]*>\s*([0-9]{1,9})\s*<""")
TEXT_PART = re.compile(rb"</(?:\w+:)?si\s*>")

Cell = object


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet's cells by row from Excel's row 1 on; "" is an empty cell."""

    name: str
    rows: Sequence[Sequence[Cell]]


def open_workbook(data: bytes, wanted: frozenset[str]) -> tuple[list[RawSheet], list[str]]:
    """The wanted sheets that ``data`` holds, in its order, and the names of the others.

    Raises DomainError ``not-a-workbook`` or ``workbook-too-large``. Takes up to seconds: call it in a thread."""
    safe = _counted(data)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(safe))
        names = [name for name in book.sheet_names if name in wanted]
        sheets = [RawSheet(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in names]
    except (CalamineError, OSError, ValueError):
        raise not_a_workbook() from None
    if any(len(sheet.rows) > MOST_ROWS + 1 for sheet in sheets):
        raise too_large(f"more than {MOST_ROWS} rows")
    return sheets, [name for name in book.sheet_names if name not in wanted]


def not_a_workbook() -> DomainError:
    """The refusal of anything but an .xlsx."""
    return invalid(
        "not-a-workbook",
        "this is not an .xlsx workbook",
        field="file",
        remedy="Save it from the spreadsheet program as .xlsx, without a password.",
    )


def too_large(what: str) -> DomainError:
    """The refusal of a book that would unfold too far."""
    return invalid("workbook-too-large", f"the workbook holds too much: {what}", field="file", remedy="Split it.")


def _counted(data: bytes) -> bytes:
    """The same book, unpacked by us within bounds and stored without compression."""
    out = BytesIO()
    texts: list[int] = []
    sheets: list[bytes] = []
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(BytesIO(data)) as box, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as copy:
            parts = box.infolist()
            if len(parts) > MOST_PARTS or len({part.filename for part in parts}) != len(parts):
                raise too_large("parts")
            for part in parts:
                if not part.filename.endswith((".xml", ".rels")):
                    continue  # pictures, macros
                with box.open(part) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise too_large("unpacked bytes")
                if part.filename.startswith("xl/worksheets/"):
                    sheets.append(content)
                elif part.filename.endswith("sharedStrings.xml"):
                    texts = [len(text) for text in TEXT_PART.split(content)]
                copy.writestr(part.filename, content)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, ValueError, KeyError, zlib.error):
        raise not_a_workbook() from None
    _check_extent(sheets, texts)
    return out.getvalue()


def _check_extent(sheets: list[bytes], texts: list[int]) -> None:
    """Refuse before parsing: the parser lays a sheet out densely up to its farthest cell."""
    text = cells = 0
    for content in sheets:
        cells += sum(1 for _ in CELL.finditer(content))
        for place in PLACE.finditer(content):
            if int(place[2]) > MOST_ROWS + 1:
                raise too_large(f"more than {MOST_ROWS} rows")
            if place[1] and _column(place[1]) > MOST_COLUMNS:
                raise too_large(f"more than {MOST_COLUMNS} columns")
        for shared in SHARED.finditer(content):
            index = int(shared[1])
            text += texts[index] if index < len(texts) else 0
    if cells > MOST_CELLS:
        raise too_large(f"more than {MOST_CELLS} cells")
    if text > MOST_TEXT:
        raise too_large("text")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
