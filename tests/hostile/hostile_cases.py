"""Every hostile file by name, with a sentence of what it does to a careless reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import hostile_containers as made
import hostile_graphs as graphs
import hostile_texts as texts
from containers import PLACES
from hostile_containers import Write
from hostile_texts import INFOTEXT, MILLION

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile file."""

    name: str
    """Ends with the file's extension."""
    what: str
    """What the file is, in a sentence."""
    write: Write
    file_name: str = ""
    """Where the file's own name is what is hostile."""

    def drop(self, folder: Path, number: int = 0) -> Path:
        """Write the file beside its place and move it there, as a careful program does."""
        name = self.file_name or f"{self.name.rpartition('.')[0]}-{number}.{self._ending}"
        stem, _, ending = name.rpartition(".")
        path = folder / (f"{stem}{number}.{ending}" if number and self.file_name else name)
        aside = folder.parent / "aside"
        aside.mkdir(exist_ok=True)
        temporary = aside / f"{number}.{self._ending}"
        self.write(temporary)
        for beside in aside.iterdir():
            if beside != temporary:
                beside.replace(path.with_suffix(beside.suffix))
        temporary.replace(path)
        return path

    @property
    def _ending(self) -> str:
        return self.name.rpartition(".")[2]


def _issue() -> Iterator[Case]:
    """Yield the files with which the service was first brought down."""
    yield Case(
        "million-blanks.png",
        "1 kB; a million blanks before an infotext in zTXt: a quadratic pattern",
        made.compressed_png("parameters", texts.before("blanks")),
    )
    yield Case(
        "prompt-of-60-megabytes.png",
        "58 kB; a prompt of 60 MB in zTXt, just under the cap of texts",
        made.compressed_png("parameters", texts.long_prompt(60)),
    )
    yield Case(
        "graph-of-50-megabytes.glb",
        "a GLB whose asset holds 50 MB of a graph's text",
        made.glb_of(texts.wide_object(2_500_000)),
    )
    yield Case(
        "tags-of-30-megabytes.png",
        "1.5 million different tags: 30 MB of them",
        made.compressed_png("parameters", texts.many_tags(1_500_000)),
    )
    yield Case(
        "sparse-video.mp4",
        "a sparse video of 200 GB, whose hash takes hours",
        made.sparse_video(200 * GIB),
    )


def _runs() -> Iterator[Case]:
    """Yield a million of each piece within, before and behind an infotext."""
    for name in texts.RUNS:
        yield Case(
            f"run-of-{name}.png",
            f"a million characters of {name} before an infotext, within it, and behind it",
            made.several_texts(
                parameters=texts.before(name),
                Comment=texts.within(name),
                Description=texts.after(name),
            ),
        )


def _texts() -> Iterator[Case]:
    """Yield texts with more of everything than anybody needs."""
    for name, what, text in (
        ("loras", "200,000 different LoRA tags", texts.many_loras(200_000)),
        (
            "one-lora-often",
            "200,000 tags of one LoRA, each of another weight",
            texts.same_loras(200_000),
        ),
        ("settings", "300,000 settings", texts.many_settings(300_000)),
        ("hashes", "200,000 LoRAs in the list of hashes", texts.many_hashes(200_000)),
        ("detailers", "50,000 units of ADetailer, each a pass", texts.many_units(50_000)),
        ("deep-brackets", "brackets a million deep", texts.within("brackets-of-all-kinds")),
    ):
        yield Case(f"{name}.png", what, made.compressed_png("parameters", text))
    for role in ("prompt", "workflow", "Comment", "parameters", "sd-metadata"):
        for name, what, text in (
            ("open-arrays", "a million opened arrays", texts.deep("[", MILLION)),
            ("deep-arrays", "arrays 100,000 deep", texts.deep("[", 100_000, "]")),
            ("deep-objects", "objects 900 deep", texts.deep('{"a":', 900, "}")),
            ("wide-object", "an object of a million keys", texts.wide_object(MILLION)),
            ("wide-array", "an array of a million objects", texts.wide_array(MILLION)),
        ):
            yield Case(f"{name}-{role}.png", f"{what} as {role}", made.compressed_png(role, text))
    yield Case(
        "number-of-a-million-digits.png",
        "a JSON number of a million digits as prompt",
        made.compressed_png(
            "prompt",
            lambda: '{"1": {"class_type": "a", "inputs": {"seed": ' + "9" * MILLION + "}}}",
        ),
    )


