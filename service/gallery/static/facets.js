// The panel beside the grid: what there is in the images of the search, facet by facet.

import { ask, make } from "./gallery.js";
import { has, toggle } from "./search_terms.js";

const NAMES = ["generator", "model", "lora", "sampler", "month", "folder", "status", "rating", "favourite", "tag", "duplicate"];
const TITLES = { generator: "Generator", model: "Model", lora: "LoRA", sampler: "Sampler", month: "Month", folder: "Folder",
  status: "Metadata", rating: "Rating", favourite: "Favourites", tag: "Tag", duplicate: "Duplicates" };
const OPEN = new Set(JSON.parse(localStorage.getItem("facets") ?? '["generator", "model", "rating"]'));

/** The panel; `search(line)` is called with another search. */
export class Facets {
  constructor(panel, button, search) {
    Object.assign(this, { panel, button, search, line: "", round: 0 });
    this.boxes = new Map(NAMES.map((name) => [name, this.box(name)]));
    panel.append(...this.boxes.values());
    button.addEventListener("click", () => this.show(panel.hidden));
    this.show(localStorage.getItem("facets-shown") === "yes" && window.innerWidth > 640);
  }

  show(isShown) {
    this.panel.hidden = !isShown;
    this.button.setAttribute("aria-expanded", isShown);
    localStorage.setItem("facets-shown", isShown ? "yes" : "no");
    if (isShown) this.fill();
    window.dispatchEvent(new Event("resize"));
  }

  box(name) {
    const box = make("details", { open: OPEN.has(name) }, make("summary", {}, TITLES[name]), make("ul"));
    box.dataset.facet = name;
    box.addEventListener("toggle", () => {
      if (box.open) OPEN.add(name); else OPEN.delete(name);
      localStorage.setItem("facets", JSON.stringify([...OPEN]));
      if (box.open && box.dataset.line !== this.line) this.fill();
    });
    return box;
  }

  /** Show the facets of another search. */
  update(line) {
    this.line = line;
    for (const box of this.boxes.values()) delete box.dataset.line;
    this.fill();
  }

  /** Count the marks again, after some were changed. */
  recount() {
    for (const name of ["rating", "favourite", "tag"]) delete this.boxes.get(name).dataset.line;
    this.fill();
  }

  async fill() {
    this.round += 1;
    const { round, line } = this;
    if (this.panel.hidden) return;
    for (const [name, box] of this.boxes) {
      if (!box.open || box.dataset.line === line) continue;
      const parameters = new URLSearchParams({ q: line, facet: name });
      // One after the other: the pictures come first.
      const answer = await ask(`/facets.json?${parameters}`).catch(() => undefined);
      if (round !== this.round) return;
      if (!answer) continue;
      box.querySelector("ul").replaceChildren(...this.lines(answer.facets[name]));
      box.dataset.line = line;
    }
  }

  lines(facet) {
    const note = (text) => make("li", {}, make("p", { className: "note" }, text));
    if (facet.is_late) return [note("These are too many to be counted now.")];
    if (!facet.values.length) return [note("none")];
    const lines = facet.values.map((one) => make("li", {}, this.entry(one)));
    return facet.more ? [...lines, note(`and ${facet.more.toLocaleString("en")} more`)] : lines;
  }

  entry({ value, images, term }) {
    const isAsked = term !== null && has(this.line, term);
    const button = make("button", { type: "button", title: value, disabled: term === null },
      make("span", { className: "value" }, value), make("span", { className: "images" }, images.toLocaleString("en")));
    button.setAttribute("aria-pressed", isAsked);
    button.addEventListener("click", () => this.search(toggle(this.line, term)));
    return button;
  }
}
