"""Quests as people use them: asking, handing in, deciding, looking at who is best."""

import pytest
from django.urls import reverse

from ouro_web.assets.changing import Changes
from ouro_web.quests import banning, entries, making, reviewing
from ouro_web.quests.models import Entry, Item, Quest
from ouro_web.web.forms.quests import DeclarationFormSet

HAND = {"hand-TOTAL_FORMS": 2, "hand-INITIAL_FORMS": 0, "hand-MIN_NUM_FORMS": 0,
        "hand-MAX_NUM_FORMS": 20}  # fmt: skip
ITEM = {
    "description": "Measure **it**", "status": "pending", "reward_currency": "btc",
    "eval_trigger": "submit", "leaderboard_order": "desc", **HAND,
}  # fmt: skip


@pytest.fixture
def make_quest(place, alice):
    def make(*rows, visibility="public", **rules) -> Quest:
        rows = rows or ({"description": "Relax *it*", "reward_xp": 20},)
        return making.create(
            place(alice, visibility), name="Relax them", description="See `{@bob}`", rows=rows,
            rules=rules,
        )  # fmt: skip

    return make


def item_of(quest, number=0):
    return Item.objects.select_related("quest__owner", "eval_route").filter(quest=quest)[number]


def told(answer):
    return answer.content.decode()


def test_a_quest_is_made_opened_and_changed(signed_in, alice):
    browser = signed_in(alice)
    assert browser.get("/quests/new").status_code == 200
    form = {
        "name": "Help me", "description": "With **this**", "items": "- One\n\n* Two\n",
        "type": "closable", "status": "draft", "visibility": "public",
        "max_xp_per_contributor": "",
    }  # fmt: skip
    wrong = browser.post("/quests/new", {**form, "name": "", "visibility": "secret"})
    assert wrong.status_code == 422
    assert "* Two" in told(wrong)  # nothing typed is lost
    made = browser.post("/quests/new", form)
    quest = Quest.objects.get()
    assert made["Location"] == quest.get_absolute_url()
    page = told(browser.get(made["Location"]))
    assert "<strong>this</strong>" in page
    assert "This is a draft" in page
    assert [item.description for item in quest.items.all()] == ["One", "Two"]
    assert "Help me" not in told(browser.get("/quests/"))
    assert "Help me" in told(browser.get("/quests/?show=mine"))
    browser.post(f"{made['Location']}/status", {"status": "open"})
    assert "Help me" in told(browser.get("/quests/?q=two"))
    assert browser.get(f"/assets/{quest.pk}/edit")["Location"] == f"{made['Location']}/edit"
    edited = {"name": "Help us", "description": "x", "type": "continuous"}
    answer = browser.post(f"{made['Location']}/edit", edited, follow=True)
    assert "Help us" in told(answer)
    quest = Quest.objects.get()
    assert (quest.slug, quest.type) == ("help-us", "continuous")
    browser.post(f"{quest.get_absolute_url()}/status", {"status": "cancelled"})
    late = browser.post(f"{quest.get_absolute_url()}/status", {"status": "open"}, follow=True)
    assert "stays cancelled" in told(late)


def test_an_item_says_what_is_handed_in(signed_in, alice, bob, make_quest):
    browser, quest = signed_in(alice), make_quest()
    where = f"{quest.get_absolute_url()}/items/new"
    assert browser.get(where).status_code == 200
    row = {"hand-0-key": "structure", "hand-0-asset_type": "file", "hand-0-extensions": ".cif, xyz",
           "hand-0-label": "Your structure", "hand-0-required": "on"}  # fmt: skip
    half = browser.post(where, ITEM | row | {"hand-0-asset_type": "", "assignee": "nobody"})
    assert half.status_code == 422
    assert "Choose what it is." in told(half)
    assert "Nobody here has the username nobody." in told(half)
    browser.post(where, ITEM | row | {"assignee": "@bob", "reward_xp": "30"})
    item = item_of(quest, 1)
    assert (item.assignee, item.reward_xp) == (bob, 30)
    assert item.submission_assets["structure"]["file_extensions"] == ["cif", "xyz"]
    page = told(browser.get(quest.get_absolute_url()))
    assert "Your structure: file, .cif or .xyz" in page
    assert "30 XP" in page
    edit = reverse("quests:item", args=[item.pk])
    assert "cif xyz" in told(browser.get(edit))


