// Joins the parts: what the server tells goes into one state, and the state is shown.

import { Api, ServerError } from "./api.js";
import { Gallery } from "./clips.js";
import { Composer } from "./composer.js";
import { announce, arrange, byId, make, setText } from "./dom.js";
import { sentence } from "./format.js";
import { Live } from "./live.js";
import { Player } from "./player.js";
import { State } from "./state.js";
import { TaskList } from "./tasks.js";

/** Pauses between two looks at the whole state: the WebSocket tells what happens in between. */
const LOOK_BUSY = 2_000;
const LOOK_IDLE = 15_000;
const LOOK_LOST = 1_000;

const api = new Api();
const state = new State();
const player = new Player((clip) => api.report(clip));
const gallery = new Gallery((clip, opener) => player.open(clip, opener));
const tasks = new TaskList({
  cancel: (id, button) => act(button, () => api.cancel(id)),
  retry: (id, button, name) => act(button, () => api.retry(id).then(() => announce(`${name} is tried again.`))),
});
const live = new Live(() => api.socketAddress(state.seq, state.instance), hear, showLink);
const lookAtClips = oneAtATime(() => asked("clips", askClips));
const look = oneAtATime(() => asked("tasks", askTasks).finally(plan));
new Composer(api, look);

let timer = 0;
let frame = 0;

/** `question`, asked once at a time. Who asks meanwhile gets the next answer, as the one that is
 * under way may be older. */
function oneAtATime(question) {
  let running = null;
  let next = null;
  return function run() {
    if (running === null) return (running = question().finally(() => (running = null)));
    next ??= running.then(() => {
      next = null;
      return run();
    });
    return next;
  };
}

/** When the next look is due. */
function plan() {
  clearTimeout(timer);
  timer = setTimeout(look, state.connected ? (state.busy ? LOOK_BUSY : LOOK_IDLE) : LOOK_LOST);
}

/** What is at work comes first; the clips do not hold it up. */
async function askTasks() {
  const [all, health] = await Promise.all([api.tasks(), api.health()]);
  state.replace(all);
  tasks.show(state.tasks());
  showWorkers(health);
  void lookAtClips();
}

async function askClips() {
  gallery.show(await api.clips(state.tasks()));
}

/** Asks; what goes wrong stands above the `part` of the page until an answer is shown again. */
async function asked(part, question) {
  let trouble = "";
  try {
    await question();
  } catch (error) {
    // What is no refusal is a fault of the page: it goes on, and the console has it.
    if (!(error instanceof ServerError)) reportError(error);
    if (error.status === 401) await askToken();
    // That the link is lost is told by its badge.
    else if (state.connected) trouble = `The ${part} could not be looked up. ${sentence(error.message)}`;
  }
  setText(byId(`${part}-error`), trouble);
}

function hear(message) {
  if (state.hear(message)) void look();
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    tasks.show(state.tasks());
  });
}

function showWorkers({ workers, running, queued }) {
  byId("workers").hidden = !workers;
  const pips = Array.from({ length: Math.min(workers, 16) }, (_, index) => byId("pips").children[index] ?? make("i"));
  arrange(byId("pips"), pips);
  pips.forEach((pip, index) => pip.classList.toggle("busy", index < running));
  setText(byId("workers-busy"), `${running} of ${workers}`);
  setText(byId("workers-noun"), workers === 1 ? " worker" : " workers");
  setText(byId("workers-waiting"), ` busy${queued ? `, ${queued} waiting` : ""}`);
}

function showLink(name) {
  const before = state.connected;
  state.connected = name === "live";
  byId("link").dataset.state = name;
  setText(byId("link-text"), state.connected ? "Live" : "Reconnecting…");
  if (state.connected !== before) announce(state.connected ? "Connected to the server." : "The connection to the server was lost. Trying again.");
  void look();
}

/** Does what a button of a task asks for, once. The button keeps the focus until it goes. */
async function act(button, what) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  setText(byId("form-error"), "");
  try {
    await what();
  } catch (error) {
    setText(byId("form-error"), error.message);
    button.setAttribute("aria-disabled", "false");
  }
  await look();
}

async function askToken() {
  const window = byId("key");
  if (window.open) return;
  window.showModal();
  await new Promise((resolve) => window.addEventListener("close", resolve, { once: true }));
  const refused = await api.signIn(byId("token").value).then(() => "", (error) => (error.status === 401 ? "That is not the token." : error.message));
  byId("token").value = "";
  setText(byId("key-error"), refused);
}

live.open();
