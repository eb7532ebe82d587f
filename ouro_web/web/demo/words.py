"""What the people of the demo have written."""

import json
from collections.abc import Mapping
from typing import Any

from ouro_web.actions.models import Action
from ouro_web.assets.models import Asset, AssetType
from ouro_web.comments import talk
from ouro_web.comments.models import Comment
from ouro_web.posts import publish
from ouro_web.services.models import Route
from ouro_web.web.demo.people import Cast
from ouro_web.web.demo.runs import Runs, output
from ouro_web.web.demo.samples import STRAIN, find

TITLE = "What a missing aluminium atom costs in Ni₃Al"

REPORT = """
We took eight cells of Ni₃Al in the L1₂ order, removed one aluminium atom and let everything relax,
atoms and cell. The start is [the shaken structure](file:{start}); @jonas followed up with an
equation of state. **In short:** relaxing gains {gained:.3f} eV, and the bulk modulus comes out at
{modulus:.1f} GPa.

## Relaxation

The run below is pinned to this post. Open it to see its inputs, its log and everything it made.

{relaxation}

The atoms stop when the largest force falls below a limit,

$$\\max_i \\lVert \\mathbf{{F}}_i \\rVert \\le 0.02\\ \\mathrm{{eV/Å}},$$

which took {steps} steps. Here is the relaxed structure:

{relaxed}

## Equation of state

The relaxed file went straight into [Equation of state](route:{curve_route}), eleven volumes within
4 % of strain. The bulk modulus is the curvature at the minimum,
$B = V\\,\\partial^2 E/\\partial V^2$.

| quantity | relaxed Ni₃Al, one Al missing |
| --- | ---: |
| atoms | {atoms} |
| energy per atom (eV) | {energy:.4f} |
| volume per atom (Å³) | {volume:.3f} |
| bulk modulus (GPa) | {modulus:.1f} |

{plot}

For comparison, the seven pure metals of the potential, from the dataset that @jonas computed:

{strain}

To read the softest metal off it, open the dataset and run

```sql
select metal, max(abs(pressure_gpa)) as pressure_at_6_percent
from {{{{table}}}}
group by metal
order by pressure_at_6_percent
```

It is aluminium, whose energy has a wide valley between its two lattice constants:

![Energy of tetragonal aluminium by a and c](file:{valley})

## What went wrong

@aiko tried the same with iron. The potential does not know iron, and
[the run says so](action:{refusal}): nothing was made.

## Next

- [x] Point defects of ordered CuAu, by callback: [the run](action:{defects})
- [ ] The same for Ni₃Al, once the supercell is large enough
- [ ] Compare with measured formation energies
"""

SECOND_TITLE = "How to run one of our calculations"

GUIDE = """
1. Open [Relax structure](route:{relax}) and choose a structure, or drop a `.cif` file on the field.
2. Press **Run**. The page shows the log while it works.
3. On the page of the relaxed file, *Run on this file* leads to the next step, for example
   [Phonon dispersion and density](route:{phonons}).

From a program, with the key from your settings:

```python
import os
from ouro import Ouro

ouro = Ouro(api_key=os.environ["OURO_API_KEY"])
route = ouro.routes.retrieve("lattice-lab/relax-structure")
action = route.execute(
    body={{"fmax": 0.05}},
    input_assets={{"structure": "{copper}"}},
)
print(action.final_data["energy"])
```

{card}
"""


def make(
    cast: Cast, routes: Mapping[str, Route], samples: Mapping[str, Asset], runs: Runs
) -> Asset:
    """The report, the guide and what was said about them."""
    guide = find(cast, AssetType.POST, SECOND_TITLE) or publish.create(
        cast.place(cast.mira), name=SECOND_TITLE, text=guide_text(routes, samples)
    )
    report = find(cast, AssetType.POST, TITLE) or publish.create(
        cast.place(cast.mira),
        name=TITLE,
        text=report_text(routes, samples, runs),
        description="A relaxation, an equation of state, and one run that could not be.",
    )
    discuss(cast, report, samples["iron-bcc.cif"], guide)
    return report


def report_text(routes: Mapping[str, Route], samples: Mapping[str, Asset], runs: Runs) -> str:
    relaxation, curve = answer(runs.relaxation), answer(runs.curve)
    return REPORT.format(
        start=samples["ni3al-vacancy.cif"].pk,
        gained=relaxation["energy_gained"],
        steps=relaxation["steps"],
        atoms=relaxation["atoms"],
        energy=relaxation["energy_per_atom"],
        volume=curve["volume_per_atom"],
        modulus=curve["bulk_modulus_gpa"],
        relaxation=embed(routes["relax-structure"], "preview", actionId=str(runs.relaxation.pk)),
        relaxed=embed(output(runs.relaxation, "relaxed_structure"), "card"),
        plot=embed(output(runs.curve, "plot"), "preview"),
        valley=samples["aluminium-energy.png"].pk,
        strain=embed(samples[STRAIN], "preview"),
        curve_route=routes["equation-of-state"].pk,
        refusal=runs.refusal.pk,
        defects=runs.defects.pk,
    ).lstrip()


def answer(action: Action) -> dict[str, Any]:
    """What the service said, as the action keeps it."""
    return dict(action.response or {})


def guide_text(routes: Mapping[str, Route], samples: Mapping[str, Asset]) -> str:
    return GUIDE.format(
        relax=routes["relax-structure"].pk,
        phonons=routes["phonon-dispersion-and-density"].pk,
        copper=samples["copper-fcc.cif"].pk,
        card=embed(samples["copper-fcc.cif"], "preview"),
    ).lstrip()


def embed(asset: Asset, mode: str, **display: str) -> str:
    """The fence that shows an asset inside a post."""
    block: dict[str, object] = {
        "id": str(asset.pk),
        "assetType": asset.asset_type,
        "viewMode": mode,
    }
    if display:
        block["displayConfig"] = display
    return f"```assetComponent\n{json.dumps(block, indent=2)}\n```"


def discuss(cast: Cast, report: Asset, iron: Asset, guide: Asset) -> None:
    if Comment.objects.filter(asset__in=[report, iron, guide]).exists():
        return
    question = talk.add(
        report,
        author=cast.jonas,
        text="Is 31 atoms enough? The vacancy sees its own image after two lattice constants.",
    )
    talk.add(
        report,
        author=cast.mira,
        reply_to=question,
        text="Good point, @jonas. With `supercell` [2, 1, 1] the energy moves by a few meV; "
        "I will add the numbers.",
    )
    talk.add(
        iron,
        author=cast.aiko,
        text=f"For the record: no iron in EMT. @mira, do we have [another route](post:{guide.pk})?",
    )
