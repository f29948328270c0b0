// What the pages share: asking the server, a word to the reader, copying, keys.

/** Return the server's JSON. Throws an Error that has the server's own words. */
export async function ask(address, options = {}) {
  const answer = await fetch(address, options);
  const is_json = (answer.headers.get("content-type") ?? "").includes("json");
  const body = is_json ? await answer.json() : await answer.text();
  if (!answer.ok) throw new Error((is_json && body.error) || `${address}: ${answer.status}`);
  return body;
}

/** Send what is to be changed; return the server's JSON. */
export function post(address, what) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = { "content-type": "application/json", "x-csrftoken": token };
  return ask(address, { method: "POST", headers, body: JSON.stringify(what) });
}

/** Return an element of the document: its name, its properties, what is in it. Texts stay texts. */
export function make(name, properties = {}, ...inside) {
  const element = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (property in element) element[property] = value;
    else element.setAttribute(property, value);
  }
  element.append(...inside);
  return element;
}

let fading;

/** Say a word to the reader for a while, to screen readers as well. */
export function toast(text) {
  const line = document.getElementById("toast");
  line.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => { line.textContent = ""; }, 2500);
}

/** Do something; where it fails, say why. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(error.message);
    return undefined;
  }
}

/** Put a text on the clipboard and say so: `copy(prompt, "prompt")`. */
export async function copy(text, what) {
  await attempt(async () => {
    await navigator.clipboard.writeText(text);
    toast(`Copied: ${what}`);
  });
}

const isTyping = (target) =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

/**
 * Listen to keys, and show them all at `?`.
 * `table` has one [keys, what they do, function] a row; keys as KeyboardEvent.key names them,
 * parted by blanks; the function is given the event. A key that returns false is left to the browser.
 */
export function listen(table) {
  const actions = new Map();
  for (const [keys, , action] of table) for (const key of keys.split(" ")) actions.set(key, action);
  const dialog = keysDialog(table);
  document.body.append(dialog);
  actions.set("?", () => dialog.showModal());
  document.querySelector("#keys")?.addEventListener("click", () => dialog.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const action = actions.get(event.key);
    if (action && action(event) !== false) event.preventDefault();
  });
}

const SHOWN = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", " ": "Space" };

function keysDialog(table) {
  const rows = [...table, ["?", "show these keys"]].map(([keys, what]) => {
    const each = keys.split(" ").map((key) => make("kbd", {}, SHOWN[key] ?? key));
    return make("tr", {}, make("td", {}, ...each), make("td", {}, what));
  });
  const close = make("button", { className: "close", type: "button", ariaLabel: "Close" }, "×");
  const title = make("h2", { id: "keys-title" }, "Keys");
  const dialog = make("dialog", { className: "keys" }, close, title, make("table", {}, ...rows));
  dialog.setAttribute("aria-labelledby", "keys-title");
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  return dialog;
}
