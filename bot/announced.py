"""Download now on an announcement: each person gets the file, in their own template."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select
from sqlmodel import col

from bot.answers import Answers, Heard
from bot.askers import Asker
from bot.modals.form import quoted
from core.delivery import DownloadReady, waiting
from core.links import actor_in_slack
from core.refusals import Refusal
from core.tables import Delivery
from core.templates import layout_for

MOST_FILES = 3
"""Downloads among which the announced results may be; the history has the others."""


async def download_announced(answers: Answers, asker: Asker, after: int, upto: int) -> Heard:
    """The first who clicks downloads what is new; who comes later gets the same records."""
    try:
        heard = await _first(answers, asker, after, upto)
        if _came_late(heard):  # a colleague was quicker between the look and the download
            heard = await _first(answers, asker, after, upto)
    except Refusal as refusal:
        return await answers.refused(asker, refusal)
    return heard


async def _first(answers: Answers, asker: Asker, after: int, upto: int) -> Heard:
    for line in await answers.desk.run(partial(_lines, answers, asker, after, upto)):
        reply = await answers.run(asker, line)
    return answers.heard(asker, reply)


def _came_late(heard: Heard) -> bool:
    return heard.reply is not None and not isinstance(heard.reply.answer, DownloadReady)


def _lines(answers: Answers, asker: Asker, after: int, upto: int) -> list[str]:
    """`download` while anything is new, else the downloads that hold what was announced."""
    with answers.desk.database.reading() as session:
        actor = actor_in_slack(session, asker.team_id, asker.user_id)
        if waiting(session, actor.organisation_id):
            return ["download"]
        ids = session.scalars(
            select(col(Delivery.download_id))
            .where(
                col(Delivery.organisation_id) == actor.organisation_id,
                col(Delivery.arrival_id) > after,
                col(Delivery.arrival_id) <= upto,
                col(Delivery.download_id).is_not(None),
            )
            .distinct()
            .order_by(col(Delivery.download_id).desc())
            .limit(MOST_FILES)
        )
        template = quoted(layout_for(session, actor, None).name)
        return [f"redownload {one} template={template}" for one in ids] or ["results"]
