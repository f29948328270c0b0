"""What an export lists, straight from the compact tables: a text, and how often it was met.

Counted is every image the database knows, those included whose file is gone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple, cast, get_args

import orjson

from service.records import ResourceKind, Side, TokenKind
from service.store.binding import text
from service.store.sql import Reading, sql

COMPUTED_KEYS = (
    "positive_prompt",
    "negative_prompt",
    "seed",
    "Seed",
    "prompt_tokens",
    "neg_tokens",
)
"""Keys of ``kv`` whose values may be elsewhere; the view knows where."""

SqlRow = tuple[Any, ...]
"""As SQLite gives it."""

DIFFERENT = 20_000
"""Names that are counted in memory at once: some megabytes."""
IMAGES = 500
"""Whose tokens are asked for at once."""


class Listed(NamedTuple):
    """One text of a list. The same text may come several times; whoever gathers them adds up."""

    model: str
    """'' where lists are not split by model, or none is known."""
    month: str
    """``2026-01``; '' where lists are not split by month."""
    text: str
    times: int


class UsedLora(NamedTuple):
    """A LoRA of one image."""

    model: str
    month: str
    label: str
    weight: float | None
    image_id: int


class Split(NamedTuple):
    """By what a list is split into several."""

    by_model: bool = False
    by_month: bool = False


UNSPLIT = Split()


class _Terms(NamedTuple):
    """Which tokens are asked for."""

    query: str
    side: Side
    kinds: list[TokenKind]


class ListReader:
    """The lists of one database, of all its images or of some.

    Rows come one at a time; a list of any length takes the same memory.
    """

    def __init__(
        self,
        connection: Reading,
        split: Split = UNSPLIT,
        images: Sequence[int] | None = None,
    ) -> None:
        """``images``: of which tokens and prompts are listed; None: of all."""
        self._connection = connection
        self._images = images
        self._split = {"by_model": split.by_model, "by_month": split.by_month}
        self._is_split = any(split)

    def tokens(
        self, side: Side, kinds: Sequence[TokenKind], *, written: bool = True, by_uses: bool = False
    ) -> Iterator[Listed]:
        """Yield the tokens of these kinds, each once an image, or as often as it is in a prompt.

        ``written``: as the prompt has them, embeddings by what calls them; else normalized. Counts
        may be below nought where they take back what another row says too much.
        """
        if self._is_split or self._images is not None:
            return self._split_tokens(side, kinds, written=written, by_uses=by_uses)
        return self._unsplit_tokens(side, kinds, written=written, by_uses=by_uses)

    def _unsplit_tokens(
        self, side: Side, kinds: Sequence[TokenKind], *, written: bool, by_uses: bool
    ) -> Iterator[Listed]:
        plain = [kind for kind in kinds if kind != "embedding"]
        others = [kind for kind in get_args(TokenKind) if kind not in plain and kind != "tag"]
        asked = {"side": side, "kinds": orjson.dumps(plain).decode(), "by_uses": by_uses}
        if "tag" in plain:
            yield from self._rows("list_tokens", **asked, others=orjson.dumps(others).decode())
        else:
            yield from self._rows("list_tokens_of_kinds", **asked)
        if written:
            spellings = self._connection.execute(sql("list_spellings"), self._bind(asked))
            for counts in _count_rows([spellings]):
                rows = []
                for (id_, spelling_id), times in counts.items():
                    rows.append({"id": id_, "spelling_id": spelling_id, "times": times})
                yield from self._look_up("list_spelling", rows)
        if "embedding" in kinds:
            found = self._connection.execute(sql("list_embeddings"), self._bind(asked))
            for counts in _count_rows([(row[:3] for row in found)]):
                yield from self._look_up_terms(counts, "", "", written=written)

    def _split_tokens(
        self, side: Side, kinds: Sequence[TokenKind], *, written: bool, by_uses: bool
    ) -> Iterator[Listed]:
        terms = _Terms(sql("list_uses" if by_uses else "list_terms"), side, list(kinds))
        places = self._places()
        for (model, month), images in groupby(places, key=itemgetter(0, 1)):
            for counts in _count_rows(self._terms(terms, images)):
                yield from self._look_up_terms(counts, model, month, written=written)

    def _places(self) -> Iterable[SqlRow]:
        """Return each image with its model and month, as far as lists are split by them."""
        if not self._is_split:
            return (("", "", id_) for id_ in self._images or ())
        rows = self._connection.execute(sql("list_places"), self._bind(self._split))
        if self._images is None:
            return cast("Iterable[SqlRow]", rows)
        wanted = set(self._images)
        return (row for row in rows if row[-1] in wanted)

    def _look_up_terms(
        self, counts: Mapping[SqlRow, int], model: str, month: str, *, written: bool
    ) -> Iterator[Listed]:
        rows = []
        for (id_, spelling_id, call), times in counts.items():
            row = {"model": model, "month": month, "id": id_, "times": times}
            row["spelling_id"] = spelling_id if written else None
            row["call"] = call if written else None
            rows.append(row)
        yield from self._look_up("list_term", rows)

    def prompts(self, which: Side) -> Iterator[Listed]:
        """Yield the prompts of the base passes, as the files have them."""
        if self._images is None:
            return self._rows("list_prompts", which=which, **self._split)
        ids = orjson.dumps(list(self._images)).decode()
        return self._rows("list_prompts_of", which=which, ids=ids, **self._split)

    def values(self, key: str) -> Iterator[Listed]:
        """Yield the values of a key of ``kv``."""
        if key in COMPUTED_KEYS:
            return self._rows("list_values_computed", key=text(key), **self._split)
        if self._is_split:
            return self._rows("list_values_split", key=text(key), **self._split)
        return self._rows("list_values", key=text(key))

    def resources(self, kind: ResourceKind | None, *, labels: bool = False) -> Iterator[Listed]:
        """Yield the names of the resources that had an effect, or their labels.

        A name is the AIR URN where it is known.
        """
        if self._is_split:
            return self._rows("list_resources_split", kind=kind, labels=labels, **self._split)
        return self._unsplit_resources(kind, labels=labels)

    def loras(self) -> Iterator["UsedLora"]:
        """Yield every use of a LoRA that had an effect."""
        rows = self._connection.execute(sql("list_loras"), self._bind(self._split))
        return map(UsedLora._make, rows)

    def count_images(self) -> int:
        """Return how many images have a positive prompt."""
        return int(self._connection.execute(sql("count_prompted")).get or 0)

    def count_images_with(self, term: int) -> int:
        """Return how many images have a token in their positive prompt."""
        return int(self._connection.execute(sql("count_with_term"), (term,)).get or 0)

    def words_of(self, images: Sequence[int]) -> dict[int, tuple[str, int]]:
        """Return the tags and phrases of images: id → how it is mostly written, and how often."""
        uses: Counter[SqlRow] = Counter()
        terms = _Terms(sql("list_terms"), "pos", ["tag", "phrase"])
        for rows in self._terms(terms, ((id_,) for id_ in images)):
            uses.update(rows)
        times: Counter[int] = Counter()
        commonest: dict[int, int | None] = {}
        for (id_, spelling_id, _), count in uses.most_common():
            times[id_] += count
            commonest.setdefault(id_, spelling_id)
        return {id_: (self._spell(id_, commonest[id_]), times[id_]) for id_ in times}

    def _spell(self, term: int, spelling: int | None) -> str:
        return str(self._connection.execute(sql("spell_term"), (spelling, term)).get)

    def keys(self) -> list[str]:
        """Return the keys of ``kv``, our own first."""
        return [key for (key,) in self._connection.execute(sql("list_keys"))]

    def _unsplit_resources(self, kind: ResourceKind | None, *, labels: bool) -> Iterator[Listed]:
        used = self._connection.execute(sql("list_used"), {"kind": kind, "labels": int(labels)})
        for counts in _count_rows([used]):
            rows = []
            for (name_id, label_id), times in counts.items():
                rows.append({"name_id": name_id, "label_id": label_id, "times": times})
            yield from self._look_up("list_resource", rows)

    def _terms(self, terms: "_Terms", images: Iterator[SqlRow]) -> Iterator[Iterable[SqlRow]]:
        """Yield the ids of the images' tokens, some images at a time."""
        kinds = orjson.dumps(terms.kinds).decode()
        while some := list(islice(images, IMAGES)):
            ids = orjson.dumps([image_id for *_, image_id in some]).decode()
            bound = {"ids": ids, "side": terms.side, "kinds": kinds}
            yield self._connection.execute(terms.query, bound)

    def _rows(self, name: str, **arguments: object) -> Iterator[Listed]:
        return map(Listed._make, self._connection.execute(sql(name), self._bind(arguments)))

    def _look_up(self, name: str, rows: Iterable[Mapping[str, object]]) -> Iterator[Listed]:
        for row in rows:
            yield from map(Listed._make, self._connection.execute(sql(name), row))

    @staticmethod
    def _bind(arguments: Mapping[str, object]) -> dict[str, object]:
        """Return arguments as SQLite takes them: it has no booleans."""
        bound = dict(arguments)
        for key, value in arguments.items():
            if isinstance(value, bool):
                bound[key] = int(value)
        return bound


def _count_rows(sources: Iterable[Iterable[SqlRow]]) -> Iterator[Counter[SqlRow]]:
    """Yield how often each row was met.

    In several parts, where they are too many different ones to be held.
    """
    counts: Counter[SqlRow] = Counter()
    for source in sources:
        rows = iter(source)
        while some := list(islice(rows, DIFFERENT)):
            counts.update(some)
            if len(counts) > DIFFERENT:
                yield counts
                counts.clear()
    yield counts
