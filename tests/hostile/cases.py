"""Mails that mean no good, each with what must become of it.

`{to}` is Ann's reply address. An expectation is an SMTP code, SILENCE, or words of the answer.
"""

import base64
from dataclasses import dataclass

HELP = "one on a line, at most five"
SILENCE = "silence"
NO_COMMAND = "We found no command in your mail"
NO_NUMBER = "No Test Report Form number was found in"
SPREADSHEET = "is a spreadsheet, which is not read here"
TOO_DEEP = "more parts, or parts within parts, than we read"
ANSWERED = "1 new result can be downloaded"
NUMBER = "25GB000595ZOLJS03G"


@dataclass(frozen=True)
class Case:
    name: str
    raw: bytes
    expected: str | int


def _mail(head: str, text: str = "results", more: str = "") -> bytes:
    lines = f"{head}\nTo: {{to}}\nMessage-ID: <1@x.example>\n{more}\n{text}\n"
    return lines.replace("\n", "\r\n").encode("utf-8", "surrogateescape")


def _from(value: str) -> bytes:
    return _mail(f"From: {value}\nSubject: x")


def _ann(text: str = "results", more: str = "", subject: str = "x") -> bytes:
    return _mail(f"From: Ann Bell <ann@uni.example>\nSubject: {subject}", text, more)


def _typed(kind: str, text: str, more: str = "") -> bytes:
    return _ann(text, f"MIME-Version: 1.0\nContent-Type: {kind}\n{more}")


def _parts(*parts: str, kind: str = "mixed") -> bytes:
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--"
    return _typed(f'multipart/{kind}; boundary="b"', body)


def _file(name: str, data: bytes, kind: str = "application/octet-stream") -> str:
    encoded = base64.encodebytes(data).decode()
    return (
        f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\n'
        f"Content-Transfer-Encoding: base64\n\n{encoded}"
    )


def _nested(depth: int, kind: str = "mixed") -> bytes:
    opening = "".join(
        f'Content-Type: multipart/{kind}; boundary="b{n}"\n\n--b{n}\n' for n in range(depth)
    )
    return _ann(f"--b0\n{opening.partition('--b0')[2].lstrip()}\n\nresults\n", _first_type(kind))


def _first_type(kind: str) -> str:
    return f'MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary="b0"\n'


PLAIN = "Content-Type: text/plain\n\nresults"

FROM = {
    "two From headers": (_mail("From: ann@uni.example\nFrom: evil@x.example"), SILENCE),
    "the real From second": (_mail("From: evil@x.example\nFrom: ann@uni.example"), SILENCE),
    "two addresses": (_from("ann@uni.example, evil@x.example"), SILENCE),
    "a group": (_from("friends: ann@uni.example;"), SILENCE),
    "an empty group": (_from("undisclosed-recipients:;"), SILENCE),
    "the address as a name": (_from('"ann@uni.example" <evil@x.example>'), SILENCE),
    "the address as a bare name": (_from("ann@uni.example <evil@x.example>"), SILENCE),
    "two angle addresses": (_from("<ann@uni.example> <evil@x.example>"), SILENCE),
    "an encoded address": (_from("=?utf-8?q?ann=40uni.example?="), SILENCE),
    "an encoded angle address": (
        _from("=?utf-8?q?=3Cann=40uni.example=3E?= <e@x.example>"),
        SILENCE,
    ),
    "a quoted local part": (_from('"ann@uni.example"@x.example'), SILENCE),
    "a quoted pair": (_from('"ann\\"@uni.example"@x.example'), SILENCE),
    "a route": (_from("<@evil.example:ann@uni.example>"), SILENCE),
    "a percent route": (_from("ann%uni.example@x.example"), SILENCE),
    "a bang path": (_from("uni.example!ann@x.example"), SILENCE),
    "a Cyrillic a": (_from("\u0430nn@uni.example"), SILENCE),
    "a Cyrillic domain": (_from("ann@un\u0456.example"), SILENCE),
    "a dot too many": (_from("ann@uni.example."), SILENCE),
    "a subdomain": (_from("ann@mail.uni.example"), SILENCE),
    "a suffix": (_from("ann@uni.example.evil.example"), SILENCE),
    "a plus": (_from("ann+x@uni.example"), SILENCE),
    "no address": (_from("Ann Bell"), SILENCE),
    "nothing": (_from(""), SILENCE),
    "no From": (_mail("Subject: x"), SILENCE),
    "a From ten thousand long": (_from(("x" * 70 + "\n ") * 140 + "<ann@uni.example>"), SILENCE),
    "a From of commas": (_from("," * 900), SILENCE),
    "a From of brackets": (_from("(" * 900), SILENCE),
    "a From of quotes": (_from('"\\' * 400), SILENCE),
    "an unclosed comment": (_from("ann@uni.example (x"), SILENCE),
    "a Sender of somebody": (_mail("From: evil@x.example\nSender: ann@uni.example"), SILENCE),
    "a Resent-From": (_mail("From: evil@x.example\nResent-From: ann@uni.example"), SILENCE),
    "a Reply-To of hers": (_mail("From: evil@x.example\nReply-To: ann@uni.example"), SILENCE),
    "a From in capitals": (_from("ANN@UNI.EXAMPLE"), ANSWERED),
    "a From with a comment": (_from("ann@uni.example (Ann)"), ANSWERED),
    "a From that is folded": (_from("Ann\n <ann@uni.example>"), ANSWERED),
}

