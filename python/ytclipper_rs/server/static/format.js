// Numbers and names, for a person.

/** `1:05`, `1:02:03`. */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`. */
export function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${minutes} min ${Math.round(seconds % 60)} s`;
}

/** `about 20 s left`; coarse, so that it does not flicker. */
export function remaining(seconds) {
  if (seconds < 3) return "nearly done";
  if (seconds < 90) return `about ${Math.ceil(seconds / 5) * 5} s left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${(seconds / 3600).toFixed(1)} h left`;
}

/** `64 MB`. */
export function bytes(count) {
  if (count < 1e6) return `${Math.max(1, Math.round(count / 1e3))} kB`;
  return count < 1e9 ? `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} MB` : `${(count / 1e9).toFixed(1)} GB`;
}

/** `3 clips`, `1 clip`. */
export const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** A message as a sentence begins; a name at its beginning stays as it is. */
export const sentence = (text) => (/^[a-z]+ /.test(text) ? text[0].toUpperCase() + text.slice(1) : text);

/** `2nd`. */
export function ordinal(number) {
  const teen = number % 100 > 10 && number % 100 < 14;
  return `${number}${(!teen && { 1: "st", 2: "nd", 3: "rd" }[number % 10]) || "th"}`;
}

/** What a source is called: the file's name, or the address without its scheme. */
export function sourceName(source) {
  if (/^https?:\/\//i.test(source)) return source.replace(/^https?:\/\/(www\.)?/i, "").replace(/\/$/, "");
  return source.split(/[\\/]/).pop() || source;
}

/** `today 14:05`, `4 Nov 14:05`. */
export function moment(date, now = new Date()) {
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === now.toDateString()) return `today ${time}`;
  return `${date.toLocaleDateString([], { day: "numeric", month: "short" })} ${time}`;
}

const STAGES = {
  queued: "Waiting",
  probing: "Reading the video",
  downloading: "Downloading",
  transcribing: "Listening",
  analyzing: "Finding the best moments",
  clipping: "Making clips",
  organizing: "Putting files in place",
  cleanup: "Tidying up",
  installing: "Installing",
  complete: "Done",
};
export const stageName = (stage) => STAGES[stage] ?? stage;

const FAULTS = {
  invalid_spec: ["This cannot be done as asked", "Check the link and the options."],
  not_found: ["The video is not there", "It may have been moved or deleted. Choose it again."],
  is_directory: ["That is a folder", "Choose a video in it."],
  unsupported_media: ["This is not a video that can be read", "Try an MP4, MOV, MKV or WebM file with a picture and sound."],
  corrupt_media: ["The video is damaged", "It may not have been copied whole. Try it from its origin."],
  limit_exceeded: ["The video is too large", "It exceeds a limit that this server sets."],
  download: ["The download failed", "See whether the link opens in a browser. If it does, try again later."],
  model_unavailable: ["A model is missing on this server", "Whoever runs it can install it; the message names the command."],
  no_space: ["The server's disk is full", "Whoever runs it has to make room on its disk. Then try again."],
  io: ["The server could not read or write a file", "Whoever runs it can look at the permissions."],
  timeout: ["It took too long", "Try again when less is running, or with a shorter video."],
  queue_full: ["The queue is full", "Try again when something has finished."],
  shut_down: ["The server was stopped meanwhile", "Nothing of it is left. Try again."],
  worker_crashed: ["The work broke off", "Try again; if it repeats, the video is at fault."],
  internal: ["Something went wrong inside", "Try again; if it repeats, please report it with the message above."],
};
/** What a kind of error means, and what to do: `[heading, advice]`. */
export const faultText = (kind) => FAULTS[kind] ?? ["It did not work", "Try again."];
