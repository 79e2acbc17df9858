// The lower edge of the phone: writing, the command menu, attaching, the bot's own keyboard.

import { api } from "./api.js";
import { h, icon, iconButton, openDialog } from "./dom.js";
import { summary } from "./attachments.js";
import { editable } from "./messages.js";
import { samplePhoto, sampleVideo, sampleVoice } from "./samples.js";
import { say } from "./words.js";

export class Composer {
  constructor(phone) {
    this.phone = phone;
    this.node = h("div.composer");
    this.area = h("textarea", { rows: "1", maxlength: "4096", enterkeyhint: "send" });
    this.area.addEventListener("input", () => this.typed());
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.above = h("div.above");
    this.suggestions = h("div.suggestions", { role: "listbox" });
    this.keys = h("div.keys");
    this.line = h("div.line");
    this.reset();
  }

  reset() {
    this.area.value = "";
    this.mode = null;
    this.open = null;
    this.seenKeyboard = "";
    this.suggestions.replaceChildren();
    this.grow();
  }

  draw(state) {
    this.state = state;
    if (!state || this.phone.places.choosing) return this.node.replaceChildren();
    if (state.group) return this.drawInGroup(state);
    if (state.blocked) return this.node.replaceChildren(this.big("unblockLong", () => this.unblock()));
    if (!state.messages.length || this.phone.start) return this.node.replaceChildren(this.big("start", () => this.phone.sendStart(this.phone.start)));
    return this.drawParts(state);
  }

  drawInGroup(state) {
    const { topic } = this.phone.places;
    const owner = state.group.members[0] === this.phone.person.id;
    if (topic?.closed && !owner) return this.node.replaceChildren(h("div.big-action", {}, h("p", { text: say("error_closed") })));
    return this.drawParts(state);
  }

  drawParts(state) {
    this.noticeKeyboard(state.reply_keyboard);
    this.noticeForceReply(state);
    this.drawLine();
    this.drawAbove();
    this.drawKeys();
    if (!this.line.isConnected) this.node.replaceChildren(this.suggestions, this.above, this.line, this.keys);
    return null;
  }

  big(word, onclick) {
    const note = word === "unblockLong" ? h("p", { text: say("blockedNote") }) : null;
    const button = h("button.primary", { type: "button", onclick: () => { button.disabled = true; onclick(); } }, say(word));
    return h("div.big-action", {}, note, button);
  }

  async unblock() {
    await this.phone.attempt(() => api.unblock(this.phone.person.id, this.phone.bot));
    this.phone.load();
  }

  // a new keyboard opens by itself; a one-time keyboard folds away when it was used
  noticeKeyboard(keyboard) {
    const body = JSON.stringify(keyboard);
    if (body === this.seenKeyboard) return;
    this.seenKeyboard = body;
    this.open = Boolean(keyboard && !keyboard.used);
  }

  noticeForceReply({ force_reply: force, messages }) {
    if (!force || this.seenForce === force.message_id) return;
    this.seenForce = force.message_id;
    const message = messages.find((each) => each.message_id === force.message_id);
    if (message) this.replyTo(message);
  }

  drawLine() {
    const { reply_keyboard: keyboard, force_reply: force } = this.state;
    this.area.placeholder = force?.input_field_placeholder || keyboard?.placeholder || say("write");
    this.area.setAttribute("aria-label", say("write"));
    const toggle = () => { this.open = !this.open; this.draw(this.state); };
    const old = document.activeElement;
    const inside = this.line.contains(old);
    this.line.replaceChildren(
      h("button.menu-button", { type: "button", onclick: () => this.showCommands(), "aria-label": say("menu") }, icon("menu"), h("span", { text: say("menu") })),
      h("div.field", {}, this.area,
        keyboard ? iconButton("keys", say(this.open ? "keyboardHide" : "keyboardShow"), toggle, this.open ? "on" : "") : "",
        iconButton("attach", say("attach"), () => this.showAttach())),
      this.sendButton());
    const again = old === this.area ? this.area : this.line.querySelector(`[aria-label="${CSS.escape(old?.ariaLabel ?? "")}"]`);
    if (inside) again?.focus({ preventScroll: true });
  }

  sendButton() {
    const button = iconButton("send", say("send"), () => this.submit(), "send");
    button.disabled = !this.area.value.trim();
    return button;
  }

  drawAbove() {
    if (!this.mode) return this.above.replaceChildren();
    const { kind, message } = this.mode;
    const label = say(kind === "edit" ? "editing" : "replyTo");
    return this.above.replaceChildren(h("div.above-bar", {}, icon(kind),
      h("div.above-text", {}, h("strong", { text: label }), h("span", { text: summary(message) })),
      iconButton("close", say("cancel"), () => this.endMode())));
  }

  drawKeys() {
    const keyboard = this.state.reply_keyboard;
    const body = JSON.stringify(this.open && keyboard);
    if (body === this.drawnKeys) return null;
    this.drawnKeys = body;
    if (!keyboard || !this.open) return this.keys.replaceChildren();
    const rows = keyboard.rows.map((row) => h("div.key-row", {}, ...row.map((key) => this.key_(key))));
    return this.keys.replaceChildren(...rows);
  }

  key_(key) {
    const press = () => (key.request_contact ? this.phone.shareOwnContact() : this.phone.sendText(key.text));
    const node = h("button.key", { type: "button", onclick: press }, key.request_contact ? icon("contact") : null, h("span", { text: key.text }));
    if (key.style) node.classList.add(key.style);
    return node;
  }

