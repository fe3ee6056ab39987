"""What the sample company makes and how: eight families in eight sizes on eight lines. Fixed; nothing random."""

from dataclasses import dataclass
from decimal import Decimal

from deploy.sample.company import ProductionLine, Routing, Usage

SIZES = (15, 20, 25, 32, 40, 50, 65, 80)
_CENT = Decimal("0.01")
_REFERENCE = 50
_NEIGHBOUR_FACTOR = Decimal("1.25")


@dataclass(frozen=True, slots=True)
class Family:
    """Products that differ by size only. ``price`` (CNY) and ``hours`` (a unit) are those of DN50."""

    prefix: str
    name: str
    unit_of_measure: str
    line_code: str
    line_name: str
    weekly_hours: int
    price: int
    hours: float
    setup: str
    parts: tuple[str, ...]
    neighbour: str = ""


_MANUAL = ("CAST", "STEM", "PACK", "BOLT", "WHEEL")
FAMILIES: tuple[Family, ...] = (
    Family("QF", "法兰球阀", "台", "L1", "球阀装配线", 80, 186, 0.150, "1.5", ("CAST", "BALL", "SEAT", "BOLT")),
    Family("ZF", "楔式闸阀", "台", "L2", "闸阀装配线", 80, 228, 0.170, "2", _MANUAL),
    Family("JF", "截止阀", "台", "L3", "截止阀装配线", 80, 205, 0.160, "1.5", _MANUAL, "L2"),
    Family("HF", "旋启式止回阀", "台", "L4", "止回阀装配线", 72, 158, 0.140, "1.5", ("CAST", "DISC", "BOLT")),
    Family("DF", "对夹蝶阀", "台", "L5", "蝶阀装配线", 80, 132, 0.120, "1", ("CAST", "DISC", "RING", "STEM"), "L4"),
    Family("FL", "平焊法兰", "片", "L6", "法兰加工线", 112, 46, 0.075, "1", ("FORG",)),
    Family("WT", "无缝弯头", "件", "L7", "管件成型线", 112, 38, 0.065, "2", ("TUBE",)),
    Family("GL", "Y型过滤器", "台", "L8", "过滤器装配线", 72, 142, 0.145, "1", ("CAST", "MESH", "BOLT"), "L1"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """Bought material. ``per_unit`` is what a DN50 takes; it grows with the size where ``grows``.

    ``cover``: how much of the plan's need stock and deliveries meet; below 1.05 it binds."""

    code: str
    name: str
    unit_of_measure: str
    per_unit: str
    grows: bool
    cover: str


_SMALL, _LARGE = (15, 20, 25, 32), (40, 50, 65, 80)
PARTS: tuple[Part, ...] = (
    Part("CASTS", "铸钢阀体毛坯(小口径)", "千克", "6.4", True, "1.30"),
    Part("CASTL", "铸钢阀体毛坯(大口径)", "千克", "6.4", True, "1.01"),
    Part("BALL", "不锈钢球芯", "千克", "1.2", True, "1.35"),
    Part("SEAT", "聚四氟乙烯阀座", "个", "2", False, "1.02"),
    Part("STEM", "不锈钢阀杆", "根", "1", False, "1.25"),
    Part("PACK", "石墨填料", "千克", "0.12", True, "1.40"),
    Part("BOLTS", "螺栓螺母套件 M12", "套", "4", False, "1.30"),
    Part("BOLTL", "螺栓螺母套件 M16", "套", "4", False, "1.30"),
    Part("WHEEL", "铸铁手轮", "个", "1", False, "1.20"),
    Part("DISC", "阀板", "千克", "1.5", True, "1.22"),
    Part("RING", "丁腈橡胶密封圈", "个", "1", False, "0.90"),
    Part("FORGS", "法兰锻坯(小口径)", "千克", "2.6", True, "1.30"),
    Part("FORGL", "法兰锻坯(大口径)", "千克", "2.6", True, "1.20"),
    Part("TUBES", "无缝钢管(小口径)", "米", "0.35", True, "1.30"),
    Part("TUBEL", "无缝钢管(大口径)", "米", "0.35", True, "1.03"),
    Part("MESHS", "不锈钢滤网(小口径)", "片", "1", False, "1.30"),
    Part("MESHL", "不锈钢滤网(大口径)", "片", "1", False, "1.25"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A catalogue entry: a family in a size, before stock and lot sizes are known."""

    code: str
    name: str
    family: Family
    size: int

    @property
    def price(self) -> Decimal:
        """List price in CNY, tax included."""
        return _scaled(Decimal(self.family.price), self.size, 1.15).quantize(_CENT)

    @property
    def hours(self) -> Decimal:
        """Machine hours a unit on the family's own line."""
        return _scaled(Decimal(str(self.family.hours)), self.size, 0.6).quantize(Decimal("0.0001"))

    @property
    def holding(self) -> Decimal:
        """CNY per unit and week: 0.3 % of the list price."""
        return (self.price * Decimal("0.003")).quantize(_CENT)


def items() -> list[Item]:
    """All 64 products, family by family, size by size."""
    return [
        Item(f"{family.prefix}-{size:03d}", f"{family.name} DN{size}", family, size)
        for family in FAMILIES
        for size in SIZES
    ]


def lines() -> list[ProductionLine]:
    """The eight lines."""
    return [ProductionLine(f.line_code, f.line_name, Decimal(f.weekly_hours)) for f in FAMILIES]


def routings() -> list[Routing]:
    """Each product on its family's line; some families also, a quarter slower, on a neighbour's."""
    found = []
    for item in items():
        family = item.family
        found.append(Routing(item.code, family.line_code, item.hours, Decimal(family.setup)))
        if family.neighbour and item.size in _LARGE:
            slower = (item.hours * _NEIGHBOUR_FACTOR).quantize(Decimal("0.0001"))
            found.append(Routing(item.code, family.neighbour, slower, Decimal(family.setup) + 1))
    return found


def bill() -> list[Usage]:
    """Bought material of every product."""
    return [
        Usage(item.code, part.code, _per_unit(part, item.size))
        for item in items()
        for part in PARTS
        if part.code in _part_codes(item)
    ]


def _part_codes(item: Item) -> set[str]:
    suffix = "S" if item.size in _SMALL else "L"
    known = {part.code for part in PARTS}
    return {name if name in known else name + suffix for name in item.family.parts}


def _per_unit(part: Part, size: int) -> Decimal:
    amount = Decimal(part.per_unit)
    return max(_scaled(amount, size, 1.2).quantize(Decimal("0.001")), Decimal("0.001")) if part.grows else amount


def _scaled(value: Decimal, size: int, power: float) -> Decimal:
    return value * Decimal(str(round((size / _REFERENCE) ** power, 6)))
