"""What has happened to contracts already: shipments by batch (K4) and the complaints about them (Q1, Q2)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from deploy.sample.company import Agreement, AgreementLine, Complaint, Shipment
from deploy.sample.days import workday

_COMPLAINTS = 66
_PARTIAL = 0.2
_CATEGORIES = ("质量", "质量", "质量", "质量", "交付", "服务", "其他")
_TEXTS: dict[str, tuple[str, ...]] = {
    "质量": (
        "开箱检验发现密封面有划痕,打压试验渗漏",
        "阀杆转动卡滞,现场无法全开",
        "法兰端面平面度超差,垫片压不紧",
        "阀体外表面有砂眼,补漆后仍渗水",
        "铭牌材质标识与合同不符,要求提供材质证明",
        "螺栓强度等级与技术协议不一致",
        "安装两周后填料函处滴漏",
    ),
    "交付": ("到货数量比送货单少两件", "比约定日期晚到三天,影响现场安装", "外包装破损,部分产品受潮"),
    "服务": ("技术资料未随货寄出", "电话咨询安装尺寸,两天没有得到答复"),
    "其他": ("发票抬头有误,要求重开", "希望调整送货时间至上午"),
}


@dataclass(frozen=True, slots=True)
class _Due:
    agreement: Agreement
    line: AgreementLine


def shipments(random: Random, contracts: Sequence[Agreement], day: date) -> list[Shipment]:
    """Goods of signed lines that were wanted by ``day``: most whole, every fifth line in a first part only."""
    due = [
        _Due(agreement, line)
        for agreement in contracts
        if agreement.goal == "signed"
        for line in agreement.lines
        if line.requested_on <= day
    ]
    return [_shipped(random, index, entry, day) for index, entry in enumerate(_by_date(due), start=1)]


def complaints(random: Random, contracts: Sequence[Agreement], sent: Sequence[Shipment], day: date) -> list[Complaint]:
    """66 complaints on shipments, most about quality; two of three quality ones are escalated."""
    by_number: Mapping[str, Agreement] = {a.number: a for a in contracts}
    drawn = sorted(_spread(random, sent, _COMPLAINTS), key=lambda s: (s.shipped_on, s.number))
    return [_complaint(random, index, s, by_number[s.agreement_number], day) for index, s in enumerate(drawn, start=1)]


def _by_date(due: list[_Due]) -> list[_Due]:
    return sorted(due, key=lambda e: (e.line.requested_on, e.agreement.number, e.line.line_no))


def _shipped(random: Random, index: int, entry: _Due, day: date) -> Shipment:
    line = entry.line
    whole = line.quantity < 2 or random.random() >= _PARTIAL
    first = max(entry.agreement.agreed_on, line.requested_on - timedelta(days=6))
    shipped_on = workday(random, first, min(line.requested_on + timedelta(days=4), day))
    batch = f"P{shipped_on:%y%m}-{line.product_code}-{random.randint(1, 4)}"
    quantity = line.quantity if whole else max(line.quantity * random.randint(4, 7) // 10, 1)
    return Shipment(f"FH{day.year}{index:04d}", entry.agreement.number, line.line_no, batch, quantity, shipped_on)


def _spread(random: Random, sent: Sequence[Shipment], count: int) -> Iterator[Shipment]:
    """``count`` shipments, each taken once before any is taken again."""
    while count > 0:
        round_ = random.sample(list(sent), min(count, len(sent)))
        yield from round_
        count -= len(round_)


def _complaint(random: Random, index: int, shipment: Shipment, agreement: Agreement, day: date) -> Complaint:
    category = random.choice(_CATEGORIES)
    reported_on = min(shipment.shipped_on + timedelta(days=random.randint(1, 12)), day)
    return Complaint(
        number=f"TS{day.year}{index:04d}",
        customer_code=agreement.customer_code,
        unit_code=agreement.unit_code,
        agreement_number=agreement.number,
        line_no=shipment.line_no,
        batch_number=shipment.batch_number,
        category=category,
        description=random.choice(_TEXTS[category]),
        reported_on=reported_on,
        escalate=category == "质量" and index % 3 != 0,
    )
