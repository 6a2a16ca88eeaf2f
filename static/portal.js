// Small comforts. Every page works without this file.
(() => {
  "use strict";
  const wide = matchMedia("(width >= 60rem)");

  // After a refused form: the summary gets the focus, its links put it on the field.
  document.querySelector(".error-summary")?.focus();

  // Our own messages above the form are better than the browser's bubbles.
  for (const form of document.querySelectorAll("form[method=post]")) {
    if (!form.closest(".act")) form.noValidate = true;
  }

  // A form leaves once, however often somebody presses the button. Back in history it works again, and a button that
  // opens another window leaves this one as it is.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.submitter?.formTarget === "_blank") return;
    if (form.dataset.sent) event.preventDefault();
    else if (!event.defaultPrevented) form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  // Filters answer on every choice. In the drawer of a narrow screen the button does, so that it can stay open.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-filters]");
    if (form && wide.matches && event.target.matches("select, [type=checkbox], [type=radio]")) form.requestSubmit();
  });
  document.addEventListener("htmx:afterSettle", () => {
    const count = document.querySelector("main [aria-live], #aantal"); // what a list says of itself
    if (count) document.getElementById("melding").textContent = count.textContent.trim();
  });

  // A page that is made for paper offers to print itself.
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // A link to share is copied with one press.
  const copies = () => {
    if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  };
  copies();
  document.addEventListener("htmx:afterSettle", copies);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(field.value);
    field.select();
    document.getElementById("melding").textContent = `${button.textContent} ✓`;
  });

  // An open menu closes on Escape, and on a press beside it.
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const menu = document.querySelector("details.menu[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
})();
