// The messages of one conversation as bubbles; only what changed is drawn again.

import { avatar, dayOf, fullName, h, icon, iconButton, openDialog, sizeOf, timeOf } from "./dom.js";
import { say } from "./words.js";

const KINDS = { photo: "photo", document: "file", contact: "contact" };

/** A message in a few words. */
export const summary = (message) => message.text || say(KINDS[Object.keys(KINDS).find((kind) => message[kind])] ?? "photo");

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
    this.node.addEventListener("load", () => this.stuck && this.toEnd(), true);
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
    for (const message of state.messages) {
      const date = new Date(message.date * 1000);
      if (dayOf(date) !== day) nodes.push(h("div.day", { text: (day = dayOf(date)) }));
      const body = JSON.stringify(message);
      const known = this.drawn.get(message.message_id);
      const node = known?.body === body ? known.node : this.bubble(message, Boolean(known));
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

  bubble(message, changed) {
    const mine = message.from === "person";
    const content = [
      message.reply_to ? h("div.quote", { text: message.reply_to.text || say(KINDS[message.reply_to.kind]) }) : null,
      message.photo ? this.photo(message) : null,
      message.document ? this.document(message.document) : null,
      message.contact ? this.contact(message.contact) : null,
      message.html ? this.text(message.html) : null,
      this.foot(message, mine),
    ];
    const bubble = h("div.bubble", {}, ...content);
    if (message.photo) bubble.classList.add("with-photo");
    const node = h(`div.message.${mine ? "mine" : "theirs"}`, { "data-message": message.message_id },
      h("div.column", {}, bubble, this.keyboard(message)), this.actions(message, mine));
    if (changed) node.classList.add("changed");
    return node;
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

  photo(message) {
    const { url, width, height } = message.photo;
    const image = h("img", { src: url, width, height, alt: message.text || say("photo"), draggable: "false" });
    return h("button.photo", { type: "button", "aria-label": say("openPhoto"), onclick: () => this.enlarge(message) }, image);
  }

  enlarge(message) {
    const { url } = message.photo;
    const dialog = openDialog("lightbox",
      h("img", { src: url, alt: message.text || say("photo") }),
      h("div.lightbox-bar", {},
        message.protected ? null : h("a.quiet", { href: url, download: "" }, icon("download"), say("download")),
        h("button.quiet", { type: "button", autofocus: true, onclick: () => dialog.close() }, say("close"))));
  }

  document({ url, name, size }) {
    return h("a.document", { href: url, download: name, title: say("download") },
      h("span.document-icon", {}, icon("file")),
      h("span.document-text", {}, h("strong", { text: name }), h("small", { text: sizeOf(size) })),
      icon("download"));
  }

  contact(contact) {
    const name = fullName(contact);
    return h("div.contact", {}, avatar(name, contact.user_id ?? 0),
      h("span.document-text", {}, h("strong", { text: name }), h("small", { text: contact.phone_number })));
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
    const { composer } = this.phone;
    const editable = mine && !message.photo && !message.document && !message.contact;
    return h("div.message-actions", {},
      iconButton("reply", say("reply"), () => composer.replyTo(message)),
      editable ? iconButton("edit", say("edit"), () => composer.editMessage(message)) : null);
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
