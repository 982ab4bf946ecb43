import subprocess

import pytest

from tests.mail.house import RESULTS, body
from tests.mail.test_smtp import a_certificate
from tests.mail_programs.programs import program

REJECTED = 24
"""swaks' own exit code for a recipient that was refused."""

NUMBERS = "trfNumber\n25GB000595ZOLJS03G\n25GB000596ZOLJS03G\n"


@pytest.fixture
def swaks(house):
    """Sends to the house; its options are in swaks(1)."""
    return lambda *options: swaks_to(house, *options)


def swaks_to(house, *options, by="smtp"):
    command = [program("swaks"), "--server", "127.0.0.1", "--port", str(house.part.ports[by])]
    command += ["--from", "ann@uni.example", "--timeout", "10"]
    return subprocess.run(
        [*command, *options], check=False, capture_output=True, text=True, timeout=60
    )


def test_a_command_to_a_reply_address_is_answered(house, swaks, ann):
    ours = house.mail_to(ann)
    sent = swaks("--to", ours["Reply-To"], "--body", "results")

    assert sent.returncode == 0, sent.stdout
    (answer,) = house.answers()
    assert "1 new result can be downloaded" in body(answer)


def test_an_attached_list_of_numbers_is_verified(house, swaks, ann, tmp_path):
    ours = house.mail_to(ann)
    (tmp_path / "numbers.csv").write_text(NUMBERS)
    attached = ["--attach-type", "text/csv", "--attach", f"@{tmp_path / 'numbers.csv'}"]
    sent = swaks("--to", ours["Reply-To"], "--body", "Please see the list.", *attached)

    assert sent.returncode == 0, sent.stdout
    (answer,) = house.answers()
    assert "25GB000595ZOLJS03G" in body(answer)
    assert "25GB000596ZOLJS03G" in body(answer)


def test_a_copy_of_a_form_becomes_an_enquiry(house, swaks, ann, tmp_path):
    ours = house.mail_to(ann)
    (tmp_path / "form.pdf").write_bytes(b"%PDF-1.4\n% a copy of a form\n")
    attached = ["--attach-type", "application/pdf", "--attach", f"@{tmp_path / 'form.pdf'}"]
    swaks("--to", ours["Reply-To"], "--body", "report 25GB000595ZOLJS03G", *attached)

    (answer,) = house.answers()
    assert "Enquiry 1 about 25GB000595ZOLJS03G is open, with the copy you sent." in body(answer)


def test_a_recipient_that_is_not_ours_is_refused(house, swaks):
    sent = swaks("--to", "nobody@results.localhost")

    assert sent.returncode == REJECTED, sent.stdout
    assert "550 5.1.1" in sent.stdout
    assert house.incoming() == []


@pytest.mark.parametrize("options", [["--pipeline"], ["--ehlo", "a.example"]], ids=" ".join)
def test_mail_comes_in_however_it_is_spoken(house, swaks, options):
    assert swaks("--to", RESULTS, *options).returncode == 0
    assert len(house.incoming()) == 1


def test_mail_comes_in_by_lmtp(house, ann):
    assert swaks_to(house, "--to", RESULTS, "--protocol", "LMTP", by="lmtp").returncode == 0
    (row,) = house.incoming()
    assert row.came_by == "lmtp"


def test_mail_comes_in_over_starttls_that_can_be_verified(make_house, tmp_path):
    certificate = a_certificate(tmp_path)
    house = make_house(smtp_certificate=certificate)
    trusting = ["--tls", "--tls-verify", "--tls-ca-path", str(certificate)]
    sent = swaks_to(house, "--to", RESULTS, *trusting)

    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert "TLS started with cipher TLSv1.3" in sent.stdout
    assert len(house.incoming()) == 1


def test_without_a_certificate_no_tls_is_offered(house, swaks):
    sent = swaks("--to", RESULTS, "--tls")

    assert sent.returncode != 0
    assert "STARTTLS" not in sent.stdout.replace("-> STARTTLS", "")
    assert house.incoming() == []


def test_it_offers_no_way_to_log_in(house, swaks):
    sent = swaks("--to", RESULTS, "--auth", "PLAIN", "--auth-user", "a", "--auth-password", "b")

    assert sent.returncode != 0
    assert house.incoming() == []
