import email
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.notices import AttachedFile
from mail.mime import HeaderError, assembled, header, mailbox
from mail.render import Letter

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t .="))
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)


def parsed(letter, files=(), headers=(("Subject", "x"),)):
    return email.message_from_bytes(assembled(headers, letter, files, "key"), policy=default)


@given(TEXT, TEXT, st.binary(max_size=5000))
def test_a_mail_parses_back_to_what_it_was_made_of(text, html, data):
    file = AttachedFile("results.csv", "text/csv", data)
    mail = parsed(Letter("x", text, html), [file])

    assert mail.get_body(["plain"]).get_content().replace("\r\n", "\n") == text
    assert mail.get_body(["html"]).get_content().replace("\r\n", "\n") == html
    (attached,) = mail.iter_attachments()
    assert attached.get_payload(decode=True) == data
    assert attached.get_filename() == "results.csv"
    assert all(part.defects == [] for part in mail.walk())


@given(TEXT, TEXT, st.binary(max_size=2000))
def test_no_line_is_longer_than_mail_allows_and_every_one_ends_in_crlf(text, html, data):
    mail = assembled([], Letter("x", text, html), [AttachedFile("a.csv", "text/csv", data)], "k")

    for line in mail.split(b"\r\n"):
        assert len(line) <= 100
        assert b"\n" not in line
        assert b"\r" not in line


@given(LINE)
def test_a_subject_parses_back_whatever_its_letters(subject):
    wanted = " ".join(subject.split())
    mail = email.message_from_bytes(header("Subject", wanted) + b"\r\n", policy=default)

    assert " ".join(mail["Subject"].split()) == wanted


@pytest.mark.parametrize("evil", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b"])
def test_a_header_with_a_line_break_is_refused(evil):
    with pytest.raises(HeaderError):
        header("Subject", evil)


@pytest.mark.parametrize(
    "name", ["Ann Bell", 'Ann "The" Bell', "Bell, Ann", "Änn Bëll", "a@b.example", "", "李 波"]
)
def test_a_name_never_becomes_an_address(name):
    mail = email.message_from_bytes(
        header("To", mailbox(name, "ann@uni.example")) + b"\r\n", policy=default
    )

    (address,) = mail["To"].addresses
    assert address.addr_spec == "ann@uni.example"
    assert address.display_name == name


def test_the_same_file_is_encoded_once_for_many():
    file = AttachedFile("a.csv", "text/csv", b"x" * 200_000)
    from mail import mime

    before = mime._encoded.cache_info().hits
    for _ in range(3):
        assembled([], Letter("x", "t", "h"), [file], "k")
    assert mime._encoded.cache_info().hits == before + 2


def test_a_repetition_is_the_same_bytes():
    letter = Letter("x", "t", "h")

    assert assembled([], letter, [], "k") == assembled([], letter, [], "k")
    assert assembled([], letter, [], "k") != assembled([], letter, [], "other")


def test_a_long_address_is_folded_and_never_encoded():
    unsubscribe = (
        f"<mailto:reply+{'x' * 60}@results.example?subject=stop>, <https://x.example/{'y' * 80}>"
    )

    written = header("List-Unsubscribe", unsubscribe)

    assert b"=?" not in written
    assert written.replace(b"\r\n ", b" ") == f"List-Unsubscribe: {unsubscribe}\r\n".encode()