HEADERS = {
    "a Reply-To elsewhere": (_ann(more="Reply-To: evil@x.example\n"), ANSWERED),
    "a receipt wanted": (_ann(more="Disposition-Notification-To: evil@x.example\n"), ANSWERED),
    "a Cc": (_ann(more="Cc: evil@x.example\n"), ANSWERED),
    "a line break in the subject": (
        _ann("", subject="=?utf-8?q?help=0D=0ABcc:_evil@x.example?="),
        "no command",
    ),
    "a line break in the references": (
        _ann(more="References: <a@b>\n <evil\n @x.example>\n"),
        ANSWERED,
    ),
    "references without end": (
        _ann(more="References: " + "<a@b.example>\n " * 3000 + "\n"),
        ANSWERED,
    ),
    "a Message-ID that is no id": (_ann().replace(b"<1@x.example>", b"1 <> <<>> evil"), ANSWERED),
    "a Message-ID with encoded words": (
        _ann().replace(b"<1@x.example>", b"=?utf-8?q?=0d=0aBcc:_evil@x.example?="),
        ANSWERED,
    ),
    "a header without a colon": (_ann(more="this is no header\n"), ANSWERED),
    "a header with a blank before its colon": (_mail("From : ann@uni.example"), SILENCE),
    "a thousand headers": (_ann(more="X: y\n" * 1000), 552),
    "a header of 70 kB": (_ann(more="X: " + ("y" * 900 + "\n ") * 80 + "\n"), 552),
    "forged results of a check": (_ann(more="Authentication-Results: x; dkim=pass\n"), ANSWERED),
    "a List-Id": (_ann(more="List-Id: <x.y>\n"), SILENCE),
    "an answer of a machine": (_ann(more="Auto-Submitted: auto-replied\n"), SILENCE),
    "a subject of 60 kB": (_ann(subject="x" * 900 + "\n x" * 2), ANSWERED),
    "a subject of escapes": (_ann("", subject="\x1b[31mhelp\x07"), None),
    "two subjects": (
        _mail("From: ann@uni.example\nSubject: help\nSubject: results", ""),
        HELP,
    ),
    "no header at all": (b"\r\nresults\r\n", SILENCE),
    "nothing at all": (b"\r\n", SILENCE),
    "no blank line": (b"From: ann@uni.example\r\nSubject: help\r\n", HELP),
}

