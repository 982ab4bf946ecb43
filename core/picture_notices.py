"""A monthly picture as a notice: colleagues in one time zone share one."""

from __future__ import annotations

from core.composing import Composition, Unwanted, composes
from core.monthly_picture import MonthlyPicture
from core.months import Month
from core.picture_counts import count
from core.result_notices import notifications_are_off
from core.terms import Role

NOT_AN_ADMINISTRATOR = Unwanted("The user is not an administrator any more.")


@composes(MonthlyPicture.KIND)
def _picture(work: Composition) -> MonthlyPicture | Unwanted:
    person = work.somebody()
    if off := notifications_are_off(work):
        return off
    if person.role != Role.ADMINISTRATOR:
        return NOT_AN_ADMINISTRATOR
    month = Month.read(work.row.about["month"])
    return work.once(
        ("picture", person.organisation_id, month, person.time_zone),
        lambda: count(work.session, person.organisation_id, month, person.time_zone, now=work.now),
    )
