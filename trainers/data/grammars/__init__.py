"""Parametric grammars of household shapes. A grammar draws sizes, variants and colours, and returns parts.

Design units are free; y is up, the front looks along +z. Nothing is thinner than about a fortieth of the whole, so
that a 64^3 grid can hold it; the classics keep to a thirtieth, for 32^3.
"""

from trainers.data.grammars import classics, creatures, lights, ornaments, seats, storage, things, vehicles, vessels
from trainers.data.grammars.building import Grammar

__all__ = ["FAMILIES", "Grammar"]

_CLASSICS = (
    *(classics.chair, classics.table, classics.shelf, classics.sofa, classics.lamp, classics.mug, classics.bottle),
    *(classics.vase, classics.car, classics.animal, classics.bench, classics.jug),
)
_SEATS = (
    *(seats.dining_chair, seats.armchair, seats.office_chair, seats.stool, seats.bar_chair, seats.bed, seats.lounger),
)
_STORAGE = (
    *(storage.cabinet, storage.bookcase, storage.chest, storage.desk, storage.side_table, storage.appliance),
    *(storage.crate, storage.screen, storage.speaker),
)
_VESSELS = (
    *(vessels.pot, vessels.bowl, vessels.glass, vessels.jar, vessels.kettle, vessels.teapot, vessels.bucket),
    *(vessels.watering_can, vessels.bathtub, vessels.washbasin, vessels.toilet, vessels.barrel),
)
_LIGHTS = (lights.desk_lamp, lights.floor_lamp, lights.ceiling_lamp, lights.lantern, lights.candlestick)
_VEHICLES = (
    *(vehicles.sedan, vehicles.truck, vehicles.van, vehicles.plane, vehicles.boat, vehicles.bicycle),
    *(vehicles.train, vehicles.cart),
)
_CREATURES = (
    *(creatures.person, creatures.bird, creatures.fish, creatures.plush, creatures.potted_plant, creatures.tree),
)
_THINGS = (
    *(things.hammer, things.shoe, things.globe, ornaments.guitar, ornaments.clock, things.books, things.bag),
    *(ornaments.house, ornaments.fan, things.hat, things.chess_piece, things.dumbbell, ornaments.ladder),
)

FAMILIES: dict[str, Grammar] = {
    grammar.__name__: grammar
    for kind in (_CLASSICS, _SEATS, _STORAGE, _VESSELS, _LIGHTS, _VEHICLES, _CREATURES, _THINGS)
    for grammar in kind
}
