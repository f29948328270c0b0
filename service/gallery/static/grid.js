// The first page: a search, its images, and what is done with them.

import { ask, attempt, listen, make, toast } from "./gallery.js";
import { Facets } from "./facets.js";
import { Images } from "./images.js";
import { Selection, mark } from "./selection.js";
import { Tiles } from "./tiles.js";

const POLL = 1200;
const COUNTING = 250;
const $ = (id) => document.getElementById(id);

let images = new Images();
let loading = new AbortController();
let pending; // another version that waits until nobody looks at this one
let lastPicked = 0;

const tiles = new Tiles($("grid"), {
  item: (index) => images.item(index),
  address: (item) => `/image/${item.id}${query()}`,
  isSelected: (id) => selection.has(id),
  async want(first, last) {
    const at = images;
    const found = await at.want(first, last).catch(() => undefined);
    if (!found || at !== images) return;
    if (!found.isSame) await adopt();
    else if (found.isNews) { tiles.draw(); tiles.focusAwaited(); remember(); }
  },
});
const selection = new Selection(() => tiles.draw());
const facets = new Facets($("facets"), $("facets-button"), (line) => { $("q").value = line; search({ isNew: true }); });

/** Wait; throw an AbortError where another search has been begun meanwhile. */
async function later(milliseconds, signal) {
  await new Promise((resolve) => { setTimeout(resolve, milliseconds); });
  signal.throwIfAborted();
}

function query(line = images.q, sort = images.sort) {
  const parameters = new URLSearchParams();
  if (line) parameters.set("q", line);
  if (sort !== "newest") parameters.set("sort", sort);
  return parameters.size ? `?${parameters}` : "";
}

// ── Searching ──

/** Show another search. `isNew`: it is a step of its own for the browser's Back. */
async function search({ isNew = false, sort = images.sort, anchor } = {}) {
  const line = $("q").value.trim();
  const address = `/${query(line, sort)}`;
  if (isNew) history.pushState({}, "", address);
  else history.replaceState(history.state ?? {}, "", address);
  document.title = line ? `${line} – Gallery` : "Gallery";
  loading.abort();
  loading = new AbortController();
  const next = new Images({ q: line, sort });
  $("grid").setAttribute("aria-busy", "true");
  try {
    await next.begin(loading.signal);
    $("search-error").textContent = "";
    show(next, anchor);
    // Who types on wants no count of this.
    if (!next.isCounted) await later(COUNTING, loading.signal);
    await next.finish(loading.signal);
    if (next !== images) return;
    tell();
    tiles.count = images.count;
    await place(anchor);
    facets.update(line);
  } catch (error) {
    if (error.name !== "AbortError") $("search-error").textContent = error.message.replace(/^search: /, "");
  } finally {
    if (!loading.signal.aborted) $("grid").removeAttribute("aria-busy");
  }
}

function show(next, anchor) {
  images = next;
  forgetPending();
  tiles.elements.forEach((element) => element.remove());
  tiles.elements.clear();
  Object.assign(tiles, { count: images.count, focused: 0 });
  $("sort").value = images.sort.startsWith("random") ? "random" : images.sort;
  $("again").hidden = !images.sort.startsWith("random");
  tell();
  if (!anchor) window.scrollTo(0, 0);
  tiles.draw();
}

/** Go to the image that was looked at. */
async function place(anchor) {
  if (!anchor) { tiles.draw(); return; }
  const at = await images.find(anchor.id).catch(() => null);
  tiles.count = images.count;
  tiles.draw();
  if (at !== null) { tiles.scrollTo(at, anchor.offset); tiles.focused = at; }
  tiles.draw();
}

function tell() {
  const { isCounted, count } = images;
  if (!isCounted) { $("count").textContent = "counting…"; return; }
  $("count").textContent = count === 1 ? "1 image" : `${count.toLocaleString("en")} images`;
  $("nothing").hidden = count > 0;
  if (!count) explain();
}

async function explain() {
  const at = images;
  const lead = images.q ? "No image meets all of this." : "There are no images yet; those that come to the watched folders appear here.";
  const said = make("p", {}, lead);
  $("nothing").replaceChildren(said);
  if (!images.q) return;
  const { hints } = await ask(`/grid/hints.json${query()}`);
  const list = make("ul", {}, ...hints.map((hint) => make("li", {}, hint)));
  if (at === images) $("nothing").replaceChildren(said, list); // it is asked twice, and said once
}

let typing;
let typedSince = false;
$("q").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => { search({ isNew: !typedSince }); typedSince = true; }, 220);
});
$("q").addEventListener("change", () => { typedSince = false; });
$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  search({ isNew: !typedSince });
  typedSince = false;
});
for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    $("q").value = example.textContent;
    $("help").hidePopover();
    search({ isNew: true });
    $("q").focus();
  });
}

