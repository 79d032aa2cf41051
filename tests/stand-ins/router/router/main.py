"""The router's habits: its database lies where it is told, and health says its status."""
import os
import pathlib

pathlib.Path(os.environ["ROUTER_DB_PATH"]).touch()


def answer(path):
    return (200, b'{"status":"ok"}') if path == "/health" else (404, b"")
