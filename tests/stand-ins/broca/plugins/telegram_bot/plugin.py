import os

from plugins.base import Plugin


class Bot(Plugin):
    """One that is shipped, and starts with a token only."""

    async def start(self):
        if not os.environ.get("TELEGRAM_BOT_TOKEN"):
            raise ValueError("Bot token is required")