def test_an_item_is_evaluated_by_a_route(signed_in, alice, bob, make_quest, make_route):
    browser, quest = signed_in(alice), make_quest()
    edit = reverse("quests:item", args=[item_of(quest).pk])
    route = make_route(input_assets={"model": {"asset_type": "file", "label": "A model"}})
    evaluated = ITEM | {"eval_route_id": f"http://x{route.get_absolute_url()}",
                        "eval_pass_min": "0.5", "leaderboard_enabled": "on"}  # fmt: skip
    assert browser.post(edit, evaluated).status_code == 302
    page = told(browser.get(quest.get_absolute_url()))
    assert "A model: file" in page
    assert "from 0.5" in page
    wrong = browser.post(edit, ITEM | {"leaderboard_enabled": "on", "eval_route_id": ""})
    assert wrong.status_code == 422
    assert "needs an evaluation" in told(wrong)
    browser.force_login(bob)  # who edits it, and sees nothing of the evaluation
    assert "eval_route_id" not in told(browser.get(edit))
    assert browser.post(edit, ITEM | {"notes": "by bob"}).status_code == 302
    assert item_of(quest).eval_route == route
    browser.post(reverse("quests:delete_item", args=[item_of(quest).pk]))
    assert quest.items.count() == 0


def test_routes_that_make_what_is_asked_for_are_offered(signed_in, carol, make_quest, make_route):
    for name, ending in (("Relax", "cif"), ("Draw", "png")):
        made = {"structure": {"asset_type": "file", "file_extensions": [ending]}}
        make_route(name, path=f"/{name}", output_assets=made)
    wanted = {"structure": {"asset_type": "file", "file_extensions": ["cif", "xyz"]}}
    quest = make_quest({"description": "One", "submission_assets": wanted}, {"description": "Two"})
    browser = signed_in(carol)
    page = told(browser.get(reverse("quests:enter", args=[item_of(quest).pk])))
    assert ">Relax</a>" in page
    assert ">Draw</a>" not in page
    page = told(browser.get(reverse("quests:enter", args=[item_of(quest, 1).pk])))
    assert "run a route" not in page


def test_who_is_banned_is_told_so_before_she_writes(signed_in, alice, bob, make_quest, alloys):
    quest = make_quest()
    banning.ban(alloys, bob, by=alice)
    browser = signed_in(bob)
    where = reverse("quests:enter", args=[item_of(quest).pk])
    assert where not in told(browser.get(quest.get_absolute_url()))
    refused = browser.get(where)
    assert refused.status_code == 403
    assert "You have been banned from this quest’s team" in told(refused)


def test_something_is_handed_in_and_accepted(signed_in, alice, carol, make_quest, make_file):
    file = make_file("a.cif", owner=carol, visibility="private")
    hidden = make_file("b.cif", visibility="private")
    row = {"description": "Relax it", "reward_xp": 20,
           "submission_assets": {"structure": {"asset_type": "file"}}}  # fmt: skip
    quest = make_quest(row)
    browser = signed_in(carol)
    where = reverse("quests:enter", args=[item_of(quest).pk])
    assert file.name in told(browser.get(where))
    missing = browser.post(where, {"description": "What I **did**"})
    assert missing.status_code == 422
    assert "What I **did**" in told(missing)
    assert "Choose a file." in told(missing)
    other = browser.post(where, {"a/structure~q": str(hidden.pk)})
    assert "is not an asset that you can read" in told(other)
    made = browser.post(where, {"a/structure~pick": str(file.pk), "description": "**Did** it"})
    entry = Entry.objects.get()
    assert made["Location"] == entry.get_absolute_url()
    page = told(browser.get(made["Location"]))
    assert "<strong>Did</strong>" in page
    assert file.name in page
    again = browser.post(where, {"a/structure~pick": str(file.pk)})
    assert "You have an active entry" in told(again)
    assert "Submitted" in told(browser.get(quest.get_absolute_url()))
    assert browser.post(reverse("quests:review", args=[entry.pk])).status_code == 403