MIME = {
    "a multipart without a boundary": (_typed("multipart/mixed", "results"), None),
    "a boundary that never comes": (_typed('multipart/mixed; boundary="b"', "results"), None),
    "a boundary that never ends": (
        _typed('multipart/mixed; boundary="b"', f"--b\n{PLAIN}"),
        ANSWERED,
    ),
    "an empty boundary": (_typed('multipart/mixed; boundary=""', f"--\n{PLAIN}\n----"), None),
    "a boundary of 2 kB": (_typed(f'multipart/mixed;\n boundary="{"b" * 900}"', "results"), None),
    "fifty parts within parts": (_nested(50), TOO_DEEP),
    "a thousand parts within parts": (_nested(1000), TOO_DEEP),
    "two hundred parts": (_parts(*[PLAIN] * 200), TOO_DEEP),
    "ten thousand boundaries": (_ann("boundary=\n" * 10000), TOO_DEEP),
    "forty mails within mails": (
        _typed("message/rfc822", "Content-Type: message/rfc822\n\n" * 40 + "\nresults"),
        NO_COMMAND,
    ),
    "four thousand mails within mails": (
        _typed("message/rfc822", "Content-Type: message/rfc822\n\n" * 4000 + "\nresults"),
        None,
    ),
    "a forwarded command": (
        _parts("Content-Type: message/rfc822\n\nFrom: bo@uni.example\n\ndownload csv"),
        NO_COMMAND,
    ),
    "a partial mail": (_typed("message/partial; id=1; number=1; total=2", "results"), NO_COMMAND),
    "a body elsewhere": (
        _typed("message/external-body; access-type=URL; URL=http://evil.example", "\nresults"),
        NO_COMMAND,
    ),
    "a type that is none": (_typed(";;;///", "results"), ANSWERED),
    "two types": (_typed("text/plain\nContent-Type: text/html", "results"), ANSWERED),
    "base64 that is none": (
        _typed("text/plain", "@@@@ results @@@@", "Content-Transfer-Encoding: base64\n"),
        NO_COMMAND,
    ),
    "quoted-printable that is none": (
        _typed("text/plain", "=ZZ=\nresults", "Content-Transfer-Encoding: quoted-printable\n"),
        None,
    ),
    "an encoding that is none": (
        _typed("text/plain", "results", "Content-Transfer-Encoding: x-evil\n"),
        ANSWERED,
    ),
    "uuencoded without an end": (
        _typed(
            "text/plain", "begin 644 x\nM" + "x" * 60, "Content-Transfer-Encoding: x-uuencode\n"
        ),
        None,
    ),
    "a charset that is none": (_typed("text/plain; charset=evil", "results"), ANSWERED),
    "a charset that is a codec": (_typed("text/plain; charset=zlib", "results"), ANSWERED),
    "a charset that is a folder": (_typed("text/plain; charset=../../etc", "results"), ANSWERED),
    "a charset that takes for ever": (
        _typed("text/plain; charset=punycode", ("a" * 900 + "\n") * 60),
        NO_COMMAND,
    ),
    "a command in UTF-7": (_typed("text/plain; charset=utf-7", "+AHI-esults"), NO_COMMAND),
    "a command in UTF-16": (
        _typed(
            "text/plain; charset=utf-16",
            base64.b64encode("results".encode("utf-16")).decode(),
            "Content-Transfer-Encoding: base64\n",
        ),
        ANSWERED,
    ),
    "bytes that are no UTF-8": (_ann("results\n\udcff\udcfe"), ANSWERED),
    "an alternative that says something else": (
        _parts(PLAIN, "Content-Type: text/html\n\n<p>download csv</p>", kind="alternative"),
        ANSWERED,
    ),
    "a signed mail": (
        _parts(PLAIN, _file("signature.asc", b"-----BEGIN PGP SIGNATURE-----"), kind="signed"),
        ANSWERED,
    ),
    "an encrypted mail": (
        _parts(
            "Content-Type: application/pgp-encrypted\n\nVersion: 1",
            _file("encrypted.asc", b"-----BEGIN PGP MESSAGE-----"),
            kind="encrypted",
        ),
        NO_COMMAND,
    ),
    "an Outlook winmail.dat": (
        _parts("Content-Type: text/plain\n\n", _file("winmail.dat", b"\x78\x9f\x3e\x22" * 99)),
        NO_COMMAND,
    ),
    "a text of 2 MB": (_ann(("x" * 76 + "\n") * 27000), NO_COMMAND),
}

HTML = {
    "five thousand boxes in boxes": (
        _typed("text/html", ("<div>" * 100 + "\n") * 50 + "results"),
        None,
    ),
    "an entity bomb": (
        _typed(
            "text/html",
            "<!DOCTYPE x ["
            + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9))
            + "]>\n<p>&e8;</p><p>results</p>",
        ),
        None,
    ),
    "a file of ours as an entity": (
        _typed("text/html", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><p>&e;</p>'),
        NO_COMMAND,
    ),
    "a script": (_typed("text/html", "<script>results</script><p>help</p>"), HELP),
    "a comment": (_typed("text/html", "<!-- download csv --><p>results</p>"), ANSWERED),
    "hidden text": (
        _typed("text/html", '<p>results</p><p style="display:none">download csv</p>'),
        ANSWERED,
    ),
    "a picture that phones home": (
        _typed("text/html", '<img src="http://evil.example/x"><p>results</p>'),
        ANSWERED,
    ),
    "ten thousand attributes": (
        _typed("text/html", "<p " + "a=b\n" * 10000 + ">results</p>"),
        ANSWERED,
    ),
    "a hundred thousand angle brackets": (
        _typed("text/html", ("<" * 900 + "\n") * 110),
        NO_COMMAND,
    ),
    "a table without end": (
        _typed("text/html", ("<table><tr><td>" * 50 + "\n") * 40 + "results"),
        None,
    ),
}

