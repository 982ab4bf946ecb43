"""What everybody in a channel may read of a verification."""

from __future__ import annotations

from bot.askers import Asker
from bot.blocks.kit import Reader, context, escaped, section
from bot.blocks.render import Said, headline
from bot.numbers import masked
from core.commands.run import Reply
from core.phrases import say
from core.terms import Module, band_on_card
from core.verification_cards import VerificationCard


def masked_card(reply: Reply, asker: Asker, reader: Reader) -> Said:
    """The outcome, the end of the number, module and overall band: nothing that names anybody."""
    answer = reply.answer
    assert isinstance(answer, VerificationCard)  # noqa: S101  the caller looked
    parts = [f"*{reader.says(headline(answer))}*", escaped(masked(answer.trf_number))]
    record = answer.record
    if record is not None and record.released:
        module = Module(record.module).written_out if record.module else ""
        overall = say("Overall {band}", band=band_on_card(record.overall))
        parts += [one for one in (escaped(module), reader.says(overall)) if one]
    by = reader.says(say("Shared by"))
    blocks = (section(" · ".join(parts)), context(f"{by} <@{asker.user_id}>"))
    return Said(reader.plain(say("A verification was shared.")), blocks)