def test_what_was_handed_in_is_reviewed(signed_in, alice, carol, make_quest, make_file):
    file = make_file("a.cif", owner=carol, visibility="private")
    quest = make_quest()
    given = {"structure": file.pk}
    entry = entries.submit(item_of(quest), contributor=carol, assets=given, text="x")
    browser = signed_in(alice)
    assert "1 entry waits for a review" in told(browser.get(quest.get_absolute_url()))
    queue = told(browser.get(f"{quest.get_absolute_url()}/entries"))
    assert entry.get_absolute_url() in queue
    page = told(browser.get(entry.get_absolute_url()))
    assert file.name not in page
    assert ".cif" in page
    review = reverse("quests:review", args=[entry.pk])
    assert browser.post(review, {"status": "maybe"}).status_code == 422
    browser.post(review, {"status": "accepted", "review": "*Fine*"})
    page = told(browser.get(entry.get_absolute_url()))
    assert "<em>Fine</em>" in page
    assert file.get_absolute_url() in page
    assert "Closed" in told(browser.get(quest.get_absolute_url()))
    assert "Level 1, 20 XP" in told(browser.get("/users/carol"))


def test_a_file_is_uploaded_with_an_entry(signed_in, carol, make_quest):
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser, quest = signed_in(carol), make_quest()
    upload = SimpleUploadedFile("mine.txt", b"words")
    browser.post(reverse("quests:enter", args=[item_of(quest).pk]), {"a/asset~file": upload})
    handed = Entry.objects.get().submissions.values_list("asset__name", "asset__visibility")
    assert handed.get() == ("mine.txt", "private")


def test_an_admin_marks_an_item_done(signed_in, alice, make_quest):
    browser, quest = signed_in(alice), make_quest()
    where = reverse("quests:enter", args=[item_of(quest).pk]) + "?complete=1"
    assert "0 of 1 done" in told(browser.get(quest.get_absolute_url()))
    assert "Mark as done" in told(browser.get(where))
    browser.post(where, {"description": "By hand"})
    assert Entry.objects.get().self_completed
    assert "1 of 1 done" in told(browser.get(quest.get_absolute_url()))


def test_what_is_assigned_stands_in_a_list(signed_in, alice, bob, make_quest):
    quest = make_quest(
        {"description": "Waits", "assignee_id": bob.pk, "waiting_until": "2999-01-01T00:00:00Z"},
        {"description": "Goes on", "assignee_id": bob.pk},
    )
    browser = signed_in(bob)
    page = told(browser.get("/quests/assigned"))
    assert page.index("Goes on") < page.index("Waits")
    making.update(quest, Changes(), by=alice, rules={"status": "cancelled"})
    assert "Nothing to do" in told(browser.get("/quests/assigned"))


def test_an_evaluation_is_shown_ranked_and_begun_again(
    signed_in, alice, carol, make_quest, make_route, make_file
):
    route = make_route(input_assets={"file": {"asset_type": "file"}})
    row = {"description": "Best wins", "eval_route_id": route.pk, "eval_trigger": "owner",
           "leaderboard_enabled": True}  # fmt: skip
    quest = make_quest(row, type="continuous")
    item = item_of(quest)
    for score in (2.5, 4):
        file = make_file(f"{score}.cif", owner=carol, visibility="private")
        entry = entries.submit(item, contributor=carol, assets={"file": file.pk})
        Entry.objects.filter(pk=entry.pk).update(
            eval_score=score, eval_status="passed", eval_category_scores={"speed": score}
        )
    browser = signed_in(alice)
    board = reverse("quests:leaderboard", args=[item.pk])
    page = told(browser.get(board))
    assert page.index("4.cif") < page.index("2.5.cif")
    assert "speed 2.5" in page
    assert "Score again" in told(browser.get(entry.get_absolute_url()))
    browser.post(reverse("quests:evaluate", args=[entry.pk]))
    assert "Being evaluated" in told(browser.get(entry.get_absolute_url()))
    again = browser.post(reverse("quests:evaluate", args=[entry.pk]), follow=True)
    assert "being evaluated already" in told(again)
    assert "1 entries are scored again; 1 could not be" in told(
        browser.post(reverse("quests:rescore", args=[item.pk]), follow=True)
    )
    browser.logout()
    page = told(browser.get(board))
    assert "carol" in page.lower()
    assert "4.cif" not in page


