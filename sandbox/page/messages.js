// The messages of one conversation as bubbles; only what changed is drawn again.

import { album, attachment, nameOfKind } from "./attachments.js";
import { copyText, dayOf, fullName, h, icon, iconButton, openDialog, timeOf } from "./dom.js";
import { say } from "./words.js";

const SERVICE = {
  forum_topic_created: ({ name }) => say("didTopic", { name }),
  forum_topic_edited: ({ name }) => say("didRename", { name }),
  forum_topic_closed: () => say("didClose"),
  forum_topic_reopened: () => say("didReopen"),
  new_chat_members: ([person]) => say("didJoin", { name: fullName(person) }),
  left_chat_member: (person) => say("didLeave", { name: fullName(person) }),
  migrate_to_chat_id: () => say("didMove"),
  migrate_from_chat_id: () => say("didMove"),
};

/** What happened in a group, "" for a message that somebody wrote. */
export function serviceText({ service }) {
  const kind = Object.keys(service ?? {}).find((name) => SERVICE[name]);
  return kind ? SERVICE[kind](service[kind]) : "";
}

/** A message in few words, as a list of topics or a quote knows it. */
export function shortText({ kind, text }, name = "") {
  return kind.startsWith("forum_topic") ? SERVICE[kind]({ name }) : text || nameOfKind(kind);
}

/** Whether a person may change a message's text. */
export const editable = (message) => message.from === "person" && Boolean(message.text);

// the pieces of an album come one after the other and are one bubble
function joined(messages) {
  const units = [];
  for (const message of messages) {
    const last = units.at(-1);
    if (message.album && last?.at(-1).album === message.album) last.push(message);
    else units.push([message]);
  }
  return units;
}

