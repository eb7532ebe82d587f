"""How much is measured, and one printed line a measurement: what was found, what it should be."""

from dataclasses import dataclass

ONE_BY_ONE = 100
CLIENTS, RUNS_EACH = 50, 10
AT_ONCE = 1000
PAGES = 40
SAVES = 5


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    unit: str
    limit: float | None = None

    def line(self) -> str:
        found = f"{self.name:52}{self.value:9.1f} {self.unit:9}"
        if self.limit is None:
            return found.rstrip()
        return f"{found} at most {self.limit:g}: {'ok' if self.value <= self.limit else 'MISSED'}"


def say(*figures: Figure) -> None:
    for figure in figures:
        print(figure.line(), flush=True)
