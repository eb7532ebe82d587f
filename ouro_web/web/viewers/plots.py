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
PANEL, GAP = 140, 18  # of one curve where each has a scale of its own
FLAT = 8  # a curve that would take less than this part of the height gets its own scale
MOST_LINES = 4
MOST_PEAKS = 5
SMALL = 0.05  # of the highest; lower ones are not told of
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


@dataclass(frozen=True)
class Panel:
    """Curves over one scale."""

    up: Axis
    curves: list[tuple[int, str, str]]  # number, name, path

    @property
    def top(self) -> float:
        return self.up.end

    @property
    def bottom(self) -> float:
        return self.up.start


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
    panels = _panels(across, columns[0], list(zip(names[1:], curves, strict=False)))
    return {
        "width": WIDTH, "height": panels[-1].bottom + BOTTOM, "left": LEFT, "right": WIDTH - RIGHT,
        "top": TOP, "bottom": panels[-1].bottom, "across": across, "panels": panels, "names": names,
        "keys": [(number, name) for panel in panels for number, name, _ in panel.curves],
        "rows": [[f"{value:g}" for value in row] for row in rows[: LISTED[compact]]],
        "count": len(rows), "whole": start.whole,
        "peaks": _peaks(columns[0], curves[0]),
    }  # fmt: skip


Curve = tuple[float, ...]


def _panels(across: Axis, xs: Curve, named: list[tuple[str, Curve]]) -> list[Panel]:
    """All curves over one scale, or each over its own where some would be flat lines."""
    low, high = min(min(ys) for _, ys in named), max(max(ys) for _, ys in named)
    together = all((max(ys) - min(ys)) * FLAT >= high - low for _, ys in named)
    groups = [list(enumerate(named, start=1))]
    groups = groups if together else [[each] for each in groups[0]]
    panels = []
    for place, group in enumerate(groups):
        top = TOP + place * (PANEL + GAP)
        bottom = HEIGHT - BOTTOM if together else top + PANEL
        values = [ys for _, (_, ys) in group]
        up = Axis(min(map(min, values)), max(map(max, values)), bottom, top)
        curves = [(number, name, _path(xs, ys, across, up)) for number, (name, ys) in group]
        panels.append(Panel(up, curves))
    return panels


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


def _peaks(xs: Curve, ys: Curve) -> list[tuple[str, str]]:
    """The highest turning points of the first curve, as the words under the picture; of those that
    are one peak, as noise makes them, the highest."""
    base = sorted(ys)[len(ys) // 2]
    turns = {
        at
        for at, ((left, middle), (_, right)) in enumerate(pairwise(pairwise(ys)), start=1)
        if middle > left and middle >= right
    }
    found: list[tuple[str, str]] = []
    while turns and len(found) < MOST_PEAKS:
        highest = max(turns, key=lambda at: ys[at])
        if found and ys[highest] - base < SMALL * (max(ys) - base):
            break
        found.append((f"{xs[highest]:g}", f"{ys[highest]:g}"))
        first, last = _foot(ys, highest, -1, base), _foot(ys, highest, 1, base)
        turns = {at for at in turns if not first <= at <= last}
    return found


def _foot(ys: Curve, top: int, step: int, base: float) -> int:
    """Where the peak ends on one side: near the level of most values, or where the curve rises."""
    height, lowest, at = ys[top] - base, ys[top], top
    while 0 <= at + step < len(ys):
        value = ys[at + step]
        if value > lowest + height / 5:
            break
        at, lowest = at + step, min(lowest, value)
        if value <= base + height / 10:
            break
    return at


PLOT = Kind(
    "plot", fits=lambda file: file.extension in FORMATS and is_textual(file.media_type), data=_data
)
