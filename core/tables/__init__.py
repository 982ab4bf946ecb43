"""One file per aggregate; importing this package registers every table.

The partial indexes name their condition for SQLite only: PostgreSQL's option would load that
dialect at every start of the command line. The migration gives it to both.
"""

from core.tables.audit import AuditEvent
from core.tables.deliveries import Arrival, Delivery, Download
from core.tables.keys import ApiKey
from core.tables.mail import FilePolicy, Incoming, Passphrase, ReplyToken
from core.tables.organisations import Organisation
from core.tables.outbox import Outgoing, TickRun, Worker
from core.tables.results import Change, Photo, Result, Sitting
from core.tables.slack import (
    SlackCard,
    SlackChannel,
    SlackClaim,
    SlackCode,
    SlackInstallation,
    SlackLink,
)
from core.tables.sources import Feed, LiveCheck, RejectedRecord, RequestCount
from core.tables.templates import Template
from core.tables.users import Preference, User
from core.tables.verifications import (
    Enquiry,
    EnquiryCopy,
    LookUpCount,
    Verification,
    Watch,
)
from core.tables.versions import FirstArrival
from core.tables.webhooks import WebhookEndpoint

__all__ = [
    "ApiKey",
    "Arrival",
    "AuditEvent",
    "Change",
    "Delivery",
    "Download",
    "Enquiry",
    "EnquiryCopy",
    "Feed",
    "FilePolicy",
    "FirstArrival",
    "Incoming",
    "LiveCheck",
    "LookUpCount",
    "Organisation",
    "Outgoing",
    "Passphrase",
    "Photo",
    "Preference",
    "RejectedRecord",
    "ReplyToken",
    "RequestCount",
    "Result",
    "Sitting",
    "SlackCard",
    "SlackChannel",
    "SlackClaim",
    "SlackCode",
    "SlackInstallation",
    "SlackLink",
    "Template",
    "TickRun",
    "User",
    "Verification",
    "Watch",
    "WebhookEndpoint",
    "Worker",
]