FILES = {
    "a path as a name": (
        _parts(_file("../../etc/passwd.csv", f"{NUMBER}\n".encode())),
        "Match found",
    ),
    "a name with a line break": (
        _parts(
            'Content-Type: text/csv; name="=?utf-8?q?a=0D=0ABcc:evil=40x.csv?="\n'
            f"Content-Disposition: attachment\n\n{NUMBER}"
        ),
        "Match found",
    ),
    "a name of ten thousand": (
        _parts(_file("x" * 800 + ".csv", f"{NUMBER}\n".encode())),
        "Match found",
    ),
    "a bomb called csv": (_parts(_file("a.csv", b"PK\x03\x04" + b"\0" * 100000)), SPREADSHEET),
    "an archive": (_parts(_file("a.zip", b"PK\x03\x04" + b"x" * 1000)), NO_COMMAND),
    "a spreadsheet": (_parts(_file("a.xlsx", b"PK\x03\x04" + b"x" * 1000)), SPREADSHEET),
    "an XML bomb": (
        _parts(_file("a.xml", b'<!DOCTYPE x [<!ENTITY a "x">]><x>&a;</x>', "application/xml")),
        NO_COMMAND,
    ),
    "formulas": (_parts(_file("a.csv", b'=cmd|" /C calc"!A0,@SUM(1)\n')), NO_NUMBER),
    "a cell of a megabyte": (_parts(_file("a.csv", b'"' + b"x" * 1_000_000)), NO_NUMBER),
    "quotes without end": (_parts(_file("a.csv", b'"\n' * 50000)), NO_NUMBER),
    "a list of 3 MB": (_parts(_file("a.csv", b"x,y\n" * 750_000)), "larger than a list"),
    "a program as a copy": (
        _parts(f"Content-Type: text/plain\n\nreport {NUMBER}", _file("form.pdf", b"MZ\x90")),
        "is not a copy of a form",
    ),
    "six copies": (
        _parts(f"Content-Type: text/plain\n\nreport {NUMBER}", *[_file("f.pdf", b"%PDF-1.7")] * 6),
        "at most 5 files",
    ),
    "an empty file": (_parts(_file("a.csv", b"")), NO_NUMBER),
}

WORDS = {
    "SQL": (
        _ann(f"verify {NUMBER}'; DROP TABLE staff; --"),
        "No Test Report Form number was given",
    ),
    "a template engine's braces": (_ann("templates show {{7*7}}{%x%}"), "{{7*7}}"),
    "format braces": (_ann("templates show {now.__class__}"), "{now.__class__}"),
    "markup": (_ann('templates show "<script>x</script>"'), "There is no template"),
    "an escape sequence": (_ann("templates show \x1b]0;evil\x07"), None),
    "text that runs backwards": (_ann("\u202eresults"), None),
    "letters that are not seen": (_ann("re\u200bsul\u200dts"), ANSWERED),
    "a quote that never closes": (_ann('templates show "x'), "quote was opened"),
    "a number of ten thousand digits": (_ann("history " + "9" * 900), "is not a number"),
    "a hundred commands": (_ann("results\n" * 100), "95 more were not done"),
    "a command in the quotation only": (_ann("> download csv\n> stop"), NO_COMMAND),
    "a command in a signature": (
        _ann("Dear all, this is what I think of it.\n-- \nstop"),
        NO_COMMAND,
    ),
    "a wall of greater-than": (_ann("results\n" + ("> " * 300 + "\n") * 500), ANSWERED),
    "a wall of dashes": (_ann("results\n\n" + ("-" * 900 + "\n") * 60), ANSWERED),
    "a wall of On": (_ann(("On " + "x " * 300 + "\n") * 100), NO_COMMAND),
    "the command of an administrator": (
        _ann("users add Evil Eve eve@x.example role=administrator"),
        "Only an administrator",
    ),
    "a code that is wrong": (_ann("notifications confirm=AAAAAAAA"), "No code is waited for"),
}

CASES = [
    Case(f"{topic}: {name}", raw, expected)
    for topic, cases in {
        "from": FROM,
        "header": HEADERS,
        "mime": MIME,
        "html": HTML,
        "file": FILES,
        "words": WORDS,
    }.items()
    for name, (raw, expected) in cases.items()
]
