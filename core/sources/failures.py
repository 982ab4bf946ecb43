"""Why the official results API gave no answer. None of these ever means that there is no match."""

from __future__ import annotations


class Unanswered(Exception):  # noqa: N818  an outcome
    """It could not be asked; `transaction_id` is by which IELTS finds the request, if any."""

    code = "unavailable"

    def __init__(
        self, reason: str, transaction_id: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.reason, self.transaction_id, self.retry_after = reason, transaction_id, retry_after


class CredentialRefused(Unanswered):
    """The client id or its secret is wrong, or is not valid any more."""

    code = "credential"


class QuotaUsedUp(Unanswered):
    """Our own count says that no more may be asked today."""

    code = "quota"


class TooManyRecords(Unanswered):
    """The range holds more records than one answer may: ask for less."""

    code = "too_many"
