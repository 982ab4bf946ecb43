"""Answers and notices as Block Kit: pure functions, by type."""
