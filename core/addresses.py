"""E-mail addresses as people type them."""

from __future__ import annotations

from core.refusals import Refusal, usage


def clean_address(typed: str) -> str:
    """The address in the form we keep, in lower case; raise Refusal where it cannot be one.

    Nothing is asked of the network. Addresses at `.test` may be tried out; one without a dot in
    its domain is a slip.
    """
    from email_validator import EmailNotValidError, validate_email  # 60 ms that few commands need

    try:
        found = validate_email(typed.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise _not_an_address(typed, str(error)) from None
    if "." not in found.domain:
        raise _not_an_address(typed, "The part after the @-sign has no dot.")
    return found.normalized.lower()


def _not_an_address(typed: str, reason: str) -> Refusal:
    return usage(
        "not_an_address",
        "{email} is not an e-mail address: {reason}",
        email=typed.strip(),
        reason=reason,
    )
