// Finished clips, in a group for each project, the newest first.

import { arrange, announce, byId, icon, make, setText } from "./dom.js";
import { clock, count, duration, moment } from "./format.js";
import { projectReport } from "./report.js";

function poster(clip, open) {
  const image = clip.files.poster ? make("img", { src: clip.files.poster, alt: "", loading: "lazy", decoding: "async" }) : null;
  const button = make(
    "button",
    { type: "button", class: "poster", "aria-label": `Play ${clip.title}, ${duration(clip.duration)}`, click: () => open(clip, button) },
    image,
    make("span", { class: "length", text: clock(clip.duration) }),
    make("span", { class: "disc" }, icon("play")),
  );
  return button;
}

function card(clip, open) {
  const save = make("a", { class: "quiet icon-only", href: `${clip.files.video}?download=true`, download: true, "aria-label": `Download ${clip.title}` }, icon("download"));
  return make(
    "li",
    { class: "clip", "data-clip": clip.id },
    poster(clip, open),
    make("p", { class: "clip-text", text: clip.text || clip.title }),
    make("div", { class: "clip-foot" }, make("p", { class: "hint", text: clip.end > clip.start ? `${clock(clip.start)} – ${clock(clip.end)}` : clip.name }), save),
  );
}

function facts(project) {
  const report = projectReport(project.timings);
  return report && make("details", { class: "facts" }, make("summary", { text: "Where the time went" }), report);
}

function group(project, open) {
  const wide = project.clips.every((clip) => !clip.tall);
  const lost = project.failures.map((failure) => make("p", { class: "lost-clips", text: `Clip ${failure.clip_number} could not be made: ${failure.message}` }));
  const about = [count(project.clips.length, "clip"), project.finished ? moment(project.finished) : ""];
  return make(
    "article",
    { class: "project", "data-project": project.id },
    make("header", { class: "project-head" }, make("h3", { text: project.title }), make("p", { class: "hint", text: about.filter(Boolean).join(" · ") })),
    make("ul", { class: wide ? "grid wide" : "grid", role: "list" }, ...project.clips.map((clip) => card(clip, open))),
    ...lost,
    facts(project),
  );
}

export class Gallery {
  #groups = new Map();
  #open;
  #begun = false;

  /** `open(clip, button)` plays a clip. */
  constructor(open) {
    this.#open = open;
  }

  show(projects) {
    const sorted = [...projects].sort((a, b) => (b.finished ?? 0) - (a.finished ?? 0));
    arrange(byId("projects"), sorted.map((project) => this.#group(project)));
    const total = sorted.reduce((sum, project) => sum + project.clips.length, 0);
    setText(byId("clips-count"), sorted.length > 1 ? `${count(total, "clip")} in ${count(sorted.length, "project")}` : "");
    byId("clips-empty").hidden = total > 0;
    this.#begun = true;
  }

  #group(project) {
    const stamp = JSON.stringify([project.clips.map((clip) => clip.id), project.timings]);
    const known = this.#groups.get(project.id);
    if (known?.stamp === stamp) return known.element;
    if (this.#begun) announce(`${project.title}: ${count(project.clips.length, "clip")} finished.`);
    const element = group(project, this.#open);
    this.#groups.set(project.id, { stamp, element });
    return element;
  }
}
