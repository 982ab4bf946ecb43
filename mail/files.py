"""Files as they may leave the house: as they are, in an encrypted zip, or not at all."""

from __future__ import annotations

import io
from dataclasses import dataclass

from core.attached import MOST_BYTES, MOST_PARTS
from core.notices import AttachedFile
from core.phrases import Phrase, say
from core.terms import AttachmentPolicy

IN_SLACK = say(
    "Your organisation keeps candidates' data out of mail: you find it in Slack, where `download` "
    "gives you the file."
)
NO_PASSPHRASE = say(
    "Your organisation sends files in encrypted zip files only, and you have set no passphrase "
    "yet. Set one in Slack or on the command line; until then, download the file there."
)
ZIPPED = say("The file is in an encrypted zip (AES-256): open it with your passphrase.")
TOO_LARGE = say(
    "The file is more than {parts} letters of {most} MB can carry, so none is attached. Fetch it "
    "in Slack, by the REST interface or on the command line.",
    parts=MOST_PARTS,
    most=MOST_BYTES // 1_000_000,
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

    Data stands in the letter itself only where it may travel open.
    """

    files: tuple[AttachedFile, ...] = ()
    open_data: bool = True
    withheld: Phrase | None = None


def packed(
    file: AttachedFile | None, policy: AttachmentPolicy, passphrase: str | None, *, wanted: bool
) -> Packed:
    """A file by the policy; one that is `wanted` and None was too large for anybody."""
    if policy is AttachmentPolicy.NOTICE:
        return Packed(open_data=False, withheld=IN_SLACK)
    if policy is AttachmentPolicy.ATTACH:
        return _attached(file, wanted=wanted)
    if passphrase is None:
        return Packed(open_data=False, withheld=NO_PASSPHRASE)
    if file is None:
        return Packed(open_data=False, withheld=TOO_LARGE if wanted else IN_SLACK)
    return _zipped(file, passphrase)


def _attached(file: AttachedFile | None, *, wanted: bool) -> Packed:
    if file is None:
        return Packed(withheld=TOO_LARGE if wanted else None)
    if len(file.data) > MOST_BYTES:
        return Packed(withheld=TOO_LARGE)
    return Packed((file,))


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
