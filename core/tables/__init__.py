"""One file per aggregate; importing this package registers every table.

The partial indexes name their condition for SQLite only: PostgreSQL's option would load that
dialect at every start of the command line. The migration gives it to both.
"""

from core.tables.audit import AuditEvent
from core.tables.deliveries import Arrival, Delivery, Download
from core.tables.organisations import Organisation
from core.tables.outbox import Outgoing, TickRun, Worker
from core.tables.results import Change, Photo, Result
from core.tables.templates import Template
from core.tables.users import Preference, User
from core.tables.verifications import (
    Enquiry,
    EnquiryCopy,
    LookUpCount,
    Verification,
    Watch,
)

__all__ = [
    "Arrival",
    "AuditEvent",
    "Change",
    "Delivery",
    "Download",
    "Enquiry",
    "EnquiryCopy",
    "LookUpCount",
    "Organisation",
    "Outgoing",
    "Photo",
    "Preference",
    "Result",
    "Template",
    "TickRun",
    "User",
    "Verification",
    "Watch",
    "Worker",
]
