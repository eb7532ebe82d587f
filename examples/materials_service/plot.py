"""Line plots as one HTML page with an inline SVG: no script, no style sheet, no other address."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ouro.utils import file_payload

from examples.materials_service.run import Result

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 72, 20, 24, 56
MIDDLE = (LEFT + WIDTH - RIGHT) // 2
COLOURS = ("#7a1fa2", "#00695c", "#b23c17", "#1565c0", "#5d4037", "#455a64", "#9e7700")
STYLE = (
    "body{font:15px/1.5 sans-serif;margin:12px 16px;color:#1c1b1f;background:#fff}"
    "h1{font-size:17px;margin:0 0 8px}svg{max-height:max(240px,calc(100vh - 60px))}"
    "table{border-collapse:collapse}th,td{padding:4px 12px 4px 0;text-align:left}"
    "tr{border-bottom:1px solid #e3e0e6}"
)

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Scale:
    """Data to pixels along one axis."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self) -> list[float]:
        """Round numbers, four to eight of them."""
        rough = (self.high - self.low) / 4
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * size for size in (5, 2, 1) if power * size <= rough)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [round(number * step, 12) for number in range(first, last + 1)]


def lines_plot(
    title: str,
    axes: tuple[str, str],
    lines: Sequence[Points],
    *,
    dots: Points = (),
    marks: Sequence[tuple[float, str]] = (),
    names: Sequence[str] = (),
) -> str:
    """An SVG of some lines; `marks` replace the ticks of the horizontal axis by names, and
    `names` those of the lines make a key."""
    every = [point for line in lines for point in line] + list(dots)
    across = _scale([x for x, _ in every], LEFT, WIDTH - RIGHT, 0.0)
    up = _scale([y for _, y in every], HEIGHT - BOTTOM, TOP, 0.04)
    parts = [_axes(axes, across, up, marks)]
    parts += [_line(line, across, up, COLOURS[n % 7]) for n, line in enumerate(lines)]
    parts += [_key(number, name) for number, name in enumerate(names)]
    parts += [f'<circle cx="{across(x)}" cy="{up(y)}" r="4" fill="#b23c17"/>' for x, y in dots]
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="100%"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="sans-serif">'
    return f"{head}<title>{escape(title)}</title>{''.join(parts)}</svg>"


def page(title: str, *bodies: str) -> bytes:
    """A complete HTML document around SVG and tables that are already safe."""
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head = f'<!doctype html><html lang="en"><head>{meta}<title>{escape(title)}</title>'
    body = f"<body><h1>{escape(title)}</h1>{''.join(bodies)}</body></html>"
    return f"{head}<style>{STYLE}</style></head>{body}".encode()


def html_file(title: str, description: str, *bodies: str) -> Result:
    return file_payload(page(title, *bodies), name=title, description=description, extension="html")


def html_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = ["".join(f"<td>{escape(str(value))}</td>" for value in row) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><tr>{top}</tr>{body}</table>"


def _scale(values: Sequence[float], start: float, end: float, room: float) -> Scale:
    low, high = min(values), max(values)
    spare = (high - low) * room or (0.0 if high > low else 0.5)
    return Scale(low - spare, high + spare, start, end)


def _axes(
    axes: tuple[str, str], across: Scale, up: Scale, marks: Sequence[tuple[float, str]]
) -> str:
    named = marks or [(value, f"{value:.4g}") for value in across.ticks()]
    parts = [_upright(across(x), label) for x, label in named]
    parts += [_level(up(y), f"{y:.4g}") for y in up.ticks()]
    parts.append(_text(MIDDLE, HEIGHT - 12, axes[0], "middle"))
    parts.append(
        f'<text transform="translate(16 {HEIGHT / 2}) rotate(-90)" font-size="13" '
        f'text-anchor="middle" fill="#1c1b1f">{escape(axes[1])}</text>'
    )
    return "".join(parts)


def _upright(x: float, label: str) -> str:
    line = f'<path d="M{x} {TOP}V{HEIGHT - BOTTOM}" stroke="#e3e0e6"/>'
    return line + _text(x, HEIGHT - BOTTOM + 18, label, "middle")


def _level(y: float, label: str) -> str:
    line = f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#e3e0e6"/>'
    return line + _text(LEFT - 8, y + 4, label, "end")


def _text(x: float, y: float, text: str, anchor: str) -> str:
    place = f'x="{x}" y="{y}" font-size="13" text-anchor="{anchor}"'
    return f'<text {place} fill="#1c1b1f">{escape(text)}</text>'


def _key(number: int, name: str) -> str:
    y = TOP + 16 + 18 * number
    line = f'<path d="M{MIDDLE - 30} {y - 4}h18" stroke="{COLOURS[number % 7]}" stroke-width="2"/>'
    return line + _text(MIDDLE - 4, y, name, "start")


def _line(points: Points, across: Scale, up: Scale, colour: str) -> str:
    path = " ".join(f"{across(x)},{up(y)}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
