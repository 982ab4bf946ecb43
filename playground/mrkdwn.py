"""Slack's mark-up as HTML: a person's words stay words, whatever they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape

from markupsafe import Markup

EMOJI = {
    "grey_question": "❔",
    "warning": "⚠️",
    "white_check_mark": "✅",
    "white_large_square": "⬜",
    "x": "❌",
}

_PIECES = re.compile(r"```(?P<block>.+?)```|`(?P<code>[^`\n]+)`|<(?P<angle>[^<>\n]+)>", re.DOTALL)
_MARKS = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), r"<del>\1</del>"),
)
_EMOJI = re.compile(r":([a-z_]+):")

Names = Mapping[str, str]


def mrkdwn(text: str, names: Names) -> Markup:
    """`names` gives people and channels by their ids."""
    html, end = [], 0
    for found in _PIECES.finditer(text):
        html.append(_plain(text[end : found.start()]))
        html.append(_piece(found, names))
        end = found.end()
    html.append(_plain(text[end:]))
    return Markup("".join(html))  # noqa: S704  every piece is escaped


def _plain(text: str) -> str:
    safe = _safe(text)
    for pattern, tags in _MARKS:
        safe = pattern.sub(tags, safe)
    safe = _EMOJI.sub(lambda one: EMOJI.get(one[1], one[0]), safe)
    return safe.replace("\n", "<br>")


def _piece(found: re.Match[str], names: Names) -> str:
    if found["block"] is not None:
        return f"<pre>{_safe(found['block'])}</pre>"
    if found["code"] is not None:
        return f"<code>{_safe(found['code'])}</code>"
    target, _, label = found["angle"].partition("|")
    if target.startswith(("@", "#")):
        name = names.get(target[1:], label or target[1:])
        return f'<span class="mention">{_safe(target[0] + name)}</span>'
    if not target.startswith(("https://", "http://", "mailto:")):
        return _safe(f"<{found['angle']}>")
    return f'<a href="{_safe(target)}" target="_blank" rel="noopener">{_safe(label or target)}</a>'


def _safe(text: str) -> str:
    """Slack's escapes are HTML's; what was not escaped is."""
    return escape(unescape(text))


def with_names(names: Names) -> Callable[[str], Markup]:
    """The filter of a page on which these are known."""
    return lambda text: mrkdwn(text, names)
