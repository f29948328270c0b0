// What is selected in the grid, and what can be done with it: marks, a comparison, a list.

import { attempt, post, toast } from "./gallery.js";

const bar = document.getElementById("selection");
const undoLine = document.getElementById("undo");
let hiding;

/** Change marks; offer to take it back. `changed(marks)` is told of the new ones. */
export async function mark(what, changed) {
  const done = await attempt(() => post("/marks", what));
  if (!done) return;
  changed(done.marks);
  const refused = Object.keys(done.refused).length;
  const images = done.changed === 1 ? "1 image" : `${done.changed.toLocaleString("en")} images`;
  offerUndo(`Marked: ${images}${refused ? `; ${refused} without known content left out` : ""}`, async () => {
    const undone = await attempt(() => post("/marks", { undo: done.undo }));
    if (undone) { toast("Taken back"); changed(undefined); }
  });
}

function offerUndo(text, action) {
  undoLine.querySelector("span").textContent = text;
  undoLine.querySelector("button").onclick = () => { undoLine.hidden = true; action(); };
  undoLine.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { undoLine.hidden = true; }, 12000);
}

/** Numbers of images that the user has chosen. `redraw()` is called after each change. */
export class Selection {
  constructor(redraw) {
    Object.assign(this, { ids: new Set(), redraw, query: undefined });
  }

  has(id) { return this.ids.has(id); }

  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.changed();
  }

  add(ids) {
    for (const id of ids) this.ids.add(id);
    this.changed();
  }

  /** Take all that a search finds. */
  takeAll(ids, query) {
    this.ids = new Set(ids);
    this.changed();
    this.query = query;
  }

  clear() {
    this.ids.clear();
    this.changed();
  }

  /** What `POST /marks` is asked to change. */
  get asked() { return this.query === undefined ? { ids: [...this.ids] } : { q: this.query }; }

  changed() {
    this.query = undefined;
    const count = this.ids.size;
    bar.hidden = count === 0;
    document.getElementById("selected").textContent = `${count.toLocaleString("en")} selected`;
    document.getElementById("compare").disabled = count < 2 || count > 4;
    document.getElementById("grid").classList.toggle("selecting", count > 0);
    this.redraw();
  }
}
