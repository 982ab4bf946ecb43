"""What a process that only waits keeps in memory: nothing that is seldom needed."""

import json
import subprocess
import sys

SERVED = (
    "console.main",
    "core.courier",
    "core.worker",
    "scheduler.service",
    "mail.transport",
    "mail.service",
    "bot.transport",
    "bot.app",
)
SELDOM = {
    "PIL": "a month's picture is drawn",
    "pyzipper": "a file goes in an encrypted zip",
    "dkim": "mail is signed or its signature checked here",
    "dns": "as above",
    "lxml": "somebody answers in HTML only",
    "inscriptis": "as above",
    "imapclient": "a mailbox is read by IMAP",
    "cryptography": "there is a key to seal with",
}
"""When each is imported."""


def test_what_is_seldom_needed_is_imported_when_it_is():
    code = f"import json, sys, {', '.join(SERVED)}; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}

    assert loaded & SELDOM.keys() == set()
