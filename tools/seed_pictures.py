"""Draws the pictures of the demo's benefits: plain shapes on a calm ground, made here."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[1] / "app" / "seeds" / "pictures"
WIDTH, HEIGHT, FINE = 900, 600, 3
COLOURS = 64
Pen = ImageDraw.ImageDraw
Point = tuple[float, float]


class Canvas:
    """A ground with a disc on it; measures in hundredths of its height from the middle."""

    def __init__(self, ground: str, disc: str) -> None:
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), ground)
        self.pen = ImageDraw.Draw(self.image)
        self.round((0, 0), 38, disc)

    def at(self, point: Point) -> Point:
        unit = HEIGHT * FINE / 100
        return (WIDTH * FINE / 2 + point[0] * unit, HEIGHT * FINE / 2 + point[1] * unit)

    def round(self, middle: Point, size: float, colour: str, flat: float = 1) -> None:
        """A disc, or an ellipse `flat` times as high as wide."""
        x, y = middle
        box = (self.at((x - size, y - size * flat)), self.at((x + size, y + size * flat)))
        self.pen.ellipse(box, fill=colour)

    def box(self, left: Point, right: Point, colour: str, corner: float = 0) -> None:
        radius = corner * HEIGHT * FINE / 100
        self.pen.rounded_rectangle((self.at(left), self.at(right)), radius, fill=colour)

    def shape(self, colour: str, *points: Point) -> None:
        self.pen.polygon([self.at(point) for point in points], fill=colour)

    def line(self, colour: str, width: float, *points: Point) -> None:
        thick = int(width * HEIGHT * FINE / 100)
        self.pen.line([self.at(point) for point in points], colour, thick, joint="curve")
        for point in (points[0], points[-1]):
            self.round(point, width / 2, colour)

    def bow(
        self, middle: Point, size: float, span: tuple[float, float], look: tuple[str, float]
    ) -> None:
        """A part of a ring, in degrees clockwise from the right."""
        steps = [math.radians(span[0] + (span[1] - span[0]) * n / 40) for n in range(41)]
        x, y = middle
        points = [(x + size * math.cos(a), y + size * math.sin(a)) for a in steps]
        self.line(look[0], look[1], *points)

    def save(self, name: str) -> None:
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small.quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)


def coffee() -> Canvas:
    c = Canvas("#f3e9dc", "#e6d3bb")
    c.round((0, 20), 26, "#fffaf3", 0.28)
    c.bow((17, 2), 8, (-100, 100), ("#fffaf3", 4))
    c.shape("#fffaf3", (-18, -12), (18, -12), (13, 19), (-13, 19))
    c.round((0, -12), 18, "#fffaf3", 0.3)
    c.round((0, -12), 15.5, "#6f4a32", 0.26)
    c.round((-3, -12.5), 6, "#c49a6c", 0.24)
    for x in (-7, 0, 7):
        c.line("#d3bb9d", 1.6, (x, -20), (x + 2, -24), (x - 2, -28), (x, -32))
    return c


def bread() -> Canvas:
    c = Canvas("#f6ead2", "#ecd5a7")
    c.round((0, 4), 30, "#b9783f", 0.62)
    c.round((0, 1), 28, "#d79a58", 0.56)
    for x in (-15, -5, 5, 15):
        c.line("#f3d9ad", 2.6, (x - 3, 9), (x + 3, -9))
    c.round((0, 25), 27, "#e0c594", 0.08)
    return c


def money_off() -> Canvas:
    c = Canvas("#e3efe2", "#cbe2c8")
    c.box((-29, -16), (29, 16), "#5f8f57", 3)
    c.box((-27, -14), (27, 14), "#fbfdf9", 2)
    for y in range(-12, 14, 5):
        c.round((9, y), 0.9, "#5f8f57")
    c.line("#5f8f57", 3.4, (-17, -7), (-3, 7))
    c.round((-15, 5), 3.2, "#5f8f57")
    c.round((-5, -5), 3.2, "#5f8f57")
    c.line("#9cc193", 2.2, (14, -6), (22, -6))
    c.line("#9cc193", 2.2, (14, 0), (22, 0))
    c.line("#9cc193", 2.2, (14, 6), (19, 6))
    return c


def percent() -> Canvas:
    c = Canvas("#fbe6dc", "#f5cdb9")
    c.shape("#d9653b", (-24, -4), (-2, -26), (24, -24), (26, 2), (4, 26))
    c.round((17, -16), 3.4, "#fbe6dc")
    c.line("#fff6f0", 3.4, (-9, 10), (9, -8))
    c.round((-6, -3), 4, "#fff6f0")
    c.round((6, 6), 4, "#fff6f0")
    return c


def bouquet() -> Canvas:
    c = Canvas("#f7e6ec", "#eecbd8")
    for x in (-12, -5, 2, 9):
        c.line("#6d9465", 1.8, (x * 1.3, -10), (0, 12))
    c.shape("#fff8ef", (-20, -6), (20, -6), (6, 30), (-6, 30))
    c.shape("#f0dcc2", (0, -6), (20, -6), (6, 30))
    blooms = [
        (-15, -14, "#d8587a"),
        (0, -22, "#e88aa2"),
        (15, -14, "#c9446a"),
        (-6, -10, "#f2b6c4"),
    ]
    for x, y, colour in [*blooms, (8, -9, "#e88aa2")]:
        for turn in range(6):
            angle = math.radians(60 * turn)
            c.round((x + 4 * math.cos(angle), y + 4 * math.sin(angle)), 3.6, colour)
        c.round((x, y), 2.6, "#f7d774")
    c.line("#c9446a", 2.4, (-9, 11), (9, 11))
    return c


def produce() -> Canvas:
    c = Canvas("#e9f1dc", "#d2e3b6")
    c.round((-13, -6), 10, "#d94f3d")
    c.round((1, -11), 11, "#e9a13b")
    c.round((15, -6), 9, "#7fa650")
    for x in (-22, 22):
        c.line("#4f7f3c", 3, (x, -4), (x * 0.86, -18))
        c.round((x * 0.84, -20), 5, "#6fa356")
    c.box((-29, -2), (29, 24), "#b98a55", 2)
    for y in (5, 14):
        c.line("#93683a", 1.2, (-27, y), (27, y))
    c.box((-9, 6), (9, 13), "#f3e3c8", 1.5)
    return c


def berries() -> Canvas:
    c = Canvas("#fbe4e4", "#f3c6c8")
    for x, y in ((-11, -7), (0, -12), (11, -7), (-5, -3), (6, -3)):
        c.shape("#d7374a", (x - 7, y - 4), (x + 7, y - 4), (x, y + 10))
        c.round((x, y - 4), 7, "#d7374a", 0.7)
        c.shape("#5f944c", (x - 5, y - 8), (x + 5, y - 8), (x, y - 3))
        for dx, dy in ((-3, -2), (3, -2), (0, 3)):
            c.round((x + dx, y + dy), 0.6, "#fbe4a5")
    c.shape("#fffdfb", (-25, 0), (25, 0), (15, 24), (-15, 24))
    c.round((0, 24), 15, "#fffdfb", 0.18)
    c.line("#f0d4d6", 1.6, (-21, 8), (21, 8))
    return c


def tasting() -> Canvas:
    c = Canvas("#e8e4ef", "#d2c9e2")
    c.round((0, 4), 26, "#ffffff")
    c.round((0, 4), 19, "#f1edf6")
    c.round((0, 4), 9, "#8fae62", 0.7)
    c.round((3, 1), 4, "#e2683f")
    c.round((-4, 6), 3, "#f2c14e")
    c.line("#7d6f99", 2.2, (-34, -14), (-34, 24))
    for x in (-37, -34, -31):
        c.line("#7d6f99", 1.2, (x, -22), (x, -12))
    c.line("#7d6f99", 2.2, (34, 0), (34, 24))
    c.round((34, -10), 3.4, "#7d6f99", 2.8)
    return c


def knife() -> Canvas:
    c = Canvas("#e4ebef", "#c9d7df")
    c.shape("#f9fcfd", (-30, -4), (12, -10), (12, 6), (-20, 6))
    c.shape("#dfe8ed", (-30, -4), (12, -2), (12, 6), (-20, 6))
    c.box((12, -9), (34, 5), "#7a5137", 3)
    for x in (18, 24, 30):
        c.round((x, -2), 1.2, "#e6d3bb")
    c.box((-24, 16), (24, 25), "#8795a1", 2)
    c.line("#f2c14e", 1.4, (-24, -16), (-21, -12))
    c.line("#f2c14e", 1.4, (-32, -12), (-28, -9))
    return c


def bag() -> Canvas:
    c = Canvas("#eef0e4", "#d9dec4")
    c.bow((0, -12), 10, (180, 360), ("#b79c6d", 2.6))
    c.shape("#f5ecd9", (-21, -12), (21, -12), (24, 28), (-24, 28))
    c.line("#e2d4b8", 1.6, (-21, -8), (21, -8))
    c.line("#5f8f57", 2, (0, 18), (0, 4))
    c.round((-5, 4), 5, "#7fa650", 0.5)
    c.round((5, 1), 5, "#5f8f57", 0.5)
    return c


def hamper() -> Canvas:
    c = Canvas("#f3e2dd", "#e5c3b8")
    c.box((-26, -8), (26, 26), "#b5493f", 2)
    c.box((-29, -16), (29, -6), "#c95f52", 2)
    c.box((-4, -16), (4, 26), "#f2d9a0")
    c.bow((-7, -20), 6, (60, 380), ("#f2d9a0", 3))
    c.bow((7, -20), 6, (160, 480), ("#f2d9a0", 3))
    c.round((0, -16), 3.4, "#dfb968")
    return c


def purse() -> Canvas:
    c = Canvas("#e2ecf0", "#c3d8e1")
    c.box((-27, -14), (27, 22), "#2f6f8f", 4)
    c.box((-27, -14), (27, -4), "#3d86aa", 4)
    c.box((10, 0), (30, 12), "#245a75", 3)
    c.round((16, 6), 2.4, "#f2c14e")
    for x, y in ((-12, -22), (2, -26)):
        c.round((x, y), 7, "#f2c14e")
        c.round((x, y), 4.6, "#e2a93b")
    return c


def meal() -> Canvas:
    c = Canvas("#fbefd6", "#f4dca6")
    c.shape("#d9653b", (-26, -2), (26, -2), (15, 22), (-15, 22))
    c.round((0, -2), 26, "#e98a5c", 0.2)
    c.round((0, -2), 22, "#fff3dc", 0.15)
    for x in (-8, 8):
        c.round((x, -17), 8, "#c9446a")
    c.shape("#c9446a", (-15.4, -14), (15.4, -14), (0, 2))
    return c


def delivery() -> Canvas:
    c = Canvas("#e3ecf6", "#c6d8ec")
    c.box((-34, -14), (8, 16), "#ffffff", 2)
    c.shape("#3f75ab", (10, -6), (24, -6), (33, 6), (33, 16), (10, 16))
    c.shape("#d7e6f5", (14, -2), (22, -2), (28, 6), (14, 6))
    for x in (-21, 20):
        c.round((x, 17), 6.4, "#34404c")
        c.round((x, 17), 2.6, "#c6d8ec")
    c.line("#5f8f57", 2, (-13, 8), (-13, -4))
    c.round((-17, -3), 4.4, "#7fa650", 0.5)
    c.round((-9, -6), 4.4, "#5f8f57", 0.5)
    return c


def cinema() -> Canvas:
    c = Canvas("#e5e2f3", "#cac3e6")
    c.box((-20, -2), (20, 26), "#f7f5fd", 1)
    for x in (-16, 0, 16):
        c.shape("#d9445a", (x - 4, -2), (x + 4, -2), (x * 0.9 + 3.4, 26), (x * 0.9 - 3.4, 26))
    for x, y in ((-15, -6), (-6, -11), (4, -8), (13, -6), (-2, -17), (8, -15), (-11, -13)):
        c.round((x, y), 6, "#fbe9b4")
        c.round((x + 1.5, y - 1.5), 2.2, "#f2d27a")
    return c


def cake() -> Canvas:
    c = Canvas("#f9e7f0", "#f0cbdf")
    c.shape("#f3d3a4", (-26, 4), (22, -10), (26, 18), (-26, 18))
    c.shape("#fff7ee", (-26, 4), (22, -10), (24, -2), (-26, 10))
    c.line("#d8587a", 3, (-25, 14), (25, 9))
    c.round((4, -10), 5, "#d7374a")
    c.line("#5f944c", 1.4, (5, -14), (8, -20))
    c.round((0, 24), 32, "#ffffff", 0.1)
    return c


PICTURES: tuple[Callable[[], Canvas], ...] = (
    coffee, bread, money_off, percent, bouquet, produce, berries, tasting,
    knife, bag, hamper, purse, meal, delivery, cinema, cake,
)  # fmt: skip


def main() -> None:
    """Writes every picture into app/seeds/pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for draw in PICTURES:
        draw().save(draw.__name__)


if __name__ == "__main__":
    main()
