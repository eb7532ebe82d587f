"""Posts as pages: reading, embeds for this reader only, writing, the check before publishing."""

import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ouro_web.actions.models import Action, ActionAsset, ActionLog
from ouro_web.assets.models import Asset
from ouro_web.datasets import tables
from ouro_web.lib.markdown import render
from ouro_web.posts import drafts, publish
from ouro_web.posts.models import Post
from ouro_web.web import embeds

NOTICE = "Not available to you"


def fence(asset, *, kind="", mode="preview", action=None) -> str:
    block = {"id": str(asset.pk), "assetType": kind or asset.asset_type, "viewMode": mode}
    if action:
        block["displayConfig"] = {"actionId": str(action.pk)}
    return f"```assetComponent\n{json.dumps(block)}\n```\n\n"


@pytest.fixture
def make_post(place, alice):
    def make(text: str = "Some text.", *, name="Notes", visibility="public", owner=None):
        return publish.create(place(owner or alice, visibility), name=name, text=text)

    return make


@pytest.fixture
def make_dataset(place, alice):
    def make(name="Energies", visibility="public"):
        rows: list[dict[str, object]] = [
            {"element": "Cu", "energy": -3.5},
            {"element": "Ni", "energy": None},
        ]
        return tables.create(place(alice, visibility), name=name, rows=rows)

    return make


@pytest.fixture
def make_run(make_route, alice, make_post):
    """A finished run of alice's, with an output and a log."""

    def make(*, route=None, visibility="private", output_visibility="public"):
        route = route or make_route()
        action = Action.objects.create(
            user=alice, route=route, route_name=route.name, visibility=visibility,
            status="success", organization=route.organization, team=route.team,
            output_visibility="private", response={"energy": -5.3128, "list": [1]},
            call={"body": {"fmax": 0.02}, "content_type": "application/json"},
        )  # fmt: skip
        output = make_post(name="Relaxed report", visibility=output_visibility)
        ActionAsset.objects.create(
            action=action, direction="out", name="report", asset=output, asset_type="post",
            asset_name=output.name, is_primary=True,
        )  # fmt: skip
        ActionLog.objects.create(action=action, source="service", message="step 38 of 38")
        return action

    return make


def page(client, post) -> str:
    answer = client.get(post.get_absolute_url())
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_reader_sees_the_article(client, make_post):
    body = page(client, make_post("## Method\n\nText with $x^2$."))
    assert '<h2 id="md-method">' in body
    assert "<msup>" in body
    assert 'class="prose" hx-disable' in body


def test_a_post_without_embeds_takes_few_queries(
    client, signed_in, make_post, alice, django_assert_max_num_queries
):
    url = make_post("## Method\n\nText.").get_absolute_url()
    with django_assert_max_num_queries(7):
        client.get(url)
    browser = signed_in(alice)
    with django_assert_max_num_queries(13):
        browser.get(url)


def test_a_long_post_has_a_table_of_contents(client, make_post):
    assert 'href="#md-d"' in page(client, make_post("\n\n".join(f"## {w}" for w in "abcd")))


def test_a_private_post_is_not_found_for_others(client, signed_in, make_post, carol):
    post = make_post(visibility="private")
    assert client.get(post.get_absolute_url()).status_code == 404
    assert signed_in(carol).get(post.get_absolute_url()).status_code == 404
    assert signed_in(carol).get(f"/posts/{post.pk}").status_code == 404


def test_a_post_for_sale_can_be_talked_about_by_those_who_cannot_open_it(
    client, signed_in, make_post, carol
):
    post = make_post("Canary text.", visibility="monetized")
    assert "Sign in</a> to comment" in page(client, post)
    browser = signed_in(carol)
    body = page(browser, post)
    assert "takes no money" in body
    assert "Canary" not in body
    assert f'data-copy-link="{post.get_absolute_url()}"' in body
    browser.post(f"/comments/on/{post.pk}", {"text": "What does it *cost*?"})
    assert "<em>cost</em>" in page(browser, post)


def test_the_address_by_id_leads_to_the_post(client, make_post):
    post = make_post()
    assert client.get(f"/posts/{post.pk}").url == post.get_absolute_url()


