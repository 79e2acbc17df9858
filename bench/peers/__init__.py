"""What the bot is measured beside; each is a small server of its own."""
