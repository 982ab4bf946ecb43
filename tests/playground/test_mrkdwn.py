"""Slack's mark-up, which must never become somebody's HTML."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playground.mrkdwn import mrkdwn

NAMES = {"U0ANN": "Ann Bell", "C0OPEN": "admissions"}
OURS = {"strong", "em", "del", "br", "pre", "code", "span", "a"}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*Name* and _more_", "<strong>Name</strong> and <em>more</em>"),
        ("~8~ → *7.5*", "<del>8</del> → <strong>7.5</strong>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("type `help *now*`", "type <code>help *now*</code>"),
        ("```a,b\n<c>```", "<pre>a,b\n&lt;c&gt;</pre>"),
        ("O&amp;B &lt;b&gt; & <", "O&amp;B &lt;b&gt; &amp; &lt;"),
        (
            "<@U0ANN> in <#C0OPEN>",
            '<span class="mention">@Ann Bell</span> in <span class="mention">#admissions</span>',
        ),
        ("one\ntwo", "one<br>two"),
        (":white_check_mark: :nonesuch:", "✅ :nonesuch:"),
        ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
    ],
)
def test_mark_up_is_shown_as_slack_shows_it(text, html):
    assert mrkdwn(text, NAMES) == html


def test_a_link_has_its_label_and_opens_elsewhere():
    html = mrkdwn("<https://a.example/?x=1&amp;y=2|here>", NAMES)

    assert html == (
        '<a href="https://a.example/?x=1&amp;y=2" target="_blank" rel="noopener">here</a>'
    )


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = set()
        self.attributes = set()

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


PIECES = st.sampled_from(
    ["<", ">", "&lt;", "&", "*", "_", "~", "`", "```", "|", '"', "'", "\n", "@U0ANN", "script", " ",
     "https://a.example", "onload=", "a"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
@example("<|>")
def test_no_text_makes_any_other_tag_or_attribute(text):
    tags = Tags()
    tags.feed(str(mrkdwn(text, NAMES)))
    tags.close()

    assert tags.found <= OURS
    assert tags.attributes <= {"href", "class", "target", "rel"}
