"""Folders of models: what each file's header, hashes and sidecars say of it."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from service.catalog import safetensors, sources
from service.catalog.safetensors import Header
from service.errors import BadFileError
from service.file_systems import modified_ns
from service.light_dataclasses import dataclass
from service.paths import to_stored
from service.records import HashKind, ResourceKind
from service.records.kinds import kind_of_word
from service.records.model_names import is_shared_model_file, stem
from service.resources.known_models import CLAIMED_HASH, KnownModel, Trust

CHUNK = 4 << 20

V1_START = 0x100000
V1_LENGTH = 0x10000
"""Bytes. AutoV1 is the hash of 64 KiB after the first MiB; a shorter file has none of use."""


def hash_file(
    path: Path, header: Header | None, on_bytes: Callable[[int], None]
) -> dict[HashKind, str]:
    """Return the hashes that images may state of a model file, in one pass over it.

    SHA-256 and AutoV2, AutoV3 where it has a header, AutoV1 where it is long enough. ``on_bytes``
    gets each piece's length on the way.
    """
    whole, tensors, slice_ = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    at = sliced = 0
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            view = memoryview(piece)
            whole.update(view)
            if header is not None:
                tensors.update(view[max(header.data_start - at, 0) :])
            part = view[max(V1_START - at, 0) : max(V1_START + V1_LENGTH - at, 0)]
            slice_.update(part)
            sliced += len(part)
            at += len(piece)
            on_bytes(len(piece))
    found: dict[HashKind, str] = {"sha256": whole.hexdigest(), "autov2": whole.hexdigest()[:10]}
    if header is not None:
        found["autov3"] = tensors.hexdigest()[:12]
    if sliced:
        found["autov1"] = slice_.hexdigest()[:8]
    return found


SIDECARS = (".civitai.info", ".metadata.json", ".cm-info.json", ".json")
"""Appended to the model's name without extension, the one that says more first."""


