// Zoom and pan of a picture, or of several that move together.

const MOST = 40;
const STEP = 1.25;
const SWIPE = 60; // pixels

/**
 * Frames, each with an `img` or `video` in it that fills it without being cut. Their size may
 * differ: places are fractions of a frame, counted from its middle.
 */
export class Zoom {
  #frames = new Set();
  #pointers = new Map();
  #scale = 1;
  #x = 0;
  #y = 0;
  #start = null;

  /** `isOurs` tells whether the wheel zooms now or scrolls; `swipe` is given -1 or 1. */
  constructor({ isOurs = () => true, swipe = () => {} } = {}) {
    this.isOurs = isOurs;
    this.swipe = swipe;
  }

  get isZoomed() {
    return this.#scale > 1;
  }

  add(frame) {
    this.#frames.add(frame);
    frame.addEventListener("wheel", (event) => this.#wheel(event, frame), { passive: false });
    frame.addEventListener("dblclick", (event) => this.#toggle(event, frame));
    frame.addEventListener("pointerdown", (event) => this.#down(event, frame));
    frame.addEventListener("pointermove", (event) => this.#move(event, frame));
    for (const end of ["pointerup", "pointercancel"]) {
      frame.addEventListener(end, (event) => this.#up(event));
    }
  }

  reset() {
    this.#scale = 1;
    this.#x = this.#y = 0;
    this.show();
  }

  nearer() { this.#zoom(this.#scale * STEP, 0, 0); }

  farther() { this.#zoom(this.#scale / STEP, 0, 0); }

  /** Draw it again, where a frame has another picture. */
  show() {
    for (const frame of this.#frames) {
      frame.classList.toggle("is-zoomed", this.isZoomed);
      for (const picture of frame.querySelectorAll("img, video")) {
        const { width, height } = frame.getBoundingClientRect();
        const moved = `translate(${this.#x * width}px, ${this.#y * height}px)`;
        picture.style.transform = this.isZoomed ? `${moved} scale(${this.#scale})` : "";
        if (picture.tagName === "IMG") picture.draggable = !this.isZoomed;
      }
    }
  }

  /** Zoom so that what is at a place of a frame stays there. */
  #zoom(scale, x, y) {
    const wanted = Math.min(MOST, Math.max(1, scale));
    const factor = wanted / this.#scale;
    this.#scale = wanted;
    this.#place(x - (x - this.#x) * factor, y - (y - this.#y) * factor);
  }

  #place(x, y) {
    const most = (this.#scale - 1) / 2;
    this.#x = Math.min(most, Math.max(-most, x));
    this.#y = Math.min(most, Math.max(-most, y));
    this.show();
  }

  #wheel(event, frame) {
    if (!event.ctrlKey && !this.isOurs()) return;
    event.preventDefault();
    const speed = event.ctrlKey ? 0.01 : 0.002;
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const [x, y] = placeIn(frame, event);
    this.#zoom(this.#scale * Math.exp(-event.deltaY * lines * speed), x, y);
  }

  #toggle(event, frame) {
    if (event.target.closest("button, video, a")) return;
    if (this.isZoomed) {
      this.reset();
    } else {
      const [x, y] = placeIn(frame, event);
      this.#zoom(Math.max(2, scaleOfPixels(frame)), x, y);
    }
  }

  #down(event, frame) {
    if (event.button !== 0 || event.target.closest("button, video, a")) return;
    if (!this.isZoomed && event.pointerType === "mouse") return; // the picture itself is dragged
    this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
    frame.setPointerCapture(event.pointerId);
    this.#begin(frame);
  }

  #begin(frame) {
    const at = this.#middle(frame);
    this.#start = { ...at, fromX: this.#x, fromY: this.#y, fromScale: this.#scale };
  }

  /** Return where the pointers are, as one place, and how far apart they are. */
  #middle(frame) {
    const points = [...this.#pointers.values()];
    const clientX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
    const clientY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
    const [x, y] = placeIn(frame, { clientX, clientY });
    const [first, second] = points;
    const apart = second ? Math.hypot(first[0] - second[0], first[1] - second[1]) : 0;
    return { x, y, apart, clientX, clientY };
  }

  #move(event, frame) {
    if (!this.#pointers.has(event.pointerId)) return;
    this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
    const start = this.#start;
    const now = this.#middle(frame);
    const scale = start.apart ? start.fromScale * (now.apart / start.apart) : start.fromScale;
    this.#scale = Math.min(MOST, Math.max(1, scale));
    const factor = this.#scale / start.fromScale;
    this.#place(now.x - (start.x - start.fromX) * factor, now.y - (start.y - start.fromY) * factor);
  }

  #up(event) {
    const from = this.#pointers.get(event.pointerId);
    if (!from) return;
    this.#pointers.delete(event.pointerId);
    if (this.#pointers.size) {
      this.#begin(event.currentTarget);
    } else if (event.type === "pointerup" && !this.isZoomed && event.pointerType === "touch") {
      const [right, down] = [from[0] - this.#start.clientX, from[1] - this.#start.clientY];
      if (Math.abs(right) > SWIPE && Math.abs(right) > 2 * Math.abs(down)) this.swipe(right > 0 ? -1 : 1);
    }
  }
}

/** Return the place of an event in a frame, as fractions from its middle. */
function placeIn(frame, { clientX, clientY }) {
  const { left, top, width, height } = frame.getBoundingClientRect();
  return [(clientX - left) / width - 0.5, (clientY - top) / height - 0.5];
}

/** Return the scale at which a pixel of the file is one of the screen. */
function scaleOfPixels(frame) {
  const picture = frame.querySelector("img");
  if (!picture || !picture.naturalWidth) return 1;
  const shown = Math.min(
    picture.clientWidth / picture.naturalWidth, picture.clientHeight / picture.naturalHeight);
  return 1 / shown / devicePixelRatio;
}
