// The window that plays a clip, with its words, its files and its report.

import { byId, icon, make } from "./dom.js";
import { bytes, clock } from "./format.js";
import { clipReport } from "./report.js";

const FILES = { video: "Video", srt: "SRT", vtt: "VTT", framing: "Framing", info: "Info" };

export class Player {
  #window = byId("player");
  #video = byId("video");
  #opener = null;

  constructor() {
    byId("player-close").addEventListener("click", () => this.#window.close());
    this.#window.addEventListener("click", (event) => {
      if (event.target === this.#window) this.#window.close();
    });
    this.#window.addEventListener("close", () => this.#stop());
  }

  /** Opens on `clip` and plays it; `opener` gets the focus back. */
  open(clip, opener) {
    this.#opener = opener;
    byId("player-title").textContent = clip.title;
    byId("player-facts").textContent = this.#facts(clip);
    byId("player-words").textContent = clip.text || "Nothing is said, or nobody listened.";
    byId("player-downloads").replaceChildren(...this.#downloads(clip));
    byId("player-report").replaceChildren(...clipReport(clip.report));
    this.#window.classList.toggle("wide", clip.width > clip.height);
    this.#video.poster = clip.files.poster ?? "";
    this.#video.src = clip.files.video;
    this.#window.showModal();
    // Where a browser forbids it, the controls are there.
    this.#video.play().catch(() => {});
  }

  #facts(clip) {
    const span = clip.end > clip.start ? `${clock(clip.start)} to ${clock(clip.end)} of the source` : "";
    const size = clip.width ? `${clip.width}×${clip.height}` : "";
    return [span, size, clip.size ? bytes(clip.size) : ""].filter(Boolean).join(" · ");
  }

  #downloads(clip) {
    return Object.entries(FILES)
      .filter(([kind]) => clip.files[kind])
      .map(([kind, name]) => {
        const look = kind === "video" ? "button primary small" : "button secondary small";
        return make("a", { class: look, href: clip.files[kind], download: true, "aria-label": `Download: ${name}` }, ...(kind === "video" ? [icon("download")] : []), name);
      });
  }

  #stop() {
    this.#video.pause();
    this.#video.removeAttribute("src");
    this.#video.removeAttribute("poster");
    this.#video.load();
    this.#opener?.focus();
  }
}
