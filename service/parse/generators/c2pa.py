"""C2PA manifests (Content Credentials): who made an image, signed.

OpenAI, Google and Adobe Firefly write them.

A manifest store (PNG ``caBX``, JPEG APP11, WebP ``C2PA``, MP4 ``uuid``) holds CBOR:
``claim_generator`` or, since claim version 2, ``claim_generator_info``; ``actions`` with
``softwareAgent`` (a text, later an object of name and version), ``description`` and
``digitalSourceType``, which ends with ``trainedAlgorithmicMedia`` or
``compositeWithTrainedAlgorithmicMedia`` where a model made the picture or a part of it. Prompt,
model and settings are in none of them. Cameras and editors sign too: without that source type a
file is no AI image.

- OpenAI: generator ``OpenAI-API``, ``ChatGPT``, ``OpenAI Media Service API``; agent ``DALL·E``, ``GPT-4o``,
  ``gpt-image``.
- Google (Gemini, Imagen): generator ``Google C2PA Core Generator Library``; ``Created by Google Generative AI.``
- Adobe: agent ``Adobe Firefly``, under the generator ``Adobe_Firefly`` or, for Generative Fill,
  ``Adobe_Photoshop/25.1.0``.

Sources: the corpus (chatgpt-image2, gemini_3.1pro, splash-banner, generated-…) and the C2PA specification, versions
1.4, 2.2.
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
CLAIMS = tuple(
    f"{group}:{name}"
    for group in ("cbor", "jumbf")
    for name in ("claim_generator", "claim_generator_info")
)
WHAT = tuple(
    f"{group}:{name}"
    for group in ("cbor", "jumbf")
    for name in ("title", "format", "instanceid", "relationship")
)

SILENT = "a C2PA manifest states who made the image, and neither prompt nor settings"


def claim(blobs: Blobs) -> Claim:
    """Claim a manifest by which a model made the picture or a part of it."""
    if next(_words_of_drawing_actions(blobs), None) is None:
        return Claim.NO
    return Claim.MARKER if maker(blobs) else Claim.SHAPE


def parse(blobs: Blobs) -> Generation:
    """Return the maker, and the manifest's statements as facts."""
    facts = (fact for blob in blobs.all(*CLAIMS, *ACTIONS, *WHAT) for fact in _facts(blob))
    return Generation(maker(blobs), {}, facts=tuple(facts), unsettled=(SILENT,))


def maker(blobs: Blobs) -> str | None:
    """Return our name of the maker: by the action that made the picture, else by the claims.

    None for others.
    """
    for words in (
        _words_of_drawing_actions(blobs),
        (text for blob in blobs.all(*CLAIMS) for text in _words(blob.data or blob.text)),
    ):
        said = "\n".join(words)
        found = next((name for name, pattern in MAKERS if pattern.search(said)), None)
        if found is not None:
            return found
    return None


def _words_of_drawing_actions(blobs: Blobs) -> Iterator[str]:
    """Yield the words of each action in which a model drew; empty where it names nobody."""
    for blob in blobs.all(*ACTIONS):
        for action in blob.data if isinstance(blob.data, list) else [blob.data]:
            kind = action.get("digitalSourceType") if isinstance(action, dict) else None
            if isinstance(action, dict) and isinstance(kind, str) and TRAINED.search(kind):
                yield "\n".join(_words([action.get("softwareAgent"), action.get("description")]))


def _words(value: JsonValue) -> Iterator[str]:
    """Yield the texts of a value that is a text, or a list or object of texts."""
    inner: Iterable[JsonValue] = [value]
    if isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
    for one in inner:
        if isinstance(one, dict):
            yield from (word for word in one.values() if isinstance(word, str))
        elif isinstance(one, str):
            yield one


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
