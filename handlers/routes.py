"""The one ordered routing table: every intent, its handler, whether it writes, who may."""

from bot.flow import Flow
from bot.router import Route
from handlers import (
    general,
    history,
    joining,
    levels,
    links,
    phones,
    points,
    profile,
    settings,
)

ROUTES: tuple[Route, ...] = (
    # first words
    Route("start", links.start, writes=True, anyone=True),
    Route("stranger", joining.stranger, anyone=True),
    Route("join", joining.join, writes=True, anyone=True),
    Route("rules", joining.rules, anyone=True),
    Route("rules.accept", joining.accept_rules, writes=True),
    Route("contact", phones.shared, writes=True, anyone=True),
    # the card
    Route("card", points.card),
    Route("points", points.show),
    Route("history", history.show),
    Route("history.why", history.why),
    Route("level", levels.show),
    # the profile
    Route("profile", profile.show),
    Route("profile.back", profile.back, writes=True),
    Route("profile.tour", profile.tour, writes=True),
    Route("profile.edit", profile.edit, writes=True),
    Route("profile.skip", profile.skip, writes=True),
    Route("profile.stop", profile.stop, writes=True),
    Route("profile.drop", profile.drop, writes=True),
    Route("profile.name", profile.take_name, writes=True),
    Route("profile.as_shown", profile.name_as_shown, writes=True),
    Route("profile.birthday", profile.take_birthday, writes=True),
    Route("profile.born", profile.choose_birthday, writes=True),
    Route("profile.phone", profile.take_phone, writes=True),
    Route("profile.city", profile.take_city, writes=True),
    Route("profile.gender", profile.take_gender, writes=True),
    Route("gender.set", profile.choose_gender, writes=True),
    Route("profile.preferences", profile.take_preference, writes=True),
    Route("profile.ticked", profile.ticked, writes=True),
    Route("like.on", profile.tick, writes=True),
    Route("like.off", profile.tick, writes=True),
    # settings
    Route("settings", settings.show),
    Route("settings.toggle", settings.toggle, writes=True),
    Route("settings.back", settings.back, writes=True),
    Route("settings.quiet", settings.quiet),
    Route("settings.quiet_set", settings.set_quiet, writes=True),
    Route("settings.zones", settings.zones, writes=True),
    Route("settings.zone_set", settings.set_zone, writes=True),
    Route("settings.zone", settings.take_zone, writes=True),
    Route("language", settings.language, writes=True, anyone=True),
    Route("language.set", settings.set_language, writes=True, anyone=True),
    Route("stop", settings.stop, writes=True, anyone=True),
    # everywhere
    Route("help", general.help_, anyone=True),
    Route("cancel", general.cancel, writes=True, anyone=True),
    Route("address.blocked", general.blocked, writes=True, anyone=True),
    Route("address.unblocked", general.unblocked, writes=True, anyone=True),
    Route("expired", general.expired, anyone=True),
    Route("unknown", general.unknown, anyone=True),
)

FLOWS: tuple[Flow, ...] = (profile.PROFILE, settings.SETTINGS)
