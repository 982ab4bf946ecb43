"""Downloads and history as text."""

from __future__ import annotations

from collections.abc import Sequence

from console.text.render import table, text
from core.delivery import DownloadReady, ResultsSummary
from core.history import DownloadLine, History
from core.phrases import counted, in_language, say
from core.terms import Language


@text.register
def _(answer: ResultsSummary, language: Language) -> str:
    lines = [in_language(note, language) for note in answer.notes]
    if answer.new:
        found = counted(
            answer.new,
            "{n} new result can be downloaded: `download`.",
            "{n} new results can be downloaded: `download`.",
        )
        lines.insert(0, in_language(found, language))
    elif not lines:
        lines.append(in_language(say("There are no new results."), language))
    if answer.downloads:
        lines += ["", in_language(say("Last downloads"), language)]
        lines.append(_table(answer.downloads, language))
    return "\n".join(lines)


@text.register
def _(answer: History, language: Language) -> str:
    lines = [in_language(note, language) for note in answer.notes]
    if answer.downloads:
        lines.append(_table(answer.downloads, language))
    elif not lines:
        lines.append(in_language(say("Nothing has been downloaded yet."), language))
    return "\n".join(lines)


def _table(downloads: Sequence[DownloadLine], language: Language) -> str:
    titles = [
        say("No."),
        say("Download Date"),
        say("Records"),
        say("User"),
        say("Format"),
        say("Template"),
    ]
    rows = [
        [
            str(one.download_id),
            f"{one.downloaded_at:%Y-%m-%d %H:%M:%S %Z}",
            str(one.records),
            one.user,
            one.format.upper(),
            one.template,
        ]
        for one in downloads
    ]
    return table([titles, *rows], language)


@text.register
def _(answer: DownloadReady, language: Language) -> str:
    layout = answer.contents.layout
    sentence = counted(
        answer.records,
        "Download {id}: {n} record, template {template}, {format}.",
        "Download {id}: {n} records, template {template}, {format}.",
        id=answer.contents.download_id,
        template=layout.name,
        format=layout.format.value.upper(),
    )
    warnings = [f"! {in_language(warning, language)}" for warning in answer.warnings]
    return "\n".join([in_language(sentence, language), *warnings])