def _graphs() -> Iterator[Case]:
    """Yield graphs of ComfyUI."""
    for name, what, graph in (
        ("nodes", "100,000 nodes that nothing uses", graphs.many_nodes(100_000)),
        ("samplers", "20,000 samplers one behind the other", graphs.many_samplers(20_000)),
        ("lora-chain", "a model behind 50,000 LoRA loaders", graphs.lora_chain(50_000)),
        ("doubling-texts", "a text doubled 60 times", graphs.doubling_texts(60)),
        ("doubling-conditionings", "a prompt doubled 60 times", graphs.doubling_conditionings(60)),
        ("doubling-numbers", "a seed of 2^60 products", graphs.doubling_numbers(60)),
        ("power-tower", "a seed of more digits than atoms", graphs.power_tower),
        ("small-circle", "conditionings and models in a circle of 1", graphs.circle(1)),
        ("large-circle", "conditionings and models in a circle of 20,000", graphs.circle(20_000)),
        ("dense", "500 nodes of which each is linked to every other", graphs.all_linked(500)),
    ):
        yield Case(f"graph-{name}.png", what, made.compressed_png("prompt", graph))
    for name, what, graph in (
        ("reroutes", "100,000 reroutes in a row", graphs.workflow(100_000)),
        (
            "subgraphs",
            "subgraphs in subgraphs: 20 to the power of 10",
            graphs.subgraph_bomb(10, 20),
        ),
        ("subgraph-in-itself", "a subgraph that holds itself twice", graphs.subgraph_in_itself),
        ("group-nodes", "group nodes: 20 to the power of 10", graphs.group_node_bomb(10, 20)),
    ):
        yield Case(f"workflow-{name}.png", what, made.compressed_png("workflow", graph))


def _places() -> Iterator[Case]:
    """Yield long texts in each place of each container where texts are met."""
    small = texts.before("blanks", 30_000)
    for place in ("UserComment.jpg", "COM.jpg", "XMP-description.jpg"):
        name, _, ending = place.rpartition(".")
        yield Case(
            f"blanks-{name}.{ending}",
            f"blanks before an infotext in {name} of a JPEG, as many as go in",
            made.in_place(PLACES[place], small),
        )
    large = texts.before("blanks")
    places = ("comment.gif", "comment.mp4", "key.mov", "COMMENT.webm", "COMMENT.mkv", "Exif.jxl")
    for place in (*places, "XMP.jxl", "tEXt.png", "iTXt.png", "iTXt-compressed.png"):
        name, _, ending = place.rpartition(".")
        yield Case(
            f"blanks-{name}.{ending}",
            f"a million blanks before an infotext in {name} of {ending}",
            made.in_place(PLACES[place], large),
        )
    for form in ("WEBP", "AVIF", "PNG"):
        yield Case(
            f"tags-UserComment.{form.lower()}",
            f"200,000 tags in the UserComment of {form}",
            made.user_comment(form, texts.many_tags(200_000)),
        )
    for form in ("WEBP", "AVIF"):
        yield Case(
            f"prompt-XMP.{form.lower()}",
            f"a prompt of 20 MB in the XMP of {form}",
            made.xmp_text(form, texts.long_prompt(20)),
        )
    for place in ("comment.mp4", "COMMENT.mkv", "comment.gif"):
        name, _, ending = place.rpartition(".")
        yield Case(
            f"prompt-{name}.{ending}",
            f"a prompt of 30 MB in {name} of {ending}",
            made.in_place(PLACES[place], texts.long_prompt(30)),
        )
    yield Case(
        "prompt.tiff", "a description of 30 MB in a TIFF", made.tiff_text(texts.long_prompt(30))
    )
    for ending, text in ((".txt", texts.long_prompt(60)), (".json", texts.deep("[", MILLION))):
        yield Case(
            f"beside{ending.replace('.', '-')}.png",
            f"an image with a {ending} of megabytes beside it",
            made.image_and_text(ending, text),
        )


