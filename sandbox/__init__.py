"""A local stand-in for the Telegram Bot API over HTTP, with a browser page that shows phones."""
