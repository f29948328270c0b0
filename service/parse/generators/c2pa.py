"""C2PA manifests (Content Credentials), signed, in PNG ``caBX``, JPEG APP11, WebP ``C2PA`` and MP4.

They say who made an image; OpenAI, Google and Adobe Firefly write them. A manifest holds CBOR:
``claim_generator`` or, since claim version 2, ``claim_generator_info``; ``actions`` with
``softwareAgent`` (a text, later an object of name and version), ``description`` and
``digitalSourceType``, which ends with ``trainedAlgorithmicMedia`` or
``compositeWithTrainedAlgorithmicMedia`` where a model made the picture or a part of it. Prompt,
model and settings are in none of them. Cameras and editors sign too: without that source type a
file is no AI image.

- OpenAI: generator ``OpenAI-API``, ``ChatGPT``, ``OpenAI Media Service API``; agent ``DALL·E``,
  ``GPT-4o``, ``gpt-image``.
- Google (Gemini, Imagen): generator ``Google C2PA Core Generator Library``;
  ``Created by Google Generative AI.``
- Adobe: agent ``Adobe Firefly``, under the generator ``Adobe_Firefly`` or, for Generative Fill,
  ``Adobe_Photoshop/25.1.0``.

Sources: the corpus (chatgpt-image2, gemini_3.1pro, splash-banner, generated-…) and the C2PA
specification, versions 1.4 and 2.2.
"""

import re
from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import JsonTable
from service.records import Blob, Blobs, Fact, Generation

MAKERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("openai-c2pa", re.compile(r"openai|chatgpt|dall.?e\b|\bgpt-|\bsora\b", re.IGNORECASE)),
    ("adobe-firefly-c2pa", re.compile(r"firefly", re.IGNORECASE)),
    ("google-c2pa", re.compile(r"google|gemini|imagen\b|nano.?banana", re.IGNORECASE)),
)
"""Who is named by an action's agent or description, or by the claim."""

TRAINED = re.compile(r"trainedAlgorithmicMedia\Z", re.IGNORECASE)

ACTIONS = ("cbor:actions", "jumbf:actions")
CLAIMS = (
    "cbor:claim_generator",
    "cbor:claim_generator_info",
    "jumbf:claim_generator",
    "jumbf:claim_generator_info",
)
INGREDIENTS = (
    "cbor:title",
    "cbor:format",
    "cbor:instanceid",
    "cbor:relationship",
    "jumbf:title",
    "jumbf:format",
    "jumbf:instanceid",
    "jumbf:relationship",
)
"""What the manifest says of the files that the image was made from."""

SILENT = "a C2PA manifest states who made the image, and neither prompt nor settings"


def claim(blobs: Blobs) -> Claim:
    """Claim a manifest by which a model made the picture or a part of it."""
    if not _texts_of_drawing_actions(blobs):
        return Claim.NO
    if find_maker(blobs):
        return Claim.MARKER
    return Claim.SHAPE


def parse(blobs: Blobs) -> Generation:
    """Return the maker, and the manifest's statements as facts."""
    facts: list[Fact] = []
    for blob in blobs.all(*CLAIMS, *ACTIONS, *INGREDIENTS):
        facts += _facts(blob)
    return Generation(find_maker(blobs), {}, facts=tuple(facts), unsettled=(SILENT,))


def find_maker(blobs: Blobs) -> str | None:
    """Return our name of the maker: by the action that made the picture, else by the claims.

    None for a maker that has no name here.
    """
    claims: list[str] = []
    for blob in blobs.all(*CLAIMS):
        claims += _texts_of(blob.data or blob.text)
    for texts in (_texts_of_drawing_actions(blobs), claims):
        named = "\n".join(texts)
        for name, pattern in MAKERS:
            if pattern.search(named):
                return name
    return None


def _texts_of_drawing_actions(blobs: Blobs) -> list[str]:
    """Return a text for each action in which a model drew; an empty one where it names nobody."""
    texts: list[str] = []
    for blob in blobs.all(*ACTIONS):
        actions = blob.data if isinstance(blob.data, list) else [blob.data]
        for action in actions:
            if isinstance(action, dict) and _is_drawn(action):
                agent, description = action.get("softwareAgent"), action.get("description")
                texts.append("\n".join(_texts_of([agent, description])))
    return texts


def _is_drawn(action: dict[str, JsonValue]) -> bool:
    kind = action.get("digitalSourceType")
    return isinstance(kind, str) and TRAINED.search(kind) is not None


def _texts_of(value: JsonValue) -> Iterator[str]:
    """Yield the texts of a value that is a text, or a list or object of texts."""
    inner: Iterable[JsonValue] = [value]
    if isinstance(value, list):
        inner = value
    elif isinstance(value, dict):
        inner = value.values()
    for item in inner:
        if isinstance(item, dict):
            yield from (text for text in item.values() if isinstance(text, str))
        elif isinstance(item, str):
            yield item


def _facts(blob: Blob) -> Iterator[Fact]:
    """Yield a statement's values under its own names, without the binary ones."""
    tag = blob.source.rpartition(":")[2]
    key = tag[:1].lower() + tag[1:]
    if blob.data is None:
        yield Fact(key, blob.text, blob.source)
        return
    for fact in JsonTable({key: blob.data}, blob.source).facts():
        if not fact.value.startswith(("base64:", "self#jumbf")):
            yield fact


PARSER = Parser("c2pa", 1, claim, parse)
