// Figures of a clip and of a project: where the time went, and how the picture was framed.

import { make } from "./dom.js";
import { count, duration } from "./format.js";

const STEPS = {
  downloading: "Download",
  transcribing: "Listening",
  analyzing: "Finding moments",
  clipping: "Making clips",
  organizing: "Putting in place",
  framing: "Finding the framing",
  decode: "Decoding",
  filter: "Cutting out, captions",
  audio: "Sound",
  wait: "Waiting for the encoder",
  encode: "Encoding",
  finish: "Finishing the file",
};
const MODES = {
  single: "One person",
  dual: "Two, one above the other",
  wide: "The whole picture",
  pan: "Slow pan, nobody seen",
  fixed: "Fixed",
};

/** One row for each name, its bar as long as its share of the longest. */
function bars(values, names) {
  const order = Object.keys(names);
  const rows = Object.entries(values).filter(([, seconds]) => seconds >= 0.05);
  rows.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const longest = Math.max(...rows.map(([, seconds]) => seconds), 0.001);
  const list = make("dl", { class: "bars" });
  for (const [name, seconds] of rows) {
    const fill = make("i");
    fill.style.width = `${(100 * seconds) / longest}%`;
    list.append(
      make("dt", { text: names[name] ?? name }),
      make("dd", {}, make("span", { class: "bar", "aria-hidden": "true" }, fill), make("span", { class: "value", text: duration(seconds) })),
    );
  }
  return rows.length ? list : null;
}

function figures(pairs) {
  const list = make("dl", { class: "figures" });
  for (const [name, value] of pairs) {
    if (value !== null) list.append(make("div", {}, make("dt", { text: name }), make("dd", { text: value })));
  }
  return list;
}

function section(title, ...children) {
  return make("section", {}, make("h3", { text: title }), ...children);
}

const percent = (value) => (value === null || value === undefined ? null : `${Math.round(value)} %`);

function framing(report) {
  const figure = figures([
    ["of the time the face is wholly in the picture", percent(report.face_inside_percent)],
    ["of the time it is in the middle", percent(report.face_central_percent)],
    ["seen", report.persons === undefined ? null : count(report.persons, "person").replace("persons", "people")],
    ["in the source", report.cuts === undefined ? null : count(report.cuts, "cut")],
  ]);
  return section("Framing", figure, bars(report.modes ?? {}, MODES));
}

function timing(report) {
  const figure = figures([
    ["to make it", duration(report.elapsed_s)],
    ["the speed of playback", `${report.realtime_factor.toFixed(1)}×`],
    ["pictures", report.frames.toLocaleString()],
    ["pictures a second", `${Number(report.fps.toFixed(2))}`],
  ]);
  return section("Timing", figure, bars(report.timings ?? {}, STEPS));
}

/** What the report of a clip says. */
export function clipReport(report) {
  if (!report) return [];
  const notes = (report.notes ?? []).map((text) => make("p", { class: "hint", text }));
  return [...(report.framing ? [framing(report.framing)] : []), timing(report), ...notes];
}

/** Where the time of a whole project went; null where nothing is known. */
export const projectReport = (timings) => bars(timings ?? {}, STEPS);
