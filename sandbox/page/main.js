// Puts the page together: header, one or two phones, tools.

import { api, listen } from "./api.js";
import { Clock } from "./clock.js";
import { h, icon, iconButton } from "./dom.js";
import { Faults } from "./faults.js";
import { Log } from "./log.js";
import { Phone } from "./phone.js";
import { language, languages, pick, say, setLanguage } from "./words.js";

const THEMES = ["Auto", "Light", "Dark"];
const kept = (name) => localStorage.getItem(`sandbox.${name}`);
const keep = (name, value) => localStorage.setItem(`sandbox.${name}`, value);

const page = {
  info: null,
  phones: [],
  second: kept("second") === "yes",
  active: 0,
  tools: kept("tools") === "yes" && window.innerWidth >= 1000,
  tab: "log",
};

function theme() {
  return THEMES.includes(kept("theme")) ? kept("theme") : "Auto";
}

function applyTheme() {
  document.documentElement.dataset.theme = theme().toLowerCase();
}

function header() {
  const title = pick(page.info.title) || say("appName");
  document.title = title;
  document.documentElement.lang = language();
  return h("header.top", {},
    h("img.mark", { src: "/sandbox/page/icon.svg", alt: "" }),
    h("div.club", {},
      h("h1", { text: title }),
      h("p", { text: pick(page.info.note) })),
    page.clock.button(),
    h("div.wide-only", {}, languageSwitch(), secondButton()),
    toolsButton());
}

function languageSwitch() {
  const choices = languages().map(([code, name]) =>
    h("button", {
      type: "button", lang: code, "data-key": `language-${code}`, "aria-pressed": String(code === language()),
      onclick: () => { setLanguage(code); build(); },
    }, name));
  return h("div.segment", { role: "group", "aria-label": say("language") }, ...choices);
}

function secondButton() {
  const label = say(page.second ? "secondOff" : "secondOn");
  return h("button.quiet", { type: "button", "data-key": "second", "aria-pressed": String(page.second), onclick: toggleSecond },
    icon("second"), h("span", { text: label }));
}

function toggleSecond() {
  page.second = !page.second;
  page.active = page.second ? 1 : 0;
  keep("second", page.second ? "yes" : "no");
  build();
}

function toolsButton() {
  return h("button.quiet.tools-button", {
    type: "button", "data-key": "tools", "aria-expanded": String(page.tools), "aria-controls": "tools",
    "aria-label": say("openTools"), title: say("openTools"), onclick: () => showTools(!page.tools),
  }, icon("tools"), h("span", { text: say("openTools") }));
}

function showTools(open) {
  page.tools = open;
  keep("tools", open ? "yes" : "no");
  build();
  if (open) document.querySelector("#tools [role=tab][aria-selected=true]")?.focus();
}

function tools() {
  if (!page.tools) return null;
  const panels = { log: () => page.log.panel(), faults: () => page.faults.panel(), view: viewPanel };
  const names = { log: "tabLog", faults: "tabFaults", view: "tabView" };
  const tabs = Object.keys(panels).map((key) =>
    h("button", {
      type: "button", role: "tab", "aria-selected": String(key === page.tab), "data-key": `tab-${key}`,
      tabindex: key === page.tab ? "0" : "-1", onclick: () => { page.tab = key; build(); },
    }, say(names[key])));
  return h("aside.tools", { id: "tools", "aria-label": say("openTools") },
    h("div.tools-head", {},
      h("div.tabs", { role: "tablist", onkeydown: nextTab }, ...tabs),
      iconButton("close", say("closeTools"), () => showTools(false))),
    h("div.tools-body", { role: "tabpanel" }, panels[page.tab]()));
}

function nextTab({ key, target }) {
  const next = { ArrowRight: target.nextElementSibling, ArrowLeft: target.previousElementSibling }[key];
  if (!next) return;
  next.focus();
  next.click();
}

function viewPanel() {
  const themes = THEMES.map((name) =>
    h("button", {
      type: "button", "data-key": `theme-${name}`, "aria-pressed": String(name === theme()),
      onclick: () => { keep("theme", name); applyTheme(); build(); },
    }, say(`theme${name}`)));
  return h("div.stack", {},
    h("section.card", {}, h("h3", { text: say("language") }), languageSwitch()),
    h("section.card", {}, h("h3", { text: say("theme") }),
      h("div.segment", { role: "group", "aria-label": say("theme") }, ...themes)),
    h("section.card.narrow-only", {}, h("h3", { text: say("secondShort") }), secondButton()));
}

function stage() {
  const shown = page.second ? page.phones : page.phones.slice(0, 1);
  const tabs = shown.map((phone, index) => phone.who(index === page.active, () => activate(index)));
  const add = page.second ? null : iconButton("plus", say("secondOn"), toggleSecond, "narrow-only add-person");
  const stands = shown.map((phone, index) =>
    h("div.stand", { "data-active": String(index === page.active) }, tabs[index], phone.node));
  const strip = h("div.person-strip.narrow-only", {}, ...shown.map((phone, index) =>
    phone.who(index === page.active, () => activate(index))), add);
  return h("main.stage", { "data-phones": String(shown.length) }, strip, ...stands);
}

function activate(index) {
  page.active = index;
  for (const [place, stand] of document.querySelectorAll(".stand").entries()) {
    stand.dataset.active = String(place === index);
  }
  for (const [place, tab] of document.querySelectorAll(".person-strip .who").entries()) {
    tab.dataset.active = String(place === index);
  }
  page.phones[index].settle();
}

function build() {
  const focused = document.activeElement?.dataset.key;
  const body = h("div.body", {}, stage(), tools());
  const notice = h("div.offline", { role: "status", hidden: !page.offline }, say("offline"));
  document.getElementById("app").replaceChildren(header(), notice, body);
  for (const phone of page.phones) phone.refreshWords();
  if (focused) document.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
}

function onEvent(event) {
  if (event.kind === "call") page.log.add(event.call);
  else if (event.kind === "faults") page.faults.load();
  else for (const phone of page.phones) phone.onEvent(event);
}

function onState(connected) {
  const was = page.offline;
  page.offline = !connected;
  const notice = document.querySelector(".offline");
  if (notice) notice.hidden = connected;
  if (connected && was) for (const part of [...page.phones, page.log, page.faults, page.clock]) part.load();
}

async function begin() {
  applyTheme();
  page.info = await api.info();
  const query = new URLSearchParams(location.search);
  page.clock = new Clock(() => page.phones.forEach((phone) => phone.load()));
  page.log = new Log();
  page.faults = new Faults();
  const bots = page.info.bots;
  page.phones = [0, 1].map((place) => new Phone({ place, bots, onPerson: build }));
  await Promise.all([page.clock.load(), page.log.load(), page.faults.load()]);
  await page.phones[0].begin(query.get("person"), query.get("start") ?? "");
  await page.phones[1].begin(null, "");
  build();
  listen(onEvent, onState);
}

begin();
