"""The words in which an audience is written: facts, operators, joins and units, in both languages.

The first word of each language is the one that is written; all are read.
"""

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
"""By meaning: how it is called in Chinese, and in English."""

FACT_WORDS: Final[Words] = {
    "level": (("等级", "会员等级", "级别"), ("level", "tier")),
    "tag": (("标签",), ("tag", "tags")),
    "store": (("门店", "消费门店"), ("store", "bought at", "shop")),
    "home_store": (("常去门店", "归属门店"), ("home store", "home_store", "usual store")),
    "city": (("城市", "所在城市"), ("city",)),
    "source": (("来源", "入会来源"), ("source",)),
    "language": (("语言",), ("language", "lang")),
    "consent": (("同意", "授权"), ("consent", "agreed to")),
    "birthday_month": (
        ("生日月份", "生日月", "生日"),
        ("birthday month", "birthday_month", "birthday"),
    ),
    "age": (("年龄",), ("age",)),
    "joined": (("入会", "入会日期", "入会时间", "加入"), ("joined", "join date")),
    "last_seen": (
        ("最近活跃", "上次活跃", "最后活跃"),
        ("last seen", "last_seen", "last active"),
    ),
    "last_purchase": (
        ("最近消费", "上次消费", "最后消费", "最近购买", "上次购买"),
        ("last purchase", "last_purchase", "last bought"),
    ),
    "purchases": (("消费次数", "购买次数", "消费", "购买"), ("purchases", "orders")),
    "spent": (("消费金额", "消费额", "累计消费", "购买金额"), ("spent", "spend")),
    "category": (("购买品类", "品类", "类别"), ("category", "bought category")),
    "segment": (("RFM分类", "RFM 分类", "RFM类", "RFM"), ("rfm class", "rfm", "rfm segment")),
    "recency": (("近度", "R值", "R"), ("recency", "r")),
    "frequency": (("频度", "F值", "F"), ("frequency", "f")),
    "monetary": (("额度", "M值", "M"), ("monetary", "m")),
    "stage": (("生命周期", "阶段"), ("stage", "lifecycle", "lifecycle stage")),
    "pyramid": (("金字塔", "价值层级"), ("pyramid",)),
    "points": (("可用积分", "积分"), ("points",)),
    "voucher": (("卡券", "优惠券", "券"), ("voucher", "vouchers", "coupon")),
    "answer": (("回答", "问卷回答", "问卷"), ("answer", "answered", "survey")),
    "complaint": (("未结投诉", "投诉未结", "投诉"), ("open complaint", "complaint")),
    "got": (("收到群发", "收到过", "收到"), ("got", "received", "recipients of")),
    "clicked": (("点击群发", "点击过", "点击"), ("clicked", "clickers of")),
    "audience": (("人群",), ("audience",)),
}

IS: Final = "is"
IS_NOT: Final = "is_not"
AT_LEAST: Final = "at_least"
AT_MOST: Final = "at_most"
MORE: Final = "more"
LESS: Final = "less"
OPERATOR_WORDS: Final[Words] = {
    IS: (
        ("=", "是", "为", "等于", "属于", "包含", "包括", ":"),
        ("=", "==", "is one of", "is", "in", "any of"),
    ),
    IS_NOT: (
        ("!=", "不是", "不为", "不等于", "不属于", "≠"),
        ("!=", "<>", "is not", "not in", "isn't", "is none of"),
    ),
    AT_LEAST: (
        (">=", "≥", "不少于", "不低于", "至少", "大于等于", "大于或等于", "自"),
        (">=", "=>", "at least", "since", "from"),
    ),
    AT_MOST: (
        (
            "<=",
            "≤",
            "不超过",
            "不高于",
            "不多于",
            "至多",
            "最多",
            "小于等于",
            "小于或等于",
            "截至",
        ),
        ("<=", "=<", "at most", "until", "up to"),
    ),
    MORE: (
        (">", "大于", "超过", "高于", "多于", "晚于"),
        (">", "more than", "over", "above", "after"),
    ),
    LESS: (
        ("<", "小于", "少于", "低于", "不足", "不满", "早于"),
        ("<", "less than", "fewer than", "under", "below", "before"),
    ),
}

