// The club's clock in the header, and the time machine behind it.

import { api, Refused } from "./api.js";
import { dayOf, h, icon, instantOf, momentOf, openDialog, setZone, timeOf, wallClock } from "./dom.js";
import { say } from "./words.js";

const HOUR = 3_600_000;

export class Clock {
  constructor(onMoved) {
    this.onMoved = onMoved;
    this.ahead = null;
    this.label = h("span.clock-label");
    setInterval(() => this.draw(), 5_000);
    setInterval(() => this.ahead !== null && this.load(), 60_000);
  }

  now() {
    return new Date(Date.now() + this.ahead);
  }

  /** Reads the club's time; without a clock in the application there is no time machine. */
  async load() {
    try {
      const { now, zone } = await api.clock();
      setZone(zone);
      this.ahead = new Date(now).getTime() - Date.now();
      this.draw();
    } catch (error) {
      if (error instanceof Refused && this.ahead === null) return;
      this.draw();
    }
  }

  draw() {
    if (this.ahead === null) return;
    this.label.replaceChildren(h("span.clock-day", { text: dayOf(this.now()) }), h("b", { text: timeOf(this.now()) }));
  }

  button() {
    if (this.ahead === null) return null;
    this.draw();
    return h("button.quiet.clock", { type: "button", title: say("clockMove"), "aria-label": `${say("clockMove")}: ${momentOf(this.now())}`, onclick: () => this.open() }, icon("clock"), this.label);
  }

  open() {
    const now = h("p.big", { text: momentOf(this.now()) });
    const status = h("p.status", { role: "status" });
    const steps = [["hour", HOUR], ["day", 24 * HOUR], ["week", 7 * 24 * HOUR]].map(([word, ms]) =>
      h("button", { type: "button", onclick: () => this.move(new Date(this.now().getTime() + ms), dialog, now, status) }, say(word)));
    const to = h("input", { type: "datetime-local", "aria-label": say("clockTo"), value: wallClock(new Date(this.now().getTime() + 24 * HOUR)) });
    const dialog = openDialog("ask.time-machine",
      h("h2", { text: say("clockMove") }), now, h("p.note", { text: say("clockNote") }),
      h("div.steps", {}, ...steps),
      h("form.go", { onsubmit: (event) => { event.preventDefault(); this.move(instantOf(to.value), dialog, now, status); } },
        to, h("button.primary", { type: "submit" }, say("clockGo"))),
      status,
      h("div.actions", {}, h("button.quiet", { type: "button", onclick: () => dialog.close() }, say("close"))));
  }

  async move(to, dialog, now, status) {
    if (!(to > this.now())) return this.problem(status, say("clockForward"));
    dialog.classList.add("busy");
    status.className = "status";
    status.textContent = say("clockBusy");
    try {
      await api.moveClock(to.toISOString());
      await this.load();
      now.textContent = momentOf(this.now());
      status.textContent = say("clockDone", { now: momentOf(this.now()) });
      this.onMoved();
    } catch (error) {
      this.problem(status, say("clockFailed", { why: error.words ?? say("failed") }));
    }
    dialog.classList.remove("busy");
    return null;
  }

  problem(status, text) {
    status.className = "status problem";
    status.textContent = text;
  }
}
