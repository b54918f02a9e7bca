// The list of what waits, works, failed or was cancelled, one card a task.

import { arrange, announce, byId, icon, keepFocus, make, setText } from "./dom.js";
import { count, faultText, moment, ordinal, remaining, sentence, sourceName, stageName } from "./format.js";

/** How many tasks that ended without clips stay in sight until all are asked for. */
const ENDED_SHOWN = 4;
const DISMISSED = "dismissed";
/** How many of them are remembered as put away. */
const DISMISSED_KEPT = 200;
const ORDER = { running: 0, queued: 1, failed: 2, cancelled: 2 };

class Card {
  constructor(task, actions) {
    this.state = "";
    this.percent = make("span", { class: "task-percent", "aria-hidden": "true" });
    this.name = make("h3");
    this.bar = make("progress", { max: "100" });
    this.stage = make("strong");
    this.rest = make("span", { class: "task-rest" });
    this.message = make("span", { class: "task-message" });
    this.fault = make("div", { class: "fault" });
    const label = sourceName(task.source);
    this.cancel = make("button", { type: "button", class: "quiet", "aria-label": `Cancel ${label}`, click: () => actions.cancel(task.id, this.cancel) }, "Cancel");
    this.retry = make("button", { type: "button", class: "button secondary small", "aria-label": `Try ${label} again`, click: () => actions.retry(task.id, this.retry, label) }, icon("retry"), "Try again");
    this.dismiss = make("button", { type: "button", class: "quiet icon-only", "aria-label": `Dismiss ${label}`, click: () => actions.dismiss(task.id) }, icon("close"));
    this.element = make(
      "li",
      { class: "card task", "data-task": task.id },
      make("div", { class: "task-head" }, make("div", { class: "task-name" }, this.name), this.percent, this.dismiss),
      this.bar,
      this.fault,
      make("div", { class: "task-line" }, make("p", { class: "task-stage" }, this.stage, this.rest, this.message), this.cancel, this.retry),
    );
  }

  show(task) {
    const { state, progress } = task;
    const ended = state === "failed" || state === "cancelled";
    setText(this.name, task.title || sourceName(task.source));
    this.element.dataset.state = state;
    this.element.classList.toggle("waiting", state === "queued");
    this.element.classList.toggle("failed", state === "failed");
    this.bar.hidden = this.percent.hidden = state !== "running";
    this.cancel.hidden = ended;
    this.retry.hidden = this.dismiss.hidden = !ended;
    this.fault.hidden = state !== "failed";
    this.bar.value = progress.percent;
    this.bar.setAttribute("aria-label", `Progress of ${task.title || sourceName(task.source)}`);
    setText(this.percent, `${Math.floor(progress.percent)} %`);
    setText(this.stage, this.#heading(task));
    setText(this.rest, state === "running" && progress.eta_s !== null ? ` · ${remaining(progress.eta_s)}` : "");
    setText(this.message, state === "running" ? progress.message : "");
    if (state === "failed" && this.state !== "failed") this.#explain(task.error);
    if (state !== this.state) for (const button of [this.cancel, this.retry]) button.setAttribute("aria-disabled", "false");
    this.state = state;
  }

  #heading({ state, progress, position, finished }) {
    if (state === "running") return stageName(progress.stage);
    if (state === "queued") return position > 1 ? `Waiting, ${ordinal(position)} in line` : "Waiting, next in line";
    return `${state === "cancelled" ? "Cancelled" : "Failed"} ${moment(finished)}`;
  }

  #explain(error) {
    const [heading, advice] = faultText(error.kind);
    this.fault.replaceChildren(icon("alert"), make("strong", { text: heading }), make("p", { text: sentence(error.message) }), make("p", { class: "hint", text: advice }));
  }
}

function recall() {
  try {
    return JSON.parse(localStorage.getItem(DISMISSED) ?? "[]");
  } catch {
    return []; // Storage is off or holds something else.
  }
}

function keep(ids) {
  try {
    localStorage.setItem(DISMISSED, JSON.stringify(ids));
  } catch {
    // They come back with the next visit.
  }
}

export class TaskList {
  #cards = new Map();
  #actions;
  #tasks = [];
  #dismissed = new Set(recall());
  #expanded = false;

  /** `actions.cancel(id, button)` and `actions.retry(id, button, name)` are called by the buttons. */
  constructor(actions) {
    this.#actions = { ...actions, dismiss: (id) => this.#dismiss(id) };
    byId("tasks-more").addEventListener("click", () => {
      this.#expanded = !this.#expanded;
      this.show(this.#tasks);
    });
  }

  /** Puts a task that has ended out of sight, for this browser. */
  #dismiss(id) {
    this.#dismissed.add(id);
    keep([...this.#dismissed].slice(-DISMISSED_KEPT));
    this.show(this.#tasks);
    byId("activity").focus();
  }

  show(tasks) {
    this.#tasks = tasks;
    keepFocus(byId("activity"), () => this.#arrange(tasks));
  }

  #arrange(tasks) {
    const all = tasks.filter((task) => task.state in ORDER && !this.#dismissed.has(task.id));
    const active = all.filter((task) => ORDER[task.state] < 2).sort((a, b) => ORDER[a.state] - ORDER[b.state] || a.created - b.created);
    const ended = all.filter((task) => ORDER[task.state] === 2).sort((a, b) => b.created - a.created);
    const shown = [...active, ...(this.#expanded ? ended : ended.slice(0, ENDED_SHOWN))];
    const elements = shown.map((task) => this.#card(task).element);
    const alive = new Set(shown.map((task) => task.id));
    for (const id of this.#cards.keys()) if (!alive.has(id)) this.#cards.delete(id);
    arrange(byId("tasks"), elements);
    this.#count(active, ended.filter((task) => task.state === "failed").length);
    this.#offerMore(ended.length - ENDED_SHOWN);
  }

  #offerMore(beyond) {
    const button = byId("tasks-more");
    button.hidden = beyond <= 0;
    button.setAttribute("aria-expanded", String(this.#expanded));
    setText(button, this.#expanded ? "Show fewer" : `Show ${beyond} more`);
  }

  #card(task) {
    const known = this.#cards.get(task.id);
    const card = known ?? new Card(task, this.#actions);
    if (known && known.state !== task.state) this.#tell(task);
    card.show(task);
    this.#cards.set(task.id, card);
    return card;
  }

  #tell(task) {
    const name = task.title || sourceName(task.source);
    if (task.state === "failed") announce(`${name} failed. ${task.error.message}`);
    else if (task.state === "running") announce(`${name} has begun.`);
    else if (task.state === "cancelled") announce(`${name} was cancelled.`);
  }

  #count(active, failed) {
    const running = active.filter((task) => task.state === "running").length;
    const waiting = active.length - running;
    const parts = [running ? `${running} running` : "", waiting ? `${waiting} waiting` : "", failed ? `${failed} failed` : ""];
    setText(byId("activity-count"), parts.filter(Boolean).join(", "));
    document.title = running ? `(${count(active.length, "task")}) ytclipper` : "ytclipper";
  }
}
