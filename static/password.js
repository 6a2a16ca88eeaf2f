// A typed password can be shown, and a new one is weighed while somebody types. Whether it is taken says the server.
(() => {
  "use strict";
  const [eye, scale] = ["toon", "sterkte"].map((id) => document.getElementById(id));
  const KEYS = "qwertyuiop  asdfghjkl  zxcvbnm";
  const SHORT = 12, FAIR = 10, STRONG = 16; // characters; of the last two only those that cannot be told from the one before
  if (!eye) return;

  const follows = (a, b) => {
    const [here, there] = [KEYS.indexOf(a), KEYS.indexOf(b)];
    return Math.abs(a.codePointAt() - b.codePointAt()) < 2 || (here >= 0 && there >= 0 && Math.abs(here - there) < 2);
  };
  // 0 is too short; what repeats itself, counts up or walks along the keys makes nothing stronger.
  const weigh = (password) => {
    const letters = [...password.toLowerCase()];
    if (letters.length < SHORT) return 0;
    const pairs = new Set();
    const fresh = letters.filter((letter, at) => {
      const pair = (letters[at - 1] ?? "") + letter;
      const isNew = !at || (!follows(letters[at - 1], letter) && !pairs.has(pair));
      pairs.add(pair);
      return isNew;
    }).length;
    return 1 + (fresh >= FAIR) + (fresh >= STRONG);
  };

  for (const input of document.querySelectorAll("input[type=password]")) {
    const field = input.closest(".field");
    if (input.autocomplete === "new-password" && input.name !== "password2") {
      field.append(scale.content.cloneNode(true));
      const [bar, words] = [field.querySelector("progress"), field.querySelector("[data-words]")];
      bar.hidden = true;
      input.addEventListener("input", () => {
        bar.hidden = !input.value;
        const weight = weigh(input.value);
        bar.value = weight + 1;
        bar.hidden = !input.value; // an empty bar looks like a field
        words.textContent = input.value ? words.dataset.words.split("|")[weight] : "";
      });
    }
    field.append(eye.content.cloneNode(true));
    const button = field.querySelector("button[aria-pressed]");
    button.querySelector("span").textContent = `: ${field.querySelector("label").textContent.trim()}`;
    const show = (shown) => {
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", shown);
    };
    button.addEventListener("click", () => show(input.type === "password"));
    input.form.addEventListener("submit", () => show(false)); // a browser keeps what was typed in a field of text
  }
})();
