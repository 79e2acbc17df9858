"""Operators put messages into their own words: look, write, see, save, go back."""

from typing import Any

from app.looking import Looking
from bot.actions import LIMIT, Action, Signer
from bot.messages import Button, Kind, Media, Reply, load_reply
from domain.wordings import REPLACEABLE
from scheduler.worker import Worker
from services import wordings
from services.ports.club import Actor
from services.ports.post import Notice
from storage.work import Work
from tests.flows.hall import trying_here
from tests.flows.staffed import operator
from tests.support.club import NOW, Club, Person
from tests.support.post import FakeChannel, RealTime, clocks

KEY = "care.birthday"
NAME = "{{ name or “朋友” }}"
HOSTILE = '<b>&"</a>{{ 7*7 }}\u202e'


async def editing(club: Club, locale: str = "zh", language: str = "zh") -> Person:
    """An operator who is asked for the text of the birthday greeting."""
    club.dispatch.look = trying_here(Looking(club.album).look)
    staff = await operator(club, "operator", locale=locale)
    await staff.says("/templates")
    assert (await staff.taps("words.show", KEY)).key == "wording.card"
    assert (await staff.taps("words.text", KEY, language)).key == "wording.ask_text"
    return staff


async def writes(staff: Person, text: str, markup: str = "") -> Any:
    return await staff.sends(text=text, markup=markup)


async def sent(club: Club, values: dict[str, Any], locale: str = "zh") -> Any:
    """The greeting as the post would render it now."""

    def noted(work: Work) -> Any:
        notice = wordings.noted(work, Notice(KEY, values, ((("care.button_card", "card", ()),),)))
        return notice, wordings.contents(work, [notice.wording_id])

    notice, found = await club.read(noted)
    rows = tuple(tuple(Button(*button) for button in row) for row in notice.buttons)
    words = found.get(notice.wording_id)
    return club.renderer.render(Reply(notice.key, notice.values, rows), locale, "1", 0, words)


VALUES = {"name": "小美", "points": 88, "voucher": None}


async def test_operators_see_every_message_that_may_be_replaced(club: Club) -> None:
    staff = await operator(club, "operator", locale="zh")
    for text in ("/templates", "模板", "message templates"):
        listed = await staff.says(text)
        assert listed.key == "wording.list"
        assert "生日祝福　默认文案" in listed.text


async def test_others_have_no_such_command(club: Club) -> None:
    for role in ("till", "service"):
        staff = await operator(club, role, name=f"A {role}")
        assert (await staff.says("/templates")).key == "general.unknown"
    member = await club.person().joins()
    assert (await member.says("/templates")).key == "general.unknown"


async def test_words_are_written_seen_and_used(club: Club) -> None:
    look = club.dispatch.look
    staff = await editing(club)
    club.dispatch.look = look  # which tries them in a process of their own
    draft = await writes(staff, f"生日快乐 {NAME}", f"<b>生日快乐</b> {NAME}")
    assert draft.key == "wording.draft"
    assert "<b>生日快乐</b> 小美" in draft.text
    shown = await staff.taps("words.try", "zh")
    assert (shown.key, shown.text) == (KEY, "<b>生日快乐</b> 小美")
    assert "岁" in (await sent(club, VALUES)).text  # nothing is saved yet
    saved = await staff.taps("words.save")
    assert saved.key == "wording.card"
    assert "第 1 版" in saved.text
    assert (await sent(club, VALUES)).text == "<b>生日快乐</b> 小美"
    assert (await sent(club, {**VALUES, "name": ""})).text == "<b>生日快乐</b> 朋友"


async def test_a_language_without_words_of_its_own_keeps_ours(club: Club) -> None:
    staff = await editing(club)
    draft = await writes(staff, "生日快乐")
    assert "英文会员将继续收到默认文案" in draft.text
    await staff.taps("words.save")
    assert "Happy birthday, Mei" in (await sent(club, {**VALUES, "name": "Mei"}, "en")).text


async def test_a_name_full_of_markup_stays_a_name(club: Club) -> None:
    staff = await editing(club)
    await writes(staff, NAME)
    await staff.taps("words.save")
    text = (await sent(club, {**VALUES, "name": HOSTILE + "很" * 10_000})).text
    assert text.startswith("&lt;b&gt;&amp;&#34;&lt;/a&gt;{{ 7*7 }}很")
    assert len(text) < 120
    assert "\u202e" not in text


FAULTS = [
    ("{{ nmae }}", "第 1 行", "“nmae”", "“name”"),
    ("生日\n{% if points %}快乐", "第 2 行", "没有结束", "{% if %}"),
    ("{{ 'a' * 300000000 }}", "第 1 行", "不能用", "*"),
    ("   \n ", "没有文字", "", ""),
]


async def test_what_cannot_be_sent_is_refused_with_line_and_reason(club: Club) -> None:
    staff = await editing(club)
    for text, *parts in FAULTS:
        answer = await writes(staff, text)
        assert answer.key == "wording.refused"
        assert [part for part in parts if part not in answer.text] == []
    assert (await writes(staff, "改好了")).key == "wording.draft"  # one simply sends it again


async def test_reasons_are_told_in_the_persons_language(club: Club) -> None:
    staff = await editing(club, "en", "en")
    answer = await writes(staff, "Hello\n{{ pionts }}")
    assert "English, line 2: there is no value “pionts”. Did you mean “points”?" in answer.text


