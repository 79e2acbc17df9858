// Choosing the person who holds a phone, or creating one.

import { api } from "./api.js";
import { avatar, fullName, h, icon, iconButton, openDialog } from "./dom.js";
import { language, languages, pick, say } from "./words.js";

const SHOWN = 40;

/** Opens the list of persons; `onPick` gets the chosen or newly created one. */
export function pickPerson(title, onPick) {
  const list = h("div.person-list");
  const search = h("input", { type: "search", placeholder: say("searchPerson"), "aria-label": say("searchPerson"), autofocus: true });
  const content = h("div.picker-body");
  const heading = h("h2", { text: title });
  const dialog = openDialog("picker",
    h("div.dialog-head", {}, heading, iconButton("close", say("close"), () => dialog.close())), content);
  const done = (person) => { dialog.close(); onPick(person); };
  const showList = () => {
    heading.textContent = title;
    content.replaceChildren(h("label.search", {}, icon("search"), search), list,
      h("button.primary.new-person", { type: "button", onclick: () => showForm() }, icon("plus"), say("newPerson")));
  };
  const showForm = () => {
    heading.textContent = say("newPerson");
    content.replaceChildren(newPersonForm(search.value, done, showList));
    content.querySelector("input").focus();
  };
  search.addEventListener("input", () => fill(list, search.value, done));
  list.addEventListener("keydown", arrows);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") list.querySelector("button")?.focus();
    if (event.key === "Enter") list.querySelector("button")?.click();
  });
  showList();
  search.focus();
  fill(list, "", done);
}

function arrows(event) {
  const next = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (!next) return;
  event.preventDefault();
  document.activeElement[next]?.focus();
}

async function fill(list, query, done) {
  list.dataset.query = query;
  const { persons, count } = await api.persons(query, SHOWN);
  if (list.dataset.query !== query) return;
  const rows = persons.map((person) => row(person, done));
  if (!rows.length) rows.push(h("p.empty-note", { text: say("noPerson") }));
  if (count > persons.length) rows.push(h("p.empty-note", { text: say("morePersons", { n: count - persons.length }) }));
  list.replaceChildren(...rows);
}

function row(person, done) {
  const chats = Object.values(person.chats);
  const state = chats.some((chat) => chat.blocked) ? "hasBlocked" : chats.some((chat) => chat.started) ? "inChat" : "";
  return h("button.person", { type: "button", onclick: () => done(person) },
    avatar(fullName(person), person.id),
    h("span.who-text", {}, h("strong", { text: fullName(person) }), h("small", { text: pick(person.note) || person.phone || `#${person.id}` })),
    state ? h(`span.chip.${state}`, { text: say(state) }) : null);
}

function newPersonForm(name, done, back) {
  const field = (key, label, props = {}) => h("label.field-row", {}, h("span", { text: say(label) }), h("input", { name: key, autocomplete: "off", ...props }));
  const problem = h("p.problem", { role: "alert" });
  const choices = languages().map(([code, label]) => h("option", { value: code, selected: code === language() }, label));
  const form = h("form.person-form", {},
    field("first_name", "firstName", { required: true, value: name, maxlength: "64" }),
    field("last_name", "lastName", { maxlength: "64" }),
    h("label.field-row", {}, h("span", { text: say("personLanguage") }), h("select", { name: "language_code" }, ...choices)),
    field("phone", "phone", { type: "tel", placeholder: "+1 555 0100", maxlength: "32" }),
    field("username", "username", { maxlength: "32", pattern: "[A-Za-z0-9_]*" }),
    problem,
    h("div.actions", {},
      h("button.quiet", { type: "button", onclick: back }, say("back")),
      h("button.primary", { type: "submit" }, say("create"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const facts = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    try {
      done(await api.addPerson(facts));
    } catch (error) {
      problem.textContent = error.words ?? say("failed");
    }
  });
  return form;
}
