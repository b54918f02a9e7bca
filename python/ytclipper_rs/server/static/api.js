// The server's interface: the only file that knows its addresses and the shape of its answers.

/** What the server refused, or that it does not answer. */
export class ServerError extends Error {
  constructor(message, { status = 0, kind = "internal", field = null } = {}) {
    super(message);
    this.status = status;
    this.kind = kind;
    this.field = field;
  }
}

/** Formats that are told by the source's shape, mostly a wide one. */
const AS_SOURCE = new Set(["original", "render"]);
/** How many tasks are looked at, and of how many that succeeded the results; the newest first. */
const TASKS = 200;
const SUMMARIES = 30;
const SILENT = "The server does not answer. Try again in a moment.";

/** The page's own address: a proxy may put a prefix before all addresses of the server's. */
const BASE = new URL(".", import.meta.url);
const at = (path) => new URL(path.slice(1), BASE).href;

async function ask(path, { method = "GET", body = null, headers = {} } = {}) {
  const json = body === null ? {} : { "content-type": "application/json" };
  let response;
  try {
    response = await fetch(at(path), { method, headers: { ...json, ...headers }, body: body === null ? null : JSON.stringify(body) });
  } catch {
    throw new ServerError(SILENT);
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw refusal(response.status, answer);
  return answer;
}

function refusal(status, problem) {
  const message = problem?.detail ?? problem?.title ?? `The server answered ${status}.`;
  return new ServerError(message, { status, kind: problem?.kind, field: problem?.field });
}

export class Api {
  /** Results of tasks that succeeded, which never change. */
  #results = new Map();

  health() {
    return ask("/api/health");
  }

  async tasks() {
    const { tasks } = await ask(`/api/tasks?limit=${TASKS}`);
    const queued = tasks.filter((task) => task.state === "queued").reverse();
    // What was tried again goes on as the newer task.
    const repeated = new Set(tasks.map((task) => task.retry_of));
    return tasks.filter((task) => !repeated.has(task.task_id)).map((task) => asTask(task, queued.indexOf(task) + 1));
  }

  /** Finished clips, gathered by project; what a task tells of its project goes along. */
  async clips(tasks) {
    const { clips } = await ask("/api/clips?limit=500");
    const summaries = await this.#summaries(tasks);
    const projects = new Map();
    for (const clip of clips) {
      const known = projects.get(clip.project) ?? asProject(clip, summaries.get(clip.project));
      known.clips.push(asClip(clip));
      projects.set(clip.project, known);
    }
    for (const { clips: own } of projects.values()) own.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
    return [...projects.values()];
  }

  async #summaries(tasks) {
    const made = tasks.filter((task) => task.state === "succeeded" && task.kind === "process");
    const done = made.slice(0, SUMMARIES);
    const answers = await Promise.all(done.map((task) => this.#result(task.id)));
    const known = answers.filter((result) => result !== null);
    return new Map(known.map((result) => [result.project_folder.split(/[\\/]/).pop(), result.summary]));
  }

  async #result(id) {
    if (!this.#results.has(id)) {
      // The server may have dropped the task since it listed it.
      const task = await ask(`/api/tasks/${encodeURIComponent(id)}`).catch(() => null);
      this.#results.set(id, task?.result ?? null);
    }
    return this.#results.get(id);
  }

  /** How a clip was made: the render report in its info file, null where there is none. */
  async report(clip) {
    if (!clip.files.info) return null;
    const info = await ask(clip.files.info).catch(() => null);
    return info?.engine?.report ?? null;
  }

  /** Starts a task; `source` is `{url}`. */
  process({ url }, options) {
    return ask("/api/process?background=true", { method: "POST", body: { url, ...options } });
  }

  cancel(id) {
    return ask(`/api/tasks/${encodeURIComponent(id)}`, { method: "DELETE" });
  }

  retry(id) {
    return ask(`/api/tasks/${encodeURIComponent(id)}/retry`, { method: "POST" });
  }

  /** Changes the token into a cookie, which `<video>` and the WebSocket need. */
  signIn(token) {
    return ask("/api/session", { method: "POST", headers: { authorization: `Bearer ${token}` } });
  }

  /** Sends a file; `told(bytes)` follows it. `done` gives its `{url}`, or null after `abort()`. */
  upload(file, told) {
    const request = new XMLHttpRequest();
    const done = new Promise((resolve, reject) => {
      request.upload.addEventListener("progress", (event) => told(event.loaded));
      request.addEventListener("abort", () => resolve(null));
      request.addEventListener("error", () => reject(new ServerError(SILENT)));
      request.addEventListener("load", () => {
        if (request.status < 300) resolve({ url: request.response.source });
        else reject(refusal(request.status, request.response));
      });
    });
    request.open("POST", at(`/api/upload?filename=${encodeURIComponent(file.name)}`));
    request.responseType = "json";
    request.setRequestHeader("content-type", "application/octet-stream");
    request.send(file);
    return { done, abort: () => request.abort() };
  }

  /** Where the WebSocket is, from the message on that was seen last. */
  socketAddress(seq, instance) {
    const address = new URL(at("/ws"));
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    if (seq !== null) address.searchParams.set("since", seq);
    if (instance !== null) address.searchParams.set("instance", instance);
    return address;
  }
}

function asTask(task, position) {
  const { error } = task;
  return {
    id: task.task_id,
    kind: task.kind,
    state: task.state,
    source: task.source,
    progress: task.progress,
    position,
    created: task.created_at,
    finished: task.finished_at === null ? null : new Date(1000 * task.finished_at),
    error: error ? { kind: error.kind, stage: error.stage ?? null, message: plain(error.detail) } : null,
  };
}

/** A person knows a file by its last name, not by where the server put it. */
const plain = (text) => text.replace(/\b(?:upload|clip|download):(?:[^\s:/]+\/)*/g, "");

function asProject(clip, summary) {
  return {
    id: clip.project,
    title: clip.project === "renders" ? "Renders" : clip.video_title,
    finished: new Date(1000 * clip.modified_at),
    timings: summary?.timings ?? null,
    failures: summary?.failures ?? [],
    clips: [],
  };
}

/** An address for the browser itself, null where there is none. */
const whole = (path) => (path ? at(path) : null);

/** By its size where that is told, else by its format. */
const isTall = ({ width, height, format }) => (width && height ? height > width : !AS_SOURCE.has(format));

function asClip(clip) {
  return {
    id: clip.id,
    name: clip.name,
    title: clip.title || clip.name,
    text: clip.text,
    tall: isTall(clip),
    start: clip.start ?? 0,
    end: clip.end ?? 0,
    duration: clip.duration ?? 0,
    size: clip.size_bytes,
    files: {
      video: whole(clip.url),
      poster: whole(clip.thumbnail_url),
      srt: whole(clip.captions.srt),
      vtt: whole(clip.captions.vtt),
      framing: whole(clip.framing_url),
      info: clip.info_url,
    },
  };
}
