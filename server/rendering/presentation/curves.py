"""The lines of the graphic types, as points close enough together to look like the curve (PS3.3 C.10.5.2)."""

import math

import numpy as np

from server.rendering.presentation.state import Points

_MOST_OF_A_CURVE = 2_000
_BETWEEN = 16


def outline(kind: str, points: Points) -> Points:
    """The line of a POLYLINE, INTERPOLATED, CIRCLE or ELLIPSE; no points for another kind, or for too few of them."""
    if kind == "POLYLINE":
        return points
    if kind == "INTERPOLATED" and len(points) >= 2:
        return _interpolated(points)
    if kind == "CIRCLE" and len(points) >= 2:
        radius = points[1] - points[0]
        # the second point lies on the circle; a quarter turn of the radius is the other axis
        return _ellipse(points[0], radius, np.array([-radius[1], radius[0]]))
    if kind == "ELLIPSE" and len(points) >= 4:
        # the ends of the major axis, then those of the minor one
        return _ellipse(points[:4].mean(axis=0), (points[1] - points[0]) / 2, (points[3] - points[2]) / 2)
    return np.empty((0, 2))


def _ellipse(center: Points, one: Points, other: Points) -> Points:
    size = float(np.hypot(*one) + np.hypot(*other))
    steps = int(min(max(32.0, size), _MOST_OF_A_CURVE))
    angle = np.linspace(0, 2 * math.pi, steps + 1)[:, None]
    line = center + np.cos(angle) * one + np.sin(angle) * other
    line[-1] = line[0]
    return np.asarray(line)


def _interpolated(points: Points) -> Points:
    """A Catmull-Rom spline: it goes through every point, and is closed when the last one is the first."""
    steps = max(1, min(_BETWEEN, 4 * _MOST_OF_A_CURVE // len(points)))
    closed = len(points) > 3 and np.array_equal(points[0], points[-1])
    before, after = (points[-2], points[1]) if closed else (points[0], points[-1])
    around = np.concatenate([[before], points, [after]])
    a, b, c, d = (around[i : len(around) - 3 + i, None, :] for i in range(4))
    t = (np.arange(steps) / steps)[None, :, None]
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.concatenate([curve.reshape(-1, 2), points[-1:]])
