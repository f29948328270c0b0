"""C2PA manifests (Content Credentials), signed, in PNG ``caBX``, JPEG APP11, WebP ``C2PA`` and MP4.

They say who made an image; OpenAI, Google, Adobe, Microsoft and others write them. A manifest holds
CBOR: ``claim_generator`` or, since claim version 2, ``claim_generator_info``; ``actions`` with
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
- Microsoft (Bing, Designer): generator ``Microsoft_Responsible_AI/1.0``, agent ``Image Creator from
  Designer``, ``AI Generated Image`` as description and no source type.
- Black Forest Labs, Amazon (Titan, Nova), Samsung, Stability and any other: by the name they sign
  with, ``Some Maker`` being ``some-maker-c2pa``.

Sources: the corpus (chatgpt-image2, gemini_3.1pro, splash-banner, generated-…) and the C2PA
specification, versions 1.4 and 2.2.
"""

import re
from collections.abc import Iterable, Iterator

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import JsonTable
from service.records import Blob, Blobs, Fact, Generation
from service.records.json_values import JsonValue

MAKERS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("microsoft", r"microsoft|\bbing\b|image creator from designer"),
        ("openai", r"openai|chatgpt|dall.?e\b|\bgpt-|\bsora\b"),
        ("adobe-firefly", r"firefly"),
        ("bfl", r"black forest labs|\bflux\b|\bbfl\b"),
        ("amazon", r"amazon|\baws\b|bedrock|titan image|nova canvas"),
        ("samsung", r"samsung|galaxy"),
        ("stability", r"stability ?ai|stable (?:diffusion|image)"),
        ("google", r"google|gemini|imagen\b|nano.?banana"),
    )
)
"""Who is named by an action's agent or description, by the claim, or by a credit line."""

TRAINED = light_pattern(r"trainedAlgorithmicMedia\Z", re.IGNORECASE)

GENERATED = light_pattern(r"ai.generated\b.*", re.IGNORECASE)
"""A description that says so where no source type does (Microsoft)."""

_LIBRARY = light_pattern(r"c2pa|contentauth|make_test_images|adobe_unit_test", re.IGNORECASE)
_NAME_END = light_pattern(r"[/\n(]")
_VERSION = light_pattern(r"[ _-]+v?\d[\w.]{0,20}\s*\Z")
_NO_WORD = light_pattern(r"[^a-z0-9]+")
_LONGEST_NAME = 40

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
    maker = find_maker(blobs) or _name_of_signer(blobs)
    return Generation(maker, {}, facts=tuple(facts), unsettled=(SILENT,))


def find_maker(blobs: Blobs) -> str | None:
    """Return our name of a known maker: by the action that made the picture, else by the claims."""
    for texts in (_texts_of_drawing_actions(blobs), _texts_of_claims(blobs)):
        maker = maker_of_text("\n".join(texts))
        if maker:
            return f"{maker}-c2pa"
    return None


def maker_of_text(text: str) -> str | None:
    """Return the maker that a text names, or None."""
    for name, pattern in MAKERS:
        if pattern.search(text):
            return name
    return None


def _texts_of_claims(blobs: Blobs) -> list[str]:
    texts: list[str] = []
    for blob in blobs.all(*CLAIMS):
        texts += _texts_of(blob.data or blob.text)
    return texts


def _name_of_signer(blobs: Blobs) -> str | None:
    """Return a name made of the one that an unknown maker signs with; a library's is none."""
    for text in (*_texts_of_drawing_actions(blobs), *_texts_of_claims(blobs)):
        name = _VERSION.sub("", _NAME_END.split(text.strip(), maxsplit=1)[0])
        slug = _NO_WORD.sub("-", name.lower()).strip("-")
        if slug and len(slug) <= _LONGEST_NAME and not _LIBRARY.search(name):
            return f"{slug}-c2pa"
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
    kind, description = action.get("digitalSourceType"), action.get("description")
    if isinstance(kind, str):
        return TRAINED.search(kind) is not None
    return isinstance(description, str) and GENERATED.fullmatch(description.strip()) is not None


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


PARSER = Parser("c2pa", 2, claim, parse, roles=frozenset(ACTIONS))
