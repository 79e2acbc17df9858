"""What to do about each problem, in English and Chinese.

Keyed by problem code; where a refusal has a `reason`, `code/reason` says it more exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# code or code/reason: (English, Chinese); names in braces are the problem's data
DETAILS: Final[Mapping[str, tuple[str, str]]] = {
    "request.not_json": (
        "Send one JSON object in UTF-8, without comments or lone surrogates.",
        "请以 UTF-8 发送一个 JSON 对象，不含注释和残缺字符。",
    ),
    "request.invalid": (
        "Nothing was changed. Correct what `errors` lists and send it again.",
        "未作任何更改。请按 errors 所列修正后重新发送。",
    ),
    "request.unreadable": (
        "The path, a header or the body is malformed. Encode it as the reference shows.",
        "路径、请求头或正文格式有误，请按接口文档编码。",
    ),
    "request.impossible": (
        "Nothing was changed. Correct what `errors` lists and send it again.",
        "未作任何更改。请按 errors 所列修正后重新发送。",
    ),
    "request.not_found": (
        "All operations are listed in /api/v1/openapi.json.",
        "全部接口见 /api/v1/openapi.json。",
    ),
    "request.method": (
        "The header Allow names the methods that are possible.",
        "可用的方法见响应头 Allow。",
    ),
    "request.too_large": (
        "A body has at most {most} bytes. Send less at once.",
        "正文最多 {most} 字节，请分次发送。",
    ),
    "request.media_type": (
        "Send the body with Content-Type: application/json.",
        "请使用 Content-Type: application/json 发送。",
    ),
    "key.missing": (
        "Send the key as: Authorization: Bearer KEY",
        "请发送请求头 Authorization: Bearer KEY。",
    ),
    "key.unknown": (
        "Check the key, or make a new one with: memberbot api-key add",
        "请检查密钥，或用 memberbot api-key add 新建。",
    ),
    "key.signature": (
        "Sign the time (Unix seconds, within 5 minutes of now), a dot and the body exactly as"
        " sent, with a secret of this source that is in use.",
        "请用该来源的有效密钥，对“时间戳（Unix 秒，误差 5 分钟内）+ 英文句点 + 原样正文”签名。",
    ),
    "key.scope": (
        "Use a key with the scope {scope}.",
        "请使用具有 {scope} 权限的密钥。",
    ),
    "key.too_many_tries": (
        "Wait {seconds} seconds, then try again with the right key.",
        "请等待 {seconds} 秒后使用正确的密钥重试。",
    ),
    "key.conflict": (
        "What came first stays. Use a new id for new content, or send exactly the same again.",
        "以先到的内容为准。新内容请用新编号；重试请发送完全相同的内容。",
    ),
    "club.failed": (
        "Nothing was changed and it has been noted. Try again later.",
        "未作任何更改，问题已记录。请稍后重试。",
    ),
    "club.unavailable": (
        "Nothing was changed. Send the same again in a moment.",
        "未作任何更改。请稍后原样重发。",
    ),
    "member.not_found": (
        "Nobody is found by that. Give the member number, or phone:, email:, telegram: or ext:.",
        "未找到会员。请提供会员号，或使用 phone:、email:、telegram:、ext: 前缀。",
    ),
    "member.exists": (
        "{field} belongs to a member already. Look the member up instead.",
        "{field} 已属于一位会员，请直接查询该会员。",
    ),
    "member.several": (
        "{count} members fit. Give the member number.",
        "有 {count} 位会员符合，请提供会员号。",
    ),
    "member.frozen": (
        "Points neither come nor go while the club checks it. Ask an operator.",
        "核查期间积分不能增减，请联系运营人员。",
    ),
    "member.closed": (
        "Points neither come nor go any more.",
        "积分不能再增减。",
    ),
    "member.bad_number": (
        "A member number has nine digits, the last one a check digit.",
        "会员号为九位数字，末位为校验码。",
    ),
    "rules.not_accepted": (
        "The member has to accept the club rules, version {version}, first.",
        "会员须先接受第 {version} 版会员章程。",
    ),
    "points.too_few": (
        "{have} points are there, {price} are needed, {missing} are missing.",
        "现有 {have} 积分，需要 {price}，还差 {missing}。",
    ),
    "phone.bad": (
        "Give it with its country code, such as +8613800138000.",
        "请带国家代码填写，例如 +8613800138000。",
    ),
    "email.bad": (
        "Give it as name@example.com.",
        "请按 name@example.com 的格式填写。",
    ),
    "name.bad": (
        "A name has 1 to {longest} characters, at least one of them a letter.",
        "姓名为 1 至 {longest} 个字符，至少含一个文字。",
    ),
    "city.bad": (
        "A city has 1 to {longest} letters.",
        "城市名为 1 至 {longest} 个文字。",
    ),
    "zone.unknown": (
        "Give an IANA name, such as Asia/Shanghai.",
        "请填写 IANA 时区名，例如 Asia/Shanghai。",
    ),
    "birthday.unreadable": (
        "Give it as 1990-05-20, or 05-20 without the year.",
        "请按 1990-05-20 填写，不含年份时写 05-20。",
    ),
    "birthday.unclear": (
        "Give it as 1990-05-20, or 05-20 without the year.",
        "请按 1990-05-20 填写，不含年份时写 05-20。",
    ),
    "birthday.impossible": (
        "There is no such day, or nobody is born on it any more or yet.",
        "没有这一天，或年份不合理。",
    ),
    "guardian.needed": (
        "Who is under 14 joins together with a guardian, in the chat.",
        "未满 14 周岁须由监护人陪同在聊天中加入。",
    ),
    "amount.bad": (
        "Give it as a decimal text with the digits of {currency}, such as 128.50 for CNY.",
        "请按 {currency} 的小数位填写，例如人民币 128.50。",
    ),
    "currency.unknown": (
        "Give three capital letters of ISO 4217, such as CNY.",
        "请填写三位大写 ISO 4217 代码，例如 CNY。",
    ),
    "currency.wrong": (
        "This club books in {expected}.",
        "本会员计划使用 {expected}。",
    ),
    "purchase.not_found": (
        "No purchase of that source has this order id. Book the purchase first.",
        "该来源没有此订单号，请先登记消费。",
    ),
    "purchase.invalid": (
        "Correct the order and send it again; nothing was booked.",
        "请修正订单后重新发送，未入账。",
    ),
    "purchase.invalid/sum": (
        "The lines add up to {expected}, the order says {given}. Make them agree.",
        "各行合计 {expected}，订单金额为 {given}，请使其一致。",
    ),
    "purchase.invalid/too_large": (
        "{given} is more than a single order may hold.",
        "{given} 超过单笔上限。",
    ),
    "purchase.invalid/in_future": (
        "It lies more than a day ahead of the club's clock. Check the till's clock.",
        "时间超前一天以上，请检查收银系统的时钟。",
    ),
    "purchase.invalid/void": (
        "This purchase was voided; nothing can be refunded on it.",
        "这笔消费已作废，不能退款。",
    ),
    "purchase.invalid/order_id": (
        "An order id has 1 to 100 visible characters.",
        "订单号为 1 至 100 个可见字符。",
    ),
    "purchase.invalid/source": (
        "A source has 1 to 100 visible characters.",
        "来源为 1 至 100 个可见字符。",
    ),
    "purchase.invalid/refund_id": (
        "A refund id has 1 to 100 visible characters.",
        "退款号为 1 至 100 个可见字符。",
    ),
    "purchase.too_early": (
        "{day} lies before {opened_on}, the club's first day. Use the import for older ones.",
        "{day} 早于会员计划首日 {opened_on}，更早的消费请用导入。",
    ),
    "refund.already": (
        "Everything of this order has been refunded.",
        "该订单已全部退款。",
    ),
    "refund.invalid": (
        "Give either an amount or lines, and lines that the order has.",
        "请只填金额或只填行，且行号须在订单内。",
    ),
    "refund.invalid/both": (
        "Give either an amount or lines, and for each line either a quantity or an amount.",
        "金额与行只填其一；每行的数量与金额也只填其一。",
    ),
    "refund.invalid/line": (
        "The order has no line {line}; lines count from 1 in the order given.",
        "订单没有第 {line} 行；行号按顺序从 1 起。",
    ),
    "refund.invalid/quantity": (
        "Fewer pieces than that are left on line {line}.",
        "第 {line} 行剩余数量不足。",
    ),
    "refund.invalid/nothing": (
        "A refund is more than nothing: give an amount or a quantity above zero.",
        "退款须大于零，请填写金额或数量。",
    ),
    "refund.too_large": (
        "{asked} is asked and {left} is left.",
        "申请退款 {asked}，可退 {left}。",
    ),
    "refund.invalid/member": (
        "The order is not this member's. Check the order id and the member.",
        "订单不属于该会员，请核对订单号和会员。",
    ),
    "payment.invalid": (
        "Nothing was booked. Correct the payments and send the order again.",
        "未入账，请更正支付方式后重新发送订单。",
    ),
    "payment.invalid/zero": (
        "Payment {payment} pays nothing: give an amount above zero, or leave it out.",
        "第 {payment} 项支付金额须大于零，否则请去掉。",
    ),
    "payment.invalid/sum": (
        "The payments come to {given} and the bill to {expected}: lower them.",
        "各项支付合计 {given}，超过账单 {expected}，请减少。",
    ),
    "payment.invalid/points": (
        "Say in payment {payment} how many points it takes.",
        "请在第 {payment} 项支付中填写使用的积分数。",
    ),
    "payment.invalid/code": (
        "Give the voucher's code in payment {payment}.",
        "请在第 {payment} 项支付中填写券码。",
    ),
    "payment.invalid/extra": (
        "In payment {payment} give points only for points, a code only for a voucher.",
        "第 {payment} 项支付：积分数只用于积分，券码只用于优惠券。",
    ),
    "payment.invalid/twice": (
        "Payment {payment} is there twice: name points and credit once, and each voucher once.",
        "第 {payment} 项支付重复：积分、储值及每张券各填一次。",
    ),
    "payment.invalid/too_many": (
        "A bill has at most {expected} payments.",
        "一张账单最多 {expected} 项支付。",
    ),
    "payment.invalid/member": (
        "Nobody is known to take it from: name a member, or leave the payments out.",
        "未找到会员，无法扣减。请提供会员，或去掉支付项。",
    ),
    "payment.invalid/credit": (
        "The stored value is {given} and payment {payment} asks for {expected}: lower it.",
        "储值余额 {given}，第 {payment} 项支付需要 {expected}，请减少。",
    ),
    "payment.invalid/unknown": (
        "The member has no voucher with the code of payment {payment}. Read it again from the"
        " member's phone.",
        "会员没有第 {payment} 项券码对应的券，请按会员手机重新核对。",
    ),
    "payment.invalid/held": (
        "The voucher of payment {payment} is being used at another till.",
        "第 {payment} 项的券正在其他收银台使用。",
    ),
    "payment.invalid/used": (
        "The voucher of payment {payment} was used before.",
        "第 {payment} 项的券已使用过。",
    ),
    "payment.invalid/expired": (
        "The voucher of payment {payment} has expired.",
        "第 {payment} 项的券已过期。",
    ),
    "payment.invalid/minimum": (
        "The voucher of payment {payment} needs a bill of {expected}, this one is {given}.",
        "第 {payment} 项的券需满 {expected} 使用，账单为 {given}。",
    ),
    "payment.invalid/worth": (
        "The voucher of payment {payment} takes {expected} off at most, not {given}: lower it.",
        "第 {payment} 项的券最多抵扣 {expected}，不能抵扣 {given}，请减少。",
    ),
    "payment.invalid/blocked": (
        "The member's stored value is blocked. Leave payment {payment} out.",
        "会员储值已暂停使用，请去掉第 {payment} 项支付。",
    ),
    "payment.invalid/cancelled": (
        "The voucher of payment {payment} was cancelled.",
        "第 {payment} 项的券已作废。",
    ),
    "bill.voucher": (
        "The bill is not lowered by it. Leave it out, or use it on its own.",
        "此券不能用于该账单，请去掉，或单独核销。",
    ),
    "bill.voucher/unknown": (
        "The member has no voucher with this code. Read it again from the member's phone.",
        "会员没有此券码对应的券，请按会员手机重新核对。",
    ),
    "bill.voucher/kind": (
        "It lowers no bill. Leave it out and use it on its own.",
        "此券不是抵扣券，请去掉，另行核销。",
    ),
    "bill.voucher/small": (
        "The bill is smaller than its minimum. Leave it out.",
        "账单未达到此券的使用门槛，请去掉。",
    ),
    "bill.voucher/most": (
        "A bill takes {most} vouchers. Leave the others out.",
        "每张账单最多用 {most} 张券，请去掉多余的。",
    ),
    "bill.voucher/worth": (
        "Nothing is left for it to pay. Leave it out.",
        "账单已没有可抵扣的金额，请去掉。",
    ),
    "bill.voucher/held": (
        "It is being used at another till.",
        "此券正在其他收银台使用。",
    ),
    "bill.voucher/used": ("It was used before.", "此券已使用过。"),
    "bill.voucher/expired": ("It has expired.", "此券已过期。"),
    "bill.voucher/cancelled": ("It was given back.", "此券已取消。"),
    "bill.points": (
        "{asked} cannot be used: give whole steps of {step}, at most {most}.",
        "不能使用 {asked}：请按每 {step} 一档填写，最多 {most}。",
    ),
    "bill.credit": (
        "At most {most} of stored value can be used on this bill.",
        "本单最多可用储值 {most}。",
    ),
    "bill.changed": (
        "Nothing was booked: {to_pay} is to be paid now, not {shown}. Show it and send it again.",
        "未入账：现在应收 {to_pay}，不是 {shown}。请向会员确认后重新发送。",
    ),
    "credit.none": (
        "The club's rules have no stored value.",
        "会员计划未开通储值。",
    ),
    "credit.undone": (
        "It was booked and taken back since; nothing was booked now. If the money was paid in"
        " anew, send it under a receipt number of its own.",
        "该充值已入账并在之后撤销，本次未再入账。如确为新的充值，请使用新的小票号。",
    ),
    "credit.too_small": (
        "Pay in {least} or more at once.",
        "每次至少充值 {least}。",
    ),
    "credit.ceiling": (
        "A member may hold {ceiling}, bonus included; there is room for {room}.",
        "储值上限为 {ceiling}（含赠送），还可增加 {room}。",
    ),
    "award.bad_receipt": (
        "A receipt number has 1 to {longest} visible characters.",
        "小票号为 1 至 {longest} 个可见字符。",
    ),
    "request.other_source": (
        "Give {source} as the source: a webhook books what its own source has sold.",
        "source 请填写 {source}：该推送地址只接收自己来源的消费。",
    ),
    "store.not_found": (
        "Give the code of a store that the club knows, or leave it out.",
        "请填写已登记的门店代码，或留空。",
    ),
    "adjustment.zero": (
        "Give a number of points above or below zero.",
        "请填写非零的积分数。",
    ),
    "adjustment.no_reason": (
        "Say in a few words why.",
        "请简要填写原因。",
    ),
    "adjustment.over_limit": (
        "The limit is {limit} points a day, {used} are used.",
        "每日上限 {limit} 积分，已用 {used}。",
    ),
    "till.code_unknown": (
        "Let the cashier compare the code with the member's screen. Wrong ones are counted.",
        "请收银员与会员手机上的券码核对。错误次数会被累计。",
    ),
    "till.held": (
        "{by} has been looking at it since {at}. Try again in two minutes.",
        "{by} 自 {at} 起正在查看，请两分钟后重试。",
    ),
    "till.taken": (
        "{by} used it at {at}. Nothing was changed.",
        "已由 {by} 于 {at} 核销，未作任何更改。",
    ),
    "till.undone_before": (
        "This key's use was taken back since. Use the voucher anew under a new key.",
        "该次核销已被撤销。如需再次核销，请使用新的 Idempotency-Key。",
    ),
    "till.codes_locked": (
        "No code is looked up for {minutes} minutes after the first wrong one.",
        "自第一次错误起 {minutes} 分钟内不再受理券码。",
    ),
    "voucher.not_usable": (
        "Its state is {state}. Nothing was changed.",
        "券的状态为 {state}，未作任何更改。",
    ),
    "benefit.not_found": (
        "Take the id or key of a benefit from GET /api/v1/benefits.",
        "请从 GET /api/v1/benefits 取得权益编号。",
    ),
    "benefit.price_changed": (
        "Nothing was taken: it costs {price} points now, not {shown}. Ask the member again.",
        "未扣积分：现需 {price} 积分，不是 {shown}。请向会员重新确认。",
    ),
    "benefit.unavailable": (
        "Why: {why}.",
        "原因：{why}。",
    ),
}
