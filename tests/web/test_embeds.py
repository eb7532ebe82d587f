"""What stands in a text for assets and runs: the optional keys, what is live, what is gone."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ouro_web.actions import copies
from ouro_web.actions.models import Action, ActionAsset, ActionLog
from ouro_web.assets import deleting
from ouro_web.assets.models import Asset
from ouro_web.datasets import saved_views
from ouro_web.lib.markdown import render
from ouro_web.notifications.models import Notification
from ouro_web.posts import publish
from ouro_web.web import embeds

NOBODY = AnonymousUser()
WHEN = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)


def fence(asset, *, mode="preview", **display) -> str:
    kind = "route" if hasattr(asset, "method") else asset.asset_type
    block = {"id": str(asset.pk), "assetType": kind, "viewMode": mode, "displayConfig": display}
    return f"```assetComponent\n{json.dumps(block)}\n```\n\n"


def pinned(run, **display) -> str:
    return fence(run.route, actionId=str(run.pk), **display)


@pytest.fixture
def show(alice):
    return lambda text, person=NOBODY, **more: str(embeds.fill(render(text), person, **more))


@pytest.fixture
def route(make_route):
    properties = {"fmax": {"type": "number", "title": "Force", "x-unit": "eV/Å", "default": 0.05}}
    return make_route(body={"type": "object", "properties": properties})


@pytest.fixture
def make_run(route, alice, make_dataset):
    """A run of alice's that everybody who sees the route sees, with a table and a log."""

    def make(*, status="success", minutes=0, inputs=(), visibility="route", table=None):
        ended = status in ("success", "error")
        action = Action.objects.create(
            user=alice, route=route, route_name=route.name, visibility=visibility, status=status,
            organization=route.organization, team=route.team, output_visibility="public",
            response={"energy": -5.3128, "cell": {"a": [3.6, 3.7]}, "report": "inline"},
            call={"body": {"fmax": 0.02}, "content_type": "application/json"},
            finished_at=WHEN + timedelta(minutes=minutes) if ended else None,
        )  # fmt: skip
        table = table or make_dataset(
            "Energies", csv="a,b\n1,first\n2,second\n", visibility="public"
        )
        ActionAsset.objects.create(
            action=action, direction="out", name="report", asset=table, asset_type="dataset",
            asset_name=table.name,
        )  # fmt: skip
        for asset in inputs:
            ActionAsset.objects.create(
                action=action, direction="in", name="cell", asset=asset, asset_type="file",
                asset_name=asset.name,
            )  # fmt: skip
        ActionLog.objects.create(action=action, source="service", message="step 38 of 38")
        return action

    return make


def test_the_parts_of_a_run_can_be_chosen(make_run, show):
    run = make_run()
    whole = show(pinned(run))
    assert all(words in whole for words in ("0.02 eV/Å", "-5.3128", "first", "step 38", "Success"))
    some = show(pinned(run, show=["outputs"]))
    assert "-5.3128" in some
    assert not [words for words in ("0.02", "step 38", "Success") if words in some]


def test_the_outputs_of_a_run_can_be_chosen(make_run, show):
    run = make_run()
    assert "first" not in show(pinned(run, outputs=["energy"]))
    assert "-5.3128" not in show(pinned(run, outputs=["report"]))


def test_a_pinned_run_shows_the_charts_of_its_answer(make_run, route, show):
    line = {"type": "line", "category": {"dataKey": "kelvin"}, "series": [{"dataKey": "order"}]}
    chart = {"data": "curve", "title": "At {energy:1} eV", "config": line}
    route.operation["extensions"] = {"x-ouro-response-charts": [chart]}
    route.save()
    run = make_run()
    assert "data-chart" not in show(pinned(run))
    Action.objects.update(response={"energy": -5.3128, "curve": [{"kelvin": 300, "order": 0.2}]})
    page = show(pinned(run))
    assert "At -5.3 eV" in page
    assert "data-chart" in page
    assert "data-chart" not in show(pinned(run, outputs=["report"]))