AND: Final = "and"
OR: Final = "or"
NOT: Final = "not"
HAS: Final = "has"
HAS_NOT: Final = "has_not"
NEVER: Final = "never"
JOIN_WORDS: Final[Words] = {
    AND: (("且", "并且", "而且", "同时", "和", "与"), ("and", "&&", "&")),
    OR: (("或", "或者"), ("or", "||", "|")),
}
BEFORE_WORDS: Final[Words] = {
    NOT: (("非", "不含", "排除", "不"), ("not", "!", "except")),
    HAS: (("有",), ("has", "have", "with")),
    HAS_NOT: (("没有", "无"), ("has no", "has not", "without", "no")),
    NEVER: (("从未消费", "未消费过", "没有消费过"), ("never bought", "never purchased")),
}

DAY: Final = 1
UNIT_WORDS: Final[Mapping[str, int]] = {
    "天": DAY,
    "日": DAY,
    "d": DAY,
    "day": DAY,
    "days": DAY,
    "周": 7,
    "星期": 7,
    "w": 7,
    "week": 7,
    "weeks": 7,
    "个月": 30,
    "month": 30,
    "months": 30,
    "年": 365,
    "year": 365,
    "years": 365,
}
_MONTHS: Final = (
    ("january", "jan", "一月"),
    ("february", "feb", "二月"),
    ("march", "mar", "三月"),
    ("april", "apr", "四月"),
    ("may", "may", "五月"),
    ("june", "jun", "六月"),
    ("july", "jul", "七月"),
    ("august", "aug", "八月"),
    ("september", "sep", "九月"),
    ("october", "oct", "十月"),
    ("november", "nov", "十一月"),
    ("december", "dec", "十二月"),
)
MONTH_WORDS: Final[Mapping[str, int]] = {
    **{name: number for number, names in enumerate(_MONTHS, start=1) for name in names},
    "本月": 0,
    "这个月": 0,
    "this month": 0,
    "下月": 13,
    "下个月": 13,
    "next month": 13,
}
COUNTED: Final = ("次", "分", "岁", "张", "times", "time", "points", "years old")
"""Words after a number that say nothing new."""
MONEY: Final = ("元", "块", "¥", "$", "€", "rmb", "cny", "yuan", "usd", "eur")

FIXED_NAMES: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "language": {"zh": ("中文", "Chinese"), "en": ("英文", "English")},
    "consent": {
        "care": ("会员关怀", "care"),
        "promotions": ("优惠活动", "promotions"),
        "surveys": ("问卷调查", "surveys"),
        "personalised": ("个性推荐", "personalised"),
        "partners": ("合作伙伴", "partners"),
    },
    "segment": {
        "key_value": ("重要价值", "champions"),
        "key_develop": ("重要发展", "promising big spenders"),
        "key_keep": ("重要保持", "big spenders to keep"),
        "key_retain": ("重要挽留", "big spenders to win back"),
        "general_value": ("一般价值", "regulars"),
        "general_develop": ("一般发展", "newcomers"),
        "general_keep": ("一般保持", "regulars to keep"),
        "general_retain": ("一般挽留", "sleepers"),
        "none": ("无消费", "no purchase"),
    },
    "stage": {
        "introduced": ("引入", "introduced"),
        "growing": ("成长", "growing"),
        "mature": ("成熟", "mature"),
        "declining": ("衰退", "declining"),
        "lost": ("流失", "lost"),
    },
    "pyramid": {name: (name, name) for name in "ABCD"},
}
"""Values that are the same in every club, by fact and key: their Chinese and English names."""


def name_of(words: Words, meaning: str, language: str) -> str:
    """The word that is written for a meaning."""
    return words[meaning][0 if language == "zh" else 1][0]
