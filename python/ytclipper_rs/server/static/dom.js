// Making elements. What comes from data only ever becomes text or an attribute, never markup.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = new URL("icons.svg", import.meta.url);

/** The element with this id; the page has it. */
export const byId = (id) => document.getElementById(id);

/** An element. `text` becomes its text, functions listeners, `class` its classes, all else
 * attributes; what is null or false is left out. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") element.textContent = value;
    else if (typeof value === "function") element.addEventListener(key, value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A picture of the sprite; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${ICONS.pathname}#${name}`);
  svg.append(use);
  return svg;
}

/** Sets text only where it changed, so that a live region speaks once. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Brings the children of `parent` to be `wanted`, in this order, without moving what is in its
 * place or has the focus, which a move would take away. */
export function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((child, index) => {
    const held = child.parentElement === parent && child.contains(document.activeElement);
    while (held && parent.children[index] !== child) parent.append(parent.children[index]);
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
}

/** Runs `change`. Where that takes away what has the focus in `region`, the last button that is
 * left of its list item gets it, else the region. */
export function keepFocus(region, change) {
  const held = document.activeElement;
  const inside = region.contains(held);
  change();
  if (!inside || held.checkVisibility()) return;
  const item = held.closest("li");
  const rest = [...(item?.querySelectorAll("button") ?? [])].findLast((button) => button.checkVisibility());
  (rest ?? region).focus();
}

/** How long a message stays for a screen reader to take it up, in milliseconds. */
const KEPT = 15_000;

/** Says something to who listens to the page instead of looking at it. A message is a line of its
 * own: none displaces another, and the same one is said again. */
export function announce(text) {
  const line = make("p", { text });
  byId("announce").append(line);
  setTimeout(() => line.remove(), KEPT);
}
