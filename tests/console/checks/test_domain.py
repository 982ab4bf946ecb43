import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from console.checks.domain import records
from console.checks.finding import Standing
from core.settings import Settings
from tests.servers.names import NameServer


@pytest.fixture
def names():
    with NameServer() as server:
        yield server


def standings(names, **settings):
    wanted = Settings(
        **{"mail_domain": "results.uni.edu", "dns_resolver": names.address, "smtp_listen": ""}
        | settings
    )
    return {one.check: one for one in records(wanted)}


def test_a_domain_with_everything_is_well(names):
    names.records = {
        ("results.uni.edu", "TXT"): ['"other"', '"v=spf1 include:relay.edu " "-all"'],
        ("results.uni.edu", "MX"): ["10 mx.uni.edu."],
        ("_dmarc.uni.edu", "TXT"): ['"v=DMARC1; p=reject"'],
    }
    found = standings(names, smtp_listen="0.0.0.0:25")

    assert {one: found[one].standing.name for one in ("spf", "dmarc", "mx")} == {
        "spf": "OK",
        "dmarc": "OK",
        "mx": "OK",
    }
    assert "include:relay.edu -all" in found["spf"].said


def test_a_domain_with_nothing_is_told_what_to_publish(names):
    found = standings(names, smtp_listen="0.0.0.0:25")

    assert found["spf"].standing is Standing.FAILURE
    assert "v=spf1" in found["spf"].remedy
    assert found["dmarc"].standing is Standing.WARNING
    assert "_dmarc.results.uni.edu" in found["dmarc"].remedy
    assert found["mx"].standing is Standing.FAILURE


def test_two_spf_records_count_as_none(names):
    names.records = {("results.uni.edu", "TXT"): ['"v=spf1 -all"', '"v=spf1 mx -all"']}

    assert standings(names)["spf"].standing is Standing.FAILURE


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_the_published_key_must_be_the_one_that_we_sign_with(names, tmp_path, kind):
    key = tmp_path / "key.pem"
    private = (
        rsa.generate_private_key(65537, 2048)
        if kind == "rsa"
        else ed25519.Ed25519PrivateKey.generate()
    )
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings = {"dkim_key": key, "dkim_selector": "s1"}

    lacking = standings(names, **settings)["dkim"]
    assert lacking.standing is Standing.FAILURE
    published = lacking.remedy.partition('"')[2].partition('"')[0]
    where = ("s1._domainkey.results.uni.edu", "TXT")
    cut = len(published) // 2
    names.records = {where: [f'"{published[:cut]}" "{published[cut:]}"']}
    assert standings(names, **settings)["dkim"].standing is Standing.OK

    names.records = {where: ['"v=DKIM1; p=AAAA"']}
    assert "another key" in standings(names, **settings)["dkim"].said


def test_name_servers_that_fail_are_not_taken_for_missing_records(names):
    names.fails = True

    found = standings(names)

    assert list(found) == ["dns"]
    assert found["dns"].standing is Standing.FAILURE


@pytest.mark.parametrize("domain", ["results.localhost", "results.uni.example", "desk.test"])
def test_a_domain_that_is_not_public_is_not_looked_up(names, domain):
    assert standings(names, mail_domain=domain)["dns"].standing is Standing.OFF
