// Switching faults on and off.

import { api } from "./api.js";
import { h, iconButton } from "./dom.js";
import { say } from "./words.js";

const CALLS = ["429", "403", "400", "500", "slow", "hang", "group"];
const UPDATES = ["duplicate", "reorder"];
const METHODS = ["sendMessage", "editMessageText", "editMessageCaption", "editMessageReplyMarkup", "deleteMessage", "answerCallbackQuery", "sendPhoto", "sendDocument", "sendVideo", "sendVoice", "sendMediaGroup", "createForumTopic", "closeForumTopic", "copyMessage", "getUpdates"];
const KINDS_OF_UPDATE = ["message", "callback_query", "my_chat_member", "edited_message"];

export class Faults {
  constructor() {
    this.on = [];
    this.list = h("div.faults-on");
    this.form = { kind: "429", method: "", count: "1", probability: 100, retry_after: 5, ms: 3000 };
    this.problem = h("p.problem", { role: "alert" });
  }

  async load() {
    this.on = (await api.faults()).faults;
    this.drawList();
  }

  panel() {
    this.fields = h("div.stack");
    this.drawForm();
    this.drawList();
    return h("div.stack", {}, h("p.note", { text: say("faultsNote") }), this.list, h("section.card", {}, this.fields));
  }

  drawForm() {
    const { form } = this;
    const update = UPDATES.includes(form.kind);
    const methods = update ? KINDS_OF_UPDATE : METHODS;
    const kinds = [...CALLS, ...UPDATES].map((kind) => [kind, say(`fault_${kind}`)]);
    const places = [["", say(update ? "faultAnyUpdate" : "faultAnyMethod")], ...methods.map((name) => [name, name])];
    const counts = [["1", say("faultOnce")], ...["3", "10"].map((n) => [n, say("faultTimes", { n })]), ["", say("faultAlways")]];
    this.fields.replaceChildren(
      this.select("kind", "faultKind", kinds), h("p.note", { text: say(`faultHint_${form.kind}`) }),
      this.select("method", "faultMethod", places), this.select("count", "faultCount", counts),
      form.kind === "429" ? this.number("retry_after", "faultWait", 1, 86400) : "",
      form.kind === "slow" ? this.number("ms", "faultMs", 0, 600000) : "",
      this.number("probability", "faultChance", 0, 100, "%"),
      this.problem, h("button.primary", { type: "button", onclick: () => this.add() }, say("faultOn")));
  }

  select(key, word, choices) {
    const options = choices.map(([value, text]) => h("option", { value, selected: value === this.form[key] }, text));
    const change = (event) => {
      this.form[key] = event.target.value;
      if (key === "kind") this.form.method = "";
      this.drawForm();
      this.fields.querySelector(`[name=${key}]`).focus();
    };
    return h("label.field-row", {}, h("span", { text: say(word) }), h("select", { name: key, onchange: change }, ...options));
  }

  number(key, word, min, max, unit = "") {
    const input = h("input", { type: "number", min, max, value: this.form[key], oninput: (event) => { this.form[key] = Number(event.target.value); } });
    return h("label.field-row", {}, h("span", { text: unit ? `${say(word)} (${unit})` : say(word) }), input);
  }

  async add() {
    const { kind, method, count, probability, retry_after, ms } = this.form;
    const fault = { kind, method, probability: probability / 100 };
    if (count) fault.count = Number(count);
    if (kind === "429") fault.retry_after = retry_after;
    if (kind === "slow") fault.ms = ms;
    this.problem.textContent = "";
    try {
      this.on = (await api.addFault(fault)).faults;
      this.drawList();
    } catch (error) {
      this.problem.textContent = error.words ?? say("failed");
    }
  }

  async off(id) {
    this.on = (await api.clearFault(id)).faults;
    this.drawList();
  }

  drawList() {
    const rows = this.on.map((fault) => h("div.fault-on", {},
      h("span.who-text", {}, h("strong", { text: say(`fault_${fault.kind}`) }), h("small", { text: this.describe(fault) })),
      iconButton("close", say("faultOff"), () => this.off(fault.id))));
    if (rows.length > 1) rows.push(h("button.link", { type: "button", onclick: () => this.off() }, say("faultAllOff")));
    this.list.replaceChildren(...(rows.length ? rows : [h("p.all-well", { text: say("faultNone") })]));
  }

  describe({ kind, method, count, hits, probability }) {
    const any = UPDATES.includes(kind) ? "faultAnyUpdate" : "faultAnyMethod";
    const often = count === null ? say("faultAlways") : say("faultLeft", { n: count - hits });
    const chance = probability < 1 ? `${Math.round(probability * 100)} %` : "";
    return [method || say(any), often, chance, hits ? say("faultHits", { n: hits }) : ""].filter(Boolean).join(" · ");
  }
}
