// A picture or a film in its frame: what happens where it cannot be shown, or is dragged out.

import { make } from "./gallery.js";

/** Watch what a frame shows of an image. */
export function watchMedia(frame, id) {
  const picture = frame.querySelector("img");
  const film = frame.querySelector("video");
  if (picture) watchPicture(picture, id);
  if (film) watchFilm(film);
}

const replace = (element, text) => element.replaceWith(make("p", { className: "no-picture" }, text));

/** Show the small picture of a file that the browser cannot draw, or say that there is none. */
function watchPicture(picture, id) {
  const fail = () => {
    const { small } = picture.dataset;
    delete picture.dataset.small;
    if (small) picture.src = small;
    else replace(picture, "The file cannot be drawn.");
  };
  picture.addEventListener("error", fail);
  if (picture.complete && !picture.naturalWidth) fail();
  picture.addEventListener("dragstart", (event) => {
    const { name, type } = picture.dataset;
    const address = new URL(`/file/${id}`, location.href);
    event.dataTransfer.setData("DownloadURL", `${type}:${name.replaceAll(":", "_")}:${address}`);
  });
}

function watchFilm(film) {
  const fail = () => replace(film, "The file cannot be played here.");
  film.addEventListener("error", fail);
  if (film.error) fail();
}
