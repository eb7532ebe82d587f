"""Measured curves (XY, XYE, DAT), drawn on the server: the picture needs no JavaScript."""

import math
from dataclasses import dataclass
from itertools import pairwise

from ouro_web.files import heads
from ouro_web.files.models import File
from ouro_web.lib.media import is_textual
from ouro_web.web.viewers.kind import Data, Kind

FORMATS = {"xy", "xye", "dat", "chi"}
PLOT_BYTES = 4 << 20
WIDTH, HEIGHT = 720, 300  # of the drawing, in its own units
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 12, 34
MOST_LINES = 4
LISTED = {True: 0, False: 200}


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class Axis:
    """From values to places in the drawing."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        span = (self.high - self.low) or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)

    @property
    def ticks(self) -> list[Tick]:
        step = _step(self.high - self.low)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        values = (number * step for number in range(first, last + 1))
        return [Tick(round(self.place(value), 1), f"{value:.6g}") for value in values]


def _step(span: float) -> float:
    rough = (span or 1.0) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)


def rows_of(text: str) -> tuple[list[str], list[list[float]]]:
    """Column names where a comment gives them, and the rows that are numbers throughout."""
    names: list[str] = []
    rows: list[list[float]] = []
    for line in text.splitlines():
        words = line.replace(",", " ").replace(";", " ").split()
        numbers = _numbers(words)
        if numbers and (not rows or len(numbers) == len(rows[0])):
            rows.append(numbers)
        elif not rows and words:
            names = [word for word in words if word not in ("#", "%", "!", "@")]
    return names, rows


def _numbers(words: list[str]) -> list[float]:
    try:
        found = [float(word) for word in words]
    except ValueError:
        return []
    return found if len(found) > 1 and all(map(math.isfinite, found)) else []


def _data(file: File, compact: bool) -> Data | None:
    start = heads.text(file, PLOT_BYTES)
    names, rows = rows_of(start.text)
    if len(rows) < 2:
        return None
    columns = list(zip(*rows, strict=True))
    # The third column of an XYE is the error of the second, not a curve of its own.
    curves = columns[1:2] if file.extension == "xye" else columns[1 : MOST_LINES + 1]
    names = names if len(names) == len(columns) else _unnamed(len(columns), file.extension)
    across = Axis(min(columns[0]), max(columns[0]), LEFT, WIDTH - RIGHT)
    up = Axis(min(map(min, curves)), max(map(max, curves)), HEIGHT - BOTTOM, TOP)
    return {
        "width": WIDTH, "height": HEIGHT, "left": LEFT, "top": TOP, "bottom": HEIGHT - BOTTOM,
        "right": WIDTH - RIGHT, "across": across, "up": up, "names": names,
        "curves": [
            (names[number], _path(columns[0], curve, across, up))
            for number, curve in enumerate(curves, start=1)
        ],
        "rows": [[f"{value:g}" for value in row] for row in rows[: LISTED[compact]]],
        "count": len(rows), "whole": start.whole,
        "peaks": _peaks(columns[0], curves[0]),
    }  # fmt: skip


def _unnamed(number: int, extension: str) -> list[str]:
    known = ["x", "y", "error"] if extension == "xye" else ["x", "y"]
    return (known + [f"y{place}" for place in range(2, number + 1)])[:number]


def _path(xs: tuple[float, ...], ys: tuple[float, ...], across: Axis, up: Axis) -> str:
    """As SVG writes a line. Of many points in one pixel the first, lowest, highest and last stay,
    so that no peak is lost."""
    kept: dict[int, list[tuple[float, float]]] = {}
    for x, y in zip(xs, ys, strict=True):
        point = (round(across.place(x), 1), round(up.place(y), 1))
        kept.setdefault(int(point[0]), []).append(point)
    points: list[tuple[float, float]] = []
    for group in kept.values():
        if len(group) > 4:
            low, high = min(group, key=lambda p: p[1]), max(group, key=lambda p: p[1])
            group = [group[0], *sorted((low, high), key=group.index), group[-1]]
        points += group
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _peaks(xs: tuple[float, ...], ys: tuple[float, ...]) -> list[tuple[str, str]]:
    """The highest turning points of the first curve, as the words under the picture."""
    turns = [
        (ys[at], xs[at])
        for at, ((left, middle), (_, right)) in enumerate(pairwise(pairwise(ys)), start=1)
        if middle > left and middle >= right
    ]
    highest = sorted(turns, reverse=True)[:3]
    return [(f"{x:g}", f"{y:g}") for y, x in highest]


PLOT = Kind(
    "plot", fits=lambda file: file.extension in FORMATS and is_textual(file.media_type), data=_data
)
