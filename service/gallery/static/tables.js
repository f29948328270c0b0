// Pictures in the answers of tables and SQL: a word where there is none, not the browser's broken one.

import { make } from "./gallery.js";

const PICTURES = "a.picture img";

const sayNone = (picture) => picture.replaceWith(make("span", { className: "no-picture" }, "no picture"));

addEventListener("error", (event) => {
  if (event.target instanceof Element && event.target.matches(PICTURES)) sayNone(event.target);
}, true);

// Those that failed before this was here.
for (const picture of document.querySelectorAll(PICTURES)) {
  if (picture.complete && !picture.naturalWidth) sayNone(picture);
}
