"""Everything we ever tell a person, as frozen models that know no surface."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new user may log in (guide: the user will receive an email)."""

    user_id: int
    address: str
    first_name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class ConfirmAddress:
    """A new notification address must say the code before it is used."""

    user_id: int
    address: str
    code: str


Notice = Invitation | ConfirmAddress
