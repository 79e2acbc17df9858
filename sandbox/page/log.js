// The log of Bot API calls.

import { api } from "./api.js";
import { h } from "./dom.js";
import { say } from "./words.js";

const KEPT = 200;

export class Log {
  constructor() {
    this.calls = [];
    this.filter = "";
    this.polling = false;
    this.refusals = false;
    this.list = h("div.calls");
  }

  async load() {
    this.calls = (await api.log()).calls.reverse();
    this.draw();
  }

  add(call) {
    this.calls = [call, ...this.calls.filter((each) => each.seq !== call.seq)].slice(0, KEPT);
    if (!this.list.isConnected || !this.fits(call)) return;
    this.list.querySelector(".empty-note")?.remove();
    this.list.prepend(this.row(call));
    while (this.list.children.length > KEPT) this.list.lastElementChild.remove();
  }

  fits(call) {
    if (!this.polling && call.method === "getUpdates" && call.status !== "refused") return false;
    if (this.refusals && call.status === "ok") return false;
    return !this.filter || JSON.stringify(call).toLowerCase().includes(this.filter.toLowerCase());
  }

  panel() {
    const filter = h("input", { type: "search", placeholder: say("logFilter"), "aria-label": say("logFilter"), value: this.filter,
      oninput: (event) => { this.filter = event.target.value; this.draw(); } });
    const box = (key, word) => h("label.check", {},
      h("input", { type: "checkbox", checked: this[key], onchange: (event) => { this[key] = event.target.checked; this.draw(); } }), say(word));
    this.draw();
    return h("div.stack", {}, h("p.note", { text: say("logNote") }), filter,
      h("div.checks", {}, box("polling", "logPolling"), box("refusals", "logErrors"),
        h("button.link", { type: "button", onclick: () => this.clear() }, say("logClear"))),
      this.list);
  }

  async clear() {
    await api.clearLog();
    this.calls = [];
    this.draw();
  }

  draw() {
    const rows = this.calls.filter((call) => this.fits(call)).map((call) => this.row(call));
    this.list.replaceChildren(...(rows.length ? rows : [h("p.empty-note", { text: say("logEmpty") })]));
  }

  row(call) {
    const code = { ok: "200", unanswered: "—", open: say("logOpen") }[call.status] ?? String(call.answer.error_code);
    const details = h("details.call", { "data-status": call.status },
      h("summary", {},
        h("span.code", { text: code }), h("code.method", { text: call.method }),
        h("span.hint", { text: hint(call.params) }),
        call.fault ? h("span.chip.fault", { text: say("logFault") }) : null,
        h("small", { text: `${call.ms ?? 0} ms` })));
    details.addEventListener("toggle", () => details.open && details.childElementCount === 1 && details.append(...this.details(call)));
    return details;
  }

  details(call) {
    const block = (word, value) => [h("h4", { text: say(word) }), h("pre", { text: JSON.stringify(readable(value), null, 2) })];
    const via = call.via === "webhook" ? ` · ${say("logViaWebhook")}` : "";
    return [h("p.note", { text: `#${call.seq} · @${call.bot} · ${call.at.replace("T", " ").slice(0, 19)}${via}` }),
      ...block("logParams", call.params), ...block("logAnswer", call.answer)];
  }
}

function hint(params) {
  const file = params.photo?.file ?? params.document?.file;
  const text = params.text ?? params.caption ?? file ?? params.action ?? params.language_code ?? "";
  return [params.chat_id, text].filter(Boolean).join(" · ").slice(0, 80);
}

// objects often come as JSON inside a string
function readable(value) {
  if (typeof value === "string" && /^[[{]/.test(value)) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  if (value && typeof value === "object" && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readable(item)]));
  }
  return value;
}
