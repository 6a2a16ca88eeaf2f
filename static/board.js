// The match board: drag a student to a project and read the price before letting go. Without this, "Verplaats" does it.
(() => {
  "use strict";
  let dragged = null;
  let prices = null;

  const over = (zone) => {
    for (const other of document.querySelectorAll(".is-over")) other.classList.toggle("is-over", other === zone);
    zone?.classList.add("is-over");
    const line = document.getElementById("prijs");
    line.hidden = !zone;
    line.textContent = (zone && prices?.[zone.dataset.drop]) || "…";
  };

  document.addEventListener("dragstart", async (event) => {
    const seat = event.target.closest?.("[data-seat]");
    if (!seat) return;
    dragged = seat;
    prices = null;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", seat.dataset.seat);
    const answer = await fetch(seat.dataset.prices, { headers: { Accept: "application/json" } });
    if (answer.ok && dragged === seat) prices = await answer.json();
    if (dragged === seat) over(document.querySelector(".is-over"));
  });
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      if (!dragged) return;
      const zone = event.target.closest("[data-drop]");
      if (zone) event.preventDefault();
      if (zone !== document.querySelector(".is-over")) over(zone);
    });
  }
  document.addEventListener("dragend", () => {
    if (dragged) over(null);
    dragged = null;
  });
  document.addEventListener("drop", (event) => {
    const zone = dragged && event.target.closest("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    const form = document.createElement("form");
    form.method = "post";
    form.action = dragged.dataset.seat;
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    for (const [name, value] of Object.entries({ project: zone.dataset.drop, csrfmiddlewaretoken: token })) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    document.body.append(form);
    form.requestSubmit();
  });
})();
