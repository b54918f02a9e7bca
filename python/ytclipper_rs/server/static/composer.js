// The form: a link or a file, the options, what stands above, and the upload.

import { announce, byId, setText } from "./dom.js";
import { FilePick } from "./picker.js";

const KEPT = "options";
const PICTURE = /\.(png|jpe?g|webp)$/i;

const isPicture = (file) => file.type.startsWith("image/") || PICTURE.test(file.name);

export class Composer {
  #api;
  #onTask;
  #source;
  #insert;
  #busy = false;
  #calledOff = false;

  /** `onTask()` is called when the server took a task. */
  constructor(api, onTask) {
    this.#api = api;
    this.#onTask = onTask;
    this.#source = new FilePick(byId("source-pick"), (file) => this.#chosen(file));
    this.#insert = new FilePick(byId("insert-pick"), (file) => this.#chosen(file));
    byId("form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    byId("url").addEventListener("input", () => this.#complain(""));
    byId("fewer").addEventListener("click", () => this.#step(-1));
    byId("more").addEventListener("click", () => this.#step(1));
    for (const choice of document.getElementsByName("format")) choice.addEventListener("change", () => this.#shape());
    this.#dropping();
    this.#recall();
    this.#shape();
  }

  /** Files may be dropped anywhere on the page; what stands above has a place of its own, and a
   * picture can be nothing else. */
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
      const file = event.dataTransfer.files[0] ?? null;
      if (this.#busy || file === null) return;
      const above = this.#stacked && (byId("insert-pick").contains(event.target) || isPicture(file));
      (above ? this.#insert : this.#source).choose(file);
    });
  }

  #chosen(file) {
    this.#complain("");
    byId("link-field").hidden = this.#source.file !== null;
    if (file === null) this.#calledOff = true;
    else byId("submit").focus();
  }

  get #stacked() {
    return byId("form").elements.format.value === "stacked";
  }

  #shape() {
    byId("insert-pick").hidden = !this.#stacked;
    this.#complain("");
  }

  #step(change) {
    const field = byId("clips-wanted");
    field.value = String(Math.min(20, Math.max(1, (Number(field.value) || 1) + change)));
    announce(`${field.value} clips`);
  }

  #options() {
    return {
      format: byId("form").elements.format.value,
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
    if (this.#source.file === null && url.value.trim() === "") return ["Paste a link, or choose a file.", url];
    if (this.#stacked && this.#insert.file === null) return ["Choose the photo or video that stands above.", this.#insert.input];
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
      if (!(await this.#send(options))) return; // An upload was called off.
      this.#keep(options);
      this.#source.forget();
      this.#insert.forget();
      byId("url").value = "";
      announce("The task is accepted.");
      this.#onTask();
    } catch (error) {
      if (error.kind === "not_found") for (const pick of [this.#source, this.#insert]) pick.unsent();
      this.#complain(error.message, error.field === "url" ? byId("url") : null);
    } finally {
      this.#wait(false);
    }
  }

  /** Sends the files and starts the task; false where one was taken away meanwhile. */
  async #send(options) {
    this.#calledOff = false;
    const source = this.#source.file ? await this.#source.send(this.#api) : { url: byId("url").value.trim() };
    const above = this.#stacked && !this.#calledOff ? await this.#above() : {};
    if (this.#calledOff) return false;
    await this.#api.process(source, { ...options, ...above });
    return true;
  }

  async #above() {
    const format = isPicture(this.#insert.file) ? "stacked_photo" : "stacked_video";
    const sent = await this.#insert.send(this.#api);
    return { format, insert: sent?.url };
  }

  #wait(busy) {
    this.#busy = busy;
    const button = byId("submit");
    button.setAttribute("aria-disabled", String(busy));
    // The shape stays as it was sent.
    for (const choice of document.getElementsByName("format")) choice.disabled = busy;
    const sends = this.#source.file !== null || this.#stacked;
    setText(button, busy ? (sends ? "Sending…" : "Starting…") : "Make clips");
  }

  #complain(text, field = null) {
    setText(byId("form-error"), text);
    for (const each of [byId("url"), byId("clips-wanted"), this.#insert.input]) each.removeAttribute("aria-invalid");
    field?.setAttribute("aria-invalid", "true");
    field?.focus();
  }
}
