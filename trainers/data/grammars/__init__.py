"""Parametric grammars of household shapes. A grammar draws sizes, variants and colours, and returns parts.

Design units are free; y is up, the front looks along +z. Nothing is thinner than about a fortieth of the whole, so
that a 64^3 grid can hold it; the classics keep to a thirtieth, for 32^3.
"""

from trainers.data.grammars.building import Grammar
from trainers.data.grammars.classics import (
    animal,
    bench,
    bottle,
    car,
    chair,
    jug,
    lamp,
    mug,
    shelf,
    sofa,
    table,
    vase,
)

__all__ = ["FAMILIES", "Grammar"]

FAMILIES: dict[str, Grammar] = {
    grammar.__name__: grammar
    for grammar in (chair, table, shelf, sofa, lamp, mug, bottle, vase, car, animal, bench, jug)
}
