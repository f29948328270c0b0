// Lists of what a search or a selection has in it: shown, copied, downloaded.

import { attempt, copy } from "./gallery.js";

const form = document.getElementById("wanted");
const preview = Number(document.getElementById("lists")?.dataset.preview);
let round = 0;

const parameters = () => {
  const asked = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...asked]) if (!value) asked.delete(name);
  return asked;
};

async function text(name) {
  const answer = await fetch(`/lists/${name}?${parameters()}`);
  const body = await answer.text();
  if (!answer.ok) throw new Error(body.trim());
  return { body, leftOut: Number(answer.headers.get("x-left-out") ?? 0) };
}

async function show(section) {
  const at = round;
  const { list } = section.dataset;
  const said = section.querySelector(".said");
  const box = section.querySelector("pre");
  const download = parameters();
  download.set("download", "1");
  section.querySelector(".download").href = `/lists/${list}?${download}`;
  const [found, fault] = await text(list).then((one) => [one, ""], (error) => [{ body: "", leftOut: 0 }, error.message]);
  if (at !== round) return;
  const lines = found.body.split("\n");
  box.textContent = lines.slice(0, preview).join("\n") + (lines.length > preview + 1 ? "\n…" : "");
  box.removeAttribute("aria-busy");
  const count = lines.length - 1;
  const left = found.leftOut ? `; ${found.leftOut} left out that the program cannot read` : "";
  said.textContent = fault || (list === "export.toml" ? "" : `${count.toLocaleString("en")} ${count === 1 ? "line" : "lines"}${left}`);
}

async function showAll() {
  round += 1;
  history.replaceState(null, "", `/lists?${parameters()}`);
  for (const section of document.querySelectorAll("[data-list]")) await show(section);
}

for (const section of document.querySelectorAll("[data-list]")) {
  section.querySelector(".copy").addEventListener("click", () => attempt(async () => {
    const { list } = section.dataset;
    await copy((await text(list)).body, list);
  }));
}
form.addEventListener("change", (event) => { if (event.target.name !== "q" && preview) showAll(); });
if (preview) showAll();
