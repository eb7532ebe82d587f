import asyncio
import gzip
import io
import json
import socket
import threading
import zlib
from contextlib import suppress
from pathlib import Path

import pytest

from ouro_web.lib import guard, upstream
from ouro_web.lib.upstream import Client, Limits, Request, UpstreamError
from tests.raw_server import answering, raw_server, reset, response, wait_until_closed

CASES = Path(__file__).parents[3] / "shared" / "cases" / "ssrf_urls.json"
LOOPBACK = guard.Policy.allowing(["127.0.0.1"])
QUICK = Limits(connect=2, read=0.3, total=2, body=100_000)


def send(url, *, method="GET", headers=(), body=b"", limits=QUICK, policy=LOOPBACK, lookup=None):
    async def run():
        async with Client(policy, lookup=lookup) as client:
            return await client.send(Request(method, url, headers, body), limits)

    return asyncio.run(run())


def fetch(url, *, headers=(), limits=QUICK, policy=LOOPBACK):
    into = io.BytesIO()
    fetched = upstream.fetch_now(url, into, policy=policy, limits=limits, headers=headers)
    return fetched, into.getvalue()


def failure(behaviour, **kwargs):
    with raw_server(behaviour) as server, pytest.raises(UpstreamError) as caught:
        send(server.url(), **kwargs)
    return caught.value


def names(mapping):
    async def lookup(host):
        return mapping[host]

    return lookup


def test_a_request_arrives_as_it_was_written():
    with raw_server(answering(response(b'{"ok":1}', headers="X-Answer: yes\r\n"))) as server:
        answer = send(
            server.url("/a%2Fb/../c?q=1%202&r=a+b"),
            method="POST",
            headers=(("Content-Type", "application/json"), ("ouro-action-id", "7")),
            body=b"{}",
        )
    assert (answer.status, answer.body, answer.header("x-answer")) == (200, b'{"ok":1}', "yes")
    seen = server.seen[0]
    assert seen.line == "POST /a%2Fb/../c?q=1%202&r=a+b HTTP/1.1"
    assert seen.body == b"{}"
    assert seen.headers["ouro-action-id"] == "7"
    assert seen.headers["host"] == f"127.0.0.1:{server.port}"
    assert seen.headers["accept-encoding"] == "identity"
    assert "cookie" not in seen.headers


def test_each_request_has_a_connection_of_its_own_and_cookies_are_forgotten():
    connections = []

    def behaviour(_, connection):
        connections.append(connection.getpeername())
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n"
            b"Connection: keep-alive\r\n\r\n"
        )

    async def run(url):
        async with Client(LOOPBACK) as client:
            for _ in range(3):
                await client.send(Request("GET", url), QUICK)

    with raw_server(behaviour) as server:
        asyncio.run(run(server.url()))
    assert len(set(connections)) == 3
    assert all("cookie" not in seen.headers for seen in server.seen)


def test_a_redirect_of_a_run_is_its_answer():
    behaviour = answering(response(b"", status="302 Found", headers="Location: /other\r\n"))
    with raw_server(behaviour) as server:
        assert send(server.url()).status == 302
    assert len(server.seen) == 1


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with raw_server(answering(response(b"direct"))) as server:
        assert send(server.url()).body == b"direct"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "b\r\nHost: evil"),
        ("X-A", "b\nc"),
        ("X-A", "b\0"),
        ("X-A", "€"),
        ("X A", "b"),
        ("X-A\r\nB", "b"),
        ("", "b"),
        ("Host", "evil"),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
    ],
)
def test_headers_cannot_smuggle(name, value):
    with raw_server(answering(response(b""))) as server, pytest.raises(UpstreamError) as caught:
        send(server.url(), headers=((name, value),))
    assert caught.value.code == "header_invalid"
    assert not caught.value.sent
    assert server.seen == []


# What goes wrong, and what is said about it.


def test_a_refused_connection_was_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(UpstreamError, match="refused the connection") as caught:
        send(f"http://127.0.0.1:{port}/", method="POST")
    assert (caught.value.code, caught.value.sent, caught.value.retryable) == (
        "connection_refused",
        False,
        True,
    )


def test_a_name_that_does_not_exist_was_not_sent():
    with pytest.raises(UpstreamError, match="was not found") as caught:
        send("http://nowhere.example/", lookup=names({"nowhere.example": []}))
    assert not caught.value.sent


def test_an_answer_that_never_comes_ends_at_the_deadline():
    error = failure(lambda _, c: wait_until_closed(c), limits=Limits(total=0.3))
    assert (error.code, error.sent) == ("time_limit", True)
    assert error.message == "The call was not finished within 0.3 seconds."


def test_a_reset_after_the_request_may_have_been_executed():
    error = failure(lambda _, c: reset(c), method="POST")
    assert (error.code, error.sent) == ("connection_lost", True)


