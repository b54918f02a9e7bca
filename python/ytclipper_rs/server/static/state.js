// What the server told of its tasks, and up to which message. Nothing else is the truth.

const FINAL = new Set(["succeeded", "failed", "cancelled"]);

export class State {
  /** Number of the newest message, and the server process that numbered it. */
  seq = null;
  instance = null;
  connected = false;
  #tasks = new Map();

  tasks() {
    return [...this.#tasks.values()];
  }

  get busy() {
    return [...this.#tasks.values()].some((task) => !FINAL.has(task.state));
  }

  replace(tasks) {
    const before = this.#tasks;
    this.#tasks = new Map(tasks.map((task) => [task.id, this.#newest(before.get(task.id), task)]));
  }

  /** An answer may be older than what the WebSocket told meanwhile: progress never falls. */
  #newest(known, task) {
    const ahead = known?.state === "running" && task.state === "running" && known.progress.percent > task.progress.percent;
    return ahead ? { ...task, progress: known.progress } : task;
  }

  /** Takes a message in; true where the whole state must be asked for. */
  hear(message) {
    if (Number.isInteger(message.seq)) this.seq = message.seq;
    switch (message.type) {
      case "connection":
        this.instance = message.instance ?? null;
        return true;
      case "progress":
        return this.#progress(message);
      case "task":
      case "resync":
        return true;
      default:
        return false;
    }
  }

  #progress({ task_id: id, stage, percent, message, eta_s = null }) {
    const task = this.#tasks.get(id);
    if (!task) return true;
    if (!FINAL.has(task.state) && percent >= task.progress.percent) {
      this.#tasks.set(id, { ...task, state: "running", progress: { stage, percent, message, eta_s } });
    }
    return false;
  }
}
