"""`/benefits`: the shelf of the catalogue, one benefit's card, favourites, waiting lists."""

from __future__ import annotations

from dataclasses import dataclass

from bot.messages import Button, Reply, Rows
from domain.benefits import LOW_STOCK, Benefit, Category, Why, opens_at
from domain.programme import Level
from domain.waiting import WaitState
from handlers import menu
from handlers.parts import number
from handlers.turns import Turn, member_id
from services import catalogue, favourites, waiting
from services.catalogue import ALL, FAVOURITES, Offer, Shelf
from services.kinds import kind_of

LIST = Button("button.benefits", "benefits")
VOUCHERS = Button("button.vouchers", "vouchers")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the catalogue somebody looks: the category by its number from 1 (0: all), only
    favourites, the page. On a button it is `2f1`, with `f` for favourites, else `a`."""

    category: int = 0
    favourites: bool = False
    page: int = 0

    @classmethod
    def read(cls, text: str) -> Place:
        """The place that a button carries; the first page of everything for anything else."""
        for letter in "af":
            category, found, page = text.partition(letter)
            if found and _small(category) and _small(page):
                return cls(int(category), letter == "f", int(page))
        return cls()

    def __str__(self) -> str:
        return f"{self.category}{'f' if self.favourites else 'a'}{self.page}"


def _small(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 5


# -- the shelf --------------------------------------------------------------------------


def show_all(turn: Turn) -> Reply:
    """What there is: to be had now first, then near, then the rest with the reason."""
    place = Place.read(turn.arg())
    categories = tuple(turn.work.categories.all())
    category = _category(categories, place)
    found = catalogue.shelf(
        turn.work,
        member_id(turn),
        turn.now,
        category=category.key if category else "",
        only=FAVOURITES if place.favourites else ALL,
        page=place.page,
    )
    place = Place(place.category if category else 0, place.favourites, found.page)
    level = _level(turn)
    values = {
        "points": found.points,
        "offers": [_offer(turn, offer, level) for offer in found.offers],
        "category": dict(category.names) if category else {},
        "favourites": place.favourites,
        "page": found.page + 1,
        "pages": found.pages,
    }
    return Reply("benefit.list", values, _under_shelf(found, place), edit=True)


def _category(categories: tuple[Category, ...], place: Place) -> Category | None:
    return categories[place.category - 1] if 0 < place.category <= len(categories) else None


def _under_shelf(found: Shelf, place: Place) -> Rows:
    offers = tuple((_open(offer, place),) for offer in found.offers)
    marked = Place(place.category, not place.favourites)
    filters = [Button("benefit.button_favourites", "benefits", (str(marked),), values=_on(place))]
    if found.categories:
        filters.insert(0, Button("benefit.button_categories", "benefit.categories", (str(place),)))
    return (*offers, _pager(found, place), tuple(filters), (VOUCHERS, menu.CARD))


def _on(place: Place) -> dict[str, object]:
    return {"on": place.favourites}


def _pager(found: Shelf, place: Place) -> tuple[Button, ...]:
    """‹ 1/3 ›; at the ends it goes round."""
    if found.pages == 1:
        return ()
    before, after = (found.page - 1) % found.pages, (found.page + 1) % found.pages

    def to(label: str, page: int) -> Button:
        where = str(Place(place.category, place.favourites, page))
        values = {"page": found.page + 1, "pages": found.pages}
        return Button(label, "benefits", (where,), values=values)

    pages = to("benefit.button_page", found.page)
    return (to("benefit.button_page_back", before), pages, to("benefit.button_page_on", after))


def _open(offer: Offer, place: Place) -> Button:
    values = {
        "names": dict(offer.benefit.names),
        "price": offer.standing.price,
        "ready": offer.standing.why is Why.NOTHING,
        "near": offer.standing.near,
        "favourite": offer.favourite,
    }
    args = (str(offer.benefit.id), str(place))
    return Button("benefit.button_open", "benefit.show", args, values=values)


def categories(turn: Turn) -> Reply:
    """The categories to choose from."""
    place = Place.read(turn.arg())
    filled = {one.key for one in catalogue.shelf(turn.work, member_id(turn), turn.now).categories}
    found = [
        (at, category)
        for at, category in enumerate(tuple(turn.work.categories.all()), 1)
        if category.key in filled
    ]
    buttons = [_choice(at, dict(one.names), place) for at, one in found]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    everything = Button("benefit.button_all", "benefits", (str(Place(0, place.favourites)),))
    return Reply("benefit.categories", {}, (*rows, (everything,)), edit=True)


def _choice(at: int, names: dict[str, str], place: Place) -> Button:
    values = {"names": names, "on": at == place.category}
    where = str(Place(at, place.favourites))
    return Button("benefit.button_category", "benefits", (where,), values=values)


# -- one benefit ------------------------------------------------------------------------


def show(turn: Turn) -> Reply:
    """One benefit with its picture, terms, price, and the reason why not."""
    return card(turn, number(turn), Place.read(turn.arg(1)))


def card(turn: Turn, benefit_id: int, place: Place, toast: str = "") -> Reply:
    """The card of a benefit, leading back to a place in the catalogue."""
    offer = catalogue.offer(turn.work, member_id(turn), benefit_id, turn.now)
    points = catalogue.spendable(turn.work, member_id(turn), turn.now)
    values = {"offer": offer_values(turn, offer), "points": points}
    rows = (_what_to_do(turn, offer, place), (_mark(offer, place), _back(place)))
    return Reply("benefit.card", values, rows, edit=True, toast=toast, photo=photo(offer.benefit))


def photo(benefit: Benefit) -> str:
    """The picture of a benefit as messages name it, "" if it has none."""
    return f"picture:{benefit.picture}" if benefit.picture else ""


def _what_to_do(turn: Turn, offer: Offer, place: Place) -> tuple[Button, ...]:
    args = (str(offer.benefit.id), str(place))
    wait = offer.waits
    leave = (Button("benefit.button_leave", "benefit.leave", args, effect=True),) if wait else ()
    if offer.standing.why is Why.NOTHING:
        offered = leave if wait and wait.is_offered(turn.now) else ()
        return (Button("button.redeem", "benefit.confirm", args), *offered)
    if leave:
        return leave
    if offer.standing.why is Why.SOLD_OUT and offer.benefit.offer_hours:
        return (Button("benefit.button_wait", "benefit.wait", args, effect=True),)
    return ()


def _mark(offer: Offer, place: Place) -> Button:
    args = (str(offer.benefit.id), str(place))
    if offer.favourite:
        return Button("benefit.button_unmark", "benefit.unmark", args, effect=True)
    return Button("benefit.button_mark", "benefit.mark", args, effect=True)


def _back(place: Place) -> Button:
    return Button("benefit.button_back", "benefits", (str(place),))


def mark(turn: Turn) -> Reply:
    """♥ on."""
    favourites.mark(turn.work, member_id(turn), number(turn), turn.now)
    return card(turn, number(turn), Place.read(turn.arg(1)), "benefit.marked")


def unmark(turn: Turn) -> Reply:
    """♥ off."""
    favourites.unmark(turn.work, member_id(turn), number(turn), turn.now)
    return card(turn, number(turn), Place.read(turn.arg(1)), "benefit.unmarked")


def wait(turn: Turn) -> Reply:
    """Tell me when it is back."""
    waiting.join(turn.work, member_id(turn), number(turn), turn.now)
    return card(turn, number(turn), Place.read(turn.arg(1)), "benefit.wait_joined")


def leave(turn: Turn) -> Reply:
    """Off the waiting list, or what is kept for the member goes to the next."""
    waiting.leave(turn.work, member_id(turn), number(turn), turn.now)
    return card(turn, number(turn), Place.read(turn.arg(1)), "benefit.wait_left")


# -- what the texts are told ------------------------------------------------------------


def offer_values(turn: Turn, offer: Offer) -> dict[str, object]:
    """A benefit and how the member stands to it, for the texts."""
    return _offer(turn, offer, _level(turn))


def _level(turn: Turn) -> str:
    member = turn.work.members.get(member_id(turn))
    return member.level or turn.work.programmes.current().first_level.key


def _offer(turn: Turn, offer: Offer, level: str) -> dict[str, object]:
    benefit, stands = offer.benefit, offer.standing
    low = benefit.stock is not None and 0 < benefit.stock <= LOW_STOCK
    wait = offer.waits
    return {
        "names": dict(benefit.names),
        "terms": dict(benefit.terms),
        "price": stands.price,
        "normal": benefit.price if stands.price < benefit.price else 0,
        "at_once": kind_of(benefit.kind).at_once,
        "valid_days": benefit.valid_days,
        "per_member": benefit.per_member,
        "per": str(benefit.per),
        "left": benefit.stock if low else 0,
        "giftable": benefit.giftable and not benefit.imported_codes,
        "cancel_hours": 0 if benefit.imported_codes else benefit.cancel_hours,
        "ready_days": benefit.ready_days,
        "why": str(stands.why),
        "group": "now" if stands.why is Why.NOTHING else "near" if stands.near else "rest",
        "near": stands.near,
        "missing": stands.missing,
        "favourite": offer.favourite,
        "waits": wait is not None and wait.state is WaitState.WAITING,
        "kept_until": wait.offered_until if wait and wait.is_offered(turn.now) else None,
        **_times(turn, benefit, level),
    }


def _times(turn: Turn, benefit: Benefit, level: str) -> dict[str, object]:
    """When it can be redeemed, and which level lets one have it, or have it earlier."""
    programme = turn.work.programmes.current()
    opens = opens_at(benefit, level)
    early = benefit.early_hours.get(level, 0) if opens else 0
    soon = opens is not None and benefit.redeem_from is not None and turn.now < benefit.redeem_from
    return {
        "level": _lowest(programme.levels, benefit),
        "from_at": opens,
        "everyone_at": benefit.redeem_from if early and soon else None,
        "until_at": benefit.redeem_until,
        "zone": programme.zone,
    }


def _lowest(ladder: tuple[Level, ...], benefit: Benefit) -> dict[str, str]:
    """The lowest level that may have it, empty if all may."""
    return next((dict(level.names) for level in ladder if level.key in benefit.levels), {})
