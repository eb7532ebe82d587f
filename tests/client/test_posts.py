"""Posts and comments with the official client."""

import pandas
import pytest


@pytest.fixture
def ours(client_for, alice):
    return client_for(alice)


@pytest.fixture
def make(ours, unique):
    def make(text="# Notes\n\nwords", **fields):
        fields = {"visibility": "public", **fields}
        return ours.posts.create(name=unique("notes"), content_markdown=text, **fields)

    return make


def test_a_post_of_markdown_comes_back_as_text_and_document(ours, make, tmp_path):
    post = make("It is **so**, `{@bob}`.\n\n- a\n- b", description="About *it*")
    again = ours.posts.retrieve(str(post.id))
    assert again.content.text == "It is **so**, `{@bob}`.\n\n- a\n- b"
    kinds = [node["type"] for node in again.content.data["content"]]
    assert kinds == ["paragraph", "bulletList"]
    assert (again.comments, again.views) == (0, 0)
    assert again.description.text == "About *it*"
    assert again.attribution.originality == "original"
    path = tmp_path / "post.md"
    path.write_text("from a file")
    assert ours.posts.create(name="File", content_path=str(path)).content.text == "from a file"


def test_what_the_editor_builds_comes_back(ours, make, unique):
    shown = make()
    editor = ours.posts.Editor()
    editor.new_header(2, "Header")
    editor.new_paragraph("A paragraph with 2 * 3 and [brackets].")
    editor.new_code_block("x = 1\n", language="python")
    editor.new_table(pandas.DataFrame({"a|b": [1, 2], "c": ["x", "y"]}))
    editor.new_inline_image(f"file:{shown.id}", "picture")
    editor.new_inline_asset(str(shown.id), "post", "preview", {"filters": "x"})
    post = ours.posts.create(name=unique("built"), content=editor, visibility="public")
    assert post.content.data == editor.json
    assert [asset["id"] for asset in post.assets] == [str(shown.id)]
    assert post.assets[0]["user"]["username"] == "alice"


def test_markdown_is_parsed_by_the_site(ours):
    editor = ours.posts.Editor(text="> [!TIP]\n> **Do** \\(x^2\\)")
    assert editor.json["content"][0]["type"] == "callout"
    assert editor.text == "> [!TIP]\n> **Do** \\(x^2\\)"
    assert ours.posts.Content(text="a *b*").to_markdown() == "a *b*"
    content = ours.posts.Content()
    content.from_markdown("## Body\n\n- `{@bob}`")
    assert [node["type"] for node in content.json["content"]] == ["heading", "bulletList"]
    before, plain, same = (ours.posts.Content() for _ in range(3))
    before.from_markdown("Before")
    content.prepend(before)
    plain.from_text("Plain")
    same.from_dict(plain.to_dict())
    content.append(same)
    post = ours.posts.create(name="In parts", content=content, visibility="private")
    said = ours.posts.retrieve(str(post.id)).content.text
    assert said.split() == ["Before", "##", "Body", "-", "`{@bob}`", "Plain"]


def test_assets_inside_a_document_are_made_with_it(ours, unique, client_for, carol, tmp_path):
    editor = ours.posts.Editor()
    name = unique("report")
    file = ours.files.partial_from_bytes(b"<p>hi</p>", "report.html", name=name)
    editor.new_partial_asset(file, view_mode="preview")
    (tmp_path / "curve.csv").write_text("x,y\n1,2\n")
    read = ours.files.partial_from_file(tmp_path / "curve.csv", name=unique("curve"))
    assert read["name"]
    rows = {"asset_type": "dataset", "name": unique("rows"), "data": [{"a": 1}, {"a": 2}]}
    editor.new_partial_asset(rows)
    editor.new_partial_asset(ours.posts.partial("## Method", name=unique("method")))
    post = ours.posts.create(name=unique("with parts"), content=editor, visibility="public")
    kinds = {asset["asset_type"]: asset["id"] for asset in post.assets}
    assert set(kinds) == {"file", "dataset", "post"}
    made = client_for(carol).files.retrieve(kinds["file"])  # seen with the post
    assert (str(made.parent_id), made.visibility) == (str(post.id), "inherit")
    assert ours.posts.retrieve(kinds["post"]).content.text.strip() == "## Method"
    told = ours.posts.delete(str(post.id), delete_children=True)
    assert len(told.deleted_children) == 3


def test_updating_a_post(ours, make, unique):
    post = make()
    name = unique("renamed")
    again = ours.posts.update(str(post.id), name=name, visibility="private")
    assert (again.name, again.visibility) == (name, "private")
    assert again.content.text == "# Notes\n\nwords"
    assert ours.posts.update(str(post.id), content="other").content.text == "other"
    assert ours.posts.retrieve(f"alice/{again.slug}").id == post.id


def test_posts_are_listed_and_deleted(ours, make):
    import ouro

    post = make()
    assert post.id in [each.id for each in ours.posts.list(query=post.name)]
    assert ours.posts.delete(str(post.id), dry_run=True).dry_run
    assert ours.posts.delete(str(post.id)).id == post.id
    with pytest.raises(ouro.NotFoundError):
        ours.posts.retrieve(str(post.id))


def test_nobody_changes_anothers_post(make, client_for, carol):
    import ouro

    post, private = make(), make(visibility="private")
    theirs = client_for(carol)
    with pytest.raises(ouro.PermissionDeniedError):
        theirs.posts.update(str(post.id), content="mine")
    with pytest.raises(ouro.NotFoundError):
        theirs.posts.retrieve(str(private.id))
    with pytest.raises(ouro.NotFoundError):
        theirs.comments.create("hello", parent_id=str(private.id))


def test_talking_about_an_asset(ours, make, client_for, bob):
    import ouro

    post = make()
    theirs = client_for(bob)
    comment = theirs.comments.create("Is it *so*?", parent_id=str(post.id))
    assert comment.org_id == post.org_id
    reply = ours.comments.create(ours.comments.Content(text="**Yes**"), parent_id=str(comment.id))
    assert str(reply.parent_id) == str(comment.id)
    found = ours.comments.list_by_parent(str(post.id))
    assert [(each.id, each.replies) for each in found] == [(comment.id, 1)]
    assert [each.content.text for each in ours.comments.list_replies(str(comment.id))] == [
        "**Yes**"
    ]
    for number in range(3):
        ours.comments.create(f"number {number}", parent_id=str(post.id))
    page = ours.comments.list(str(post.id), limit=2)
    assert page.has_more
    assert len(ours.comments.list(str(post.id), limit=2, offset=2)) == 2
    changed = theirs.comments.update(str(comment.id), content="Is it?")
    assert changed.content.text == "Is it?"
    assert ours.comments.retrieve(str(comment.id)).content.data["content"]
    with pytest.raises(ouro.PermissionDeniedError):
        ours.comments.delete(str(comment.id))
    assert len(theirs.comments.delete(str(comment.id)).deleted_children) == 1
    assert ours.posts.retrieve(str(post.id)).comments == 3


@pytest.mark.parametrize(
    "content", [None, 7, [], {"json": {"content": [{"type": "assetComponent", "attrs": {
        "partial": True, "partialData": {"asset_type": "file", "base64": "!"}}}]}}, "\0"]
)  # fmt: skip
def test_content_that_cannot_be_saved_is_refused_or_cleaned(ours, unique, content):
    answer = ours.client.post(
        "/posts/create", json={"post": {"name": unique("odd")}, "content": content}
    )
    assert answer.status_code in (200, 400, 422)
    if answer.status_code != 200:
        assert answer.json()["error"]["errors"][0]["field"] == "content"
