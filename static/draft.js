// A draft is saved while somebody writes. What could not be saved stays on this device until it can.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const words = form.dataset;
  const status = document.querySelector("[data-saved]");
  const PAUSE = 3000; // ms without typing before a save
  const key = () => `draft:${form.elements.fresh ? "new" : words.draft}:${words.step}`; // until its first save it is new
  let timer, running = null, dirty = false;

  // --- What stands in the form, as [name, value] pairs ---
  const skipped = (name) => ["csrfmiddlewaretoken", "fresh", "attachment"].includes(name) || name.startsWith("initial-");
  const pairs = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !skipped(name));
  const initial = () => [...form.querySelectorAll("[name^='initial-']")].map((input) => [input.name.slice(8), input.value]);

  // What the server now holds: it compares the next save with this, so that no other window is overwritten.
  function setInitial(known) {
    for (const input of form.querySelectorAll("[name^='initial-']")) input.remove();
    for (const [name, value] of known) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: `initial-${name}`, value });
      form.append(input);
    }
  }

  function fill(values) {
    const byName = Map.groupBy ? Map.groupBy(values, ([name]) => name) : values.reduce(
      (map, pair) => map.set(pair[0], [...(map.get(pair[0]) || []), pair]), new Map());
    for (const input of form.querySelectorAll("input, textarea, select")) {
      if (!input.name || skipped(input.name) || ["hidden", "file", "submit"].includes(input.type)) continue;
      const given = (byName.get(input.name) || []).map(([, value]) => value);
      if (input.type === "checkbox" || input.type === "radio") input.checked = given.includes(input.value);
      else if (given.length) input.value = given[0];
    }
  }

  // --- This device ---
  const store = {
    keep() {
      const kept = { now: pairs(), was: initial(), action: form.getAttribute("action"), save: words.save, draft: words.draft, fresh: form.elements.fresh?.value };
      try { localStorage.setItem(key(), JSON.stringify(kept)); } catch { /* a full or closed store: the server still saves */ }
    },
    take() {
      try { return JSON.parse(localStorage.getItem(key())); } catch { return null; }
    },
    // Saved: the text goes, the number of the version stays, so that an older page can be told from it.
    drop(version) {
      try {
        if (version) localStorage.setItem(key(), JSON.stringify({ version }));
        else localStorage.removeItem(key());
      } catch { /* nothing was kept */ }
    },
  };

  // --- What the reader sees of it ---
  function say(text, link) {
    if (!status) return;
    const line = document.createElement("span");
    line.textContent = text;
    status.replaceChildren(line);
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link;
      anchor.textContent = words.logIn;
      status.append(" ", anchor);
    }
  }

  function showClash(name, theirs) {
    const field = form.querySelector(`[data-field="${name}"]`);
    if (!field || field.querySelector("[data-clash]")) return;
    const note = document.createElement("div");
    note.className = "note";
    note.dataset.tone = "warn";
    note.dataset.clash = "";
    note.setAttribute("role", "alert");
    const box = document.createElement("div");
    box.className = "stack stack-s";
    const [title, text, buttons] = ["p", "p", "div"].map((tag) => document.createElement(tag));
    title.textContent = words.theirs;
    text.textContent = theirs || "–";
    buttons.className = "cluster";
    const choose = (label, ours) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn btn-small", textContent: label });
      button.addEventListener("click", () => {
        const others = pairs().filter(([other]) => other !== name);
        const values = theirs.split(", ").filter(Boolean).map((value) => [name, value]);
        const known = form.querySelector(`[name="${name}"][type=checkbox]`) ? values : [[name, theirs]];
        setInitial([...initial().filter(([other]) => other !== name), ...known]); // now we know theirs
        if (!ours) fill([...others, ...known]);
        note.remove();
        save();
      });
      buttons.append(button);
    };
    choose(words.keep, true);
    choose(words.take, false);
    box.append(title, text, buttons);
    note.append(box);
    field.prepend(note);
  }

  // --- Saving ---
  const token = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] || form.elements.csrfmiddlewaretoken.value;

  async function send() {
    const sent = pairs();
    const body = new FormData(form);
    body.delete("attachment");
    body.append("here", location.pathname);
    const answer = await fetch(words.save, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json" } });
    if (answer.status === 401) {
      say(words.loggedOut, (await answer.json()).login);
      return false;
    }
    if (!answer.ok && answer.status !== 409) throw new Error(answer.status);
    const told = await answer.json();
    const clashing = Object.keys(told.clashes);
    setInitial([...sent.filter(([name]) => !clashing.includes(name)), ...initial().filter(([name]) => clashing.includes(name))]);
    const aside = document.querySelector("[data-aside]");
    if (aside) aside.innerHTML = told.aside;
    offer();
    say(told.saved);
    for (const name of clashing) showClash(name, told.clashes[name]);
    if (form.elements.fresh) {
      store.drop();
      history.replaceState(null, "", form.getAttribute("action"));
      form.elements.fresh.remove();
    }
    store.drop(told.version);
    dirty = String(sent) !== String(pairs());
    if (dirty) later();
    return clashing.length === 0;
  }

  // One save at a time; true when everything that stands in the form is safe on the server.
  async function save() {
    clearTimeout(timer);
    store.keep();
    if (running) await running;
    running = send().catch(() => {
      say(words.failed);
      timer = setTimeout(save, 2 * PAUSE); // and again as soon as there is a connection
      return false;
    });
    const done = await running;
    running = null;
    return done;
  }

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };

  form.addEventListener("input", (event) => {
    dirty = true;
    store.keep();
    later();
    const copies = document.querySelectorAll(`[data-preview="${event.target.name}"]`);
    for (const copy of copies) copy.textContent = event.target.value;
  });
  form.addEventListener("focusout", () => dirty && save());
  addEventListener("online", () => dirty && save());
  addEventListener("pagehide", () => dirty && store.keep());

  // A button first brings everything to safety. Without a connection the page stays, and so does the text.
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (button?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (!(await save())) return;
    if (button?.name) {
      const chosen = document.createElement("input");
      Object.assign(chosen, { type: "hidden", name: button.name, value: button.value });
      form.append(chosen);
    }
    form.elements.csrfmiddlewaretoken.value = token();
    form.submit();
  });

  // One press takes over the theme that we suggest, on the step that asks for it.
  function offer() {
    for (const button of document.querySelectorAll("[data-set]")) button.hidden = !form.elements[button.dataset.set];
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set]");
    const field = button && form.elements[button.dataset.set];
    if (!field) return;
    field.value = button.dataset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  // What an earlier visit could not save comes back, and is saved at once.
  offer();
  const kept = store.take();
  if (kept?.version) {
    store.drop();
    if (kept.version > Number(words.version)) location.reload(); // this page was made while its text was being saved
  } else if (kept && String(kept.now) !== String(pairs())) {
    if (kept.fresh && form.elements.fresh) {
      form.elements.fresh.value = kept.fresh;
      form.setAttribute("action", kept.action);
      words.save = kept.save;
      words.draft = kept.draft;
    }
    fill(kept.now);
    setInitial(kept.was);
    dirty = true;
    say(words.restored);
    save();
  } else if (kept) store.drop();
})();
