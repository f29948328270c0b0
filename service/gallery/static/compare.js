// Images side by side: zoomed and moved together.

import { listen } from "./gallery.js";
import { watchMedia } from "./media.js";
import { Zoom } from "./zoom.js";

const frames = [...document.querySelectorAll(".frame")];
const only = document.getElementById("only");
const table = document.getElementById("values");
const links = (name) => [...document.querySelectorAll(name)];

const zoom = new Zoom();
for (const frame of frames) {
  zoom.add(frame);
  watchMedia(frame, frame.closest("figure").dataset.id);
}

function showOnly(wanted) {
  only.checked = wanted;
  table.classList.toggle("only", wanted);
  sessionStorage.setItem("only-differences", wanted ? "yes" : "");
}

only.addEventListener("change", () => showOnly(only.checked));
showOnly(sessionStorage.getItem("only-differences") === "yes");

function leave() {
  if (zoom.isZoomed) zoom.reset();
  else links("figcaption > a:not(.move, .remove)")[0].click();
}

listen([
  ["+ =", "nearer (also the wheel, two fingers, a double click)", () => zoom.nearer()],
  ["-", "farther", () => zoom.farther()],
  ["0", "the whole pictures again", () => zoom.reset()],
  ["d", "only differences, or everything", () => showOnly(!only.checked)],
  ["s", "swap the first two", () => links(".move")[0].click()],
  ["x", "remove the last", () => links(".remove").at(-1)?.click()],
  ["Escape", "the whole pictures, then to the page of the first", leave],
]);
