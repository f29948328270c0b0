// The tiles of the grid: as many as are seen, wherever in how many images one is.

import { make } from "./gallery.js";

const SIZES = [104, 152, 216, 320];
const GAP = 4;
const SPARE_ROWS = 2;
const WORDS = {
  missing: "file is gone", unreadable: "cannot be read", no_metadata: "no metadata", partial: "partly read",
};

const stars = (rating) => (rating ? "★".repeat(Math.min(5, Math.round(rating))) : "");

/** Return what is said of an image in words. */
export function describe(tile) {
  const said = [tile.name];
  if (tile.rating) said.push(`rated ${tile.rating}`);
  if (tile.favourite) said.push("favourite");
  if (WORDS[tile.state]) said.push(WORDS[tile.state]);
  if (tile.kind !== "image") said.push(tile.kind);
  return said.join(", ");
}

/**
 * A listbox in which only the tiles in sight are elements.
 * `source.item(index)` returns what is known of an image, or undefined; `source.want(first, last)` is
 * told what is in sight; `source.address(item)` is where it leads; `source.isSelected(id)`.
 */
export class Tiles {
  constructor(grid, source) {
    this.grid = grid;
    this.source = source;
    this.count = 0;
    this.focused = 0;
    this.size = 1;
    this.elements = new Map();
    this.measure();
  }

  /** Take the size of tiles (0 to 3) and the width at hand; tell whether anything changed. */
  measure(size = this.size) {
    const width = this.grid.parentElement.clientWidth - parseFloat(getComputedStyle(this.grid.parentElement).paddingLeft) * 2;
    const columns = Math.max(1, Math.floor((width + GAP) / (SIZES[size] + GAP)));
    const side = Math.floor((width - GAP * (columns - 1)) / columns);
    const isOther = columns !== this.columns || side !== this.side;
    Object.assign(this, { size, columns, side, pitch: side + GAP });
    return isOther;
  }

  get top() { return this.grid.getBoundingClientRect().top + window.scrollY; }

  /** The first image whose row is in sight, and how far its row is scrolled out of it. */
  get firstInSight() {
    const scrolled = Math.max(0, window.scrollY + this.covered - this.top);
    const row = Math.floor(scrolled / this.pitch);
    return { index: Math.min(row * this.columns, Math.max(0, this.count - 1)), offset: scrolled - row * this.pitch };
  }

  /** Pixels of the window that the page's head covers. */
  get covered() { return document.querySelector(".top").getBoundingClientRect().height; }

  /** Scroll so that an image's row is where another one was. */
  scrollTo(index, offset = 0) {
    window.scrollTo(0, Math.floor(index / this.columns) * this.pitch + offset + this.top - this.covered);
  }

  /** Show what is in sight now. */
  draw() {
    const rows = Math.ceil(this.count / this.columns);
    this.grid.hidden = this.count === 0;
    this.grid.style.height = `${Math.max(0, rows * this.pitch - GAP)}px`;
    const above = window.scrollY - this.top;
    const first = Math.max(0, Math.floor(above / this.pitch) - SPARE_ROWS) * this.columns;
    const end = (Math.ceil((above + window.innerHeight) / this.pitch) + SPARE_ROWS) * this.columns;
    const last = Math.min(this.count, Math.max(0, end));
    const shown = new Set();
    let before = null;
    for (let index = first; index < last; index += 1) before = this.place(index, shown, before) ?? before;
    // What has the focus stays an element, or the keyboard would lose its place.
    if (this.focused < this.count && this.grid.contains(document.activeElement)) this.place(this.focused, shown);
    for (const [key, element] of this.elements) if (!shown.has(key)) { element.remove(); this.elements.delete(key); }
    if (this.count) this.source.want(first, last);
  }

  /** Put an image where it belongs, in the document behind the one before it; return its tile. */
  place(index, shown, before) {
    const item = this.source.item(index);
    const key = item ? item.id : `at ${index}`;
    if (shown.has(key)) return undefined;
    shown.add(key);
    let element = this.elements.get(key);
    if (!element) {
      element = item ? this.tile(item) : make("div", { className: "tile", role: "option", tabIndex: -1, ariaLabel: `image ${index + 1}` });
      this.elements.set(key, element);
      this.grid.insertBefore(element, before === null ? this.grid.firstChild : before?.nextSibling ?? null);
    }
    const [x, y] = [(index % this.columns) * this.pitch, Math.floor(index / this.columns) * this.pitch];
    element.style.width = element.style.height = `${this.side}px`;
    element.style.transform = `translate(${x}px, ${y}px)`;
    if (!item) return element;
    element.dataset.index = index;
    element.tabIndex = index === this.focused ? 0 : -1;
    element.setAttribute("aria-posinset", index + 1);
    element.setAttribute("aria-setsize", this.count);
    element.setAttribute("aria-selected", this.source.isSelected(item.id));
    return element;
  }

  tile(item) {
    const tile = make("a", { className: `tile is-${item.state}`, href: this.source.address(item), role: "option" });
    tile.dataset.id = item.id;
    const word = make("span", { className: "word" }, WORDS[item.state] ?? (item.kind === "image" ? "no picture" : item.kind));
    if (item.drawn && item.state !== "unreadable") {
      const picture = make("img", { loading: "lazy", decoding: "async", alt: "", draggable: false });
      picture.addEventListener("error", () => picture.replaceWith(word), { once: true });
      // The content in the address, so that the browser never asks again for what it has.
      const size = this.side * devicePixelRatio > 320 ? "&size=512" : "";
      picture.src = `/thumb/${item.id}?v=${(item.sha256 ?? "").slice(0, 8)}${size}`;
      tile.append(picture);
    } else tile.append(word);
    const badge = item.kind === "image" ? WORDS[item.state] : [item.kind, WORDS[item.state]].filter(Boolean).join(", ");
    if (badge) tile.append(make("span", { className: "badge" }, badge));
    tile.append(
      make("span", { className: "said" }, item.name),
      make("span", { className: "mark" }, stars(item.rating), item.favourite ? "♥" : ""), make("span", { className: "check" }),
    );
    tile.setAttribute("aria-label", describe(item));
    return tile;
  }

  /** Make the tiles of images anew, after something else is known of them. */
  forget(ids) {
    for (const id of ids) {
      const element = this.elements.get(id);
      if (!element) continue;
      const hadFocus = element === document.activeElement;
      element.remove();
      this.elements.delete(id);
      if (hadFocus) { this.draw(); this.elements.get(id)?.focus({ preventScroll: true }); }
    }
    this.draw();
  }

  /** Give an image the focus, and scroll as little as shows all of it. */
  focus(index) {
    this.focused = Math.max(0, Math.min(this.count - 1, index));
    const top = this.top + Math.floor(this.focused / this.columns) * this.pitch;
    const low = top - this.covered - GAP;
    const high = top + this.pitch - window.innerHeight + this.below;
    if (window.scrollY > low) window.scrollTo(0, low);
    else if (window.scrollY < high) window.scrollTo(0, high);
    this.draw();
    const item = this.source.item(this.focused);
    (item ? this.elements.get(item.id) : this.elements.get(`at ${this.focused}`))?.focus({ preventScroll: true });
    this.awaited = !item;
    this.draw();
  }

  /** Pixels that the bar of the selection covers. */
  get below() { return document.getElementById("selection").getBoundingClientRect().height; }

  /** Give the focus to an image that was not known when it moved there. */
  focusAwaited() {
    const item = this.source.item(this.focused);
    if (!this.awaited || !item) return;
    this.awaited = false;
    this.elements.get(item.id)?.focus({ preventScroll: true });
  }
}