async def test_buttons_lead_into_the_chat_or_out_of_it(club: Club) -> None:
    staff = await editing(club)
    await writes(staff, "生日快乐")
    await staff.taps("words.buttons", KEY)
    await staff.taps("words.toggle", "benefits")
    asked = await staff.says("到店导航 | How to find us | https://example.com/map")
    assert asked.key == "wording.ask_buttons"
    await staff.taps("words.draft")
    await staff.taps("words.save")
    made = await sent(club, VALUES, "en")
    assert [(key.label, key.url) for row in made.rows for key in row] == [
        ("🎁 Benefits", ""),
        ("How to find us", "https://example.com/map"),
    ]


async def test_a_button_that_leads_nowhere_is_refused(club: Club) -> None:
    staff = await editing(club)
    await staff.taps("words.buttons", KEY)
    for text in ("x", "官网 | javascript:alert(1)", "很" * 41 + " | card", "卡 | nowhere"):
        assert (await staff.says(text)).key == "wording.refused"


async def test_a_picture_goes_with_the_message(club: Club) -> None:
    staff = await editing(club)
    await writes(staff, "生日快乐")
    await staff.taps("words.photo", KEY)
    draft = await staff.sends(Kind.PHOTO, media=(Media("photo-9", "photo"),))
    assert draft is not None
    assert draft.key == "wording.draft"
    await staff.taps("words.save")
    assert (await sent(club, VALUES)).photo == "sent:telegram/42/photo-9"


async def test_a_text_too_long_for_a_caption_is_refused(club: Club) -> None:
    staff = await editing(club)
    await writes(staff, "很" * 1025)
    await staff.taps("words.photo", KEY)
    answer = await staff.sends(Kind.PHOTO, media=(Media("photo-9", "photo"),))
    assert answer is not None
    assert "1,024" in answer.text


async def test_an_older_version_and_the_shipped_words_come_back(club: Club) -> None:
    staff = await editing(club)
    for text in ("一", "二"):
        await staff.taps("words.text", KEY, "zh")
        await writes(staff, text)
        await staff.taps("words.save")
    log = await staff.taps("words.log", KEY)
    assert "启用了第 2 版" in log.text
    await staff.taps("words.old", KEY, "1")
    await staff.taps("words.use", KEY, "1")
    assert (await sent(club, VALUES)).text == "一"
    await staff.taps("words.use", KEY, "0")
    assert "岁" in (await sent(club, VALUES)).text
    assert "换回默认文案" in (await staff.taps("words.log", KEY)).text


async def test_discarding_changes_nothing(club: Club) -> None:
    staff = await editing(club)
    await writes(staff, "一")
    assert (await staff.taps("words.discard")).key == "wording.card"
    assert await club.read(lambda work: wordings.versions(work, KEY)) == []


async def test_every_change_is_in_the_audit(club: Club) -> None:
    staff = await editing(club)
    await writes(staff, "一")
    await staff.taps("words.save")
    await staff.taps("words.use", KEY, "0")
    rows = await club.read(lambda work: work.audit.about(("wording", KEY)))
    assert [row["action"] for row in rows] == ["wording.shipped", "wording.use", "wording.save"]
    assert {row["staff_name"] for row in rows} == {"Anna"}


async def test_a_version_that_does_not_render_any_more_gives_way_to_ours(club: Club) -> None:
    staff = await operator(club, "operator", locale="zh")

    def old(work: Work) -> None:
        now = club.clock()
        wordings.save(work, KEY, {"zh": "{{ gone.by }}"}, actor=Actor("cli"), now=now)

    await club.write(old)
    assert "岁" in (await sent(club, VALUES)).text
    await staff.says("/templates")
    assert "已无法显示" in (await staff.taps("words.show", KEY)).text


async def test_a_preview_is_what_members_get(club: Club) -> None:
    staff = await editing(club, "en", "en")
    await writes(staff, "Hi {{ name }}")
    await staff.taps("words.save")
    seen = await staff.taps("words.see", KEY, "en")
    assert seen == await _rendered(club, staff)
    ours = await staff.taps("words.see", KEY, "en", "0")
    assert "Happy birthday, 小美" in ours.text


async def _rendered(club: Club, staff: Person) -> Any:
    wording = await club.read(lambda work: wordings.in_use(work, KEY))
    reply = load_reply({**_plain(), "values": VALUES})
    return club.renderer.render(reply, "en", staff.user, 0, wording.content)


def _plain() -> dict[str, Any]:
    return {"key": KEY, "rows": [], "ask_contact": "", "photo": "", "protect": False}


def test_the_buttons_of_every_message_fit() -> None:
    signer = Signer(b"key")
    for key in (key for keys in REPLACEABLE.values() for key in keys):
        longest = Action("words.see", (key, "zh", "999"))
        assert len(signer.pack(longest, "1")) <= LIMIT


async def test_the_post_sends_the_version_that_was_in_use_when_it_was_written(club: Club) -> None:
    member = await club.person(locale="zh").joins()
    member_id, channel = await member.member_id(), FakeChannel()
    worker = Worker(
        club.units, club.renderer, [channel], clocks=clocks(club, RealTime()), rate=500, holder="w"
    )

    def written(text: str) -> Any:
        def write(work: Work) -> None:
            wordings.save(work, KEY, {"zh": text}, actor=Actor("cli"), now=NOW)
            notice = wordings.noted(work, Notice(KEY, {**VALUES, "name": HOSTILE}))
            work.deliveries.to_member(member_id, notice, NOW)

        return write

    for text in ("一 {{ name }}", "二 {{ name }}", "{{ gone.by }}"):
        await club.write(written(text))
    club.clock.move(seconds=11)
    await worker.drain()
    await worker.stop()
    first, second, ours = (text for _, key, text in channel.journal if key == KEY)
    assert first.startswith("一 &lt;b&gt;")
    assert second.startswith("二 &lt;b&gt;")
    assert "岁" in ours
