"""Files as they may leave the house: as they are, in an encrypted zip, or not at all."""

from __future__ import annotations

import io
from dataclasses import dataclass

from core.attached import MOST_BYTES, MOST_PARTS
from core.notices import AttachedFile
from core.phrases import Phrase, say
from core.terms import AttachmentPolicy

ASK_IN_SLACK = say(
    "Your organisation keeps candidates' data out of mail. Type the same in Slack, or on the "
    "command line, to see it."
)
NO_PASSPHRASE = say(
    "Your organisation sends candidates' data in encrypted zip files only, and you have set no "
    "passphrase yet. Set one in Slack or on the command line; until then you find it there."
)
ZIPPED = say("What is attached is encrypted (AES-256 zip): open it with your passphrase.")
TOO_LARGE = say(
    "The file is more than {parts} letters of {most} MB can carry, so none is attached. Fetch it "
    "in Slack, by the REST interface or on the command line.",
    parts=MOST_PARTS,
    most=MOST_BYTES // 1_000_000,
)


def in_slack(download_id: int | None = None) -> Phrase:
    """Of a file that does not go by mail, with the command that gives it elsewhere."""
    return say(
        "Your organisation keeps candidates' data out of mail: you find it in Slack, where "
        "`{command}` gives you the file.",
        command=f"redownload {download_id}" if download_id else "download",
    )


def follows(parts: int) -> Phrase:
    """Of a file that comes in several letters, with the first."""
    return say(
        "The file is larger than a letter can carry, so it comes in {parts} parts, each a whole "
        "file of its own. This is part 1; the others follow.",
        parts=parts,
    )


@dataclass(frozen=True, slots=True)
class Packed:
    """What goes with a letter; `withheld` says why something does not, or how to open it.

    Data stands in the letter itself only where it may travel open. `by_mail` says whether files
    reach this reader by mail at all.
    """

    files: tuple[AttachedFile, ...] = ()
    open_data: bool = True
    withheld: Phrase | None = None
    by_mail: bool = True


def packed(
    file: AttachedFile | None,
    policy: AttachmentPolicy,
    passphrase: str | None,
    *,
    elsewhere: Phrase,
) -> Packed:
    """A file by the policy; None is one that was too large for anybody.

    Whoever gets nothing by mail is told `elsewhere`.
    """
    if policy is AttachmentPolicy.NOTICE:
        return Packed(open_data=False, withheld=elsewhere, by_mail=False)
    if policy is AttachmentPolicy.ZIP and passphrase is None:
        return Packed(open_data=False, withheld=NO_PASSPHRASE, by_mail=False)
    if file is None or len(file.data) > MOST_BYTES:
        return Packed(open_data=policy is AttachmentPolicy.ATTACH, withheld=TOO_LARGE)
    if policy is AttachmentPolicy.ATTACH or passphrase is None:
        return Packed((file,))
    return _zipped(file, passphrase)


def _zipped(file: AttachedFile, passphrase: str) -> Packed:
    zipped = _zip(file, passphrase)
    if len(zipped.data) > MOST_BYTES:
        return Packed(open_data=False, withheld=TOO_LARGE)
    return Packed((zipped,), open_data=False, withheld=ZIPPED)


def _zip(file: AttachedFile, passphrase: str) -> AttachedFile:
    import pyzipper

    stream = io.BytesIO()
    with pyzipper.AESZipFile(
        stream, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(passphrase.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        archive.writestr(file.filename, file.data)
    return AttachedFile(f"{file.filename}.zip", "application/zip", stream.getvalue())
