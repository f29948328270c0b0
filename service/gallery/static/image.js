// The page of one image: turning to the next, the full screen, copying, the user's mark.

import { ask, attempt, copy, listen, make, post, toast } from "./gallery.js";
import { watchMedia } from "./media.js";
import { Zoom } from "./zoom.js";

const part = (id) => document.getElementById(id);
const id = () => part("facts").dataset.id;
const search = () => part("turn").dataset.search;

// ── The picture ──

const zoom = new Zoom({
  isOurs: () => isFull() || getComputedStyle(part("stage")).position === "sticky",
  swipe: (step) => turn(step),
});
zoom.add(part("stage"));

const isFull = () => document.body.classList.contains("is-full");

function showFull(wanted) {
  document.body.classList.toggle("is-full", wanted);
  part("full").setAttribute("aria-pressed", wanted);
  zoom.reset();
  if (wanted) document.documentElement.requestFullscreen?.().catch(() => {}); // the window will do
  else if (document.fullscreenElement) document.exitFullscreen();
}

document.addEventListener("fullscreenchange", () => {
  if (!document.fullscreenElement && isFull()) showFull(false);
});

// ── The next image, and the one before ──

const pages = new Map(); // id → a promise of its page
let turning = Promise.resolve();
let saving = Promise.resolve();

function fetchPage(of) {
  if (!pages.has(of)) {
    const page = saving.then(() => ask(`/image/${of}${search()}`)).then((text) =>
      new DOMParser().parseFromString(text, "text/html"));
    pages.set(of, page);
    page.catch(() => pages.delete(of));
  }
  return pages.get(of);
}

/** Turn to the next image (1) or the one before (-1); every call counts, one after the other. */
function turn(step) {
  turning = turning.then(() => attempt(async () => {
    const { previous, next } = part("turn").dataset;
    const to = step > 0 ? next : previous;
    if (!to) return toast(step > 0 ? "This is the last one." : "This is the first one.");
    const page = await fetchPage(to);
    history.replaceState(null, "", `/image/${to}${search()}`);
    put(page);
    begin();
    part("said").textContent = `${document.title}, ${document.querySelector("#turn span").textContent}`;
  }));
}

function put(page) {
  const focused = document.activeElement?.id;
  document.title = page.title;
  part("stage").replaceChildren(...page.getElementById("stage").childNodes);
  for (const name of ["turn", "facts"]) part(name).replaceWith(page.getElementById(name));
  if (focused) part(focused)?.focus({ preventScroll: true });
  if (!isFull()) scrollTo(0, 0);
}

function prefetch() {
  const { previous, next } = part("turn").dataset;
  for (const of of [...pages.keys()]) if (of !== previous && of !== next) pages.delete(of);
  for (const of of [next, previous]) {
    if (!of) continue;
    fetchPage(of).then((page) => {
      const picture = page.querySelector("#stage img");
      if (picture) new Image().src = picture.getAttribute("src");
    }, () => {});
  }
}

// ── Texts ──

const TEXTS = {
  prompt: ["c", "prompt", () => part("pos")?.querySelector(".text")?.textContent],
  negative: ["n", "negative prompt", () => part("neg")?.querySelector(".text")?.textContent],
  workflow: ["w", "workflow", () => fetchText("workflow", "workflow.json")],
  infotext: ["i", "infotext", () => fetchText("infotext", "infotext.txt")],
};

/** Return a text of the image, as the server wrote it: seeds are longer than numbers here. */
async function fetchText(name, file) {
  if (!document.querySelector(`[data-copy="${name}"]`)) return undefined;
  const answer = await fetch(`/image/${id()}/${file}`);
  return answer.ok ? answer.text() : undefined;
}

async function copyText(name) {
  const [, what, read] = TEXTS[name];
  const text = await read();
  if (text) await copy(text, what);
  else toast(`This image has no ${what}.`);
}

// ── The user's mark ──

const tagsOf = (text) => text.split(/[,\n]/).map((tag) => tag.trim()).filter(Boolean);

function mark(change) {
  if (!part("mark")) return toast("No mark can be kept of it.");
  const of = id();
  saving = attempt(async () => {
    const { marks } = await post("/marks", { ids: [Number(of)], ...change });
    if (of === id()) showMark(marks[of] ?? {});
  });
  return saving;
}

function showMark({ rating, favourite, tags, note }) {
  const form = part("mark");
  form.dataset.rating = rating ?? "";
  for (const star of form.elements.rating) star.checked = star.value === String(rating);
  part("favourite").setAttribute("aria-pressed", Boolean(favourite));
  form.dataset.tags = form.elements.tags.value = [tags ?? []].flat().join(", ");
  form.elements.note.value = note ?? "";
}