def test_a_long_quest_costs_as_much_as_a_short_one(client, make_quest, alice, bob):
    def quest(number):
        rows = [{"description": f"See [it](file:{alice.pk}) {n}", "assignee_id": bob.pk}
                for n in range(number)]  # fmt: skip
        made = make_quest(*rows, type="continuous")
        for n in range(number):
            entry = entries.submit(item_of(made, n), contributor=bob, assets={}, text="x")
            reviewing.review(entry, by=alice, status="accepted")
        return made.get_absolute_url()

    for path in ("", "/entries"):
        few, many = (cost(client, quest(number) + path) for number in (2, 12))
        assert many <= few, path
    make_quest()
    few = cost(client, "/quests/")
    for _ in range(5):
        make_quest()
    assert cost(client, "/quests/") <= few


def cost(client, path) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(path)
    with CaptureQueriesContext(connection) as context:
        assert client.get(path).status_code == 200
    return len(context)


def test_what_is_for_sale_or_private_stays_closed(client, signed_in, alice, carol, make_quest):
    from ouro_web.assets.models import Asset

    quest = make_quest(visibility="private")
    item, path = item_of(quest), quest.get_absolute_url()
    entry = entries.submit(item, contributor=alice, assets={}, text="x")
    pages = [path, f"{path}/entries", entry.get_absolute_url()]
    pages += [reverse("quests:enter", args=[item.pk]), f"/quests/{quest.pk}"]
    browser = signed_in(carol)
    for page in pages:
        assert browser.get(page).status_code == 404, page
    Asset.objects.filter(pk=quest.pk).update(visibility="public")
    assert browser.get(path).status_code == 200
    assert browser.get(entry.get_absolute_url()).status_code == 404  # alice's, not decided
    assert browser.get(f"{path}/edit").status_code == 403
    assert browser.post(f"{path}/status", {"status": "closed"}).status_code == 403
    Asset.objects.filter(pk=quest.pk).update(visibility="monetized")
    assert "for sale" in told(browser.get(path))
    assert "Relax" not in told(browser.get(path)).partition("<main")[2].replace("Relax them", "")


def test_a_quest_is_embedded_searched_and_told_of(signed_in, alice, bob, make_quest, place):
    from ouro_web.posts import publish

    quest = make_quest()
    browser = signed_in(bob)
    block = f'```assetComponent\n{{"id": "{quest.pk}", "assetType": "quest"}}\n```'
    post = publish.create(
        place(alice, "public"), name="Call", text=f"[q](quest:{quest.pk})\n\n{block}"
    )
    page = told(browser.get(post.get_absolute_url()))
    assert page.count(quest.get_absolute_url()) >= 2
    assert "Call" in told(browser.get(quest.get_absolute_url()))  # linked from
    assert quest.get_absolute_url() in told(browser.get("/search?q=relax"))
    assert "mentioned you in Relax them" in told(browser.get("/notifications/"))
    assert quest.get_absolute_url() in told(browser.get("/teams/lab/alloys"))
    assert browser.get(f"/quests/{quest.pk}")["Location"] == quest.get_absolute_url()


def test_a_post_of_too_many_declarations_is_refused_and_not_drawn():
    formset = DeclarationFormSet({"form-TOTAL_FORMS": "9" * 400, "form-INITIAL_FORMS": "0"})
    assert not formset.is_valid()
    assert len(formset.forms) == 30
