// The small pictures of a search.
const grid = document.getElementById("grid");
const answer = await fetch(`/grid.json${location.search}`);
const { images } = await answer.json();
for (const { id } of images) {
  const link = document.createElement("a");
  link.href = `/image/${id}${location.search}`;
  link.textContent = id;
  grid.append(link, " ");
}
