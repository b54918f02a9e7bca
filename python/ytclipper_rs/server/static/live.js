// The WebSocket: kept open, and opened again with growing pauses. The server keeps the newest
// messages by number, so that nothing is lost meanwhile.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
// The server pings every 10 s; a connection that is silent for this long is dead.
const SILENCE = 25_000;

export class Live {
  #address;
  #onMessage;
  #onState;
  #socket = null;
  #pause = FIRST_PAUSE;
  #timer = 0;
  #watchdog = 0;

  /** `address()` is asked at each try, as it carries the last number that was seen. */
  constructor(address, onMessage, onState) {
    this.#address = address;
    this.#onMessage = onMessage;
    this.#onState = onState;
    addEventListener("online", () => this.#now());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#now();
    });
  }

  open() {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#address());
    this.#socket = socket;
    this.#listen();
    socket.addEventListener("message", (event) => {
      this.#listen();
      const message = JSON.parse(event.data);
      if (message.type === "connection") {
        this.#pause = FIRST_PAUSE;
        this.#onState("live");
      }
      this.#onMessage(message);
    });
    socket.addEventListener("close", () => {
      if (socket === this.#socket) this.#lost();
    });
  }

  #listen() {
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#watchdog = setTimeout(() => {
      socket.close();
      if (socket === this.#socket) this.#lost();
    }, SILENCE);
  }

  #lost() {
    this.#socket = null;
    clearTimeout(this.#watchdog);
    this.#onState("lost");
    // Spread, so that many pages do not come back in the same moment.
    this.#timer = setTimeout(() => this.open(), this.#pause * (0.75 + Math.random() / 2));
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
  }

  #now() {
    if (this.#socket === null) this.open();
  }
}
