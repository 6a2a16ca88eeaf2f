// The match board: drag a student to a project and see the price before letting go. Without this, "Verplaats" does it.
(() => {
  "use strict";
  let dragged = null;

  const clear = () => {
    for (const zone of document.querySelectorAll("[data-drop]")) {
      zone.classList.remove("is-over");
      const slot = zone.querySelector("[data-price]");
      if (slot?.dataset.was !== undefined) {
        slot.textContent = slot.dataset.was;
        delete slot.dataset.was;
      }
    }
    dragged = null;
  };

  document.addEventListener("dragstart", async (event) => {
    const seat = event.target.closest?.("[data-seat]");
    if (!seat) return;
    dragged = seat;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", seat.dataset.seat);
    const answer = await fetch(seat.dataset.prices, { headers: { Accept: "application/json" } });
    if (!answer.ok || dragged !== seat) return;
    const prices = await answer.json();
    for (const zone of document.querySelectorAll("[data-drop]")) {
      const slot = zone.querySelector("[data-price]");
      if (!slot || prices[zone.dataset.drop] === undefined) continue;
      slot.dataset.was = slot.textContent;
      slot.textContent = prices[zone.dataset.drop];
    }
  });
  document.addEventListener("dragover", (event) => {
    const zone = dragged && event.target.closest("[data-drop]");
    for (const other of document.querySelectorAll(".is-over")) if (other !== zone) other.classList.remove("is-over");
    if (!zone) return;
    event.preventDefault();
    zone.classList.add("is-over");
  });
  document.addEventListener("dragend", clear);
  document.addEventListener("drop", (event) => {
    const zone = dragged && event.target.closest("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    const form = document.createElement("form");
    form.method = "post";
    form.action = dragged.dataset.seat;
    const fields = { project: zone.dataset.drop, csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]").value };
    for (const [name, value] of Object.entries(fields)) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    document.body.append(form);
    form.requestSubmit();
  });
})();