def test_a_close_without_an_answer_may_have_been_executed():
    assert failure(lambda _, c: c.close()).code == "connection_lost"


def test_a_reset_in_the_middle_of_the_body_is_a_lost_connection():
    def behaviour(_, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        reset(connection)

    assert failure(behaviour).code == "connection_lost"


def test_a_body_shorter_than_announced_is_a_lost_connection():
    behaviour = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort")
    error = failure(behaviour)
    assert error.message == "The connection was lost before the answer was complete."


def test_a_body_longer_than_announced_is_not_believed():
    behaviour = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}GET / HTTP/1.1")
    error = failure(behaviour)
    assert (error.code, error.sent) == ("answer_invalid", True)


def drip(interval):
    def behaviour(_, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        pause = threading.Event()
        while not pause.wait(interval):
            connection.sendall(b".")

    return behaviour


def test_a_dripping_answer_ends_at_the_deadline():
    error = failure(drip(0.05), limits=Limits(read=5, total=0.5))
    assert error.code == "time_limit"


def test_a_stalled_answer_ends_after_the_longest_silence():
    error = failure(drip(10), limits=Limits(read=0.2, total=5))
    assert error.message == "The answer stopped arriving for 0.2 seconds."


def test_an_endless_answer_ends_at_the_size_limit():
    def behaviour(_, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    error = failure(behaviour)
    assert (error.code, error.message) == (
        "answer_too_large",
        "The answer is larger than 100,000 bytes.",
    )


def test_endless_headers_end():
    def behaviour(_, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")

    assert failure(behaviour).code in ("answer_invalid", "connection_lost")


def test_a_flood_of_preliminary_answers_ends_at_the_deadline():
    def behaviour(_, connection):
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    assert failure(behaviour, limits=Limits(total=0.3)).code in ("time_limit", "answer_invalid")


def test_something_else_than_http_is_said_to_be_so():
    error = failure(answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))
    assert error.message == "The service answered with something that is not valid HTTP."


def test_a_service_without_tls_is_said_to_be_so():
    with (
        raw_server(answering(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server,
        pytest.raises(UpstreamError, match="secure connection") as caught,
    ):
        send(server.url().replace("http:", "https:"))
    assert not caught.value.sent


def packed(data, encoding):
    return answering(response(data, headers=f"Content-Encoding: {encoding}\r\n"))


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)]
)
def test_an_encoding_that_was_not_asked_for_is_unpacked_all_the_same(encoding, pack):
    data = pack(b"hello")
    with raw_server(packed(data, encoding)) as server:
        assert send(server.url()).body == b"hello"


def test_a_gzip_bomb_ends_at_the_size_limit():
    error = failure(packed(gzip.compress(b"\0" * 20_000_000), "gzip"))
    assert error.code == "answer_too_large"


def test_damaged_and_unfinished_gzip_are_told_apart():
    assert "damaged" in failure(packed(b"not gzip at all", "gzip")).message
    assert "incomplete" in failure(packed(gzip.compress(b"x" * 999)[:-9], "gzip")).message


def test_an_unknown_encoding_is_named():
    assert "“br”" in failure(packed(b"1234", "br")).message


# Addresses.


def test_a_private_address_is_refused_before_any_connection():
    with (
        raw_server(answering(response(b""))) as server,
        pytest.raises(UpstreamError, match="private network") as caught,
    ):
        send(server.url(), policy=guard.Policy())
    assert (caught.value.code, caught.value.sent) == ("address_refused", False)
    assert server.seen == []


def test_a_name_that_leads_into_a_private_network_is_refused_without_naming_the_address():
    with raw_server(answering(response(b""))) as server, pytest.raises(UpstreamError) as caught:
        send(
            f"http://inside.example:{server.port}/",
            policy=guard.Policy(),
            lookup=names({"inside.example": ["127.0.0.1"]}),
        )
    assert "127" not in caught.value.message
    assert server.seen == []


def test_one_private_address_among_public_ones_refuses_them_all():
    lookup = names({"both.example": ["93.184.216.34", "10.0.0.1"]})
    with pytest.raises(UpstreamError, match="private network"):
        send("http://both.example/", lookup=lookup)


def test_the_address_that_was_checked_is_the_one_connected_to():
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    async def rebinding(_):
        return answers.pop(0)

    policy = guard.Policy.allowing(["127.0.0.1"])
    with raw_server(answering(response(b"first"))) as server:
        assert send(f"http://r.example:{server.port}/", policy=policy, lookup=rebinding).body
        with pytest.raises(UpstreamError, match="private network"):
            send(f"http://r.example:{server.port}/", policy=policy, lookup=rebinding)
    assert server.seen[0].headers["host"] == f"r.example:{server.port}"


def sequences():
    if not CASES.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{CASES} is absent"))]
    listed = json.loads(CASES.read_text())["sequences"]
    return [pytest.param(case, id=case["id"]) for case in listed if "redirects" in case]


@pytest.mark.parametrize("case", sequences())
def test_a_redirect_does_not_lead_where_the_address_itself_may_not(case):
    location = case["redirects"][0]["location"]
    with raw_server(
        answering(response(b"", status="302 Found", headers=f"Location: {location}\r\n"))
    ) as server:
        inner = guard.Policy.allowing([f"127.0.0.1:{server.port}"])
        with pytest.raises(UpstreamError) as caught:
            fetch(server.url("/r"), policy=inner)
    assert caught.value.code in ("address_refused", "address_invalid", "name_not_found")
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "path", ["//127.0.0.1/x", "/..\\x", "/%2e%2e/%2e%2e/", "/a?x=1#@10.0.0.1", "/ü/€"]
)
def test_a_path_never_changes_the_host(path):
    with raw_server(answering(response(b"ok"))) as server, suppress(UpstreamError):
        send(server.url(path))
    assert all(seen.headers["host"] == f"127.0.0.1:{server.port}" for seen in server.seen)