const shuffled = () => `random-${Math.floor(Math.random() * 1e6)}`;
$("sort").addEventListener("change", () => {
  const sort = $("sort").value;
  search({ isNew: true, sort: sort === "random" ? shuffled() : sort });
});
$("again").addEventListener("click", () => search({ isNew: true, sort: shuffled() }));

// ── The place on the page ──

function anchorNow() {
  const { index, offset } = tiles.firstInSight;
  const item = images.item(index);
  return item && (index > 0 || offset > 0) ? { id: item.id, offset } : undefined;
}

/** Keep in the browser's history what is looked at, for who comes back. */
function remember() {
  if (!$("grid").hasAttribute("aria-busy")) history.replaceState({ ...history.state, anchor: anchorNow() }, "");
}

let settling;
window.addEventListener("scroll", () => {
  requestAnimationFrame(() => tiles.draw());
  clearTimeout(settling);
  settling = setTimeout(() => {
    remember();
    if (pending && isAtTop()) adopt();
  }, 150);
}, { passive: true });

/** Lay the tiles out anew; the first one in sight stays so. */
function relayout(size) {
  const { index } = tiles.firstInSight;
  const isOther = tiles.measure(size);
  tiles.draw();
  if (!isOther || !index) return;
  tiles.scrollTo(index);
  tiles.draw();
}
window.addEventListener("resize", () => relayout());

const sizeKept = Number(localStorage.getItem("density") ?? 1);
$("density").value = sizeKept;
tiles.measure(sizeKept);
$("density").addEventListener("input", () => {
  localStorage.setItem("density", $("density").value);
  relayout(Number($("density").value));
});

function restore() {
  const asked = new URLSearchParams(location.search);
  $("q").value = asked.get("q") ?? "";
  const number = Number(location.hash.slice(1));
  const anchor = history.state?.anchor ?? (Number.isInteger(number) && number > 0 ? { id: number, offset: 0 } : undefined);
  search({ sort: asked.get("sort") ?? "newest", anchor });
}
history.scrollRestoration = "manual";
window.addEventListener("popstate", restore);

// ── What arrives meanwhile ──

const isAtTop = () => window.scrollY < tiles.pitch / 2;

async function look() {
  const at = images;
  if (document.hidden || !images.isCounted || $("grid").hasAttribute("aria-busy")) return;
  const found = await images.changes().catch(() => undefined);
  if (!found || at !== images || found.version === images.version) return;
  if (found.new === 0 && found.count === images.count) { images.version = found.version; return; }
  pending = found;
  const more = found.new ?? found.count - images.count; // null: what is shown here is not kept any more
  if (isAtTop() && tiles.focused < tiles.columns) await adopt();
  else if (more > 0) {
    $("new").textContent = `${more.toLocaleString("en")} new`;
    $("new").hidden = false;
  }
}
(async () => {
  for (;;) {
    await new Promise((resolve) => { setTimeout(resolve, POLL); });
    await look();
  }
})();

function forgetPending() {
  pending = undefined;
  $("new").hidden = true;
}

/** Show the images as they are now; what is looked at stays where it is. */
async function adopt() {
  const before = images;
  const anchor = isAtTop() ? undefined : anchorNow();
  const next = new Images(images);
  await next.finish().catch(() => undefined);
  if (before !== images || !next.isCounted) return;
  const focused = images.item(tiles.focused)?.id;
  images = next;
  forgetPending();
  tiles.count = images.count;
  $("grid").classList.toggle("sliding", anchor === undefined);
  setTimeout(() => $("grid").classList.remove("sliding"), 500);
  if (focused && tiles.focused > 0) tiles.focused = (await images.find(focused).catch(() => null)) ?? 0;
  tell();
  if (anchor) await place(anchor); else tiles.draw();
  facets.update(images.q);
}
$("new").addEventListener("click", async () => {
  window.scrollTo(0, 0);
  await adopt();
});

// ── Selecting, marking ──

const under = (event) => event.target.closest?.(".tile[data-id]");

$("grid").addEventListener("click", async (event) => {
  const tile = under(event);
  if (!tile) return;
  const [id, index] = [Number(tile.dataset.id), Number(tile.dataset.index)];
  const box = tile.getBoundingClientRect();
  const isCheck = event.clientX > box.right - 34 && event.clientY < box.top + 34 && event.detail > 0;
  if (event.shiftKey) {
    event.preventDefault();
    const [first, last] = [Math.min(lastPicked, index), Math.max(lastPicked, index)];
    const ids = await attempt(() => images.ids(first, last - first + 1));
    if (ids) selection.add(ids);
  } else if (event.ctrlKey || event.metaKey || isCheck) {
    event.preventDefault();
    selection.toggle(id);
    lastPicked = index;
  } else remember();
});
$("grid").addEventListener("focusin", (event) => {
  const tile = under(event);
  if (!tile || Number(tile.dataset.index) === tiles.focused) return;
  tiles.focused = Number(tile.dataset.index);
  tiles.draw();
});