def test_a_text_takes_the_same_queries_however_many_it_embeds_of_each_kind(
    make_run, make_file, make_dataset, make_service, show, django_assert_num_queries
):
    def one(number):
        run, file = make_run(), make_file(f"{number}.txt", visibility="public")
        table = make_dataset(f"Table {number}", visibility="public")
        view = table.views.create(name="All", sql="select * from {{table}}")
        return (
            pinned(run) + fence(run.route, mode="interactive") + fence(file)
            + fence(table, visualizationId=str(view.pk)) + fence(make_service(visibility="public"))
            + f"![x](file:{file.pk})\n\n[x](dataset:{table.pk}) @alice\n\n"
            + f"{{{{action:{run.pk}#energy}}}}\n\n"
        )  # fmt: skip

    pieces = [one(number) for number in range(3)]
    with CaptureQueriesContext(connection) as asked:
        show(pieces[0])
    with django_assert_num_queries(len(asked)):
        show("".join(pieces))
    assert len(asked) <= 24


def test_an_embed_can_be_folded_and_have_a_caption(make_run, show):
    page = show(pinned(make_run(), collapse="All <numbers>", caption="At *0 K*."))
    assert "All &lt;numbers&gt;</summary>" in page
    assert "At <em>0 K</em>.</figcaption>" in page


@pytest.mark.parametrize(
    ("where", "value"), [("energy", "-5.3128"), ("cell.a.1", "3.7"), ("cell", "{&quot;a&quot;:")]
)
def test_a_value_of_a_run_stands_in_a_sentence(where, value, make_run, show):
    run = make_run()
    page = show(f"It is {{{{action:{run.pk}#{where}}}}} eV.")
    assert f'<a class="value" href="/actions/{run.pk}"' in page
    assert f">{value}" in page


@pytest.mark.parametrize("where", ["mass", "cell.a.9", "energy.x", "report"])
def test_a_value_that_is_not_there_or_became_an_asset_says_so(where, make_run, show):
    assert f"no {where}</span>" in show(f"{{{{action:{make_run().pk}#{where}}}}}")


def test_a_value_of_a_hidden_run_is_not_told(make_run, show, carol):
    run = make_run(visibility="private")
    page = show(f"{{{{action:{run.pk}#energy}}}}", carol)
    assert "value unavailable" in page
    assert "5.3128" not in page


