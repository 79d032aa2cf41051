class Plugin:
    """What plugins are made of."""
