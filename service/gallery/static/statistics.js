// The charts come one after the other, so that the page stands at once.
const charts = document.getElementById("charts");

for (const section of charts.querySelectorAll("[data-chart]")) {
  const answer = await fetch(`/statistics/${section.dataset.chart}${location.search}`);
  const text = await answer.text();
  if (answer.ok) {
    section.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  } else {
    section.firstElementChild.textContent = text;
    if (answer.status === 400) break; // the search is wrong, for all of them
  }
}
charts.removeAttribute("aria-busy");
