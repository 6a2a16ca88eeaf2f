// Passkeys: the browser asks for finger, face or PIN, and the answer goes along with the form. The options come from
// the page, or for a log-in from the form's own address. mfa/js/webauthn-json.js turns bytes into text and back.
(() => {
  "use strict";
  const webauthn = globalThis.webauthnJSON;
  if (!webauthn?.supported()) return;

  const options = async (form) => {
    if (form.dataset.passkey !== "login") return JSON.parse(document.getElementById(form.dataset.options).textContent);
    const headers = { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" };
    const answer = await fetch(form.action, { headers });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  };

  const ask = async (form) => {
    const said = await options(form);
    if (form.dataset.passkey !== "create") return webauthn.get(said.request_options);
    const creation = said.creation_options;
    // A key that can be found by itself, so that nobody has to type an address.
    Object.assign(creation.publicKey.authenticatorSelection, { residentKey: "required", requireResidentKey: true });
    return webauthn.create(creation);
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-passkey-button]");
    const trouble = form.querySelector("[data-passkey-trouble]");
    button.hidden = false;
    form.elements.credential.value = ""; // Django writes "null", and an earlier answer would not do
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      trouble.hidden = true;
      button.disabled = true;
      try {
        form.elements.credential.value = JSON.stringify(await ask(form));
      } catch {
        trouble.hidden = false;
      }
      button.disabled = false;
      if (form.elements.credential.value) form.requestSubmit(button);
    });
  }
})();
