"""A long post, as a report may be: headings, paragraphs, lists, tables, formulas and code."""

from ouro_web.accounts.models import User
from ouro_web.assets.placement import Placement
from ouro_web.posts import publish
from ouro_web.posts.models import Post

LENGTH = 100_000
PARAGRAPH = (
    "We *relaxed* the cell with **BFGS** until the largest force fell below $0.02$ eV/Å, as "
    "[before](https://example.org/before); `fmax` is what the service calls it, and the volume "
    "changed by less than a hundredth of what the experiment can tell.\n\n"
)
REST = (
    "- first\n- second\n\n| metal | energy |\n| ----- | -----: |\n| Cu | -3.5 |\n| Ni | -4.4 |\n\n"
    "$$E(V) = E_0 + \\frac{B_0 V}{B_0'}$$\n\n```python\nprint(energy / len(atoms))\n```\n\n"
)


def post(owner: User) -> Post:
    part = PARAGRAPH * 12 + REST
    text = "".join(f"## Part {n}\n\n{part}" for n in range(LENGTH // len(part) + 1))
    return publish.create(Placement.for_person(owner), name="A long report", text=text[:LENGTH])