# Downloads.


def redirecting(location, *, final=b"content"):
    def behaviour(seen, connection):
        if seen.path.startswith("/final"):
            connection.sendall(response(final, headers="Content-Type: text/csv; charset=x\r\n"))
        else:
            head = f"Location: {location}\r\n"
            connection.sendall(response(b"", status="307 Temporary Redirect", headers=head))

    return behaviour


def test_a_download_follows_redirects_on_its_host_with_its_headers():
    with raw_server(redirecting("/final.csv")) as server:
        fetched, content = fetch(server.url("/start"), headers=(("Authorization", "secret"),))
    assert content == b"content"
    assert (fetched.url, fetched.media_type, fetched.size) == (
        server.url("/final.csv"),
        "text/csv",
        7,
    )
    assert [seen.headers["authorization"] for seen in server.seen] == ["secret", "secret"]


def test_credentials_are_dropped_when_the_host_changes():
    with (
        raw_server(answering(response(b"content"))) as second,
        raw_server(redirecting(second.url("/x"))) as first,
    ):
        fetch(first.url("/start"), headers=(("Authorization", "s"), ("ouro-action-id", "7")))
    assert first.seen[0].headers["authorization"] == "s"
    assert "authorization" not in second.seen[0].headers
    assert "ouro-action-id" not in second.seen[0].headers


def test_a_redirect_loop_ends_after_five():
    with (
        raw_server(redirecting("/again")) as server,
        pytest.raises(UpstreamError, match="more than five times"),
    ):
        fetch(server.url("/start"))
    assert len(server.seen) == 6


def test_a_redirect_to_nowhere_is_said_to_be_so():
    with (
        raw_server(answering(response(b"", status="302 Found"))) as server,
        pytest.raises(UpstreamError, match="without saying where"),
    ):
        fetch(server.url())


def test_https_is_not_left_for_http():
    with pytest.raises(UpstreamError, match="from https to http"):
        upstream._onward("https://example.com/a", "http://example.com/b", guard.Policy())


def test_a_missing_download_is_said_to_be_missing():
    with (
        raw_server(answering(response(b"", status="404 Not Found"))) as server,
        pytest.raises(UpstreamError, match="answered with status 404") as caught,
    ):
        fetch(server.url())
    assert (caught.value.code, caught.value.retryable) == ("status_404", False)


def test_a_download_ends_at_the_size_limit():
    with (
        raw_server(answering(response(b"x" * 200_000))) as server,
        pytest.raises(UpstreamError, match="larger than"),
    ):
        fetch(server.url())


def test_a_failing_disk_is_not_blamed_on_the_service():
    class Full(io.RawIOBase):
        def write(self, _):
            raise OSError(28, "No space left on device")

    with raw_server(answering(response(b"content"))) as server, pytest.raises(OSError, match="28"):
        upstream.fetch_now(server.url(), Full(), policy=LOOPBACK, limits=QUICK)


def test_three_hundred_calls_are_in_flight_at_once():
    everyone = threading.Barrier(300, timeout=120)

    def behaviour(_, connection):
        everyone.wait()
        connection.sendall(response(b"ok"))

    async def run(url):
        async with Client(LOOPBACK) as client:
            calls = [client.send(Request("POST", url), Limits(total=150)) for _ in range(300)]
            return await asyncio.gather(*calls)

    with raw_server(behaviour) as server:
        answers = asyncio.run(run(server.url()))
    assert {answer.status for answer in answers} == {200}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
def test_nothing_is_sent_twice_by_itself(method):
    with (
        raw_server(lambda _, c: reset(c)) as server,
        pytest.raises(UpstreamError),
    ):
        send(server.url(), method=method)
    assert len(server.seen) == 1
