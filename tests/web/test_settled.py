import pytest
from django.template import Context, Template
from django.template.base import TextNode


@pytest.mark.parametrize(
    "source",
    [
        "{% url 'home' %}",
        "{% url 'people:detail' 'ada' %}",
        "{% static 'site.css' %}",
        "{% icon 'bell' %}",
        "{% asset_icon 'file' %}",
    ],
)
def test_what_stands_in_the_template_is_worked_out_once(source):
    (node,) = Template(source).nodelist
    assert isinstance(node, TextNode)
    assert node.s


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{% url 'people:detail' who %}", "/users/ada"),
        ("{% url name %}", "/"),
        ("{% url 'home' as there %}[{{ there }}]", "[/]"),
        ("{% static file as there %}[{{ there|slice:':8' }}]", "[/static/]"),
        ("{% icon 'bell' css %}", '<svg class="i &lt;"'),
        ("{% icon 'bell'|add:css %}", 'bell&lt;"/>'),
    ],
)
def test_what_depends_on_the_page_is_worked_out_for_it(source, shown):
    context = {"who": "ada", "name": "home", "file": "site.css", "css": "<"}
    assert shown in Template(source).render(Context(context))
