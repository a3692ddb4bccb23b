// Pictures: a click on one, or the button above them, shows it large; arrows go to the next, Escape closes.
{
  const dialog = document.getElementById("enlarged");
  const part = (name) => document.getElementById(`enlarged-${name}`);
  let shown = [];
  let place = 0;

  function show(figures, start) {
    shown = figures;
    place = (start + shown.length) % shown.length;
    const figure = shown[place];
    part("name").textContent = figure.querySelector("figcaption").textContent;
    part("place").textContent = `${place + 1} of ${shown.length}`;
    const copies = [...figure.querySelectorAll("svg.picture")].map((picture) => picture.cloneNode(true));
    dialog.querySelector(".pictures").replaceChildren(...copies);
    if (!dialog.open) dialog.showModal();
  }

  for (const gallery of document.querySelectorAll(".exhibits")) {
    const figures = [...gallery.children].filter((figure) => figure.querySelector("svg.picture"));
    if (!figures.length) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "enlarge";
    button.textContent = figures.length > 1 ? `Enlarge these ${figures.length} pictures` : "Enlarge this picture";
    button.addEventListener("click", () => show(figures, 0));
    gallery.before(button);
    gallery.classList.add("enlargeable");
    gallery.addEventListener("click", (event) => {
      const figure = event.target.closest("figure");
      if (figures.includes(figure)) show(figures, figures.indexOf(figure));
    });
  }
  part("back").addEventListener("click", () => show(shown, place - 1));
  part("on").addEventListener("click", () => show(shown, place + 1));
  part("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(shown, place - 1);
    if (event.key === "ArrowRight") show(shown, place + 1);
  });
}
