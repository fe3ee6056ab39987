"""Chinese names, places and texts, and valid unified social credit codes. All people and firms are invented."""

from dataclasses import dataclass
from random import Random

from stdnum.cn import uscc

_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲建国文辉鹏飞雪梅晨曦思远嘉怡浩宇志新雨桐"
_BRANDS_FIRST = "禾屿砚澜岑柏澈嵘骐珩昀栩榕泓翊岚湛煦铄钧"
_BRANDS_SECOND = "川宁泰峰源桥州原舟岭港域沛朗启衡越程森辰"
_TRADES = (
    "流体设备",
    "机电安装工程",
    "给排水工程",
    "化工装备",
    "供热",
    "管道工程",
    "石化设备",
    "水务",
    "建筑安装",
    "制药设备",
    "食品机械",
    "造纸机械",
    "环保科技",
    "船舶配套",
    "冶金设备",
)
_SHOPS = ("五金经营部", "水暖建材店", "阀门经营部", "管件商行", "机电经营部")
_ROADS = ("示例大道", "样本路", "范例街", "虚构路", "演示北路", "模拟西街")
_POSITIONS = ("采购经理", "采购员", "设备科长", "总经理", "项目经理", "仓库主管")
_ORG_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class City:
    """A city with its province and the six-digit code that begins its firms' credit codes."""

    province: str
    name: str
    division: str


CITIES: dict[str, tuple[City, ...]] = {
    "HD": (
        City("上海市", "上海市", "310115"),
        City("江苏省", "苏州市", "320500"),
        City("浙江省", "宁波市", "330200"),
        City("安徽省", "芜湖市", "340200"),
        City("山东省", "烟台市", "370600"),
    ),
    "HN": (
        City("广东省", "广州市", "440100"),
        City("广东省", "佛山市", "440600"),
        City("福建省", "泉州市", "350500"),
        City("广西壮族自治区", "柳州市", "450200"),
    ),
    "HB": (
        City("北京市", "北京市", "110108"),
        City("天津市", "天津市", "120116"),
        City("河北省", "唐山市", "130200"),
        City("山西省", "太原市", "140100"),
    ),
    "HZ": (
        City("湖北省", "武汉市", "420100"),
        City("湖南省", "株洲市", "430200"),
        City("河南省", "洛阳市", "410300"),
        City("江西省", "九江市", "360400"),
    ),
    "XN": (
        City("四川省", "德阳市", "510600"),
        City("重庆市", "重庆市", "500112"),
        City("云南省", "曲靖市", "530300"),
        City("贵州省", "遵义市", "520300"),
    ),
    "DB": (
        City("辽宁省", "大连市", "210200"),
        City("吉林省", "吉林市", "220200"),
        City("黑龙江省", "大庆市", "230600"),
    ),
}


def person_name(random: Random) -> str:
    """A surname and one or two characters."""
    return random.choice(_SURNAMES) + "".join(random.sample(_GIVEN, random.choice((1, 2, 2))))


def company_name(random: Random, city: City) -> str:
    """A firm of that city: place, invented brand, trade and form."""
    place = city.name.removesuffix("市")
    form = random.choice(("有限公司", "有限公司", "有限责任公司", "股份有限公司"))
    return f"{place}{random.choice(_BRANDS_FIRST)}{random.choice(_BRANDS_SECOND)}{random.choice(_TRADES)}{form}"


def shop_name(random: Random, city: City) -> str:
    """A sole trader's shop: place, the owner's name and the kind of shop."""
    return f"{city.name}{person_name(random)}{random.choice(_SHOPS)}"


def address(random: Random, city: City) -> str:
    """An address on a street that does not exist."""
    place = city.name if city.province == city.name else city.province + city.name
    return f"{place}{random.choice(_ROADS)}{random.randint(1, 999)}号"


def position(random: Random) -> str:
    """What a contact does at the customer."""
    return random.choice(_POSITIONS)


def phone(number: int) -> str:
    """Eleven digits that no one can have: Chinese mobile numbers begin with 13 to 19, this one with 10."""
    return f"100{number:08d}"


def credit_code(random: Random, city: City) -> str:
    """A unified social credit code whose organisation part and whole carry the right check characters."""
    body = "".join(random.choice(_ORG_ALPHABET) for _ in range(8))
    sum_ = sum(_organisation_value(c) * w for c, w in zip(body, _ORG_WEIGHTS, strict=True))
    check = (11 - sum_ % 11) % 11
    first = f"91{city.division}{body}{'X' if check == 10 else check}"
    return first + str(uscc.calc_check_digit(first))


def _organisation_value(character: str) -> int:
    return int(character) if character.isdigit() else ord(character) - ord("A") + 10
