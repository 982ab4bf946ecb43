"""Time zones as people type them."""

from __future__ import annotations

from difflib import get_close_matches
from zoneinfo import available_timezones

from core.refusals import usage


def time_zone_named(typed: str) -> str:
    """The zone's own name, case and blanks aside; raise Refusal with the nearest.

    A city alone is answered with its zone, not taken for it: there are several of some names.
    """
    by_name = {zone.lower(): zone for zone in available_timezones()}
    wanted = "_".join(typed.lower().split())
    if wanted in by_name:
        return by_name[wanted]
    by_city = {name.rpartition("/")[2]: zone for name, zone in sorted(by_name.items())}
    near = get_close_matches(wanted, by_city, n=1) or get_close_matches(wanted, by_name, n=1)
    if near:
        raise usage(
            "unknown_time_zone",
            "{name} is not a time zone. Did you mean {near}?",
            name=typed,
            near=by_name.get(near[0]) or by_city[near[0]],
        )
    raise usage(
        "unknown_time_zone",
        "{name} is not a time zone. Write it like Europe/London or America/New_York.",
        name=typed,
    )
