// Where a phone is: the chat with the bot, a group, or a topic of it; and how one gets there.

import { avatar, h, icon, iconButton, timeOf } from "./dom.js";
import { shortText } from "./messages.js";
import { say } from "./words.js";

export const PRIVATE = { group: 0, topic: 0 };

export class Places {
  constructor(phone) {
    this.phone = phone;
    this.strip = h("nav.places");
    this.list = h("div.topics");
    this.seen = new Map();
  }

  /** The group one is in, undefined in private. */
  get group() {
    return this.phone.state?.groups.find(({ id }) => id === this.phone.where.group);
  }

  /** The topic one is in, undefined outside. */
  get topic() {
    return this.group?.topics.find(({ id }) => id === this.phone.where.topic);
  }

  /** Whether the list of topics is shown in place of messages. */
  get choosing() {
    return Boolean(this.group?.forum) && this.phone.where.topic === null;
  }

  draw(state) {
    const groups = state?.groups ?? [];
    this.strip.hidden = !groups.length;
    this.strip.setAttribute("aria-label", say("chats"));
    this.list.hidden = !this.choosing;
    if (!groups.length) return this.strip.replaceChildren();
    const { group } = this.phone.where;
    this.look(state);
    const bot = this.phone.bots.find((each) => each.username === this.phone.bot);
    this.strip.replaceChildren(
      this.chip(bot.name, "send", !group, () => this.phone.go(PRIVATE)),
      ...groups.map((each) => this.chip(each.title, "people", each.id === group, () => this.enter(each), this.unread(each))));
    if (this.choosing) this.drawTopics();
    return null;
  }

  // what is on the screen has been seen
  look(state) {
    const { group, topic } = this.phone.where;
    const last = state.messages.at(-1)?.message_id ?? 0;
    if (group && !this.choosing && document.visibilityState === "visible") this.seen.set(`${group}/${topic}`, last);
  }

  unread(group) {
    const places = group.forum ? [...group.topics, { id: 0, last: group.general }] : [{ id: 0, last: group.last }];
    return places.filter(({ id, last }) => last && last.message_id > (this.seen.get(`${group.id}/${id}`) ?? 0)).length;
  }

  chip(name, mark, on, onclick, count = 0) {
    return h("button.place", { type: "button", "aria-pressed": String(on), onclick }, icon(mark), h("span", { text: name }),
      count ? h("b.count", { text: count > 99 ? "99+" : String(count), "aria-label": say("unread", { n: count }) }) : null);
  }

  enter(group) {
    this.phone.go({ group: group.id, topic: group.forum ? null : 0 });
  }

  /** The head of a group or topic. */
  head() {
    const { group, topic, phone } = this;
    const inTopic = group.forum && !this.choosing;
    const title = inTopic ? (topic?.name ?? say("general")) : group.title;
    const below = phone.typing ? say("typing") : inTopic ? group.title : say("members", { n: group.members.length });
    return [
      inTopic ? iconButton("left", say("back"), () => phone.go({ group: group.id, topic: null })) : avatar(group.title, group.id),
      h("div.chat-title", {}, h("strong", { text: title }), h("small", { class: phone.typing ? "is-typing" : "", text: below })),
      topic?.closed ? h("span.closed-mark", { title: say("topicClosed") }, icon("lock")) : "",
    ];
  }

  drawTopics() {
    const { group } = this;
    const general = { id: 0, name: say("general"), last: group.general, color: 0 };
    this.list.replaceChildren(...[general, ...group.topics].map((topic) => this.row(group, topic)));
  }

  row(group, topic) {
    const fresh = topic.last && topic.last.message_id > (this.seen.get(`${group.id}/${topic.id}`) ?? 0);
    const said = topic.last ? shortText(topic.last, topic.name) : "";
    return h("button.topic", { type: "button", onclick: () => this.phone.go({ group: group.id, topic: topic.id }) },
      avatar(topic.id ? topic.name.replace(/^[^\p{L}]+/u, "") || "#" : "#", topic.id),
      h("span.who-text", {}, h("strong", { text: topic.name }), h("small", { text: said })),
      h("span.topic-side", {}, topic.last ? h("time", { text: timeOf(new Date(topic.last.date * 1000)) }) : null,
        topic.closed ? h("span", { title: say("topicClosed") }, icon("lock")) : fresh ? h("b.dot", { "aria-label": say("unread", { n: 1 }) }) : null));
  }
}
