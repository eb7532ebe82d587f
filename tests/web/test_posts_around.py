"""Posts beyond their page: feeds, links from elsewhere, files in and out."""

import io
import json
import zipfile
from html import unescape
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ouro_web.posts import drafts, publish
from ouro_web.posts.models import Post


@pytest.fixture
def make_post(place, alice):
    def make(text="Some *text*.", *, name="Notes", visibility="public", **more):
        return publish.create(place(alice, visibility), name=name, text=text, **more)

    return make


@pytest.mark.parametrize("address", ["/posts/feed", "/users/alice/feed", "/teams/lab/alloys/feed"])
def test_feeds_hold_what_everybody_may_read_even_for_its_owner(
    address, signed_in, make_post, place, alice
):
    secret = make_post(name="Canary", visibility="private")
    make_post(f"See [it](post:{secret.pk}) and [me](/posts/x/y).", name="Open & free")
    make_post(name="Canary of the lab", visibility="organization")
    drafts.start(place(alice, "public"), name="Canary draft", text="")
    answer = signed_in(alice).get(address)
    page = answer.content.decode()
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "<title>Open &amp; free</title>" in page
    assert 'href="http://127.0.0.1:8000/posts/x/y"' in unescape(page)
    assert "Canary" not in page


ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client) -> list[ElementTree.Element]:
    answer = client.get("/posts/feed")
    assert answer.status_code == 200
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    for part in ("id", "title", "updated"):
        assert root.findtext(ATOM + part), part
    return root.findall(f"{ATOM}entry")


def test_a_feed_is_well_formed_whatever_a_text_holds(client, make_post):
    odd = "\x08 \x0b \x1b[0m \ufffe ]]> <b> &nbsp; \U0001f600"
    make_post(f"# A\n\n{odd} @alice [l](/posts/)\n\n$x<y$\n\n```\n{odd}\n```", name=f"Odd {odd}")
    Post.objects.update(description="<img src=x onerror=alert(1)> a & b")
    [entry] = entries(client)
    summary = entry.find(f"{ATOM}summary")
    assert summary is not None
    assert summary.get("type") == "html"
    assert summary.text == "&lt;img src=x onerror=alert(1)&gt; a &amp; b"
    for part in ("id", "title", "updated", "published", "summary", "content", f"author/{ATOM}name"):
        assert entry.findtext(ATOM + part), part
    assert "]]> <b> &nbsp; \U0001f600" in str(entry.findtext(f"{ATOM}title"))
    assert 'href="http://127.0.0.1:8000/posts/"' in str(entry.findtext(f"{ATOM}content"))


def test_the_id_of_an_entry_outlives_the_renaming_of_its_post(client, make_post, alice):
    post = make_post()
    before = entries(client)[0]
    publish.update(post, by=alice, name="Renamed", text="Other words.")
    after = entries(client)[0]
    assert before.findtext(f"{ATOM}id") == after.findtext(f"{ATOM}id") == f"urn:uuid:{post.pk}"
    assert before.findtext(f"{ATOM}published") == after.findtext(f"{ATOM}published")
    assert str(before.findtext(f"{ATOM}updated")) <= str(after.findtext(f"{ATOM}updated"))


@pytest.mark.parametrize("page", ["/posts/", "/users/alice", "/teams/lab/alloys"])
def test_pages_lead_to_their_feeds(page, client, make_post):
    make_post()
    found = client.get(page).content.decode().split('type="application/atom+xml"')[1]
    address = found.split('href="')[1].split('"')[0]
    assert address == page.removesuffix("/") + "/feed"
    assert client.get(address)["Content-Type"].startswith("application/atom+xml")


def test_an_open_post_says_to_other_sites_what_it_is(client, make_post):
    post = make_post(description="A <short> summary.")
    page = client.get(post.get_absolute_url()).content.decode()
    assert '<meta property="og:description" content="A &lt;short&gt; summary.">' in page
    link = page.split('type="application/json+oembed"')[1].split('href="')[1].split('"')[0]
    told = client.get(link).json()
    assert (told["type"], told["title"], told["author_name"]) == ("link", "Notes", "Alice")


