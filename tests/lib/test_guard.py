import ipaddress
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ouro_web.lib import guard

CASES = Path(__file__).parents[3] / "shared" / "cases" / "ssrf_urls.json"
NOTHING = guard.Policy()


def cases(kind):
    if not CASES.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{CASES} is absent"))]
    return [pytest.param(case, id=case["id"]) for case in json.loads(CASES.read_text())[kind]]


def judge(case, policy=NOTHING):
    target = guard.check_url(case["url"], policy)
    if target.address is None:
        answers = case.get("dns", {}).get(target.host)
        if not answers:
            raise guard.AddressError("name_not_found", "It was not found.")
        for text in answers:
            guard.check_address(
                ipaddress.ip_address(text), host=target.host, port=target.port, policy=policy
            )
    return target


@pytest.mark.parametrize("case", cases("refuse"))
def test_dangerous_addresses_are_refused(case):
    with pytest.raises(guard.AddressError) as refusal:
        judge(case)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("case", cases("allow"))
def test_public_addresses_are_allowed(case):
    judge(case)


@pytest.mark.parametrize(
    "url",
    [
        "http://0x7f000001/",
        "http://127.1/",
        "http://0/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127.0.0.1./",
        "http://localhost%00.example.com/",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://example.com:99999/",
        "http://example.com:0/",
        "http://example.com:6379/",
        "http://example.com\\@127.0.0.1/",
        "http://[fe80::1%25eth0]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[2002:7f00:1::]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[ff02::1]/",
        "http://224.0.0.1/",
        "http://100.64.0.1/",
        "http://198.18.0.1/",
        "gopher://example.com/",
        "//example.com/",
        "http:///path",
        "http://-bad-.example/",
        "http://a..b/",
        " http://example.com/",
        "http://example.com/\r\nHost: x",
        "http://" + "a" * 9000,
    ],
)
def test_more_spellings_are_refused(url):
    with pytest.raises(guard.AddressError):
        judge({"url": url})


@given(st.ip_addresses())
def test_an_address_that_is_not_global_is_never_called(address):
    if address.is_global and guard.is_public(address):
        return
    with pytest.raises(guard.AddressError):
        guard.check_address(address, host="host", port=80, policy=NOTHING)


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("127.0.0.1:8140", "http://127.0.0.1:8140/openapi.json"),
        ("10.0.0.0/8", "http://10.1.2.3/"),
        ("10.0.0.0/8", "http://10.1.2.3:5432/"),
        ("[::1]:8000", "http://[::1]:8000/"),
        ("::1", "http://[::1]:8000/"),
        ("10.0.0.0/8", "http://[::ffff:10.0.0.1]/"),
    ],
)
def test_a_listed_private_place_is_allowed(entry, url):
    guard.check_url(url, guard.Policy.allowing([entry]))


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("127.0.0.1:8140", "http://127.0.0.1:8141/"),
        ("10.0.0.0/8", "http://192.168.0.1/"),
        ("169.254.0.0/16", "http://169.254.169.254/"),
        ("0.0.0.0/0", "http://169.254.169.254/"),
        ("0.0.0.0/0", "http://0.0.0.0/"),
        ("::/0", "http://[fd00:ec2::254]/"),
    ],
)
def test_a_list_opens_only_what_it_names_and_metadata_never(entry, url):
    with pytest.raises(guard.AddressError):
        guard.check_url(url, guard.Policy.allowing([entry]))


def test_a_listed_name_may_lead_into_a_private_network():
    policy = guard.Policy.allowing(["Materials.internal:8000", ""])
    address = ipaddress.ip_address("172.17.0.2")
    guard.check_address(address, host="materials.internal", port=8000, policy=policy)
    with pytest.raises(guard.AddressError):
        guard.check_address(address, host="materials.internal", port=8001, policy=policy)


@pytest.mark.parametrize("entry", ["http://x", "a b", "host:port", "10.0.0.1/99", "*"])
def test_an_entry_that_means_nothing_is_an_error(entry):
    with pytest.raises(ValueError, match=r".+"):
        guard.Policy.allowing([entry])
