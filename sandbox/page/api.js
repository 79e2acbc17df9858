// Talks to the stand-in: requests, and the live events.

import { say } from "./words.js";

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.error ?? answer.detail ?? answer.title ?? String(status));
    this.status = status;
    this.key = answer.key;
  }

  /** What the page says about it. */
  get words() {
    return this.key ? say(`error_${this.key}`) : this.message;
  }
}

async function request(path, method = "GET", body) {
  const options = { method };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const response = await fetch(path, options);
  const text = await response.text();
  let answer = {};
  try {
    answer = text ? JSON.parse(text) : {};
  } catch {
    // not JSON: the status says enough
  }
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

const person = (id, rest, bot, { group, topic } = {}) =>
  `/sandbox/persons/${id}/${rest}?bot=${encodeURIComponent(bot)}${group ? `&chat=${group}&topic=${topic ?? 0}` : ""}`;

export const api = {
  info: () => request("/sandbox/info"),
  persons: (query, limit) => request(`/sandbox/persons?q=${encodeURIComponent(query)}&limit=${limit}`),
  person: (id) => request(`/sandbox/persons/${id}`),
  addPerson: (facts) => request("/sandbox/persons", "POST", facts),
  changePerson: (id, facts) => request(`/sandbox/persons/${id}`, "PATCH", facts),
  chat: (id, bot, limit, where) => request(`${person(id, "chat", bot, where)}&limit=${limit}`),
  send: (id, bot, message, where) => request(person(id, "messages", bot, where), "POST", message),
  edit: (id, bot, message, text, where) => request(person(id, `messages/${message}`, bot, where), "POST", { text }),
  remove: (id, bot, message, where) => request(person(id, `messages/${message}`, bot, where), "DELETE"),
  tap: (id, bot, message_id, data, where) => request(person(id, "taps", bot, where), "POST", { message_id, data }),
  block: (id, bot) => request(person(id, "block", bot), "POST"),
  unblock: (id, bot) => request(person(id, "unblock", bot), "POST"),
  log: () => request("/sandbox/log?limit=200"),
  clearLog: () => request("/sandbox/log", "DELETE"),
  faults: () => request("/sandbox/faults"),
  addFault: (fault) => request("/sandbox/faults", "POST", fault),
  clearFault: (id) => request(`/sandbox/faults${id ? `/${id}` : ""}`, "DELETE"),
  clock: () => request("/demo/clock"),
  moveClock: (to) => request("/demo/clock", "POST", { to }),
};

/** Listens to the stand-in's events; `onState(false)` when the connection is lost. */
export function listen(onEvent, onState) {
  const source = new EventSource("/sandbox/events");
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  source.onopen = () => onState(true);
  source.onerror = () => onState(false);
  return source;
}
