"""Every setting with its type, range and default. ``config.toml`` says what each is for.

A test holds that config.toml, as it is delivered, says exactly these defaults.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    field_validator,
    model_validator,
)

from service import paths
from service.config.values import (
    Categories,
    Extensions,
    InputFolder,
    OptionalFolder,
    OutputPath,
    Patterns,
    Processes,
    Program,
    RootName,
    Section,
    SidecarEndings,
    not_empty,
    refusal,
)
from service.sidecars import ENDINGS

DEFAULT_ROOT = "Input"
"""The name and the folder of the one root that is watched where none is configured."""

EXTENSIONS = tuple(
    ".png .apng .jpg .jpeg .jpe .jfif .webp .avif .heic .heif .jxl .gif .tif .tiff "
    ".mp4 .m4v .mov .webm .mkv .glb".split()
)

IGNORE = (
    "*.tmp",
    "*.temp",
    "*.part",
    "*.partial",
    "*.crdownload",
    "~*",
    "._*",  # macOS writes these beside every file on a foreign disk
    "Thumbs.db",
    "desktop.ini",
    "@eaDir",  # Synology's thumbnails
    "#recycle",
    "$RECYCLE.BIN",
    "System Volume Information",
    ".stversions",  # Syncthing's old copies
    ".stfolder",
    "*.swarmpreview.jpg",  # SwarmUI's own thumbnails, without metadata
)


class RootFolder(Section):
    """``[[root]]``: one watched folder."""

    name: RootName
    path: InputFolder
    recursive: bool = True
    events: paths.EventSource = "auto"
    links: bool = False

    def as_root(self) -> paths.Root:
        """Return the folder as the rest of the program knows it."""
        return paths.Root(self.name, self.path, self.recursive, self.events, self.links)


class Watch(Section):
    """``[watch]``: which files are seen, and when."""

    extensions: Extensions = EXTENSIONS
    ignore: Patterns = IGNORE
    sidecars: SidecarEndings = ENDINGS
    hidden: bool = False
    settle_seconds: float = Field(default=0.5, ge=0, le=3600)
    empty_settle_seconds: float = Field(default=10.0, ge=0, le=86400)
    rescan_minutes: float = Field(default=5.0, ge=0.1, le=10080)
    poll_seconds: float = Field(default=30.0, ge=1, le=3600)
    scrub_days: float = Field(default=30.0, ge=0, le=3650)
    hold_missing_minutes: float = Field(default=60.0, ge=0, le=10080)


class Extract(Section):
    """``[extract]``: what reads images, and how ExifTool is run."""

    reader: Literal["auto", "exiftool"] = "auto"
    exiftool: Program = None
    processes: Processes = "auto"
    batch_size: int = Field(default=64, ge=1, le=1000)
    deadline_seconds: float = Field(default=30.0, ge=1, le=3600)
    recycle_after: int = Field(default=5000, ge=1, le=1_000_000)
    stealth: bool = True


class Database(Section):
    """``[database]``: where the answers are written."""

    path: OutputPath = Path("out/images.db")


class Backup(Section):
    """``[backup]``: copies of the database."""

    every_hours: float = Field(default=24.0, ge=0, le=8760)
    keep: int = Field(default=3, ge=1, le=1000)
    folder: OptionalFolder = None


class Thumbnails(Section):
    """``[thumbnails]``: small pictures beside the database."""

    enabled: bool = False
    max_megabytes: int = Field(default=2000, ge=1, le=1_000_000)

    @property
    def max_bytes(self) -> int:
        """Return at how many bytes the file is full."""
        return self.max_megabytes * 1_000_000


class Gallery(Section):
    """``[gallery]``: the pages that show the images in a browser of this machine."""

    enabled: bool = False
    port: int = Field(default=8011, ge=1, le=65535)


class Log(Section):
    """``[log]``: what the service logs, and where."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    directory: OutputPath = Path("out/logs")
    max_megabytes: int = Field(default=10, ge=1, le=10_000)
    keep_files: int = Field(default=5, ge=1, le=1000)


def _load_export() -> type["Export"]:
    # Loaded where it is asked for: its thirty settings were a tenth of each start, and most
    # configurations have no export.
    from service.config.export import Export  # noqa: PLC0415

    return Export


def _read_export(value: object, info: ValidationInfo) -> "Export":
    return _load_export().model_validate(value, context=info.context)


if TYPE_CHECKING:
    from service.config.export import Export
else:
    Export = Annotated[Any, PlainValidator(_read_export)]


class Config(Section):
    """The whole configuration. All paths are absolute."""

    root: Annotated[tuple[RootFolder, ...], Field(strict=False), AfterValidator(not_empty)] = Field(
        default_factory=lambda: (RootFolder(name=DEFAULT_ROOT, path=Path(DEFAULT_ROOT)),),
    )
    watch: Watch = Field(default_factory=Watch)
    extract: Extract = Field(default_factory=Extract)
    database: Database = Field(default_factory=Database)
    backup: Backup = Field(default_factory=Backup)
    thumbnails: Thumbnails = Field(default_factory=Thumbnails)
    gallery: Gallery = Field(default_factory=Gallery)
    log: Log = Field(default_factory=Log)
    export: Annotated[tuple[Export, ...], Field(strict=False)] = ()
    categories: Categories = Field(default_factory=dict)

    @field_validator("export")
    @classmethod
    def _check_own_categories(cls, exports: tuple[Export, ...]) -> tuple[Export, ...]:
        if any(export.categories for export in exports):
            raise refusal("categories of an export are written in [categories], for all exports")
        return exports

    @model_validator(mode="after")
    def _hand_on_categories(self) -> Self:
        """Let the exports that ask for categories know the user's."""
        if self.categories:
            known = {"categories": self.categories}
            exports = tuple(
                export if export.by is None else export.model_copy(update=known)
                for export in self.export
            )
            object.__setattr__(self, "export", exports)
        return self

    @property
    def roots(self) -> tuple[paths.Root, ...]:
        """Return the watched folders as the rest of the program knows them."""
        return tuple(each.as_root() for each in self.root)

    @property
    def backups(self) -> Path:
        """Return the folder of the backups."""
        return self.backup.folder or self.database.path.parent / "backups"


_SECTIONS: dict[str, type[Section]] = {
    "root": RootFolder,
    "watch": Watch,
    "extract": Extract,
    "database": Database,
    "backup": Backup,
    "thumbnails": Thumbnails,
    "gallery": Gallery,
    "log": Log,
}

TABLES = (*_SECTIONS, "export")
"""The tables of config.toml."""

LISTS = ("root", "export")
"""Tables of which there may be several: ``[[root]]``."""


def section_of(table: str) -> type[Section] | None:
    """Return what may stand in a table of config.toml; None where there is no such table."""
    return _load_export() if table == "export" else _SECTIONS.get(table)