  // -- writing -------------------------------------------------------------------------------

  key(event) {
    if (event.key === "Escape" && (this.mode || this.suggestions.children.length)) {
      this.suggestions.replaceChildren();
      this.endMode();
      event.stopPropagation();
    }
    if (event.key === "ArrowUp" && this.suggestions.children.length) {
      event.preventDefault();
      this.suggestions.lastElementChild.focus();
    } else if (event.key === "ArrowUp" && !this.area.value) this.editLast();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  typed() {
    this.grow();
    const button = this.line.querySelector(".send");
    if (button) button.disabled = !this.area.value.trim();
    const match = /^\/(\w*)$/.exec(this.area.value);
    const found = match ? this.state.commands.filter(({ command }) => command.startsWith(match[1].toLowerCase())) : [];
    this.suggestions.replaceChildren(...found.slice(0, 8).map((command) => this.command(command, () => this.run(command))));
  }

  command({ command, description }, onclick) {
    const node = h("button.command", { type: "button", onclick }, h("code", { text: `/${command}` }), h("span", { text: description }));
    node.addEventListener("keydown", (event) => {
      const next = { ArrowDown: node.nextElementSibling, ArrowUp: node.previousElementSibling }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      (next ?? this.area).focus();
    });
    return node;
  }

  run({ command }) {
    this.area.value = "";
    this.typed();
    this.area.focus();
    this.phone.sendText(`/${command}`);
  }

  grow() {
    if (!this.area.isConnected) return;
    this.area.style.height = "auto";
    this.area.style.height = `${Math.min(this.area.scrollHeight, 120)}px`;
  }

  async submit() {
    const text = this.area.value.trim();
    if (!text) return;
    const mode = this.mode;
    this.area.value = "";
    this.typed();
    this.endMode();
    if (mode?.kind === "edit") {
      await this.phone.attempt(() => api.edit(this.phone.person.id, this.phone.bot, mode.message.message_id, text, this.phone.where));
      this.phone.load();
    } else if (!(await this.phone.sendText(text, mode?.message.message_id)) && !this.area.value) {
      this.area.value = text;
      this.typed();
    }
  }

  /** What a file that is sent now answers, and the words for under it; both are used up. */
  taken() {
    const given = { reply: this.mode?.kind === "reply" ? this.mode.message.message_id : null, caption: this.area.value.trim() };
    if (this.mode?.kind === "edit") return { reply: null, caption: "" };
    this.area.value = "";
    this.endMode();
    return given;
  }

  replyTo(message) {
    this.begin("reply", message);
  }

  editMessage(message) {
    this.area.value = message.text;
    this.begin("edit", message);
  }

  editLast() {
    const mine = this.state.messages.filter(editable);
    if (mine.length) this.editMessage(mine.at(-1));
  }

  begin(kind, message) {
    this.mode = { kind, message };
    this.drawAbove();
    this.typed();
    this.area.focus({ preventScroll: true });
  }

  endMode() {
    if (this.mode?.kind === "edit") this.area.value = "";
    this.mode = null;
    this.drawAbove();
    this.typed();
  }

  // -- sheets --------------------------------------------------------------------------------

  showCommands() {
    const { commands } = this.state;
    const rows = commands.map((command) => this.command(command, () => { dialog.close(); this.phone.sendText(`/${command.command}`); }));
    const dialog = openDialog("sheet.commands", h("h2", { text: say("commands") }),
      ...(rows.length ? rows : [h("p.empty-note", { text: say("noCommands") })]));
  }

  showAttach() {
    const { phone } = this;
    const then = (action) => async () => { dialog.close(); await action(); };
    const photo = h("input.visually-hidden", { type: "file", multiple: true, accept: "image/png,image/jpeg,image/gif,image/webp,video/*", "data-attach": "photo" });
    const file = h("input.visually-hidden", { type: "file", multiple: true, "data-attach": "document" });
    for (const input of [photo, file]) {
      input.onchange = () => { dialog.close(); this.sendFiles([...input.files], input.dataset.attach); };
    }
    const row = (mark, word, onclick) => h("button.row", { type: "button", onclick }, icon(mark), say(word));
    const contacts = this.state.group ? [] : [
      row("contact", "attachContact", then(() => phone.shareOwnContact())), row("people", "attachOther", then(() => phone.shareOtherContact()))];
    const dialog = openDialog("sheet.attach", photo, file,
      row("photo", "attachPhoto", () => photo.click()), row("file", "attachFile", () => file.click()),
      h("h3", { text: say("samples") }),
      h("div.samples", {},
        row("photo", "samplePhoto", then(async () => phone.sendForm([["photo", await samplePhoto(0)]]))),
        row("album", "sampleAlbum", then(async () => phone.sendForm(await Promise.all([0, 1, 2].map(async (n) => ["photo", await samplePhoto(n)]))))),
        row("voice", "sampleVoice", then(() => this.sendSample("voice", sampleVoice))),
        row("video", "sampleVideo", then(() => this.sendSample("video", sampleVideo)))),
      ...contacts);
  }

  async sendSample(kind, make) {
    const made = await this.phone.attempt(async () => make());
    if (made) await this.phone.sendForm([[kind, made.file]], { duration: made.duration });
  }

  sendFiles(files, attach) {
    const kind = (file) => (attach === "document" ? "document" : file.type.startsWith("video/") ? "video" : "photo");
    if (files.length) this.phone.sendForm(files.map((file) => [kind(file), file]));
  }
}
