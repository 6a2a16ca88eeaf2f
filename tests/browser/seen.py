"""What axe does not judge: the focus and its order, movement, and text that a reader spaces out. Read in the page."""

from playwright.sync_api import Page

from tests.browser.conftest import too_wide

# What WCAG 1.4.12 lets a reader set. As a constructed sheet, which the CSP of the page does not hear of.
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`*{line-height:1.5 !important;letter-spacing:.12em !important;word-spacing:.16em !important}
    p{margin-block-end:2em !important}`);
  document.adoptedStyleSheets = [sheet];
}"""

# Text that is cut off, or lies over other text. A drawing is left out: what it says stands in a table too.
CLIPPED = """() => {
  const found = [], boxes = [];
  const shown = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const hidden = (e) => e.closest(".sr-only, .skip, svg, noscript, thead, option, textarea, [hidden]");
  const say = (e) => `${e.tagName.toLowerCase()}.${e.className} "${e.textContent.trim().slice(0, 40)}"`;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || hidden(e) || !shown(e)) continue;
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) if (box.width > 2) boxes.push([box, e]);
    for (let up = e; up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.clipPath !== "none") { while (boxes.at(-1)?.[1] === e) boxes.pop(); break; }
      const cut = (way) => ["hidden", "clip"].includes(way);
      if (cut(style.overflowX) && up.scrollWidth > up.clientWidth + 1) found.push(`cut off: ${say(e)}`);
      if (cut(style.overflowY) && up.scrollHeight > up.clientHeight + 1) found.push(`cut off: ${say(e)}`);
    }
  }
  boxes.sort((a, b) => a[0].top - b[0].top);
  boxes.forEach(([box, e], at) => {
    for (const [other, o] of boxes.slice(at + 1)) {
      if (other.top >= box.bottom - 3) break;
      const over = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const apart = e !== o && !e.contains(o) && !o.contains(e);
      if (apart && over > 3) found.push(`over each other: ${say(e)} and ${say(o)}`);
    }
  });
  return [...new Set(found)].slice(0, 5);
}"""

# Each stop of the Tab key: whether its ring has 3:1 on what lies around it and can be seen, and where it stands.
FOCUS = """() => {
  const found = [];
  const say = (e) => e.outerHTML.slice(0, 110);
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const ink = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    ink.clearRect(0, 0, 1, 1);
    ink.fillStyle = colour;
    ink.fillRect(0, 0, 1, 1);
    return [...ink.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (e) => {
    for (let up = e; up; up = up.parentElement) {
      const colour = rgba(getComputedStyle(up).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255];
  };
  const contrast = (a, b) => {
    const [one, two] = [light(a), light(b)].sort((x, y) => y - x);
    return (one + 0.05) / (two + 0.05);
  };
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
  const before = document.activeElement;
  for (const e of stops) {
    if (!e.checkVisibility({ visibilityProperty: true }) || e.disabled || e.tabIndex < 0) continue;
    if (e.tabIndex > 0) found.push(`out of order by tabindex: ${say(e)}`);
    e.focus();
    if (document.activeElement !== e) { found.push(`takes no focus: ${say(e)}`); continue; }
    if (!e.matches(":focus-visible")) { found.push(`:focus-visible does not match: ${say(e)}`); continue; }
    let ringed = null;
    for (let up = e; up && !ringed; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) ringed = up;
    }
    if (!ringed) { found.push(`no ring: ${say(e)}`); continue; }
    const ratio = contrast(rgba(getComputedStyle(ringed).outlineColor), ground(ringed.parentElement ?? ringed));
    if (ratio < 3) found.push(`ring of ${ratio.toFixed(1)}: ${say(e)}`);
    const box = e.getBoundingClientRect();
    const inset = [[0.5, 0.5], [0.05, 0.1], [0.95, 0.1], [0.05, 0.9], [0.95, 0.9]];
    const free = inset.some(([x, y]) => {
      const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
      return hit && (e.contains(hit) || hit.contains(e));
    });
    const ends = [...e.getClientRects()].some((each) => {
      const hit = document.elementFromPoint(each.left + each.width / 2, each.top + each.height / 2);
      return hit && (e.contains(hit) || hit.contains(e));
    });
    if (!free && !ends) found.push(`hidden under something: ${say(e)}`);
  }
  before?.focus?.();
  scrollTo(0, 0);
  const holds = (e) => e.matches("a[href], button, input, select, textarea, summary") ||
    e.querySelector("a[href], button, input:not([type=hidden]), select, textarea, summary");
  const flows = (e) => e.checkVisibility() && holds(e) && !["absolute", "fixed"].includes(getComputedStyle(e).position);
  for (const parent of document.body.querySelectorAll("*")) {
    if (parent.childElementCount < 2 || !["flex", "grid"].includes(getComputedStyle(parent).display)) continue;
    const boxes = [...parent.children].filter(flows).map((e) => [e.getBoundingClientRect(), e]);
    boxes.slice(1).forEach(([box, e], at) => {
      const [last] = boxes[at];
      const above = box.bottom <= last.top + 1;
      const left = box.right <= last.left + 1 && box.top < last.bottom - 1 && box.bottom > last.top + 1;
      if (above || left) found.push(`stands before what is reached first: ${say(e)}`);
    });
  }
  return found.slice(0, 8);
}"""

# Who asks for less movement gets none that can be seen.
MOVING = """() => {
  const long = (time) => parseFloat(time) * (time.trim().endsWith("ms") ? 1 : 1000);
  const longest = (times) => Math.max(...times.split(",").map(long));
  return [...document.querySelectorAll("*")].filter((e) => {
    const style = getComputedStyle(e);
    const moves = style.animationName === "none" ? 0 : longest(style.animationDuration);
    return Math.max(longest(style.transitionDuration), moves) > 1 || style.scrollBehavior === "smooth";
  }).slice(0, 3).map((e) => `moves: ${e.outerHTML.slice(0, 90)}`);
}"""


def focus(page: Page) -> list[str]:
    """Stops of the Tab key without a ring, hidden under something, or reached in another order than they stand."""
    page.keyboard.press("Tab")  # from here on the browser shows where the focus is, wherever a script puts it
    return page.evaluate(FOCUS)


def movement(page: Page) -> list[str]:
    """What moves although less movement was asked for."""
    return page.evaluate(MOVING)


def spaced_out(page: Page) -> list[str]:
    """What is lost when a reader spaces the text out (WCAG 1.4.12). The page stays spaced out."""
    page.evaluate(SPACING)
    return [f"spaced out: {each}" for each in (*page.evaluate(CLIPPED), *too_wide(page))]
