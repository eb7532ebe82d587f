"""Names for columns, on their own: whoever only needs a name should not load the engine."""

import re

PLACE = "place_in_table"  # in a sorted copy, the number of the row in the table itself
RESERVED = {"file_row_number", "filename", PLACE}


def column_names(given: list[str]) -> list[str]:
    """Lower snake_case, never empty, each once."""
    taken: set[str] = set(RESERVED)
    names = []
    for place, name in enumerate(given, start=1):
        wanted = _snake(name) or f"column_{place}"
        unique, number = wanted, 2
        while unique in taken:
            unique, number = f"{wanted}_{number}", number + 1
        taken.add(unique)
        names.append(unique)
    return names


def _snake(name: str) -> str:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name.strip())
    snake = re.sub(r"\W+", "_", apart).strip("_").lower()
    return f"_{snake}" if snake[:1].isdigit() else snake[:63]