def test_the_list_shows_no_drafts(client, make_post, place, alice):
    make_post(name="Finished")
    drafts.start(place(alice, "public"), name="Half done", text="")
    body = client.get("/posts/").content.decode()
    assert "Finished" in body
    assert "Half done" not in body


def test_her_own_drafts_are_in_her_list(signed_in, place, alice):
    drafts.start(place(alice, "public"), name="Half done", text="")
    assert "Half done" in signed_in(alice).get("/posts/?mine=1").content.decode()


def test_the_list_takes_the_same_queries_however_long(
    client, make_post, django_assert_max_num_queries
):
    for number in range(6):
        make_post(name=f"Post {number}")
    with django_assert_max_num_queries(3):
        client.get("/posts/")


def test_a_dataset_is_embedded_with_its_first_rows(client, make_post, make_dataset):
    body = page(client, make_post(fence(make_dataset())))
    assert '<td class="mono r">-3.5</td>' in body
    assert '<span class="nul">null</span>' in body


def test_a_pinned_run_is_shown_with_inputs_outputs_and_log(client, make_post, make_run):
    run = make_run(visibility="route")
    body = page(client, make_post(fence(run.route, kind="route", action=run)))
    for words in ("Relax structure", "Success", "0.02", "-5.3128", "Relaxed report", "step 38"):
        assert words in body
    assert run.get_absolute_url() in body


def test_a_run_that_is_not_shared_is_a_note_on_the_route(client, make_post, make_run):
    run = make_run()
    body = page(client, make_post(fence(run.route, kind="route", action=run)))
    assert "not shared with you" in body
    for words in ("-5.3128", "step 38", "Relaxed report", "Success"):
        assert words not in body


def test_a_run_cannot_be_pinned_to_another_route(client, make_post, make_run, make_route):
    run = make_run(visibility="route")
    other = make_route("Other route", service=run.route.service, path="/other")
    assert "-5.3128" not in page(client, make_post(fence(other, kind="route", action=run)))


def test_an_output_the_reader_may_not_see_has_no_name(client, make_post, make_run):
    run = make_run(visibility="route", output_visibility="private")
    body = page(client, make_post(fence(run.route, kind="route", action=run)))
    assert "Relaxed report" not in body
    assert "not shared with you" in body


def test_a_private_deleted_and_unknown_embed_look_the_same(alice, carol, make_post):
    secret = make_post(name="Canary", visibility="private")
    gone = make_post(name="Gone")
    gone_fence = fence(gone)
    unknown = gone_fence.replace(str(gone.pk), "0193a7d1-88c2-7b1e-9f60-41d7c2a5e310")
    gone.asset.delete()
    texts = (fence(secret), gone_fence, unknown)
    shown = {re.sub("[0-9a-f-]{36}", "", embeds.fill(render(t), carol)) for t in texts}
    assert len(shown) == 1
    assert NOTICE in shown.pop()
    assert "Canary" in embeds.fill(render(fence(secret)), alice)


@pytest.mark.parametrize(
    "text", ["[words](post:{pk})", "[](post:{pk})", "{{asset:{pk}}}", "![](file:{pk})"]
)
def test_a_private_asset_leaks_nothing_through_links(make_asset, carol, text):
    secret = make_asset("Canary", visibility="private")
    html = embeds.fill(render(text.format(pk=secret.pk)), carol)
    assert "Canary" not in html
    assert "/posts/" not in html


def test_links_mentions_and_runs_lead_to_their_pages(alice, bob, make_asset, make_run):
    data, run = make_asset("Data"), make_run()
    text = f"[here](post:{data.pk}) [run](action:{run.pk}) [](asset:{data.pk}) @bob @nobody"
    html = embeds.fill(render(text), alice)
    assert f'<a class="ref t-post" href="{data.get_absolute_url()}">here</a>' in html
    assert (
        f'<a class="ref t-action" href="/actions/{run.pk}" title="Relax structure: success' in html
    )
    assert ">Data</a>" in html
    assert '<a class="mention" href="/users/bob"' in html
    assert "@nobody" in html


def test_filling_takes_the_same_queries_however_many_embeds(
    make_asset, make_run, django_assert_num_queries
):
    runs = [make_run(visibility="route") for _ in range(4)]
    pieces = [
        fence(run.route, kind="route", action=run) + f"[x](post:{make_asset('A').pk}) @alice\n\n"
        for run in runs
    ]
    with django_assert_num_queries(queries_for(pieces[:2])):
        embeds.fill(render("".join(pieces)), AnonymousUser())


