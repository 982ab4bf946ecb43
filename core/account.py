"""The account's name and address, and the guide's sample website copy filled with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from core.actors import Actor
from core.phrases import Phrase, say
from core.tables import Organisation
from core.terms import Service

PAPER = (
    "Applicants must contact the IELTS test center where you took the test to request your "
    "official Test Report Form (printed hard copy) be mailed to the address below. We do not "
    "accept unofficial copies of IELTS Test Report Forms from students. An institution code is "
    "NOT required.\n\nPlease send scores to:\n{account_name}\n{address}"
)
E_DELIVERY = (
    "Applicants must contact the IELTS test center where you took the test to request your "
    "official test results be sent to the address below. We do not accept unofficial copies of "
    "IELTS Test Report Forms from students. An institution code is NOT required.\n\n"
    "{name} is registered to receive IELTS scores using the IELTS Results Service E-Delivery, so "
    "please send scores to:\n{account_name}\n{address}"
)


@dataclass(frozen=True, slots=True)
class AccountCard:
    """What applicants must be told."""

    name: str
    account_name: str
    address: str
    service: Service
    website_text: Phrase

    def document(self) -> dict[str, Any]:
        """`account`, with the text for the organisation's website."""
        return {
            "account": {
                "name": self.name,
                "account_name": self.account_name,
                "address": self.address,
                "service": self.service.value,
                "website_text": self.website_text,
            }
        }


def account(session: Session, actor: Actor) -> AccountCard:
    """This account's card; the text for paper delivery where it is for verification only."""
    organisation = session.get_one(Organisation, actor.organisation_id)
    parts = {
        "name": organisation.name,
        "account_name": organisation.account_name,
        "address": organisation.address,
    }
    paper = actor.service is Service.VERIFICATION
    sample = say(PAPER, **parts) if paper else say(E_DELIVERY, **parts)
    return AccountCard(**parts, service=actor.service, website_text=sample)
