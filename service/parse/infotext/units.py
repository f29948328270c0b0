"""ControlNet units in the three shapes that the extension has written, and AnimateDiff's motion module."""

import re
from collections.abc import Iterator

from service.parse.infotext.civitai import hash_of, number_of
from service.parse.infotext.fields import names_nothing
from service.parse.infotext.passes import name_and_hash
from service.parse.infotext.settings import Settings, scan
from service.records import Resource, ResourceKind

# Since 1.1.2 one quoted list a unit: 'ControlNet 0: "Module: canny, Model: control_v11p [d14c016b], Weight: 1, …"'
_QUOTED = re.compile(r"controlnet (\d+)")
# Before that 'ControlNet-0 Model: …' and 'ControlNet Model: …'; 'ADetailer ControlNet model 2nd: …'
_FLAT = re.compile(r"(adetailer )?controlnet(-\d+)? (model|weight|module|enabled)( \d+(?:nd|rd|th))?")
_ADAPTER = re.compile(r"ip[-_ ]?adapter", re.IGNORECASE)


def read(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield the model of every unit that has one."""
    for _, value in settings.numbered("controlnet", _QUOTED):
        yield from _unit(scan(value), source)
    flat: dict[tuple[str, ...], dict[str, str]] = {}
    for match, value in settings.numbered("controlnet", _FLAT):
        flat.setdefault((match[1] or "", match[2] or "", match[4] or ""), {})[match[3]] = value
    for unit in flat.values():
        yield from _unit(Settings((), unit), source)
    motion = scan(settings.get("animatediff") or "").get("model")
    if motion:
        yield Resource("motion", motion, source)


def _unit(unit: Settings, source: str) -> Iterator[Resource]:
    label = unit.get("model")
    if label is None or names_nothing(label):
        return
    hash_, hash_kind = hash_of(name_and_hash(label)[1])
    weight = number_of(unit.get("weight"))
    module = unit.get("module", "preprocessor")
    adapts = _ADAPTER.match(re.split(r"[\\/]", label)[-1]) or _ADAPTER.search(module or "")
    kind: ResourceKind = "ip_adapter" if adapts else "controlnet"
    yield Resource(
        kind,
        label,
        source,
        weight=weight,
        hash=hash_,
        hash_kind=hash_kind,
        used=weight != 0 and unit.get("enabled") != "False",
        extra={"module": module} if module else {},
    )