class Cache(Protocol):
    """Hashes by place, size and time, so that an unchanged file is read once."""

    def get(self, path: str, size: int, mtime_ns: int) -> dict[HashKind, str] | None:
        """Return the hashes of an unchanged file, or None."""
        ...

    def put(self, path: str, size: int, mtime_ns: int, hashes: dict[HashKind, str]) -> None:
        """Remember the hashes of a file."""
        ...


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file on disk."""

    path: Path
    size: int
    mtime_ns: int
    kind: ResourceKind | None
    """By the folders it is in."""


def find_model_files(top: Path) -> Iterator[ModelFile]:
    """Yield the model files at any depth below a folder, by name.

    Raises BadFileError where it cannot be listed.
    """
    if not top.is_dir():
        raise BadFileError(f"{top}: is no folder")
    for folder, subfolders, names in os.walk(top):
        subfolders.sort()
        kind = _kind_by_folder(Path(folder), top)
        for name in sorted(names):
            path = Path(folder, name)
            if not is_shared_model_file(path):
                continue
            try:
                status = path.stat()
            except OSError:  # a link that leads nowhere
                continue
            if not stat.S_ISREG(status.st_mode):  # a pipe or a device: its reading never ends
                continue
            if path.suffix.lower() == ".pth" and _is_list_of_paths(path, status.st_size):
                continue
            yield ModelFile(path, status.st_size, modified_ns(status), kind)


LONGEST_LIST = 64 << 10
"""Bytes. Of the lists of paths that Python itself reads, real ones have a few hundred."""


def _is_list_of_paths(path: Path, size: int) -> bool:
    """Tell whether a ``.pth`` is one of Python's own, in site-packages: a short text.

    A model is a zip archive or a pickle, whose first bytes are no UTF-8 or are followed by zeros.
    """
    if size > LONGEST_LIST:
        return False
    try:
        start = path.read_bytes()
        start.decode("utf-8")
    except (OSError, UnicodeDecodeError):  # what cannot be read is told when it is hashed
        return False
    return b"\0" not in start


def _kind_by_folder(folder: Path, top: Path) -> ResourceKind | None:
    """Return the kind that the nearest folder names: ``models/Lora/styles`` holds LoRAs."""
    for each in (folder, *folder.parents):
        kind = kind_of_word(each.name)
        if kind is not None or each == top:
            return kind
    return None


def describe_model_file(
    file: ModelFile,
    cache: Cache,
    on_bytes: Callable[[int], None],
    on_note: Callable[[str], None] = lambda _: None,
) -> Iterator[KnownModel]:
    """Yield what is known of a model file, then what its sidecars say.

    ``on_note`` is told of a sidecar that is another file's. Raises BadFileError where the file
    cannot be read.
    """
    try:
        local = _describe_alone(file, cache, on_bytes)
    except OSError as error:
        raise BadFileError(f"{file.path}: {error.strerror or error}") from error
    yield local
    base = file.path.with_suffix("")
    for suffix in SIDECARS:
        sidecar = base.with_name(base.name + suffix)
        if sidecar.is_file():
            yield from _describe_sidecar(sidecar, local, on_note)


def _describe_alone(file: ModelFile, cache: Cache, on_bytes: Callable[[int], None]) -> KnownModel:
    """Return what a file's header, hashes and folders say of it.

    A pickle is a program and is never loaded: of all but safetensors only the bytes are hashed.
    """
    header = None
    if file.path.suffix.lower() in safetensors.SUFFIXES:
        header = safetensors.read_header(file.path, file.size)
    metadata = safetensors.describe_metadata(header.metadata) if header else {}
    kind = header.kind if header else None
    place = to_stored(file.path)
    hashes = cache.get(place, file.size, file.mtime_ns)
    if hashes is None:
        hashes = hash_file(file.path, header, on_bytes)
        cache.put(place, file.size, file.mtime_ns, hashes)
    else:
        on_bytes(file.size)
    claimed = metadata.pop(CLAIMED_HASH, None)
    return KnownModel(
        model_name=metadata.get("model_name"),
        kind=kind or file.kind,
        base_model=metadata.get("base_model"),
        file_name=to_stored(Path(file.path.name)),
        hashes=hashes,
        source=place,
        trust=Trust.HEADER,
        extra={CLAIMED_HASH: claimed} if claimed else {},
    )


def _describe_sidecar(
    sidecar: Path, local: KnownModel, on_note: Callable[[str], None]
) -> Iterator[KnownModel]:
    """Yield a sidecar's entries.

    The one that is the file beside it gets that file's name and hashes.
    """
    try:
        found = list(sources.read_models(sidecar, Trust.CIVITAI))
    except BadFileError:  # most .json beside models are notes of a web interface
        return
    own = _find_own(found, local)
    if own is None and found:
        on_note(
            f"{sidecar}: is of another file than {local.file_name}, whose SHA-256 begins with "
            f"{local.hashes['sha256'][:10]} and is not in it"
        )
    for model in found:
        if model is not own:
            yield model
            continue
        hashes = {**model.hashes, **local.hashes}
        kind = model.kind or local.kind
        yield replace(model, file_name=local.file_name, hashes=hashes, kind=kind)


def _find_own(found: list[KnownModel], local: KnownModel) -> KnownModel | None:
    """Return the entry that is the local file: by its hash, else the first that may be it."""
    for model in found:
        stated = model.hash("sha256")
        if stated is not None and local.hashes["sha256"].startswith(stated):
            return model
    return next((model for model in found if _may_be(model, local)), None)


def _may_be(model: KnownModel, local: KnownModel) -> bool:
    """Tell whether an entry without SHA-256 is the local file: of its name, or of none."""
    if model.hash("sha256") is not None:
        return False
    return model.file_name is None or stem(model.file_name) == stem(local.file_name or "")
