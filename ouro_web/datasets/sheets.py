"""The first rows of each sheet of a workbook. Runs in the worker process only."""

from typing import Any

from ouro_web.datasets.sources import sheet_value
from ouro_web.datasets.statement import RefusalError


def first_rows(request: dict[str, Any]) -> dict[str, Any]:
    """`sheets`: the name, the height and the first rows of each; `more`: how many are left out."""
    from python_calamine import CalamineError, CalamineWorkbook  # only sheets need it

    sheets = []
    try:
        book = CalamineWorkbook.from_path(request["path"])
        names = book.sheet_names
        for name in names[: request["max_sheets"]]:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=True, nrows=request["max_rows"])
            told = [[_told(cell) for cell in row[: request["max_columns"]]] for row in rows]
            sheets.append({"name": name, "height": sheet.height, "rows": told})
    except (CalamineError, IndexError, OSError) as error:
        raise RefusalError("This does not read as an Excel or ODS file.") from error
    return {"sheets": sheets, "more": len(names) - len(sheets)}


def _told(cell: Any) -> str:
    value = sheet_value(cell)
    if isinstance(value, float):
        return f"{value:.15g}"  # as spreadsheets tell numbers
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)[:200]
