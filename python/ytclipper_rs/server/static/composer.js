// The form: a link or a file, the options, and the upload.

import { announce, byId, setText } from "./dom.js";
import { bytes, remaining } from "./format.js";

const KEPT = "options";

export class Composer {
  #api;
  #onTask;
  #file = null;
  #upload = null;
  #busy = false;

  /** `onTask()` is called when the server took a task. */
  constructor(api, onTask) {
    this.#api = api;
    this.#onTask = onTask;
    byId("form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    byId("url").addEventListener("input", () => this.#complain(""));
    byId("file").addEventListener("change", (event) => this.#choose(event.target.files[0] ?? null));
    byId("unchoose").addEventListener("click", () => this.#unchoose());
    byId("fewer").addEventListener("click", () => this.#step(-1));
    byId("more").addEventListener("click", () => this.#step(1));
    this.#dropping();
    this.#recall();
  }

  /** Files may be dropped anywhere on the page. */
  #dropping() {
    let depth = 0;
    const over = (change) => {
      depth = Math.max(0, depth + change);
      byId("composer").classList.toggle("over", depth > 0);
    };
    const isFile = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragenter", (event) => isFile(event) && over(1));
    addEventListener("dragleave", (event) => isFile(event) && over(-1));
    addEventListener("dragover", (event) => isFile(event) && event.preventDefault());
    addEventListener("drop", (event) => {
      if (!isFile(event)) return;
      event.preventDefault();
      over(-depth);
      this.#choose(event.dataTransfer.files[0] ?? null);
    });
  }

  #choose(file) {
    if (this.#busy || file === null) return;
    this.#file = file;
    this.#complain("");
    setText(byId("chosen-name"), file.name);
    setText(byId("chosen-note"), bytes(file.size));
    byId("chosen").hidden = false;
    byId("link-field").hidden = byId("drop").hidden = true;
    announce(`${file.name} is chosen.`);
    byId("submit").focus();
  }

  #unchoose() {
    this.#upload?.abort();
    this.#forget();
    byId("url").focus();
  }

  #forget() {
    this.#file = null;
    byId("file").value = "";
    byId("chosen").hidden = byId("upload-bar").hidden = true;
    byId("link-field").hidden = byId("drop").hidden = false;
  }

  #step(change) {
    const field = byId("clips-wanted");
    field.value = String(Math.min(20, Math.max(1, (Number(field.value) || 1) + change)));
    announce(`${field.value} clips`);
  }

  #options() {
    return {
      format: new FormData(byId("form")).get("format"),
      num_clips: Number(byId("clips-wanted").value),
      burn_captions: byId("captions").checked,
    };
  }

  #recall() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
      for (const choice of document.getElementsByName("format")) if (choice.value === kept.format) choice.checked = true;
      if (Number.isInteger(kept.num_clips)) byId("clips-wanted").value = String(kept.num_clips);
      if (typeof kept.burn_captions === "boolean") byId("captions").checked = kept.burn_captions;
    } catch {
      // Storage is off or holds something else: the defaults stand.
    }
  }

  #keep(options) {
    try {
      localStorage.setItem(KEPT, JSON.stringify(options));
    } catch {
      // They are asked for again next time.
    }
  }

  /** What is wrong with the form, and the field at fault; null where nothing is. */
  #fault(options) {
    const url = byId("url");
    if (this.#file === null && url.value.trim() === "") return ["Paste a link, or choose a file.", url];
    if (!Number.isInteger(options.num_clips) || options.num_clips < 1 || options.num_clips > 20) return ["The number of clips is from 1 to 20.", byId("clips-wanted")];
    return null;
  }

  async #submit() {
    if (this.#busy) return;
    const options = this.#options();
    const fault = this.#fault(options);
    if (fault) return this.#complain(...fault);
    this.#complain("");
    this.#wait(true);
    try {
      const source = this.#file ? await this.#send(this.#file) : { url: byId("url").value.trim() };
      if (source === null) return; // The upload was called off.
      await this.#api.process(source, options);
      this.#keep(options);
      this.#forget();
      byId("url").value = "";
      announce("The task is accepted.");
      this.#onTask();
    } catch (error) {
      this.#complain(error.message, error.field === "url" ? byId("url") : null);
    } finally {
      byId("upload-bar").hidden = true;
      this.#wait(false);
    }
  }

  async #send(file) {
    const bar = byId("upload-bar");
    const begun = performance.now();
    bar.hidden = false;
    bar.value = 0;
    this.#upload = this.#api.upload(file, (sent) => {
      const share = file.size ? sent / file.size : 1;
      bar.value = 100 * share;
      const seconds = (performance.now() - begun) / 1000;
      const rest = share > 0.02 && seconds > 1 ? ` · ${remaining(seconds / share - seconds)}` : "";
      setText(byId("chosen-note"), share < 1 ? `${bytes(sent)} of ${bytes(file.size)}${rest}` : "Sent");
    });
    try {
      return await this.#upload.done;
    } finally {
      this.#upload = null;
    }
  }

  #wait(busy) {
    this.#busy = busy;
    const button = byId("submit");
    button.setAttribute("aria-disabled", String(busy));
    setText(button, busy ? (this.#file ? "Sending…" : "Starting…") : "Make clips");
  }

  #complain(text, field = null) {
    setText(byId("form-error"), text);
    for (const each of [byId("url"), byId("clips-wanted")]) each.removeAttribute("aria-invalid");
    field?.setAttribute("aria-invalid", "true");
    field?.focus();
  }
}
