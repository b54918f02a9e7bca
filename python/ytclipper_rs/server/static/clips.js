// Finished clips, in a group for each project, the newest first. What is shown stays in its place
// when more is told: a control keeps the focus, and what was opened stays open.

import { arrange, announce, byId, icon, keepFocus, make, setText } from "./dom.js";
import { clock, count, duration, moment } from "./format.js";
import { projectReport } from "./report.js";

/** A clip may be listed before its picture and its words: they come into the same card. */
class Card {
  #stamp = "";

  constructor(id, open) {
    this.image = make("img", { alt: "", loading: "lazy", decoding: "async" });
    this.length = make("span", { class: "length" });
    this.play = make("button", { type: "button", class: "poster", click: () => open(this.clip, this.play) }, this.image, this.length, make("span", { class: "disc" }, icon("play")));
    this.text = make("p", { class: "clip-text" });
    this.span = make("p", { class: "hint" });
    this.save = make("a", { class: "quiet icon-only", download: true }, icon("download"));
    this.element = make("li", { class: "clip", "data-clip": id }, this.play, this.text, make("div", { class: "clip-foot" }, this.span, this.save));
  }

  show(clip) {
    const stamp = JSON.stringify(clip);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.clip = clip;
    this.#picture(clip.files.poster);
    setText(this.length, clock(clip.duration));
    setText(this.text, clip.text || clip.title);
    setText(this.span, clip.end > clip.start ? `${clock(clip.start)} – ${clock(clip.end)}` : clip.name);
    this.play.setAttribute("aria-label", `Play ${clip.title}, ${duration(clip.duration)}`);
    this.save.setAttribute("aria-label", `Download ${clip.title}`);
    this.save.href = `${clip.files.video}?download=true`;
  }

  #picture(poster) {
    this.image.hidden = poster === null;
    if (poster !== null && this.image.getAttribute("src") !== poster) this.image.src = poster;
  }
}

class Group {
  #cards = new Map();
  #open;
  #stamp = "";

  constructor(id, open) {
    this.#open = open;
    this.title = make("h3");
    this.about = make("p", { class: "hint" });
    this.grid = make("ul", { class: "grid", role: "list" });
    this.lost = make("div");
    this.facts = make("details", { class: "facts" });
    this.element = make("article", { class: "project", "data-project": id }, make("header", { class: "project-head" }, this.title, this.about), this.grid, this.lost, this.facts);
  }

  /** True where one of the clips is new. */
  show(project) {
    const { clips } = project;
    setText(this.title, project.title);
    setText(this.about, [count(clips.length, "clip"), project.finished ? moment(project.finished) : ""].filter(Boolean).join(" · "));
    this.grid.classList.toggle("wide", clips.every((clip) => !clip.tall));
    this.#explain(project);
    const before = this.#cards;
    this.#cards = new Map(clips.map((clip) => [clip.id, before.get(clip.id) ?? new Card(clip.id, this.#open)]));
    for (const clip of clips) this.#cards.get(clip.id).show(clip);
    arrange(this.grid, [...this.#cards.values()].map((card) => card.element));
    return clips.some((clip) => !before.has(clip.id));
  }

  /** What could not be made, and where the time went. */
  #explain({ failures, timings }) {
    const stamp = JSON.stringify([failures, timings]);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.lost.replaceChildren(...failures.map((failure) => make("p", { class: "lost-clips", text: `Clip ${failure.clip_number} could not be made: ${failure.message}` })));
    const report = projectReport(timings);
    this.facts.hidden = report === null;
    const summary = this.facts.querySelector("summary") ?? make("summary", { text: "Where the time went" });
    arrange(this.facts, report ? [summary, report] : []);
  }
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
    keepFocus(byId("clips"), () => this.#arrange(sorted));
    const total = sorted.reduce((sum, project) => sum + project.clips.length, 0);
    setText(byId("clips-count"), sorted.length > 1 ? `${count(total, "clip")} in ${count(sorted.length, "project")}` : "");
    byId("clips-empty").hidden = total > 0;
    this.#begun = true;
  }

  #arrange(projects) {
    const before = this.#groups;
    this.#groups = new Map(projects.map((project) => [project.id, before.get(project.id) ?? new Group(project.id, this.#open)]));
    for (const project of projects) {
      const grown = this.#groups.get(project.id).show(project);
      if (grown && this.#begun) announce(`${project.title}: ${count(project.clips.length, "clip")} finished.`);
    }
    arrange(byId("projects"), [...this.#groups.values()].map((group) => group.element));
  }
}
