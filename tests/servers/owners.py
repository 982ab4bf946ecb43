"""Whose a test's server is: servers refuse to be root's, so where we are root they are nobody's."""

import os
import pwd
import shutil
from pathlib import Path
from typing import Any


def owner_of(folder: Path) -> dict[str, Any]:
    """Hand the folder over; give what `Popen` wants to run its owner's server in it."""
    if os.geteuid() != 0:
        return {"cwd": folder}
    nobody = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, nobody.pw_uid, nobody.pw_gid)
    return {"cwd": folder, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