def test_a_summary_keeps_the_place_of_what_depends_on_the_reader(client, make_post):
    run = "{{action:0190a8b0-0000-7000-8000-000000000000#energy}}"
    fence = '```assetComponent\n{"id": "0190a8b0-0000-7000-8000-000000000000"}\n```'
    post = make_post(f"Asked by @alice, it is {run} eV, as [said](/posts/).\n\n{fence}\n\nMore.")
    page = client.get(post.get_absolute_url()).content.decode()
    assert 'content="Asked by @alice, it is … eV, as said."' in page


def test_a_closed_post_says_nothing_to_other_sites(signed_in, make_post, alice):
    post = make_post(visibility="private")
    browser = signed_in(alice)
    page = browser.get(post.get_absolute_url()).content.decode()
    assert "og:title" not in page
    address = f"http://127.0.0.1:8000{post.get_absolute_url()}"
    assert browser.get("/posts/oembed", {"url": address}).status_code == 404


@pytest.mark.parametrize("url", ["", "x", "http://evil.example/posts/alice/notes", "/posts/a/b"])
def test_oembed_knows_only_posts_of_this_site(url, client, make_post):
    make_post()
    assert client.get("/posts/oembed", {"url": url}).status_code == 404
    assert client.get("/posts/oembed", {"url": url, "format": "xml"}).status_code == 501


def test_a_thing_names_the_posts_that_speak_of_it(client, signed_in, make_post, make_file, alice):
    file = make_file(visibility="public")
    make_post(f"[data](file:{file.pk})", name="Speaking of it")
    make_post(f"[data](file:{file.pk})", name="Canary", visibility="private")
    page = client.get(file.get_absolute_url()).content.decode()
    assert "Linked from" in page
    assert "Speaking of it" in page
    assert "Canary" not in page
    assert "Canary" in signed_in(alice).get(file.get_absolute_url()).content.decode()


def bring(client, content, name="From afar.md"):
    return client.post("/posts/import", {"file": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize(
    ("content", "name", "text"),
    [
        (b"---\ntitle: 'Of front'\ntags: x\n---\n\nWords.", "Of front", "Words."),
        (b"\xef\xbb\xbf# Of heading\r\n\r\nWords.", "Of heading", "# Of heading\n\nWords."),
        (b"Words.", "From afar", "Words."),
    ],
)
def test_a_markdown_file_becomes_a_draft(content, name, text, signed_in, alice):
    answer = bring(signed_in(alice), content)
    post = Post.objects.get()
    assert answer.url == f"/posts/alice/{post.slug}/edit"
    assert (post.name, post.text, post.is_draft) == (name, text, True)


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [(b"\xff\xfe", "a.md", "UTF-8"), (b"x", "a.pdf", ".md"), (b"x" * 900_000, "a.md", "200,000")],
)
def test_what_is_no_markdown_file_is_refused_in_words(content, name, why, signed_in, alice):
    answer = bring(signed_in(alice), content, name)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not Post.objects.exists()


def test_a_post_is_exported_as_markdown_and_as_a_page(client, make_post):
    url = make_post("Some *text* at [home](/posts/).").get_absolute_url()
    answer = client.get(f"{url}/markdown")
    assert answer.content.decode() == "# Notes\n\nSome *text* at [home](/posts/)."
    assert "attachment" in answer["Content-Disposition"]
    page = client.get(f"{url}/html").content.decode()
    assert "<h1>Notes</h1>" in page
    assert "--ink" in page
    assert "@font-face" not in page
    assert 'href="http://127.0.0.1:8000/posts/"' in page


def test_a_post_is_exported_with_the_files_that_its_reader_may_have(client, make_post, make_file):
    open_file = make_file("../cell a.cif", b"data", visibility="public")
    secret = make_file("canary.cif", b"canary", visibility="private")
    post = make_post(f"![Cell](file:{open_file.pk}) and [x](file:{secret.pk})")
    answer = client.get(f"{post.get_absolute_url()}/zip")
    content = b"".join(answer.streaming_content)
    pack = zipfile.ZipFile(io.BytesIO(content))
    [listed] = json.loads(pack.read("assets.json"))
    assert pack.read(listed["path"]) == b"data"
    assert f"![Cell]({listed['path']})" in pack.read("post.md").decode()
    assert ".." not in listed["path"]
    assert not [name for name in pack.namelist() if b"canary" in pack.read(name)]


def test_a_private_post_is_exported_to_nobody_else(client, make_post):
    url = make_post(visibility="private").get_absolute_url()
    assert {client.get(f"{url}/{kind}").status_code for kind in ("markdown", "html", "zip")} == {
        404
    }