def _structures() -> Iterator[Case]:
    """Yield files whose containers are what costs."""
    yield Case(
        "million-chunks.png", "a million empty chunks", made.many_chunks(b"vpAg", b"", MILLION)
    )
    yield Case(
        "million-texts.png",
        "a million texts of one keyword",
        made.many_chunks(b"tEXt", b"Comment\0a", MILLION),
    )
    yield Case(
        "numbered-texts.png", "100,000 texts, each of its own keyword", made.numbered_texts(100_000)
    )
    yield Case(
        "frames.png", "a million frames of an APNG", made.many_chunks(b"fcTL", bytes(26), MILLION)
    )
    yield Case("length-2-gib.png", "a text that claims 2 GiB", made.chunk_of_length(2**31 - 1))
    yield Case("length-4-gib.png", "a text that claims 4 GiB", made.chunk_of_length(2**32 - 1))
    for kind in (b"zTXt", b"iTXt", b"iCCP"):
        yield Case(
            f"bomb-{kind.decode()}.png",
            f"a {kind.decode()} of 250 kB that inflates to 256 MiB",
            made.zip_bomb(kind, GIB // 4),
        )
    yield Case("wide.png", "a picture that claims 2^62 pixels", made.wide_png(2**31 - 1, 2**31 - 1))
    yield Case("stealth-bomb.png", "pixels that hide a gzip of 200 MB", made.stealth_bomb)
    yield Case(
        "stealth-of-all.png", "64 million pixels that are all text", made.stealth_of_all_pixels
    )
    yield Case(
        "deep.glb", "a GLB with JSON 100,000 deep", made.glb(texts.deep('{"a":', 100_000, "}"))
    )
    yield Case(
        "wide.glb",
        "a GLB with an array of 3 million objects",
        made.glb(texts.wide_array(3 * MILLION)),
    )
    yield Case("comments.jpg", "a million comments in a JPEG", made.many_segments(0xFE, MILLION))
    yield Case(
        "segments.jpg", "a million APP9 segments in a JPEG", made.many_segments(0xE9, MILLION)
    )
    yield Case("comments.gif", "300,000 comments in a GIF", made.gif_comments(300_000))
    yield Case(
        "directories.tiff", "100,000 directories, one behind the other", made.directories(100_000)
    )
    yield Case(
        "entries.tiff", "65,535 entries of one directory, all of one text", made.many_entries
    )
    yield Case(
        "directory-in-itself.tiff", "directories that hold themselves", made.directory_in_itself
    )
    for name, what, packet in (
        ("deep", "elements 100,000 deep", partial(made.deep_xmp, 100_000)),
        ("wide", "200,000 properties", partial(made.wide_xmp, 200_000)),
        ("list", "a list of 300,000 entries", partial(made.listed_xmp, 300_000)),
        ("entities", "entities that double thirty times", made.entity_xmp),
        ("unclosed", "300,000 elements that are never closed", partial(made.unclosed_xmp, 300_000)),
    ):
        yield Case(f"xmp-{name}.png", f"XMP with {what}", made.xmp_png(packet))
    yield Case("boxes.mp4", "a million empty boxes", made.many_boxes(MILLION))
    yield Case("nested.mp4", "boxes 100,000 deep", made.nested_boxes(100_000))
    yield Case(
        "comments.mp4", "100,000 comments, each a kind of its own", made.many_comments_mp4(100_000)
    )
    yield Case("tags.webm", "100,000 lists of tags", made.matroska_tags(100_000))
    yield Case("sparse.png", "a sparse PNG of 20 GB", made.sparse(b"\x89PNG\r\n\x1a\n", 20 * GIB))


def _names() -> Iterator[Case]:
    """Yield good images with names that some program takes for something else."""
    write = made.text_png("parameters", lambda: INFOTEXT)
    for number, name in enumerate(
        (
            "-execute.png",
            "#comment.png",
            "a\nb.png",
            "a\r\n-stay_open\nFalse\n.png",
            "con.png",
            "nul .png",
            "a:stream.png",
            "\u202egnp.exe.png",
            "%s%n$(reboot)`id`.png",
            "x" * 240 + ".png",
            "e\u0301" * 60 + ".png",
            "\udcff\udcfe.png",
        )
    ):
        yield Case(f"name-{number}.png", f"a good image named {name[:40]!a}", write, name)


CASES: tuple[Case, ...] = (
    *_issue(),
    *_runs(),
    *_texts(),
    *_graphs(),
    *_places(),
    *_structures(),
    *_names(),
)