const focusedItem = () => ($("grid").contains(document.activeElement) ? images.item(tiles.focused) : undefined);

/** Change the marks of what is selected, or of the image that has the focus. */
function change(what) {
  const item = focusedItem();
  let asked;
  if (selection.ids.size) asked = selection.asked;
  else if (item) asked = { ids: [item.id] };
  else { toast("Select images first"); return; }
  mark({ ...asked, ...what }, refresh);
}

/** Show new marks; without any, ask for those in sight again. */
async function refresh(marks) {
  const shown = [...tiles.elements.keys()].filter((key) => typeof key === "number");
  const isAll = marks !== undefined && shown.every((id) => id in marks || !selection.has(id));
  const known = isAll ? marks : (await ask(`/marks.json?ids=${shown.join(",")}`)).marks;
  const other = [];
  for (const [id, { rating, favourite }] of Object.entries(known)) {
    const item = images.known(Number(id));
    if (!item) continue;
    Object.assign(item, { rating, favourite });
    other.push(item.id);
  }
  tiles.forget(other);
  facets.recount();
}

function favour() {
  const ids = selection.ids.size ? [...selection.ids] : [focusedItem()?.id];
  change({ favourite: !ids.every((id) => images.known(id)?.favourite) });
}

for (const star of document.querySelectorAll(".stars button")) {
  star.addEventListener("click", () => change({ rating: star.dataset.rating ? Number(star.dataset.rating) : null }));
}
$("favourite").addEventListener("click", () => change({ favourite: true }));
$("no-favourite").addEventListener("click", () => change({ favourite: false }));
$("tagging").addEventListener("submit", (event) => {
  event.preventDefault();
  const tags = $("tags").value.split(",").map((tag) => tag.trim()).filter(Boolean);
  if (!tags.length) return;
  change(event.submitter?.value === "remove" ? { remove_tags: tags } : { add_tags: tags });
  $("tags").value = "";
});
$("unselect").addEventListener("click", () => selection.clear());

function compare() {
  const { size } = selection.ids;
  if (size < 2 || size > 4) { toast("Select two to four images to compare"); return; }
  location.href = `/compare?ids=${[...selection.ids].join(",")}${query().replace("?", "&")}`;
}
$("compare").addEventListener("click", compare);
$("make-list").addEventListener("click", (event) => {
  event.preventDefault();
  const MOST = 1500; // numbers that an address holds
  if (selection.query !== undefined) location.href = `/lists${query()}`;
  else if (selection.ids.size <= MOST) location.href = `/lists?ids=${[...selection.ids].join(",")}`;
  else toast(`Select at most ${MOST.toLocaleString("en")} images, or all that the search finds`);
});

// ── Keys ──

const inGrid = (action) => () => (document.activeElement === document.body || $("grid").contains(document.activeElement) ? action() : false);
const move = (by) => inGrid(() => tiles.focus(focusedItem() || $("grid").contains(document.activeElement) ? tiles.focused + by() : tiles.focused));
const rows = () => Math.max(1, Math.floor((window.innerHeight - tiles.covered) / tiles.pitch)) * tiles.columns;
const pick = inGrid(() => {
  const item = focusedItem();
  if (!item) return false;
  selection.toggle(item.id);
  lastPicked = tiles.focused;
  return true;
});

listen([
  ["ArrowLeft", "the image before", move(() => -1)],
  ["ArrowRight", "the next image", move(() => 1)],
  ["ArrowUp", "the row above", move(() => -tiles.columns)],
  ["ArrowDown", "the row below", move(() => tiles.columns)],
  ["PageUp", "a screen up", move(() => -rows())],
  ["PageDown", "a screen down", move(() => rows())],
  ["Home", "the first image", inGrid(() => tiles.focus(0))],
  ["End", "the last image", inGrid(() => tiles.focus(tiles.count - 1))],
  ["x", "select the image, or not (Space, too)", pick],
  ["1 2 3 4 5", "rate the selection, or the image", (event) => change({ rating: Number(event.key) })],
  ["0", "no rating", () => change({ rating: null })],
  ["f", "favourite, or not", favour],
  ["c", "compare two to four", compare],
  ["Escape", "clear the selection", () => selection.clear()],
  ["/", "search", () => $("q").select()],
]);

document.addEventListener("keydown", async (event) => {
  if (event.target.closest("input, textarea, select")) return;
  if (event.key === " " && $("grid").contains(event.target)) { event.preventDefault(); pick(); return; }
  if (event.key !== "a" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  const at = images;
  const ids = await attempt(() => images.ids());
  if (ids && at === images) selection.takeAll(ids, images.q);
});

restore();
