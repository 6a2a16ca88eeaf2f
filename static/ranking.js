// Dragging the order of choices, and where the focus goes after a choice was saved. Without this file the buttons do.
(() => {
  "use strict";
  const form = () => document.querySelector("form[data-ranking]");

  // The dragged row follows the pointer among the chosen rows; a row from below can be dragged up into them.
  let dragged = null;
  const over = (y) => {
    const rows = [...document.querySelectorAll("[data-chosen] > li")].filter((row) => row !== dragged);
    return rows.find((row) => y < row.getBoundingClientRect().top + row.offsetHeight / 2);
  };
  const show = () => {
    for (const handle of document.querySelectorAll("[data-drag]")) handle.hidden = false;
  };
  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-drag]");
    if (!handle || event.button) return;
    event.preventDefault();
    dragged = handle.closest("[data-project]");
    dragged.classList.add("is-dragged");
    handle.setPointerCapture(event.pointerId);
  });
  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const list = document.querySelector("[data-chosen]");
    list.insertBefore(dragged, over(event.clientY) ?? null);
  });
  const drop = (save) => {
    if (!dragged) return;
    dragged.classList.remove("is-dragged");
    const pk = dragged.dataset.project;
    dragged = null;
    if (save) save_order(pk);
  };
  document.addEventListener("pointerup", () => drop(true));
  document.addEventListener("pointercancel", () => drop(false));

  // What was tied stays tied where it still stands together; the row that was dragged stands by itself.
  const save_order = (moved) => {
    let place = 0;
    let before = null;
    for (const row of document.querySelectorAll("[data-chosen] > li")) {
      const select = row.querySelector("select");
      const was = select.value;
      if (row.dataset.project === moved || was !== before) place += 1;
      before = row.dataset.project === moved ? null : was;
      select.value = String(place);
    }
    const here = form();
    here.dataset.net = moved;
    here.requestSubmit(here.querySelector("[data-save]"));
  };

  // A list that was unfolded stays so when a choice is saved.
  let unfolded = false;
  document.addEventListener("htmx:beforeSwap", () => {
    unfolded = document.getElementById("meer-projecten")?.open ?? false;
  });

  // After a choice was saved the row is somewhere else: the focus goes with it.
  document.addEventListener("htmx:afterSettle", () => {
    show();
    const more = document.getElementById("meer-projecten");
    if (more) more.open = unfolded;
    const summary = form()?.querySelector(".error-summary");
    if (summary) return summary.focus();
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (lost && form()?.dataset.net) document.getElementById(`kop-${form().dataset.net}`)?.focus();
  });
  show();
})();
