# SPDX-License-Identifier: LGPL-2.1-or-later
"""Figures by size, and how they grow: a table in Markdown."""

import math

# how close to a power of n a figure must be to be called that
FLAT, NEAR = 0.15, 0.15


def power(sizes, values):
    """x when the figure grows like n^x between the two largest sizes; None when that cannot be said."""
    known = [(size, value) for size, value in zip(sizes, values) if value]
    if len(known) < 2:
        return None
    (size1, value1), (size2, value2) = known[-2:]
    return math.log(value2 / value1) / math.log(size2 / size1)


def growth(sizes, values):
    """In words."""
    x = power(sizes, values)
    if x is None:
        return "–"
    if x < -FLAT:
        return f"falls, n^{x:.1f}"
    if x < FLAT:
        return "flat"
    for name, exponent in (("√n", 0.5), ("n", 1), ("n²", 2)):
        if abs(x - exponent) <= NEAR:
            return name
    return f"n^{x:.1f}"


class Table:
    """Rows of figures by size. what: what the sizes count."""

    def __init__(self, what, sizes):
        self.what, self.sizes = what, sizes
        self.rows = {}       # (name, unit) -> {size: (value, digits)}

    def put(self, name, unit, size, value, digits=2):
        """A figure. digits: how many it was measured to, behind the point."""
        self.rows.setdefault((name, unit), {})[size] = value, digits

    def lines(self):
        head = [self.what] + [f"{size:,}" for size in self.sizes] + ["grows"]
        yield "| " + " | ".join(head) + " |"
        yield "|---|" + "--:|" * len(self.sizes) + "---|"
        for (name, unit), found in self.rows.items():
            figures = [found.get(size, (None, 0)) for size in self.sizes]
            shown = ["–" if value is None else show(value, digits) for value, digits in figures]
            grows = growth(self.sizes, [value for value, digits in figures])
            yield f"| {name}, {unit} | " + " | ".join(shown) + f" | {grows} |"


def show(value, digits):
    """Three digits at most, which is more than these figures bear, and none that was not measured."""
    wanted = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{min(wanted, digits)}f}"
