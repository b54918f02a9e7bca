// The window that plays a clip, with its words, its files and its report.

import { byId, icon, make } from "./dom.js";
import { bytes, clock } from "./format.js";
import { clipReport } from "./report.js";

const FILES = { video: "Video", srt: "SRT", vtt: "VTT", framing: "Framing", info: "Info" };

export class Player {
  #window = byId("player");
  #video = byId("video");
  #opener = null;
  #report;

  /** `report(clip)` gives the render report of a clip, later. */
  constructor(report) {
    this.#report = report;
    byId("player-close").addEventListener("click", () => this.#window.close());
    this.#window.addEventListener("click", (event) => {
      if (event.target === this.#window) this.#window.close();
    });
    this.#window.addEventListener("close", () => this.#stop());
    // The file itself knows best.
    this.#video.addEventListener("loadedmetadata", () => this.#shape(this.#video.videoHeight > this.#video.videoWidth));
  }

  /** Opens on `clip` and plays it; `opener` gets the focus back. */
  open(clip, opener) {
    this.#opener = opener;
    byId("player-title").textContent = clip.title;
    byId("player-facts").textContent = this.#facts(clip);
    byId("player-words").textContent = clip.text || "Nothing is said, or nobody listened.";
    byId("player-downloads").replaceChildren(...this.#downloads(clip));
    byId("player-report").replaceChildren();
    this.#shape(clip.tall);
    this.#video.poster = clip.files.poster ?? "";
    this.#video.src = clip.files.video;
    this.#video.replaceChildren(...this.#subtitles(clip));
    this.#window.showModal();
    void this.#explain(clip);
    // Where a browser forbids it, the controls are there.
    this.#video.play().catch(() => {});
  }

  #shape(tall) {
    this.#window.classList.toggle("wide", !tall);
  }

  /** To be switched on where they are not drawn upon the picture. */
  #subtitles(clip) {
    return clip.files.vtt ? [make("track", { kind: "captions", label: "Captions", src: clip.files.vtt })] : [];
  }

  async #explain(clip) {
    const report = await this.#report(clip);
    if (report === null || this.#video.getAttribute("src") !== clip.files.video) return;
    byId("player-facts").textContent = this.#facts(clip, report);
    byId("player-report").replaceChildren(...clipReport(report));
  }

  #facts(clip, report = null) {
    const span = clip.end > clip.start ? `${clock(clip.start)} to ${clock(clip.end)} of the source` : "";
    const size = report ? `${report.width}×${report.height}` : "";
    return [span, size, clip.size ? bytes(clip.size) : ""].filter(Boolean).join(" · ");
  }

  #downloads(clip) {
    return Object.entries(FILES)
      .filter(([kind]) => clip.files[kind])
      .map(([kind, name]) => {
        const look = kind === "video" ? "button primary small" : "button secondary small";
        return make("a", { class: look, href: `${clip.files[kind]}?download=true`, download: true, "aria-label": `Download: ${name}` }, ...(kind === "video" ? [icon("download")] : []), name);
      });
  }

  #stop() {
    this.#video.pause();
    this.#video.removeAttribute("src");
    this.#video.removeAttribute("poster");
    this.#video.load();
    (this.#opener.isConnected ? this.#opener : byId("clips")).focus();
  }
}