def test_a_running_run_is_asked_for_again_until_it_has_ended(make_run, client, show):
    run = make_run(status="in-progress")
    page = show(pinned(run, caption="Live"))
    again = page.split('data-again="')[1].split('"')[0].replace("&amp;", "&")
    answer = client.get(again)
    assert "In progress" in answer.content.decode()
    assert "Live</figcaption>" in answer.content.decode()
    same = client.get(again, headers={"If-None-Match": answer["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    Action.objects.update(status="success", finished_at=WHEN)
    ended = client.get(again, headers={"If-None-Match": answer["ETag"]}).content.decode()
    assert "Success" in ended
    assert "data-again" not in ended


@pytest.mark.parametrize("block", ["", "{", '{"id": 1}', "[" * 9000])
def test_asking_for_a_broken_embed_is_refused(block, client, db):
    assert client.get("/posts/aids/embed", {"block": block}).status_code == 400


def test_a_newer_run_on_the_same_input_is_mentioned(make_run, make_file, show):
    cell, other = make_file("a.txt", visibility="public"), make_file("b.txt", visibility="public")
    first = make_run(inputs=[cell])
    make_run(inputs=[other])
    make_run(inputs=[cell], status="error")
    assert "newer run" not in show(pinned(first))
    newer = make_run(inputs=[cell])
    assert f'<a href="/actions/{newer.pk}">newer run</a>' in show(pinned(first))
    assert "newer run" not in show(pinned(newer))
    Action.objects.filter(pk=newer.pk).update(visibility="private")
    assert "newer run" not in show(pinned(first))


@pytest.fixture
def published(make_run, place, alice):
    """A public post with a run pinned, frozen as publishing does."""

    def make(run, owner=None):
        text = pinned(run) + f"It is {{{{action:{run.pk}#energy}}}} eV."
        post = publish.create(place(owner or alice, "public"), name="Notes", text=text)
        copies.freeze(post)
        return post

    return make


def test_what_readers_saw_outlives_the_deletion_of_its_route(published, make_run, show):
    run = make_run()
    post = published(run)
    deleting.delete(Asset.objects.get(pk=run.route.service_id))
    page = show(post.text, post=post)
    for words in (
        "A copy from when",
        "0.02 eV/Å",
        "-5.3128",
        "first",
        "step 38",
        "Relax structure",
    ):
        assert words in page
    assert '<span class="value"' in page
    assert "A copy from when" not in show(post.text)  # a text that was not published with it


def test_of_an_output_that_is_gone_its_rows_stay(published, make_run, show):
    run = make_run()
    post = published(run)
    deleting.delete(Asset.objects.get(pk=run.route.service_id))
    deleting.delete(Asset.objects.get(pk=run.links.get().asset_id))
    page = show(post.text, post=post)
    assert "second" in page
    assert "Energies" in page


def test_a_copy_shows_nothing_that_became_private(published, make_run, show, carol):
    run = make_run()
    post = published(run)
    Asset.objects.filter(pk=run.links.get().asset_id).update(visibility="private")
    Action.objects.filter(pk=run.pk).update(visibility="private")
    assert "5.3128" not in show(post.text, carol, post=post)
    deleting.delete(Asset.objects.get(pk=run.route.service_id))
    page = show(post.text, carol, post=post)
    assert "-5.3128" in page  # the run is gone, and was there for all when it was published
    assert "second" not in page


def test_what_went_into_a_copied_run_is_named_by_the_rights_of_today(
    published, make_run, make_file, show, carol
):
    cell = make_file("cell.cif", visibility="public")
    run = make_run(inputs=[cell])
    post = published(run)
    deleting.delete(Asset.objects.get(pk=run.route.service_id))
    assert f'href="{cell.get_absolute_url()}">cell.cif' in show(post.text, carol, post=post)
    Asset.objects.filter(pk=cell.pk).update(visibility="private")
    page = show(post.text, carol, post=post)
    assert "cell.cif" not in page
    assert "A file that is not shared with you" in page
    deleting.delete(Asset.objects.get(pk=cell.pk))
    assert "cell.cif" in show(post.text, carol, post=post)  # gone, and was there for all


def test_a_copy_of_a_private_run_is_for_the_owner_of_the_post(published, make_run, show, alice):
    run = make_run(visibility="private")
    post = published(run)
    deleting.delete(Asset.objects.get(pk=run.route.service_id))
    assert "5.3128" not in show(post.text, post=post)
    assert "-5.3128" in show(post.text, alice, post=post)


def test_a_copy_goes_when_the_text_speaks_of_the_run_no_more(published, make_run, alice):
    post = published(make_run())
    assert post.frozen_runs.count() == 1
    publish.update(post, by=alice, text="Nothing.")
    copies.freeze(post)
    assert not post.frozen_runs.exists()


def test_publishing_on_the_site_keeps_copies(make_run, signed_in, place, alice):
    post = publish.create(place(alice, "public"), name="Notes", text=pinned(make_run()))
    url = f"{post.get_absolute_url()}/publish"
    assert signed_in(alice).post(url, {"visibility": "public"}).status_code == 302
    assert post.frozen_runs.get().seen_by == "everybody"


def test_a_dataset_is_shown_through_its_saved_view(make_dataset, alice, show):
    data = make_dataset(visibility="public")
    sql = "select species, count(*) as n from {{table}} group by 1 order by 1"
    view, _, _ = saved_views.save(data, by=alice, name="Counts by species", sql=sql)
    page = show(fence(data, visualizationId=str(view.pk)))
    assert "Counts by species" in page
    assert "Gentoo" in page
    assert "Torgersen" not in page
    other = make_dataset("Other", visibility="public")
    assert "Counts by species" not in show(fence(other, visualizationId=str(view.pk)))
    Asset.objects.filter(pk=data.pk).update(visibility="private")
    assert "Counts" not in show(fence(data, visualizationId=str(view.pk)))


@pytest.mark.parametrize(
    "filters", ["island.eq.Biscoe,mass.not.null", ["island.eq.Biscoe", "mass.not.null"]], ids=str
)
def test_the_rows_of_a_dataset_can_be_filtered(filters, make_dataset, show):
    page = show(fence(make_dataset(visibility="public"), filters=filters))
    assert "3800.5" in page
    assert not [words for words in ("Torgersen", "Gentoo") if words in page]
    assert "1 row where island is Biscoe and mass is not empty." in page


def test_a_filter_that_does_not_fit_any_more_says_so(make_dataset, show):
    page = show(fence(make_dataset(visibility="public"), filters="gone.eq.<b>"))
    assert "There is no column “gone”." in page
    assert "3800.5" not in page


def test_a_view_that_does_not_fit_any_more_says_so(make_dataset, alice, show):
    data = make_dataset(visibility="public")
    view, _, _ = saved_views.save(data, by=alice, name="Broken", sql="select mass from {{table}}")
    type(view).objects.update(sql="select gone from {{table}}")
    assert "This view cannot be shown" in show(fence(data, visualizationId=str(view.pk)))


def test_a_route_can_be_run_from_a_text_with_values_filled_in(route, show):
    values = {"fmax": 0.01, "deep": {"a/b": True}, "list": [1]}
    page = show(fence(route, mode="interactive", defaultValues=values))
    address = f"{route.get_absolute_url()}?b%2Ffmax=0.01&amp;b%2Fdeep%2Fa~1b=true"
    assert f'data-run-form="{address}"' in page
    assert "data-run-form" not in show(fence(route))


def test_a_service_shows_its_routes_that_the_reader_sees(route, make_route, show):
    make_route("Hidden route", service=route.service, path="/hidden", visibility="private")
    page = show(fence(route.service, mode="preview"))
    assert "POST /relax" in page
    assert "Hidden route" not in page
    assert "POST /relax" not in show(fence(route.service, mode="card"))


def test_who_does_not_see_an_embed_can_ask_for_it(signed_in, make_asset, alice, carol, show):
    secret = make_asset("Canary", visibility="private")
    assert f'href="/assets/{secret.pk}/ask">Ask for access' in show(fence(secret), carol)
    assert f'href="/assets/{secret.pk}/ask">Sign in to ask for access' in show(fence(secret))
    browser = signed_in(carol)
    unknown = "0193a7d1-88c2-7b1e-9f60-41d7c2a5e310"
    pages = [browser.get(f"/assets/{pk}/ask") for pk in (secret.pk, unknown)]
    same = {re.sub(rb"[A-Za-z0-9]{64}|[0-9a-f-]{36}", b"", one.content) for one in pages}
    assert len(same) == 1
    for pk in (secret.pk, secret.pk, unknown):
        assert browser.post(f"/assets/{pk}/ask", {"note": "For a <talk>."}).status_code == 302
    told = Notification.objects.get()
    assert (told.user, told.asset_id) == (alice, secret.pk)
    assert told.text == "Carol (@carol) asks for access to Canary. “For a <talk>.”"


def test_asking_for_a_run_tells_whose_it_is(signed_in, make_run, alice, carol):
    run = make_run(visibility="private")
    signed_in(carol).post(f"/assets/{run.pk}/ask")
    assert Notification.objects.get(action_id=run.pk).user == alice


def test_asking_for_what_one_sees_leads_there(signed_in, make_asset, make_run, alice):
    asset, run = make_asset(), make_run()
    browser = signed_in(alice)
    assert browser.get(f"/assets/{asset.pk}/ask").url == asset.get_absolute_url()
    assert browser.get(f"/assets/{run.pk}/ask").url == f"/actions/{run.pk}"


def test_diagrams_are_drawn_in_a_closed_frame(client):
    answer = client.get("/posts/diagram")
    policy = answer["Content-Security-Policy"]
    assert policy.startswith(
        "sandbox allow-scripts; default-src 'none'; script-src http://testserver/static/;"
    )
    assert "connect-src" not in policy
    assert "X-Frame-Options" not in answer
