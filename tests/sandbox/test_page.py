"""The page's wording: complete in both languages, and every word in use."""

import re
from pathlib import Path

import pytest

import sandbox

PAGE = Path(sandbox.__file__).parent / "page"
WORD = re.compile(r'(?:^|[ {,])(\w+): "((?:[^"\\]|\\.)*)"')


def _words(language: str) -> dict[str, str]:
    source = (PAGE / "words.js").read_text(encoding="utf-8")
    start = source.index(f"  {language}: {{")
    return dict(WORD.findall(source[start : source.index("\n  },", start)]))


def _code() -> str:
    files = [path for path in PAGE.glob("*.js") if path.name != "words.js"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_both_languages_say_the_same_things() -> None:
    english, chinese = _words("en"), _words("zh")
    assert len(english) > 90
    assert english.keys() == chinese.keys()
    values = re.compile(r"\{\w+\}")
    for key, text in english.items():
        assert sorted(values.findall(text)) == sorted(values.findall(chinese[key])), key


def test_the_page_says_no_word_that_is_missing() -> None:
    said = set(re.findall(r'say\("(\w+)"', _code()))
    assert said
    assert said <= _words("en").keys()


def test_every_word_is_in_use() -> None:
    code = _code()
    built = ("theme", "fault_", "faultHint_", "error_", "languageName")
    unused = [k for k in _words("en") if f'"{k}"' not in code and not k.startswith(built)]
    assert unused == []


def test_the_page_has_words_for_what_can_go_wrong_in_it() -> None:
    sources = [path.read_text(encoding="utf-8") for path in PAGE.parent.glob("*.py")]
    keys = {key for text in sources for key in re.findall(r'PersonError\([^)]*, "(\w+)"\)', text)}
    assert {f"error_{key}" for key in keys} == {k for k in _words("en") if k.startswith("error_")}


def test_the_page_asks_no_other_host_for_anything() -> None:
    for path in PAGE.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        found = [url for url in re.findall(r"https?://[^\s\"'`<>)]+", text) if "t\\.me" not in url]
        assert found == [], path.name


@pytest.mark.parametrize("path", sorted(PAGE.glob("*.js")), ids=lambda path: path.name)
def test_no_file_of_the_page_is_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
