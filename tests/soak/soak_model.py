"""What must be true: a plain account of every file, which rows must be kept, and what was done.

A place is a root's name and the path below it: ``Input/a/b.png``.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from drawn_contents import Content, Facts

REMEMBERED = 12
"""What was done last, of each place."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the database says of a place."""

    id: int
    state: str
    facts: Facts


@dataclass(slots=True)
class Promise:
    """A row that a file has to keep."""

    id: int
    left: set[str] = field(default_factory=set)
    """Where the file was since the row was seen there."""
    is_overwritten: bool = False
    """Since then. Who is moved as well as overwritten may be another file."""


class Model:
    """Knows what each file holds, and what its row must be.

    A row is kept: by a file that is overwritten where it is, and by one that is moved, however
    often, as long as nobody takes the places that it left. Of copies, of files that ExifTool cannot
    read and of what nobody has seen between two changes nothing is promised but a row.
    """

    def __init__(self) -> None:
        self.present: dict[str, Content] = {}
        self.away: set[str] = set()
        """Places on disks that are not there now: their rows stay as they are."""
        self.places: set[str] = set()
        """Every place that ever had a file."""
        self.gone: dict[str, tuple[int, Content]] = {}
        """Place → id of the row that must say that its file is missing, and what that file was."""
        self._perhaps_seen: set[int] = set()
        """Numbers of contents that were deleted so soon that nobody may have seen them."""
        self._promises: dict[str, Promise] = {}
        self._settled: dict[str, Content] = {}
        """What was at each place when all rows were seen."""
        self._shared: set[str | None] = {None}
        """Contents that more than one file has, or that have no hash."""
        self.done: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self.counts: Counter[str] = Counter()
        self.steps = 0

    def note(self, what: str, *places: str) -> None:
        """Take note of what is done with places."""
        self.steps += 1
        for place in places:
            self.done[place].append(f"step {self.steps}: {what}")

    def write(self, place: str, content: Content) -> None:
        """Let a file be made, overwritten or replaced."""
        self._take(place)
        was_there = place in self.present
        self.present[place] = content
        promise = self._promises.get(place)
        if promise is None:
            return
        if not was_there or promise.left:
            del self._promises[place]
        else:
            promise.is_overwritten = True

    def copy(self, source: str, target: str) -> None:
        """Let a file be copied."""
        content = self.present[source]
        self._shared.add(content.facts.sha256)
        self.write(target, content)
        for place in [place for place, other in self.present.items() if other.data == content.data]:
            self._promises.pop(place, None)

    def move(self, source: str, target: str) -> None:
        """Let a file be renamed, also onto another one."""
        content, promise = self.present.pop(source), self._promises.pop(source, None)
        self._take(target)
        self._promises.pop(target, None)
        self.present[target] = content
        if promise is not None and not promise.is_overwritten:
            promise.left.add(source)
            self._promises[target] = promise

    def change_text(self, place: str, content: Content) -> None:
        """Let another text be beside an image; the file stays what it was."""
        self.present[place] = content

    def is_settled(self, place: str) -> bool:
        """Return whether a file has not changed since its row was seen."""
        return place in self._settled and self._settled[place] is self.present.get(place)

    def delete(self, place: str) -> None:
        """Let a file be deleted."""
        content, promise = self.present.pop(place), self._promises.pop(place, None)
        if promise is not None and not promise.left and content.facts.sha256 not in self._shared:
            self.gone[place] = (promise.id, content)
            if promise.is_overwritten:
                self._perhaps_seen.add(content.number)

    def come_back(self, former: str, target: str, content: Content) -> None:
        """Let a file that went from one place come back at another."""
        id_, was_there = self.gone.get(former, (0, None))
        is_kept = was_there is content
        if is_kept:
            del self.gone[former]
        self._take(target)
        self._promises.pop(target, None)
        self.present[target] = content
        if is_kept and content.number not in self._perhaps_seen:
            self._promises[target] = Promise(id_, {former})

    def _take(self, place: str) -> None:
        """Let nobody keep a row that was at a place which another file takes."""
        self.places.add(place)
        self.gone.pop(place, None)
        for kept, promise in list(self._promises.items()):
            if place in promise.left:
                del self._promises[kept]

    def learn(self, rows: dict[str, Row]) -> None:
        """Remember which rows the files have, all being as it must."""
        self._settled = dict(self.present)
        self._promises = {
            place: Promise(rows[place].id)
            for place, content in self.present.items()
            if content.facts.sha256 not in self._shared
        }

    def find_differences(self, rows: dict[str, Row]) -> list[str]:
        """Return what the database says otherwise, one sentence each."""
        found = list(self._compare_present(rows))
        for place, row in rows.items():
            if row.state == "present" and place not in self.present:
                found.append(self.tell(place, "no file", row))
            elif place not in self.places:
                found.append(self.tell(place, "nothing: there never was a file", row))
        for place, (id_, _) in self.gone.items():
            row = rows.get(place)
            if row is None or (row.id, row.state) != (id_, "missing"):
                found.append(self.tell(place, f"row {id_}, missing", row))
        return found

    def _compare_present(self, rows: dict[str, Row]) -> Iterable[str]:
        for place, content in self.present.items():
            row = rows.get(place)
            if row is None or (row.state, row.facts) != ("present", content.facts):
                yield self.tell(place, f"present, {content.facts}", row)
                continue
            promise = self._promises.get(place)
            if promise is not None and row.id != promise.id:
                yield self.tell(place, f"row {promise.id} kept", row)

    def tell(self, place: str, expected: object, found: object) -> str:
        """Return a difference with what was done last with the place."""
        lines = [f"{place}: expected {expected}; found {found}", *self.done[place]]
        return "\n    ".join(lines)

    def choose_from(self, is_fit: Callable[[str, Content], bool]) -> list[str]:
        """Return the places that can be reached now and fit, in the order they came."""
        return [
            place
            for place, content in self.present.items()
            if place not in self.away and is_fit(place, content)
        ]
