"""Whom the guide sends people to."""

CONTACT = "stakeholder@ieltsusa.org"
REPRESENTATIVES = "https://bit.ly/2ul1IVP"
