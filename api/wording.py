"""What the API's problems say, in English and Chinese: a title, and what to do.

Titles and the rules of single faults are here, what to do about each problem is in advice.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.advice import DETAILS

LANGUAGES: Final = ("en", "zh")

# code: (English title, Chinese title)
TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "request.not_json": ("The body is not JSON", "请求正文不是 JSON"),
    "request.invalid": ("The request does not fit its schema", "请求不符合格式要求"),
    "request.unreadable": ("The request cannot be read", "请求无法读取"),
    "request.impossible": ("A value cannot be", "有的值不成立"),
    "request.not_found": ("There is nothing here", "没有这个地址"),
    "request.method": ("This method is not possible here", "此地址不支持该方法"),
    "request.too_large": ("The body is too large", "请求正文过大"),
    "request.media_type": ("The body must be JSON", "请求正文须为 JSON"),
    "key.missing": ("An API key is needed", "需要 API 密钥"),
    "key.unknown": ("This API key is not valid", "API 密钥无效"),
    "key.signature": ("The signature is not accepted", "签名未通过"),
    "key.scope": ("This API key may not do that", "API 密钥没有此权限"),
    "key.too_many_tries": ("Too many wrong keys or signatures", "密钥或签名错误次数过多"),
    "key.conflict": ("The same key came with other content", "同一编号已用于其他内容"),
    "club.failed": ("Something went wrong here", "服务出错"),
    "club.unavailable": ("The club cannot save just now", "服务暂时无法保存数据"),
    "member.not_found": ("No such member", "没有这位会员"),
    "member.exists": ("This person is a member already", "已是会员"),
    "member.several": ("Several members fit", "有多位会员符合"),
    "member.frozen": ("This membership is frozen", "会员资格已冻结"),
    "member.closed": ("This membership is closed", "会员资格已注销"),
    "member.bad_number": ("This is no member number", "会员号不正确"),
    "rules.not_accepted": ("The club rules are not accepted", "尚未接受会员章程"),
    "points.too_few": ("Too few points", "积分不足"),
    "phone.bad": ("This is no phone number", "手机号不正确"),
    "email.bad": ("This is no e-mail address", "邮箱地址不正确"),
    "name.bad": ("This name cannot be used", "姓名不可用"),
    "city.bad": ("This city cannot be used", "城市不可用"),
    "zone.unknown": ("This time zone is not known", "时区不存在"),
    "birthday.unreadable": ("This is no birthday", "生日无法识别"),
    "birthday.unclear": ("This birthday can be read in two ways", "生日有两种读法"),
    "birthday.impossible": ("This birthday cannot be", "生日不成立"),
    "guardian.needed": ("A guardian is needed", "需要监护人同意"),
    "amount.bad": ("This is no amount of that currency", "金额不正确"),
    "currency.unknown": ("This currency is not known", "币种不存在"),
    "currency.wrong": ("The club uses another currency", "币种与会员计划不符"),
    "purchase.not_found": ("No such purchase", "没有这笔消费"),
    "purchase.invalid": ("This purchase cannot be booked", "这笔消费无法入账"),
    "purchase.too_early": ("The club was not open then", "消费早于会员计划开始日"),
    "refund.already": ("Nothing is left to refund", "已全部退款"),
    "refund.invalid": ("This refund cannot be booked", "这笔退款无法入账"),
    "refund.too_large": ("More than is left to refund", "超过可退金额"),
    "payment.invalid": ("The bill cannot be paid like this", "无法这样支付"),
    "bill.voucher": ("This voucher does not lower the bill", "此券不能抵扣该账单"),
    "bill.points": ("So many points cannot be used", "不能使用这么多积分"),
    "bill.credit": ("So much stored value cannot be used", "不能使用这么多储值"),
    "bill.changed": ("The bill is another one now", "账单已变化"),
    "credit.none": ("This club has no stored value", "本店没有储值"),
    "credit.undone": ("This top-up was undone", "这笔充值已撤销"),
    "credit.too_small": ("This top-up is too small", "充值金额过小"),
    "credit.ceiling": ("More than a member may hold", "超过储值上限"),
    "award.bad_receipt": ("This is no receipt number", "小票号不正确"),
    "store.not_found": ("No such store", "没有这家门店"),
    "adjustment.zero": ("Nothing to adjust", "调整积分不能为零"),
    "adjustment.no_reason": ("A reason is needed", "需要填写原因"),
    "adjustment.over_limit": ("Over the day's limit", "超过当日调整上限"),
    "request.other_source": ("A source speaks for itself only", "只能推送自己来源的数据"),
    "benefit.not_found": ("No such benefit", "没有这项权益"),
    "benefit.price_changed": ("The price is another one now", "所需积分已变化"),
    "benefit.unavailable": ("This benefit cannot be had now", "目前无法兑换此权益"),
    "till.code_unknown": ("No voucher has this code", "没有此券码对应的券"),
    "till.held": ("Another till looks at this voucher", "其他收银台正在查看此券"),
    "till.taken": ("This voucher was used", "此券已核销"),
    "till.undone_before": ("This use was undone", "这次核销已撤销"),
    "till.codes_locked": ("Too many wrong codes", "错误券码过多"),
    "voucher.not_usable": ("This voucher cannot be used", "此券不可用"),
}
UNLISTED: Final = ("This is refused", "请求被拒绝")

UNLISTED_DETAIL: Final = (
    "Nothing was changed. `data` has the facts.",
    "未作任何更改，详情见 data。",
)

RULES: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("This is required: add it.", "必填项，请补充。"),
    "extra": ("This name is not known: leave it out.", "没有此字段，请去掉。"),
    "text": ("Give a text in quotes.", "请填写带引号的文本。"),
    "integer": (
        "Give a whole number without quotes, fraction or exponent.",
        "请填写整数，不带引号和小数。",
    ),
    "true": ("This must be true.", "此处须为 true。"),
    "boolean": ("Give true or false.", "请填写 true 或 false。"),
    "list": ("Give a list.", "请填写列表。"),
    "object": ("Give an object.", "请填写对象。"),
    "too_long": ("At most {most} characters.", "最多 {most} 个字符。"),
    "too_short": ("At least {least} characters.", "至少 {least} 个字符。"),
    "too_many": ("At most {most} entries.", "最多 {most} 项。"),
    "too_few": ("At least {least} entries.", "至少 {least} 项。"),
    "too_high": ("At most {most}.", "最大为 {most}。"),
    "too_low": ("At least {least}.", "最小为 {least}。"),
    "pattern": (
        "It must match {pattern} and hold no control characters.",
        "须匹配 {pattern}，且不含控制字符。",
    ),
    "one_of": ("One of: {expected}.", "可选值：{expected}。"),
    "moment": (
        "Give a time with its offset, such as 2026-01-31T12:00:00+08:00.",
        "请填写带时区偏移的时间，例如 2026-01-31T12:00:00+08:00。",
    ),
    "amount": (
        "Give a decimal text such as 128.50, without sign, separators or currency.",
        "请填写如 128.50 的十进制文本，不带符号、分隔符和币种。",
    ),
    "repeated": ("Give it once only.", "只能出现一次。"),
    "refused": ("This is what the problem is about.", "问题出在这里。"),
    "other": ("This value does not fit the schema.", "此值不符合格式要求。"),
}


class _Facts(dict[str, Any]):
    """Facts that a sentence may name; one that is missing reads as `?`."""

    def __missing__(self, key: str) -> str:
        return "?"


def title(code: str, language: str) -> str:
    """The short name of a problem."""
    return _in(TITLES.get(code, UNLISTED), language)


def detail(code: str, data: Mapping[str, Any], language: str) -> str:
    """What is wrong and what to do."""
    exact = f"{code}/{data.get('reason', '')}"
    texts = DETAILS.get(exact) or DETAILS.get(code, UNLISTED_DETAIL)
    return _in(texts, language).format_map(_Facts(data))


def rule(name: str, facts: Mapping[str, Any], language: str) -> str:
    """What to do about one fault."""
    return _in(RULES.get(name, RULES["other"]), language).format_map(_Facts(facts))


def language_of(accept: str) -> str:
    """The first language of an Accept-Language header that there is; English otherwise."""
    for part in accept.split(","):
        main = part.partition(";")[0].strip().partition("-")[0].casefold()
        if main in LANGUAGES:
            return main
    return LANGUAGES[0]


def _in(texts: tuple[str, str], language: str) -> str:
    return texts[1] if language == "zh" else texts[0]