def queries_for(pieces) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        embeds.fill(render("".join(pieces)), AnonymousUser())
    return len(captured)


def test_hostile_text_stays_text_on_the_page(client, make_post):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1))"
    body = page(client, make_post(hostile, name="<b>Name</b>"))
    assert "<script>alert" not in body
    assert "<img" not in body
    assert 'href="javascript' not in body
    assert "<b>Name" not in body


def test_writing_starts_a_draft(signed_in, alice):
    answer = signed_in(alice).post("/posts/new", {"name": "Mine", "text": "Hello", "do": "save"})
    post = Post.objects.get()
    assert answer.url == f"/posts/alice/{post.slug}/edit"
    assert (post.state, post.text, post.visibility) == ("draft", "Hello", "private")


@pytest.fixture
def in_lab(signed_in, alice, lab):
    """Alice's browser, with her lab chosen in the header."""
    browser = signed_in(alice)
    browser.post("/context", {"organization": str(lab.pk)})
    return browser


def test_a_team_of_programs_is_passed_over_where_nobody_chooses(in_lab, lab, alloys):
    lab.teams.exclude(pk=alloys.pk).update(source_policy="api_only")
    in_lab.post("/posts/new", {"name": "Mine", "text": "Hello", "do": "save"})
    assert Post.objects.get().team == alloys


def test_pages_start_no_post_where_all_is_made_by_programs(in_lab, lab):
    type(lab).objects.filter(pk=lab.pk).update(source_policy="api_only")
    answer = in_lab.post("/posts/new", {"name": "Mine", "text": "Hello", "do": "save"})
    assert "made by programs only" in answer.content.decode()
    assert "Hello" in answer.content.decode()
    file = SimpleUploadedFile("a.txt", b"words")
    assert in_lab.post("/posts/aids/upload", {"file": file}).status_code == 422
    for kind in ("files", "datasets", "services"):
        assert in_lab.get(f"/{kind}/new").status_code == 200
    assert not Asset.objects.exists()


def test_a_draft_is_saved_by_itself(signed_in, alice, place):
    post = drafts.start(place(alice), name="Draft", text="One")
    url = reverse("posts:edit", args=[post.namespace, post.slug])
    answer = signed_in(alice).post(url, {"name": "Draft", "text": "Two", "do": "autosave"})
    assert answer.json()["url"] == url
    assert Post.objects.get().text == "Two"


def test_two_writers_do_not_overwrite_each_other_unknowingly(signed_in, alice, place):
    post = drafts.start(place(alice), name="Draft", text="One")
    url = reverse("posts:edit", args=[post.namespace, post.slug])
    began = drafts.stamp(post)
    drafts.save(post, name="Draft", text="Theirs")
    mine = {"name": "Draft", "text": "Mine", "seen": began}
    assert signed_in(alice).post(url, {**mine, "do": "autosave"}).status_code == 422
    refused = signed_in(alice).post(url, {**mine, "do": "save"})
    assert refused.status_code == 422
    assert "changed elsewhere" in refused.content.decode()
    assert ">\nMine</textarea>" in refused.content.decode()
    assert Post.objects.get().text == "Theirs"
    again = refused.context["form"]["seen"].value()
    assert signed_in(alice).post(url, {**mine, "seen": again, "do": "save"}).status_code == 302
    assert Post.objects.get().text == "Mine"


def test_saving_what_was_not_changed_leaves_no_draft(signed_in, make_post, alice):
    """Browsers send every line of a text with \\r\\n."""
    post = make_post("One.\n\nTwo.")
    given = {"name": post.name, "text": "One.\r\n\r\nTwo.", "do": "save"}
    assert signed_in(alice).post(f"{post.get_absolute_url()}/edit", given).status_code == 302
    assert not Post.objects.get().has_changes


def test_the_preview_works_without_script_and_saves_nothing(signed_in, alice):
    answer = signed_in(alice).post("/posts/new", {"name": "A", "text": "*b*", "do": "preview"})
    assert "<em>b</em>" in answer.content.decode()
    assert not Post.objects.exists()


