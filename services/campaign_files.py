"""A campaign as a YAML file: its words, buttons, picture, who gets it and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from domain.audience_expressions import load
from domain.campaign_words import check_lengths
from domain.campaigns import Audience, AudienceKind, moment
from domain.errors import Refused
from domain.refusals import ContentInvalid
from domain.wording_errors import WordingFault
from domain.wordings import (
    LANGUAGES,
    LONGEST_LABEL,
    Wording,
    WordingButton,
    campaign_key,
    content,
    rows_of_two,
)
from services import audiences, campaigns, saved_audiences, wordings
from services.benefit_pictures import PictureRefused, Pictures, keep
from services.campaign_drafts import id_of
from services.campaign_file_plan import Planned, Texts, problems, set_all
from services.content_files import Found, Written
from services.content_schema import Moment
from services.file_values import Section
from services.ports import Work
from services.ports.campaigns import Campaign
from services.ports.club import Actor

Label = Annotated[str, StringConstraints(max_length=LONGEST_LABEL)]


class Button(Section):
    """Where it leads (a part of the club, or a link), and its label per language."""

    to: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    zh: Label = ""
    en: Label = ""


class Who(Section):
    """One of them: levels by key, stores by code, a file of members beside this one, a saved
    audience by its name, or conditions."""

    level: Annotated[list[str], Field(default_factory=list, max_length=50)]
    store: Annotated[list[str], Field(default_factory=list, max_length=500)]
    members: Annotated[str, Field(alias="list")] = ""
    saved: str = ""
    where: str = ""


class File(Planned):
    """The whole file; what stands beside words and audience is in services.campaign_file_plan."""

    text: Texts
    buttons: Annotated[list[Button], Field(default_factory=list, max_length=8)]
    picture: str = ""
    audience: Literal["everybody"] | Who
    at: Moment | None = None
    paid: bool = False


class CampaignFile:
    """A file that is sound by itself; whether its words can be sent is found out by a Checker.

    `beside` reads a file that it names.
    """

    def __init__(self, text: str, beside: Callable[[str], bytes]) -> None:
        """Raises ContentInvalid with every problem."""
        self._written = Written(text, "text")
        self._file = self._written.checked(File)
        self._pictures = Pictures(beside)
        self._beside = beside
        self._written.require(self._found())
        self._list = beside(self.list_name) if self.list_name else b""
        self.hash = sha256(text.encode() + b"\0" + self._list).hexdigest()

    @property
    def list_name(self) -> str:
        who = self._file.audience
        return who.members if isinstance(who, Who) else ""

    @property
    def letters(self) -> tuple[str, ...]:
        """Its texts: A, and those that are tried beside it."""
        return ("A", *self._file.variants)

    def words(self, letter: str = "A") -> dict[str, Any]:
        """What a Checker tries and a wording keeps, of one of its texts."""
        written = self._file.variants[letter].text if letter != "A" else self._file.text
        given = {"zh": written.zh.strip(), "en": written.en.strip()}
        texts = {language: text for language, text in given.items() if text}
        buttons = rows_of_two([_button(one) for one in self._file.buttons])
        return content(texts, buttons, self._picture())

    def _picture(self) -> str:
        if not self._file.picture:
            return ""
        return f"picture:{self._pictures.get(self._file.picture)[0]}"

    def faulty(self, faults: list[tuple[WordingFault, str]]) -> ContentInvalid:
        """What a Checker found, each in a sentence."""
        return self._written.invalid((_place(fault), told) for fault, told in faults)

    def read_list(self, work: Work) -> campaigns.ListReport | None:
        """The members of the list that it names, None for no list; reads only."""
        return campaigns.read_list(work, self._list) if self.list_name else None

    def key(self, again: str) -> str:
        """By which the same file is known again."""
        return f"file:{self.hash}:{again}"

    def start(
        self,
        work: Work,
        found: campaigns.ListReport | None,
        *,
        actor: Actor,
        address_id: int,
        now: datetime,
        again: str = "",
        partly: bool = False,
        anyway: bool = False,
    ) -> Campaign:
        """Makes it and asks for it to be sent, once. `partly`: also without the lines of the list
        that name nobody; `anyway`: although its checklist is open. Raises as
        services.campaigns."""
        key = self.key(again)
        made = campaigns.draft(work, author=actor, address_id=address_id, key=key, now=now)
        if made.content.get("key") == key:
            return made
        saved = {letter: self._save(work, made, letter, actor, now).id for letter in self.letters}
        campaigns.set_words(work, made.id, saved["A"], actor, now)
        self._audience(work, made, found, actor, now, partly)
        at = self._file.at
        if at is not None:
            zone = work.programmes.current().zone
            when = moment(at.date(), at.time(), zone, now)
            campaigns.set_time(work, made.id, when, actor, now)
        campaigns.set_paid(work, made.id, self._file.paid, actor, now)
        set_all(work, made.id, self._file, saved, actor, now)
        return campaigns.submit(work, made.id, actor=actor, key=key, now=now, anyway=anyway)

    def too_many(self, work: Work, now: datetime) -> audiences.Counted | None:
        """How many its conditions mean, if that is nearly everybody; reads much."""
        expression = self._who(work, now).expression
        if expression is None:
            return None
        counted = audiences.count(work, expression, now)
        return counted if audiences.too_many(work, counted) else None

    def _save(
        self, work: Work, made: Campaign, letter: str, actor: Actor, now: datetime
    ) -> Wording:
        if self._file.picture:
            keep(work, *self._pictures.get(self._file.picture), now)
        words = self.words(letter)
        buttons = rows_of_two([_button(one) for one in self._file.buttons])
        parts = (words["texts"], buttons, words["picture"])
        key = campaign_key(made.id)
        return wordings.save(work, key, *parts, actor=actor, now=now, use=False)

    def _audience(
        self,
        work: Work,
        made: Campaign,
        found: campaigns.ListReport | None,
        actor: Actor,
        now: datetime,
        partly: bool,
    ) -> None:
        if found is not None:
            campaigns.take_list(work, made.id, found, actor=actor, now=now)
            if partly:
                campaigns.accept_list(work, made.id, actor=actor, now=now)
            return
        campaigns.set_audience(work, made.id, self._who(work, now), actor, now)

    def _who(self, work: Work, now: datetime) -> Audience:
        who = self._file.audience
        if not isinstance(who, Who):
            return Audience()
        if who.level:
            return Audience(AudienceKind.LEVEL, tuple(who.level))
        if who.saved:
            expression = load(saved_audiences.find(work, who.saved).expression)
            return Audience(AudienceKind.EXPRESSION, expression=expression)
        if who.where:
            return Audience(
                AudienceKind.EXPRESSION, expression=audiences.read(work, who.where, now)
            )
        return Audience(AudienceKind.STORE, tuple(who.store))

    def _found(self) -> Iterator[Found]:
        file = self._file
        if not file.text.zh.strip() and not file.text.en.strip():
            yield ("text",), "write zh: or en:, or both"
        who = file.audience
        if isinstance(who, Who):
            ways = (who.level, who.store, who.members, who.saved, who.where)
            if sum(map(bool, ways)) != 1:
                advice = "must be everybody, or one of level:, store:, list:, saved: and where:"
                yield ("audience",), advice
        yield from problems(file)
        if self.list_name:
            yield from self._readable(self.list_name)
        if file.picture:
            try:
                self._pictures.get(file.picture)
            except PictureRefused as refused:
                yield ("picture",), str(refused)
        texts = {"zh": file.text.zh, "en": file.text.en}
        for language, text in texts.items():
            try:
                check_lengths({language: text}, pictured=bool(file.picture))
            except Refused as error:
                data = error.data()
                yield ("text", language), f"has {data['length']} characters; {data['longest']} fit"

    def _readable(self, name: str) -> Iterator[Found]:
        try:
            self._beside(name)
        except OSError:
            yield ("audience", "list"), "cannot be read; put it beside this file"


def file_id(file: CampaignFile, again: str = "") -> int:
    """The id that the campaign of a file has."""
    return id_of(file.key(again))


def _place(fault: WordingFault) -> tuple[str, ...]:
    return ("text", fault.place) if fault.place in LANGUAGES else (fault.place or "text",)


def _button(written: Button) -> WordingButton:
    label = {name: text for name in LANGUAGES if (text := getattr(written, name))}
    if ":" in written.to:
        return WordingButton(label, url=written.to)
    return WordingButton(label, written.to)
