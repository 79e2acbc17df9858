// One phone: who holds it, the conversation with the bot, and what happens in it.

import { api, Refused } from "./api.js";
import { Composer } from "./composer.js";
import { shareOther, shareOwn } from "./contacts.js";
import { avatar, copyText, fullName, h, icon, iconButton, openDialog } from "./dom.js";
import { MessageList } from "./messages.js";
import { pickPerson } from "./picker.js";
import { Places, PRIVATE } from "./places.js";
import { say, pick } from "./words.js";

const PAGE_SIZE = 100;

export class Phone {
  constructor({ place, bots, onPerson }) {
    this.place = place;
    this.bots = bots;
    this.bot = bots[0].username;
    this.onPerson = onPerson;
    this.person = null;
    this.state = null;
    this.limit = PAGE_SIZE;
    this.start = "";
    this.waiting = new Map();
    this.early = new Map();
    this.where = PRIVATE;
    this.places = new Places(this);
    this.list = new MessageList(this);
    this.composer = new Composer(this);
    this.head = h("div.chat-head");
    this.notices = h("div.notices", { "aria-live": "polite" });
    this.screen = h("div.screen", {}, this.head, this.places.strip, this.notices, this.places.list, this.list.wall, this.composer.node);
    this.node = h("section.phone", {}, this.screen);
  }

  /** Chooses the person of the address, the one chosen last, or (first phone) the first of all. */
  async begin(wanted, start) {
    this.start = start;
    const id = Number(wanted ?? localStorage.getItem(`sandbox.person.${this.place}`));
    const known = id ? await api.person(id).catch(() => null) : null;
    const person = known ?? (this.place === 0 ? (await api.persons("", 1)).persons[0] : null);
    if (person) await this.hold(person);
  }

  async hold(person) {
    this.person = person;
    this.where = PRIVATE;
    this.limit = PAGE_SIZE;
    this.state = null;
    localStorage.setItem(`sandbox.person.${this.place}`, person.id);
    this.list.clear();
    this.composer.reset();
    this.onPerson();
    await this.load();
  }

  /** Opens the chat with the bot, a group, or (`topic` null: the list of) its topics. */
  async go(where) {
    this.where = where;
    this.limit = PAGE_SIZE;
    this.setTyping(false);
    this.list.clear();
    this.composer.reset();
    await this.load();
  }

  choose() {
    pickPerson(say("pickPerson"), (person) => this.hold(person));
  }

  /** The bar (on a narrow screen: the tab) that names the person. */
  who(active, onSelect) {
    const name = this.person ? fullName(this.person) : say("choosePerson");
    const note = this.person ? pick(this.person.note) : "";
    return h("div.who", { "data-active": String(active) },
      h("button.who-tab", { type: "button", onclick: () => (active || this.isWide() ? this.choose() : onSelect()), title: say("changePerson"), "aria-label": `${say("you")}: ${name}. ${say("changePerson")}` },
        this.person ? avatar(name, this.person.id) : h("span.avatar.nobody", {}, icon("contact")),
        h("span.who-text", {}, h("strong", { text: name }), note ? h("small", { text: note }) : null),
        icon("down")));
  }

  isWide() {
    return window.matchMedia("(min-width: 820px)").matches;
  }

  refreshWords() {
    this.node.setAttribute("aria-label", this.person ? say("messagesOf", { name: fullName(this.person) }) : say("choosePerson"));
    this.draw(true);
  }

  /** Reads the conversation anew; several wishes at once become one more reading. */
  async load() {
    if (!this.person) return;
    if (this.loading) {
      this.again = true;
      return;
    }
    this.loading = true;
    do {
      this.again = false;
      const { person, where } = this;
      try {
        const state = await api.chat(person.id, this.bot, this.limit, where);
        if (person === this.person && where === this.where) this.state = state;
        else this.again = true;
      } catch (error) {
        if (where.group) this.where = PRIVATE;
        this.tell(error instanceof Refused ? error.words : say("offline"));
        break;
      }
      this.draw();
    } while (this.again);
    this.loading = false;
  }

  draw(everything = false) {
    this.drawHead();
    this.node.dataset.ready = String(Boolean(this.state));
    this.places.draw(this.state);
    this.list.wall.hidden = this.places.choosing;
    this.composer.draw(this.state);
    this.list.draw(this.state, everything);
  }

  drawHead() {
    if (this.places.group) return this.head.replaceChildren(...this.places.head());
    const bot = this.bots.find((each) => each.username === this.bot);
    const below = this.typing ? say("typing") : `@${bot.username}`;
    this.head.replaceChildren(
      avatar(bot.name, bot.id),
      h("div.chat-title", {}, this.botName(bot), h("small", { class: this.typing ? "is-typing" : "" , text: below })),
      this.person ? iconButton("more", say("more"), () => this.showMore()) : "");
    return null;
  }

  botName(bot) {
    if (this.bots.length === 1) return h("strong", { text: bot.name });
    const options = this.bots.map((each) => h("option", { value: each.username, selected: each === bot }, each.name));
    return h("select", { "aria-label": say("bot"), onchange: (event) => { this.bot = event.target.value; this.hold(this.person); } }, ...options);
  }