def test_the_live_preview_is_the_same_part(signed_in, alice):
    answer = signed_in(alice).post("/posts/preview", {"name": "A", "text": "*b*"})
    assert answer.content.decode().startswith('<section class="pane preview" id="preview"')


def test_a_text_that_is_too_long_comes_back_with_the_words(signed_in, alice):
    text = "word " * 41_000
    answer = signed_in(alice).post("/posts/new", {"name": "A", "text": text, "do": "save"})
    assert answer.status_code == 422
    assert "at most 200,000 fit" in answer.content.decode()
    assert "word word" in answer.content.decode()
    assert not Post.objects.exists()


def test_readers_may_not_write(signed_in, make_post, carol):
    url = make_post().get_absolute_url()
    for end in ("/edit", "/publish"):
        assert signed_in(carol).get(url + end).status_code == 403
    assert signed_in(carol).post(url + "/edit", {"text": "x"}).status_code == 403


def test_publishing_shows_who_sees_each_embed(signed_in, place, alice, make_dataset, make_run):
    run = make_run()
    text = fence(make_dataset("Hidden data", "private")) + fence(
        run.route, kind="route", action=run
    )
    post = drafts.start(place(alice, "public"), name="Draft", text=text)
    url = reverse("posts:publish", args=[post.namespace, post.slug])
    body = signed_in(alice).get(url).content.decode()
    assert "Hidden data" in body
    assert "Does not" in body
    assert f'value="{run.pk}"' in body


def test_publishing_shows_who_sees_what_a_pinned_run_took_in(
    signed_in, place, alice, make_dataset, make_run
):
    run, table = make_run(), make_dataset("Hidden input", visibility="private")
    ActionAsset.objects.create(
        action=run, direction="in", name="table", asset=table, asset_type="dataset",
        asset_name=table.name,
    )  # fmt: skip
    text = fence(run.route, kind="route", action=run)
    post = drafts.start(place(alice, "public"), name="Draft", text=text)
    url = reverse("posts:publish", args=[post.namespace, post.slug])
    body = signed_in(alice).get(url).content.decode()
    assert body.index("Hidden input") < body.index("Relaxed report")
    assert body.count("Open it to share it") == 1


def test_publishing_again_keeps_who_may_read_it(signed_in, make_post, make_asset, alice, bob):
    """Also what it was given elsewhere: on its share page, by a program, with its parent."""
    parent = make_asset("Parent", visibility="public")
    for visibility in ("monetized", "inherit", "private", "organization"):
        post = make_post(name=visibility.title())
        Asset.objects.filter(pk=post.pk).update(visibility=visibility, parent=parent)
        for writer in [alice] if visibility in ("private", "inherit") else [alice, bob]:
            browser, url = signed_in(writer), f"{post.get_absolute_url()}/publish"
            given = browser.get(url).context["form"]["visibility"].value()
            assert browser.post(url, {"visibility": given, "description": ""}).status_code == 302
            assert Asset.objects.get(pk=post.pk).visibility == visibility
    browser = signed_in(alice)
    url = f"{make_post(name='Open').get_absolute_url()}/publish"
    assert browser.post(url, {"visibility": "monetized"}).status_code == 422


def test_publishing_shares_only_the_runs_that_were_ticked(signed_in, place, alice, make_run):
    ticked, unticked = make_run(), make_run()
    text = "".join(fence(r.route, kind="route", action=r) for r in (ticked, unticked))
    post = drafts.start(place(alice, "public"), name="Draft", text=text)
    url = reverse("posts:publish", args=[post.namespace, post.slug])
    answer = signed_in(alice).post(
        url, {"visibility": "public", "description": "Short.", "share": str(ticked.pk)}
    )
    assert answer.status_code == 302
    ticked.refresh_from_db()
    unticked.refresh_from_db()
    assert (ticked.visibility, unticked.visibility) == ("route", "private")
    assert Post.objects.get(pk=post.pk).visibility == "public"


def test_a_run_that_is_not_in_the_text_cannot_be_shared_so(signed_in, place, alice, make_run):
    run = make_run()
    post = drafts.start(place(alice, "public"), name="Draft", text="Nothing")
    url = reverse("posts:publish", args=[post.namespace, post.slug])
    answer = signed_in(alice).post(url, {"visibility": "public", "share": str(run.pk)})
    assert answer.status_code == 422
    run.refresh_from_db()
    assert run.visibility == "private"


