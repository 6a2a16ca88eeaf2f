// One key on a suggested goal: K links it, N says that it does not fit. Only while the focus is on its row (WCAG 2.1.4).
(() => {
  "use strict";
  const show = () => {
    for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
  };
  show();
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, textarea, select")) return;
    const row = event.target.closest("[data-row]");
    const button = row?.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
