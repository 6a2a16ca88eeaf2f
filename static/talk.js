// Words that somebody selects in the text fill the form for a remark. Without this file they are pasted.
(() => {
  "use strict";
  const form = document.querySelector("form[data-remark]");
  if (!form) return;
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    const words = selection.toString().trim();
    const place = selection.anchorNode?.parentElement?.closest("[data-text]");
    if (!words || !place || words.length > 500) return;
    form.elements["opmerking-quote"].value = words;
    form.elements["opmerking-field"].value = place.dataset.text;
  });
})();
