"""Everything we ever tell a person, as frozen models that know no surface.

Each names the user it is for, whose rights and language are read when it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.phrases import Phrase
from core.terms import Role


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new user may log in (guide: "the user will receive an email from IELTS").

    `invited_by` is a colleague's name, '' where the operator enrolled a primary administrator.
    """

    user_id: int
    address: str
    first_name: str
    organisation: str
    role: Role
    invited_by: str


@dataclass(frozen=True, slots=True)
class ConfirmAddress:
    """A new notification address must say the code before it is used; it goes there only."""

    user_id: int
    address: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """To the login address, when something changed that its owner would want to know of."""

    user_id: int
    address: str
    change: Phrase


Notice = Invitation | ConfirmAddress | SettingsChanged
