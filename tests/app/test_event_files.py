"""An event as an entry for calendars, and its guest list as a table."""

import json
from io import BytesIO
from typing import Any

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from app import calendar_file, guest_file
from templates.catalogue import LANGUAGES
from templates.render import Renderer

EVENT: dict[str, Any] = {
    "uid": "event-7@memberbot",
    "sequence": 2,
    "names": {"zh": "春季品鉴会", "en": "Spring tasting"},
    "place": {"zh": "静安寺店", "en": "Jing'an store; upstairs, left"},
    "texts": {"zh": "当季果蔬。", "en": "Taste.\nTalk."},
    "starts_at": "2026-10-25T00:30:00+00:00",
    "ends_at": "2026-10-25T02:30:00+00:00",
    "zone": "Europe/Berlin",
    "map_url": "https://maps.example/x",
    "cancelled": False,
}


def entry(locale: str = "en", **changes: object) -> Calendar:
    written = calendar_file.entry(json.dumps({**EVENT, **changes}).encode(), locale)
    return Calendar.from_ical(written)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_an_entry_is_read_back_as_it_was_planned(locale: str) -> None:
    found = entry(locale)
    (event,) = found.walk("VEVENT")
    assert str(event["summary"]) == EVENT["names"][locale]
    assert str(event["location"]) == EVENT["place"][locale]
    assert event["dtstart"].params["TZID"] == "Europe/Berlin"
    assert event.start.isoformat() == "2026-10-25T02:30:00+02:00"
    assert (str(event["uid"]), event["sequence"]) == ("event-7@memberbot", 2)
    assert str(found["method"]) == "PUBLISH"
    assert found.walk("VTIMEZONE")


def test_what_is_called_off_is_taken_out_of_the_calendar() -> None:
    found = entry(cancelled=True, ends_at="", map_url="", texts={})
    (event,) = found.walk("VEVENT")
    assert (str(found["method"]), str(event["status"])) == ("CANCEL", "CANCELLED")
    assert (event.end - event.start).total_seconds() == 2 * 3600
    assert "description" not in event


@pytest.mark.parametrize(
    ("locale", "heads", "said", "absent"),
    [("en", "Member number", "coming", "did not come"), ("zh", "会员号", "参加", "未到场")],
)
def test_a_guest_list_is_a_workbook_without_formulas(
    locale: str, heads: str, said: str, absent: str
) -> None:
    rows = [
        ["M1", "=1+1", "yes", "seated", 1, 2, False],
        ["M2", "Lee", "yes", "waiting", 0, 0, False],
        ["M3", "Kim", "yes", "seated", 0, 0, True],
    ]
    event = {key: EVENT[key] for key in ("names", "starts_at", "zone")}
    renderer = Renderer(lambda *_: "", lambda _: dict[str, Any]())
    content = json.dumps({"event": event, "rows": rows}).encode()
    sheet = load_workbook(BytesIO(guest_file.table(renderer.words, content, locale))).active
    assert EVENT["names"][locale] in sheet["A1"].value
    assert sheet["A3"].value == heads
    assert [cell.value for cell in sheet[4]] == ["M1", "=1+1", said, 1, 2]
    assert sheet["B4"].data_type == "s"
    assert sheet["E6"].value == absent
