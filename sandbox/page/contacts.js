// Sharing a phone number: one's own, or somebody else's.

import { api } from "./api.js";
import { fullName, h, openDialog } from "./dom.js";
import { pickPerson } from "./picker.js";
import { say } from "./words.js";

/** Asks before the own number goes out; without one it is entered first. */
export function shareOwn(phone) {
  const number = phone.person.phone;
  const bot = phone.bots.find((each) => each.username === phone.bot).name;
  const input = number ? null : h("input", { type: "tel", "aria-label": say("phone"), placeholder: "+1 555 0100", autofocus: true });
  const dialog = openDialog("ask",
    h("p", { text: number ? say("contactAsk", { bot }) : say("contactNeeds") }),
    number ? h("p.big", { text: number }) : input,
    h("div.actions", {},
      h("button.quiet", { type: "button", onclick: () => dialog.close() }, say("cancel")),
      h("button.primary", { type: "button", onclick: () => agreed(phone, dialog, input) }, say("contactShare"))));
}

async function agreed(phone, dialog, input) {
  const number = input?.value.trim();
  if (input && !number) return input.focus();
  dialog.close();
  if (number) phone.person = (await phone.attempt(() => api.changePerson(phone.person.id, { phone: number }))) ?? phone.person;
  await phone.attempt(() => api.send(phone.person.id, phone.bot, { contact: "own" }));
  return phone.load();
}

/** Lets another person be chosen and sends their contact. */
export function shareOther(phone) {
  pickPerson(say("shareWhose"), async (other) => {
    if (!other.phone) return phone.tell(say("contactNone", { name: fullName(other) }));
    const contact = { phone_number: other.phone, first_name: other.first_name, user_id: other.id };
    if (other.last_name) contact.last_name = other.last_name;
    await phone.attempt(() => api.send(phone.person.id, phone.bot, { contact }));
    return phone.load();
  });
}
