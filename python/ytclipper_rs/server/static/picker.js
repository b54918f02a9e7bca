// A file for the form: chosen or dropped, shown by its name, and sent with a bar that follows it.

import { announce, setText } from "./dom.js";
import { bytes, remaining } from "./format.js";

export class FilePick {
  file = null;
  input;
  #part;
  #onChange;
  #upload = null;
  #sent = null;

  /** `root` holds the parts; `onChange(file)` is called with what was chosen, null where nothing. */
  constructor(root, onChange) {
    this.#part = (name) => root.querySelector(name);
    this.#onChange = onChange;
    this.input = this.#part("input[type=file]");
    this.input.addEventListener("change", () => this.choose(this.input.files[0] ?? null));
    this.#part(".chosen button").addEventListener("click", () => {
      this.#upload?.abort();
      this.forget();
      this.input.focus();
    });
  }

  choose(file) {
    if (file === null) return;
    this.unsent();
    this.file = file;
    setText(this.#part(".chosen-name"), file.name);
    setText(this.#part(".chosen-note"), bytes(file.size));
    this.#show();
    announce(`${file.name} is chosen.`);
  }

  forget() {
    this.unsent();
    this.file = null;
    this.input.value = "";
    this.#show();
  }

  /** What was sent is no longer on the server, or no longer wanted. */
  unsent() {
    this.#sent = null;
  }

  #show() {
    const none = this.file === null;
    this.#part(".chosen").hidden = none;
    this.#part(".drop").hidden = !none;
    this.#part("progress").hidden = true;
    this.#onChange(this.file);
  }

  /** Sends the file unless the server has it; gives its `{url}`, null where it was called off. */
  async send(api) {
    this.#sent ??= await this.#transfer(api);
    return this.#sent;
  }

  async #transfer(api) {
    const [bar, note] = [this.#part("progress"), this.#part(".chosen-note")];
    const { size } = this.file;
    const begun = performance.now();
    bar.hidden = false;
    bar.value = 0;
    this.#upload = api.upload(this.file, (sent) => {
      const share = size ? sent / size : 1;
      bar.value = 100 * share;
      const seconds = (performance.now() - begun) / 1000;
      const rest = share > 0.02 && seconds > 1 ? ` · ${remaining(seconds / share - seconds)}` : "";
      setText(note, share < 1 ? `${bytes(sent)} of ${bytes(size)}${rest}` : "Sent");
    });
    try {
      return await this.#upload.done;
    } finally {
      this.#upload = null;
      bar.hidden = true;
    }
  }
}