const rate = (stars) => mark({ rating: stars || null });
const turnFavourite = () =>
  mark({ favourite: part("favourite").getAttribute("aria-pressed") !== "true" });

function saveTags(form) {
  const before = tagsOf(form.dataset.tags);
  const now = tagsOf(form.elements.tags.value);
  const added = now.filter((tag) => !before.includes(tag));
  const removed = before.filter((tag) => !now.includes(tag));
  return mark({ add_tags: added, remove_tags: removed });
}

function watchMark() {
  const form = part("mark");
  if (!form) return;
  const { rating, tags, note } = form.elements;
  form.dataset.rating = rating.value;
  form.dataset.tags = tags.value;
  for (const star of rating) {
    star.addEventListener("click", () => rate(star.value === form.dataset.rating ? 0 : Number(star.value)));
  }
  part("favourite").addEventListener("click", turnFavourite);
  tags.addEventListener("change", () => saveTags(form));
  note.addEventListener("change", () => mark({ note: note.value }));
  form.addEventListener("submit", (event) => { event.preventDefault(); tags.blur(); });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") event.target.blur(); });
}

// ── What is fetched later ──

function watchRaw() {
  const raw = part("raw");
  raw.addEventListener("toggle", () => attempt(async () => {
    const text = raw.querySelector("pre");
    if (!raw.open || text.textContent) return;
    text.textContent = await (await fetch(`/image/${id()}/raw.json`)).text();
  }));
}

let waiting;

function showNeighbours() {
  clearTimeout(waiting);
  const of = id();
  waiting = setTimeout(async () => { // who leafs through asks for none
    const { strips } = await ask(`/image/${of}/neighbours.json`).catch(() => ({ strips: [] }));
    if (of !== id()) return;
    part("neighbours").replaceChildren(...strips.map(strip));
  }, 200);
}

function strip({ title, search: line, images }) {
  const name = make("h2", {}, title);
  if (line) name.append(" ", make("a", { href: `/?q=${encodeURIComponent(line)}` }, "all"));
  const pictures = images.map(({ id: of, name: file }) =>
    make("li", {}, make("a", { href: `/image/${of}${line ? `?q=${encodeURIComponent(line)}` : ""}`, title: file },
      make("img", { src: `/thumb/${of}`, alt: file, loading: "lazy", width: 96, height: 96 }))));
  return make("section", {}, name, make("ul", { className: "strip" }, ...pictures));
}

/** Offer to compare with the image that was looked at before this one. */
function offerComparison() {
  const last = sessionStorage.getItem("last");
  if (last && last !== id()) sessionStorage.setItem("before", last);
  sessionStorage.setItem("last", id());
  const before = sessionStorage.getItem("before");
  const link = part("compare");
  link.hidden = !before || before === id();
  link.href = `/compare?ids=${before},${id()}${search().replace("?", "&")}`;
}

// ── All together ──

function begin() {
  zoom.reset();
  part("full").setAttribute("aria-pressed", isFull());
  watchMedia(part("stage"), id());
  watchMark();
  watchRaw();
  showNeighbours();
  offerComparison();
  prefetch();
}

document.addEventListener("click", (event) => {
  const clicked = event.target.closest("#previous, #next, #full, [data-copy]");
  if (!clicked || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (clicked.id === "full") showFull(!isFull());
  else if (clicked.dataset.copy) copyText(clicked.dataset.copy);
  else turn(clicked.id === "next" ? 1 : -1);
});

function leave() {
  if (isFull()) showFull(false);
  else if (zoom.isZoomed) zoom.reset();
  else location.href = part("back").href;
}

listen([
  ["ArrowLeft", "the image before", () => turn(-1)],
  ["ArrowRight", "the next image", () => turn(1)],
  ["Escape", "leave the full screen, then back to the grid", leave],
  ["z", "full screen", () => showFull(!isFull())],
  ["+ =", "nearer (also the wheel, two fingers, a double click)", () => zoom.nearer()],
  ["-", "farther", () => zoom.farther()],
  ["0", "the whole picture again; where it is whole, no rating", () => { if (zoom.isZoomed) zoom.reset(); else rate(0); }],
  ["1 2 3 4 5", "rate", (event) => { rate(Number(event.key)); }],
  ["f", "favourite", () => { turnFavourite(); }],
  ["t", "tags", () => part("mark")?.elements.tags.focus()],
  ...Object.entries(TEXTS).map(([name, [key, what]]) => [key, `copy the ${what}`, () => { copyText(name); }]),
  ["d", "compare with the image looked at before", () => { if (!part("compare").hidden) location.href = part("compare").href; }],
]);
begin();
