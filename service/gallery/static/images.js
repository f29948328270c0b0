// The images of a search: what was asked for, and what is known of them so far.

import { ask } from "./gallery.js";

const PAGE = 120;
const KEPT_PAGES = 40;

/** One answer of the server, by pages. An answer keeps its order while the database goes on. */
export class Images {
  constructor({ q = "", sort = "newest" } = {}) {
    Object.assign(this, { q, sort, count: 0, version: 0, isCounted: false });
    this.pages = new Map();
    this.asked = new Map();
  }

  get parameters() { return new URLSearchParams({ q: this.q, sort: this.sort }); }

  item(index) { return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE]; }

  /** Return what is known of an image by its number. */
  known(id) {
    for (const page of this.pages.values()) for (const one of page) if (one.id === id) return one;
    return undefined;
  }

  address(more) {
    const parameters = this.parameters;
    for (const [name, value] of Object.entries(more)) parameters.set(name, value);
    return `/grid.json?${parameters}`;
  }

  /** Ask for the first images; they may be here before they are counted. */
  async begin(signal) {
    const answer = await ask(this.address({ quick: 1, count: PAGE }), { signal });
    this.take(answer);
    this.pages.set(0, answer.images);
    if (answer.count === null) this.count = answer.images.length;
  }

  /** Ask how many there are, where that is not known yet. */
  async finish(signal) {
    if (this.isCounted) return;
    const answer = await ask(this.address({ count: PAGE }), { signal });
    this.take(answer);
    this.pages.set(0, answer.images);
  }

  /** Ask where an image is now; null where it is not among these. */
  async find(id, signal) {
    const answer = await ask(this.address({ near: id, count: 1 }), { signal });
    this.take(answer);
    return answer.at;
  }

  take(answer) {
    this.version = answer.version;
    this.isCounted = answer.count !== null;
    if (this.isCounted) this.count = answer.count;
  }

  /** Ask for pages that are not known; false where the server has another order by now. */
  async want(first, last) {
    const numbers = [];
    for (let page = Math.floor(first / PAGE); page * PAGE < last; page += 1) {
      if (!this.pages.has(page) && !this.asked.has(page)) numbers.push(page);
    }
    const answers = await Promise.all(numbers.map((page) => this.fetchPage(page)));
    for (const old of [...this.pages.keys()]) {
      if (this.pages.size <= KEPT_PAGES) break;
      if (old * PAGE > last || (old + 1) * PAGE < first) this.pages.delete(old);
    }
    return { isNews: numbers.length > 0, isSame: answers.every(Boolean) };
  }

  async fetchPage(page) {
    const asking = ask(this.address({ from: page * PAGE, count: PAGE, version: this.version }));
    this.asked.set(page, asking);
    try {
      const answer = await asking;
      if (answer.version !== this.version) return false;
      this.pages.set(page, answer.images);
      return true;
    } finally {
      this.asked.delete(page);
    }
  }

  /** Return the numbers of images in a row, or of all. */
  async ids(first = 0, count = this.count) {
    const parameters = this.parameters;
    for (const [name, value] of Object.entries({ from: first, count, version: this.version })) parameters.set(name, value);
    return (await ask(`/grid/ids.json?${parameters}`)).ids;
  }

  /** Ask what is new since these were asked for. */
  changes() {
    const parameters = this.parameters;
    parameters.set("version", this.version);
    return ask(`/grid/changes?${parameters}`);
  }
}
