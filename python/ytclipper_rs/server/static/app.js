// Joins the parts: what the server tells goes into one state, and the state is shown.

import { Api, ServerError } from "./api.js";
import { Gallery } from "./clips.js";
import { Composer } from "./composer.js";
import { announce, arrange, byId, make, setText } from "./dom.js";
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
  retry: (id, button) => act(button, () => api.retry(id)),
});
const live = new Live(() => api.socketAddress(state.seq, state.instance), hear, showLink);
new Composer(api, look);

let timer = 0;
let looking = null;
let frame = 0;

/** Asks for the whole state; one question at a time. */
function look() {
  looking ??= ask().finally(() => {
    looking = null;
    clearTimeout(timer);
    timer = setTimeout(look, state.connected ? (state.busy ? LOOK_BUSY : LOOK_IDLE) : LOOK_LOST);
  });
  return looking;
}

async function ask() {
  try {
    const [all, health] = await Promise.all([api.tasks(), api.health()]);
    state.replace(all, await api.clips(all), health);
    show();
  } catch (error) {
    if (error instanceof ServerError && error.status === 401) await askToken();
  }
}

function hear(message) {
  if (state.hear(message)) void look();
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    tasks.show(state.tasks());
  });
}

function show() {
  tasks.show(state.tasks());
  gallery.show(state.projects());
  showWorkers(state.health);
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

async function act(button, what) {
  button.disabled = true;
  try {
    await what();
  } catch (error) {
    announce(error.message);
    setText(byId("form-error"), error.message);
    button.disabled = false;
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