export class MessageList {
  constructor(phone) {
    this.phone = phone;
    this.drawn = new Map();
    this.pending = new Set();
    this.items = h("div.items");
    this.node = h("div.messages", { tabindex: "0", role: "log" }, this.items);
    this.node.addEventListener("click", (event) => this.clicked(event));
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.classList.contains("spoiler")) event.target.classList.add("shown");
    });
    for (const known of ["load", "loadedmetadata"]) this.node.addEventListener(known, () => this.stuck && this.toEnd(), true);
    this.down = h("button.to-end", { type: "button", hidden: true, onclick: () => this.toEnd() }, icon("down"));
    this.wall = h("div.wall", {}, this.node, this.down);
    this.node.addEventListener("scroll", () => this.scrolled());
    new ResizeObserver(() => this.stuck && this.toEnd()).observe(this.node);
    this.stuck = true;
    this.last = 0;
  }

  clicked(event) {
    if (event.target.classList.contains("spoiler")) event.target.classList.add("shown");
    const message = event.target.closest(".message");
    for (const other of this.items.querySelectorAll(".picked")) if (other !== message) other.classList.remove("picked");
    if (message && !event.target.closest("a, button")) message.classList.toggle("picked");
    this.phone.openLink(event);
  }

  clear() {
    this.drawn.clear();
    this.pending.clear();
    this.items.replaceChildren();
    this.stuck = true;
  }

  // only scrolling up leaves the end; a keyboard that opens or a picture that loads does not
  scrolled() {
    const { scrollTop } = this.node;
    if (this.atEnd()) this.stuck = true;
    else if (scrollTop < this.last) this.stuck = false;
    this.last = scrollTop;
    this.down.hidden = this.stuck;
  }

  atEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < 60;
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
    this.last = this.node.scrollTop;
  }

  draw(state, everything) {
    if (!state) return this.items.replaceChildren(this.nobody());
    const stuck = this.stuck;
    this.down.setAttribute("aria-label", say("newest"));
    this.down.title = say("newest");
    if (everything) this.drawn.clear();
    const fresh = new Map();
    const nodes = state.earlier ? [this.earlier(state.earlier)] : [];
    let day = "";
    for (const unit of joined(state.messages)) {
      const [message] = unit;
      const date = new Date(message.date * 1000);
      if (dayOf(date) !== day) nodes.push(h("div.day", { text: (day = dayOf(date)) }));
      const body = JSON.stringify(unit);
      const known = this.drawn.get(message.message_id);
      const node = known?.body === body ? known.node : this.bubble(unit, Boolean(known));
      fresh.set(message.message_id, { body, node });
      nodes.push(node);
    }
    this.drawn = fresh;
    if (!state.messages.length) nodes.push(this.empty());
    this.place([...nodes, ...this.pending]);
    if (stuck) this.toEnd();
    return null;
  }

  // leaves untouched nodes in the document, so that focus and running animations stay
  place(nodes) {
    const wanted = new Set(nodes);
    for (const child of [...this.items.children]) if (!wanted.has(child)) child.remove();
    nodes.forEach((node, index) => {
      if (this.items.children[index] !== node) this.items.insertBefore(node, this.items.children[index] ?? null);
    });
  }

  nobody() {
    if (this.phone.person) return "";
    return h("div.empty", {}, h("span.empty-mark", {}, icon("contact")),
      h("button.primary", { type: "button", onclick: () => this.phone.choose() }, say("choosePerson")));
  }

  empty() {
    return h("div.empty", {}, h("span.empty-mark", {}, icon("send")),
      h("strong", { text: say("emptyTitle") }), h("p", { text: say("emptyText") }));
  }

  earlier(count) {
    return h("button.earlier", { type: "button", onclick: () => { this.phone.limit += 200; this.phone.load(); } }, say("earlier", { n: count }));
  }

  bubble(unit, changed) {
    const message = unit.find(({ text }) => text) ?? unit[0];
    if (message.service) return h("div.day.service", { "data-message": message.message_id, text: serviceText(message) });
    const mine = message.from === "person";
    const content = [
      message.author && !mine ? h(`div.author.ink-${message.author.id % 8}`, { text: fullName(message.author) }) : null,
      unit[0].reply_to ? this.quote(unit[0].reply_to) : null,
      unit.length > 1 ? album(unit) : attachment(message),
      message.html ? this.text(message.html) : null,
      this.foot(message, mine),
    ];
    const bubble = h("div.bubble", {}, ...content);
    if (message.photo || unit.length > 1 || message.file?.kind.startsWith("v") && message.file.kind !== "voice") bubble.classList.add("with-photo");
    const node = h(`div.message.${mine ? "mine" : "theirs"}`, { "data-message": message.message_id },
      h("div.column", {}, bubble, this.keyboard(message)), this.actions(message, mine));
    node.addEventListener("contextmenu", (event) => this.menu(event, message, mine));
    if (changed) node.classList.add("changed");
    return node;
  }

  quote(quoted) {
    return h("button.quote", { type: "button", title: say("toQuoted"), onclick: () => this.show(quoted.message_id) }, shortText(quoted));
  }

  show(number) {
    const node = this.items.querySelector(`[data-message="${number}"]`);
    if (!node) return this.phone.tell(say("quotedAway"));
    node.scrollIntoView({ block: "center" });
    node.classList.remove("changed");
    return requestAnimationFrame(() => node.classList.add("changed"));
  }

  // the server escapes the text and allows a fixed set of tags; the page's policy allows no scripts
  text(html) {
    const node = h("div.text");
    node.innerHTML = html;
    return node;
  }

  foot(message, mine) {
    const date = new Date(message.date * 1000);
    return h("div.foot", {},
      message.protected ? h("span.protected", { title: say("protectedNote") }, icon("lock")) : null,
      message.edit_date ? h("span.edited", { text: say("edited") }) : null,
      h("time", { datetime: date.toISOString(), text: timeOf(date) }),
      mine ? icon("check") : null);
  }

  keyboard(message) {
    if (!message.keyboard.length) return null;
    const rows = message.keyboard.map((row) => h("div.inline-row", {}, ...row.map((button) => this.button(button, message))));
    return h("div.inline-keyboard", {}, ...rows);
  }

  button(button, message) {
    const mark = { url: "link", start: "link", copy: "copy" }[button.kind];
    const node = h("button.inline-button", { type: "button" }, h("span", { text: button.text }), mark ? icon(mark) : null);
    if (button.style) node.classList.add(button.style);
    node.onclick = () => this.phone.press(button, message, node);
    return node;
  }

  actions(message, mine) {
    return h("div.message-actions", {}, ...this.choices(message, mine).map(([mark, word, act]) => iconButton(mark, say(word), act)));
  }

  choices(message, mine) {
    const { composer } = this.phone;
    return [
      ["reply", "reply", () => composer.replyTo(message)],
      ...(editable(message) ? [["edit", "edit", () => composer.editMessage(message)]] : []),
      ...(mine ? [["trash", "remove", () => this.phone.remove(message)]] : []),
    ];
  }

  // a long press, or the other mouse button
  menu(event, message, mine) {
    if (event.target.closest("a")) return;
    event.preventDefault();
    const copy = ["copy", "copy", async () => this.phone.tell(await copyText(message.text))];
    const rows = [...this.choices(message, mine), ...(message.text ? [copy] : [])].map(([mark, word, act]) =>
      h("button.row", { type: "button", class: `row${mark === "trash" ? " danger" : ""}`, onclick: () => { dialog.close(); act(); } }, icon(mark), say(word)));
    const dialog = openDialog("sheet", ...rows);
  }

  addPending(text) {
    const node = h("div.message.mine.pending", {},
      h("div.column", {}, h("div.bubble", {}, h("div.text", { text }), h("div.foot", {}, say("sending"), icon("clock")))));
    this.pending.add(node);
    this.items.querySelector(".empty")?.remove();
    this.items.append(node);
    this.toEnd();
    this.stuck = true;
    return node;
  }

  removePending(node) {
    this.pending.delete(node);
    node.remove();
    this.toEnd();
  }
}
