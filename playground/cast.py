"""Who can be played: the same people in Slack and in the mailbox."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a Slack account and an address."""

    key: str
    slack_id: str
    name: str
    email: str
    part: str
    is_guest: bool = False

    @property
    def initial(self) -> str:
        """For the picture that nobody uploaded."""
        return self.name[0]


ANN = Person("ann", "U0ANN", "Ann Bell", "ann@uni.example", "administrator")
BO = Person("bo", "U0BO", "Bo Li", "bo@uni.example", "user")
CLEO = Person("cleo", "U0CLEO", "Cleo Marsh", "cleo@partner.example", "guest", is_guest=True)

CAST = {person.key: person for person in (ANN, BO, CLEO)}
BY_SLACK_ID = {person.slack_id: person for person in CAST.values()}
