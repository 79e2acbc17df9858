"""Results in the chat: the card, files, texts and corrections, for those who may."""

import io
import json

import openpyxl
import pytest

from bot.messages import Kind
from domain.surveys import Wave
from services import survey_plain, survey_results
from templates.sheets import results as sheet
from tests.flows.staffed import operator
from tests.results.conftest import Answered, answer, survey, tally
from tests.support.club import NOW, Club


async def answered(club: Club, *, anonymous: bool = False) -> Wave:
    """A survey that six have answered, counted."""
    wave: Wave = await club.write(lambda work: survey(work, anonymous=anonymous))
    given = [Answered({"stars": 5, "nps": 9, "one": "a", "say": "服务很好，谢谢"})] * 6
    await club.write(lambda work: answer(work, wave, given))
    await tally(club)
    return wave


@pytest.mark.parametrize(
    ("locale", "says", "card", "mood"),
    [
        ("en", "survey results", "6 finished", "negative"),
        ("zh", "问卷结果", "已完成 6 份", "负面"),
    ],
)
async def test_results_are_shown_and_a_mood_is_corrected(
    club: Club, locale: str, says: str, card: str, mood: str
) -> None:
    wave = await answered(club)
    olivia = await operator(club, "operator", locale=locale)
    assert (await olivia.says(says)).key == "results.choose"
    shown = await olivia.taps("survey.results", str(wave.id))
    assert card in shown.text.replace("<b>", "").replace("</b>", "")
    assert "NPS" in shown.text
    texts = await olivia.taps("results.texts", str(wave.id))
    assert texts.text.count("😊") == 6
    await olivia.taps("mood.choose")
    said = await olivia.taps("mood.answer")
    assert said.key == "mood.answer"
    payload = next(key.payload for row in said.rows for key in row if "😟" in key.label)
    corrected = await olivia.sends(Kind.TAP, payload=payload)
    assert corrected is not None
    assert mood in corrected.text
    again = await olivia.taps("results.texts", str(wave.id))
    assert again.text.count("😟✓") == 1
    assert "😟 1" in (await olivia.taps("survey.results", str(wave.id))).text


@pytest.mark.parametrize("form", ["png", "xlsx", "csv"])
async def test_files_follow_and_are_in_the_audit(club: Club, form: str) -> None:
    wave = await answered(club)
    olivia = await operator(club, "operator")
    await olivia.says("/results")
    await olivia.taps("survey.results", str(wave.id))
    assert (await olivia.taps("results.file", str(wave.id), form)).key == "results.coming"
    assert [one.key for one in await olivia.hears()] == ["results.file"]
    rows = await club.read(lambda work: work.audit.about(("survey", wave.survey_id)))
    assert [row["detail"]["form"] for row in rows if row["action"] == "survey.export"] == [form]


@pytest.mark.parametrize("role", ["till", "service", "approver"])
async def test_nobody_else_sees_results(club: Club, role: str) -> None:
    await answered(club)
    anna = await operator(club, role)
    assert (await anna.says("/results")).key not in ("results.choose", "results.card")


async def test_texts_of_an_anonymous_survey_have_no_buttons(club: Club) -> None:
    wave = await answered(club, anonymous=True)
    olivia = await operator(club, "operator")
    await olivia.says("/results")
    assert "anonymous" in (await olivia.taps("survey.results", str(wave.id))).text
    texts = await olivia.taps("results.texts", str(wave.id))
    assert texts.text.count("😊") == 6
    with pytest.raises(AssertionError, match="no button"):
        olivia.button("mood.choose")


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_files_are_what_they_are_called_and_run_nothing(club: Club, locale: str) -> None:
    wave: Wave = await club.write(survey)
    given = [Answered({"stars": 3, "say": "=1+1"}), Answered({"nps": 7, "say": "+cmd"})]
    await club.write(lambda work: answer(work, wave, given))
    found = await club.read(lambda work: survey_results.of_wave(work, wave, NOW))
    data = survey_plain.plain(found, club.programme)
    data["rows"] = [*survey_plain.rows(data), ["say", "text", "word", "=1+1", 1, "", "", ""]]
    files = {
        form: sheet.made(club.renderer.words, json.dumps({**data, "form": form}).encode(), locale)
        for form in sheet.FORMS
    }
    assert files["png"].startswith(b"\x89PNG")
    assert "'=1+1" in files["csv"].decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "=1+1" in [cell.value for cell in cells]


async def test_staff_see_and_correct_how_a_member_sounds(club: Club) -> None:
    mei = await club.person("Mei").joins()
    await mei.says("/complain")
    await mei.taps("complain.pick")
    await mei.says("I waited for an hour, terrible and rude service!")
    olivia = await operator(club, "service")
    ticket = await club.read(lambda work: work.ticket_queue.new(1, 0)[0])
    await olivia.says("/queue")
    await olivia.taps("ticket.open", str(ticket.id))
    await olivia.taps("desk.more", str(ticket.id))
    assert "…" in (await olivia.taps("mood.show", str(ticket.id))).text
    await tally(club)
    seen = await olivia.taps("mood.show", str(ticket.id))
    assert "😟" in seen.text
    payload = next(key.payload for row in seen.rows for key in row if "😐" in key.label)
    corrected = await olivia.sends(Kind.TAP, payload=payload)
    assert corrected is not None
    assert "😐✓" in corrected.text
    anybody = await club.person("Li").joins()
    assert (await anybody.sends(Kind.TAP, payload=payload)) is None or anybody.seen[-1].key in (
        "general.expired",
        "error.expired",
    )
