"""Importing this registers the text of every answer."""

from console.text import (
    downloads,
    help,  # noqa: A004  the command's name
    preferences,
    templates,
    users,
    verification,
)

__all__ = ["downloads", "help", "preferences", "templates", "users", "verification"]
