from plugins.base import Plugin


class Bot(Plugin):
    """One that is shipped."""
