"""Lengths and angles of a cell that is given as three vectors."""

import math


def cell_of(vectors: list[list[float]]) -> tuple[float, ...]:
    """a, b, c, alpha, beta, gamma."""
    lengths = [math.hypot(*vector) for vector in vectors]
    pairs = ((1, 2), (0, 2), (0, 1))
    angles = [_angle(vectors[i], vectors[j]) for i, j in pairs]
    return tuple(round(value, 6) for value in (*lengths, *angles))


def _angle(one: list[float], other: list[float]) -> float:
    dot = sum(x * y for x, y in zip(one, other, strict=True))
    cosine = dot / math.hypot(*one) / math.hypot(*other)
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