  settle() {
    this.list.toEnd();
  }

  // -- what the person does ------------------------------------------------------------------

  /** Runs an action of the person and shows why, if the phone cannot do it. */
  async attempt(action) {
    try {
      return await action();
    } catch (error) {
      this.tell(error instanceof Refused ? error.words : say("failed"));
      return null;
    }
  }

  async sendText(text, replyTo) {
    const pending = this.list.addPending(text);
    const sent = await this.attempt(() => api.send(this.person.id, this.bot, { text, reply_to: replyTo ?? undefined }, this.where));
    await this.load();
    this.list.removePending(pending);
    return sent;
  }

  /** Sends files, given with their kinds; several are an album. */
  async sendForm(files, fields = {}) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    const { reply, caption } = this.composer.taken();
    if (reply) form.append("reply_to", reply);
    if (caption) form.append("caption", caption);
    for (const [kind, file] of files) form.append(kind, file, file.name);
    const pending = this.list.addPending(caption || files[0][1].name);
    await this.attempt(() => api.send(this.person.id, this.bot, form, this.where));
    await this.load();
    this.list.removePending(pending);
  }

  async remove(message) {
    await this.attempt(() => api.remove(this.person.id, this.bot, message.message_id, this.where));
    return this.load();
  }

  sendStart(payload = "") {
    const text = payload ? `/start ${payload}` : "/start";
    this.start = "";
    return this.sendText(text);
  }

  shareOwnContact() {
    shareOwn(this);
  }

  shareOtherContact() {
    shareOther(this);
  }

  async press(button, message, node) {
    if (button.kind === "callback") return this.tap(message, button.data, node);
    if (button.kind === "start") return this.sendStart(button.payload);
    if (button.kind === "url") return window.open(button.url, "_blank", "noopener");
    if (button.kind === "copy") return this.tell(await copyText(button.copy_text));
    return this.tell(say("unsupported"));
  }

  async tap(message, data, node) {
    node.classList.add("busy");
    const tapped = await this.attempt(() => api.tap(this.person.id, this.bot, message.message_id, data, this.where));
    if (!tapped) return node.classList.remove("busy");
    const done = () => this.list.node.querySelectorAll(".busy").forEach((each) => each.classList.remove("busy"));
    this.waiting.set(tapped.query, done);
    setTimeout(() => this.waiting.delete(tapped.query) && done(), 10_000);
    const answer = this.early.get(tapped.query);
    if (answer) this.onAnswer(answer);
    return null;
  }

  openLink(event) {
    const link = event.target.closest("a");
    if (!link) return;
    if (link.dataset.command) {
      event.preventDefault();
      this.sendText(link.dataset.command);
    } else if (link.dataset.bot) {
      event.preventDefault();
      this.sendStart(decodeURIComponent(link.dataset.start ?? ""));
    }
  }

  showMore() {
    const blocked = this.state?.blocked;
    const toggle = async () => {
      dialog.close();
      await this.attempt(() => (blocked ? api.unblock : api.block)(this.person.id, this.bot));
      this.load();
    };
    const choose = () => { dialog.close(); this.choose(); };
    const dialog = openDialog("sheet",
      h("button.row", { type: "button", onclick: choose }, icon("people"), say("changePerson")),
      h("button.row.danger", { type: "button", onclick: toggle }, icon("stop"), say(blocked ? "unblock" : "block")));
  }

  // -- what happens --------------------------------------------------------------------------

  onEvent(event) {
    if (!this.person) return;
    const mine = event.person === this.person.id;
    // an event of a group names nobody
    const here = event.person === 0 ? event.chat === this.where.group : mine && !this.where.group;
    if (event.kind === "chat" && (mine || event.person === 0)) this.load();
    if (event.kind === "typing" && here) this.setTyping(event.on);
    if (!mine) return;
    if (event.kind === "answer") this.onAnswer(event);
  }

  setTyping(on) {
    clearTimeout(this.typingEnds);
    this.typing = on;
    if (on) this.typingEnds = setTimeout(() => this.setTyping(false), 5000);
    this.drawHead();
  }

  // an answer may be here before the tap itself is confirmed; one to another tap is not for us
  onAnswer(answer) {
    const { query, text, show_alert: alert, url } = answer;
    const done = this.waiting.get(query);
    if (!done) {
      this.early.set(query, answer);
      setTimeout(() => this.early.delete(query), 10_000);
      return;
    }
    this.waiting.delete(query);
    this.early.delete(query);
    done();
    const start = /^https:\/\/t\.me\/\w+\?start=([\w-]+)$/.exec(url ?? "");
    if (start) this.sendStart(start[1]);
    else if (url) window.open(url, "_blank", "noopener");
    if (text && alert) this.alert(text);
    else if (text) this.tell(text);
  }

  alert(text) {
    const dialog = openDialog("ask", h("p", { text }),
      h("div.actions", {}, h("button.primary", { type: "button", autofocus: true, onclick: () => dialog.close() }, say("ok"))));
  }

  /** A short notice at the top of the chat. */
  tell(text) {
    const notice = h("div.toast", { role: "status", text });
    this.notices.replaceChildren(notice);
    setTimeout(() => notice.remove(), Math.max(3500, text.length * 60));
  }
}