def test_somebody_elses_run_is_not_offered_for_sharing(signed_in, place, bob, make_run):
    run = make_run(visibility="route")
    Action.objects.filter(pk=run.pk).update(visibility="private")
    text = fence(run.route, kind="route", action=run)
    post = drafts.start(place(bob, "public"), name="Draft", text=text)
    url = reverse("posts:publish", args=[post.namespace, post.slug])
    signed_in(bob).post(url, {"visibility": "public", "share": str(run.pk)})
    run.refresh_from_db()
    assert run.visibility == "private"


def test_the_dialog_puts_first_what_is_called_so(signed_in, make_post, alice):
    make_post(name="Vacancies")
    make_post("All about vacancies.", name="Later")
    asks = {"HX-Request": "true"}
    answer = signed_in(alice).get("/posts/aids/assets?q=vacancies", headers=asks)
    body = answer.content.decode()
    assert body.index("<b>Vacancies</b>") < body.index("<b>Later</b>")


def test_revisions_show_what_changed_and_can_be_restored(signed_in, make_post, alice):
    post = make_post("First line.")
    publish.update(post, by=alice, text="Second line.")
    client = signed_in(alice)
    url = post.get_absolute_url()
    body = client.get(f"{url}/revisions/2").content.decode()
    assert "- First line." in body
    assert "+ Second line." in body
    assert '<span class="place">From line 1' in body
    assert client.get(f"{url}/revisions").status_code == 200
    client.post(f"{url}/revisions/1/restore")
    assert drafts.current_text(Post.objects.get()) == "First line."


def test_the_dialog_offers_what_she_may_see(signed_in, alice, carol, make_asset, make_run):
    make_asset("Alloy data")
    make_asset("Secret alloy", owner=carol, visibility="private")
    client = signed_in(alice)
    body = client.get("/posts/aids/assets?q=alloy").content.decode()
    assert "Alloy data" in body
    assert "Secret" not in body
    run = make_run()
    body = client.get(f"/posts/aids/block?asset={run.route.pk}").content.decode()
    assert f'value="{run.pk}"' in body


def test_people_are_completed_by_name(signed_in, alice, bob):
    answer = signed_in(alice).get("/posts/aids/people?q=bo")
    assert answer.json() == {"people": [{"username": "bob", "name": "Bob"}]}


def test_a_dropped_image_becomes_a_file(signed_in, alice):
    image = SimpleUploadedFile("cell.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40, "image/png")
    answer = signed_in(alice).post("/posts/aids/upload", {"file": image})
    file = Asset.objects.get(asset_type="file")
    assert answer.json()["markdown"].endswith(f"](file:{file.pk})")


def test_an_upload_without_a_file_is_refused(signed_in, alice):
    assert signed_in(alice).post("/posts/aids/upload").status_code == 422


def test_writing_needs_an_account(client):
    for url in ("/posts/new", "/posts/aids/assets", "/posts/aids/people"):
        assert client.get(url).status_code == 302


def test_a_pasted_address_becomes_a_link_by_id(signed_in, make_asset, make_run, alice, carol):
    asset, run = make_asset("A [b]"), make_run()
    secret = make_asset("Canary", owner=carol, visibility="private")
    browser = signed_in(alice)

    def linked(path) -> str:
        return str(browser.get("/posts/aids/link", {"url": path}).json()["markdown"])

    assert linked(asset.get_absolute_url()) == f"[A (b)](post:{asset.pk})"
    assert linked(f"/posts/{asset.pk}") == f"[A (b)](post:{asset.pk})"
    assert linked(f"/actions/{run.pk}") == f"[Run of Relax structure](action:{run.pk})"
    for unknown in (secret.get_absolute_url(), "/posts/x/y", "/search", "", "https://x.example/"):
        assert linked(unknown) == ""


def test_a_heading_that_is_not_the_title_is_pointed_out(signed_in, alice):
    def preview(**given) -> str:
        return str(signed_in(alice).post("/posts/preview", given).content.decode())

    assert "which is not its title" in preview(name="One", text="# Two\n\nx")
    assert "which is not its title" not in preview(name="One", text="# One\n\nx")
    assert 'data-lines="2 4"' in preview(name="One", text="# One\n\nx\n\ny")
