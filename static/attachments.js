// Files go up while somebody writes on: drag them in or choose them. Without this file the step's own button sends them.
(() => {
  "use strict";
  const zone = document.querySelector("[data-attach]");
  if (!zone) return;
  const form = zone.closest("form");
  const input = zone.querySelector("input[type=file]");
  const bar = zone.querySelector("progress");
  const list = zone.querySelector("[data-attach-list]");
  const errors = zone.querySelector("[data-attach-errors]");
  const status = zone.querySelector("[data-attach-status]");

  function complain(sentences) {
    errors.replaceChildren(...sentences.map((sentence) => {
      const line = document.createElement("p");
      line.className = "error";
      line.textContent = sentence;
      return line;
    }));
    input.toggleAttribute("aria-invalid", sentences.length > 0);
    status.textContent = sentences.join(" ") || zone.dataset.done;
  }

  function send(files) {
    if (!files.length) return;
    const body = new FormData(form);
    body.delete("attachment");
    for (const file of files) body.append("attachment", file);
    const request = new XMLHttpRequest();
    request.open("POST", zone.dataset.attach);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
    });
    request.addEventListener("loadend", () => {
      bar.hidden = true;
      const told = request.response;
      if (!told || !("list" in told)) return complain([zone.dataset.failed]);
      list.innerHTML = told.list;
      complain(told.errors);
      input.value = "";
    });
    bar.value = 0;
    bar.hidden = false;
    request.send(body);
  }

  input.addEventListener("change", () => send(input.files));
  for (const name of ["dragover", "dragleave", "drop"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("is-over", name === "dragover");
      if (name === "drop") send(event.dataTransfer.files);
    });
  }
})();
