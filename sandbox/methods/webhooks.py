"""setWebhook, deleteWebhook, getWebhookInfo."""

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.errors import bad_request
from sandbox.model import Bot, Webhook
from sandbox.world import World

Json = dict[str, Any]

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}$")


def set_webhook(world: World, bot: Bot, given: Json) -> bool:
    """Registers where updates are posted; an empty address removes it. Plain http will do."""
    url = given["url"].strip()
    secret = given.get("secret_token", "")
    if secret and not _SECRET.match(secret):
        raise bad_request("secret token contains unallowed characters")
    if url:
        _check_address(url)
    if "allowed_updates" in given:
        bot.allowed_updates = given["allowed_updates"]
    _drop(world, bot, given)
    connections = given.get("max_connections", 40)
    bot.webhook = Webhook(url, secret, connections) if url else None
    world.keep_bot(bot)
    world.queues[bot.id].changed.set()
    return True


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise bad_request("bad webhook: invalid URL")


def delete_webhook(world: World, bot: Bot, given: Json) -> bool:
    """Back to getUpdates."""
    _drop(world, bot, given)
    bot.webhook = None
    world.keep_bot(bot)
    world.queues[bot.id].changed.set()
    return True


def _drop(world: World, bot: Bot, given: Json) -> None:
    if given.get("drop_pending_updates"):
        world.queues[bot.id].clear()


def get_webhook_info(world: World, bot: Bot, given: Json) -> Json:
    """The registration and the last error."""
    hook = bot.webhook
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.queues[bot.id].waiting()),
    }
    if hook:
        info["max_connections"] = hook.max_connections
    if hook and hook.last_error_date:
        info["last_error_date"] = hook.last_error_date
        info["last_error_message"] = hook.last_error_message
    if bot.allowed_updates:
        info["allowed_updates"] = bot.allowed_updates
    return info
