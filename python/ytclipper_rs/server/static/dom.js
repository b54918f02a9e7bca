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
 * place: focus and playback stay. */
export function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
}

/** Says something to who listens to the page instead of looking at it. */
export const announce = (text) => setText(byId("announce"), text);
