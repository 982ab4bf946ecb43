"""What the start of a service leaves behind, given back before it waits for its first work."""

from __future__ import annotations

import ctypes
import gc

GARBAGE = 5_000
"""Objects between two looks for garbage. Looking rarely, as the start does, lets the engine's
polls leave 10 MB of it; Python's own 700 costs a busy service time and saves 1 MB more."""


def settle() -> None:
    """Free what only the start needed; what is left of it is never looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    _trim()


def _trim() -> None:
    """The C library keeps what is freed until it is told; some have no such call."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
