"""What the people of the demo say to one another in private."""

from collections.abc import Mapping

from ouro_web.assets.models import Asset, AssetType
from ouro_web.conversations import members, messages
from ouro_web.web.demo.people import Cast
from ouro_web.web.demo.samples import find

NAME = "Vacancies in Ni3Al"


def make(cast: Cast, report: Asset, samples: Mapping[str, Asset]) -> None:
    if find(cast, AssetType.CONVERSATION, NAME):
        return
    made = members.begin(
        cast.place(cast.mira),
        members=[cast.jonas, cast.aiko],
        name=NAME,
        summary="What we still have to compute for the report.",
    )
    start = samples["ni3al-vacancy.cif"].pk
    for author, text in (
        (cast.mira, f"The [report](post:{report.pk}) is out. What is missing, @jonas?"),
        (cast.jonas, f"A larger cell. I start from [this one](file:{start}) again, doubled."),
        (cast.aiko, "I look after the curve: $B_0$ should not move by more than **1 GPa**."),
    ):
        messages.say(made, author=author, text=text)
