"""Bodies in three dimensions: glTF, STL and OBJ."""

from ouro_web.files.models import File
from ouro_web.web.viewers.kind import Data, Kind

FORMATS = {"glb", "stl", "obj"}
LARGEST = 64 << 20


def _data(file: File, _: bool) -> Data | None:
    return {"format": file.extension} if file.size <= LARGEST else None


MODEL = Kind("model", fits=lambda file: file.extension in FORMATS, data=_data)
