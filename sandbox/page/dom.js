// Small building blocks: elements, icons, avatars, dialogs and times.

import { locale, say } from "./words.js";

/** An element: h("button.primary", {onclick}, "text", child …); texts are never parsed as HTML. */
export function h(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on") || key in DIRECT) node[DIRECT[key] ?? key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
const DIRECT = { value: "value", checked: "checked", text: "textContent", className: "className" };

const PATHS = {
  send: "M4 12 20 4l-5 16-3.500-6.500z M11.500 13.500 20 4",
  menu: "M5 7h14M5 12h14M5 17h9",
  attach: "M19 11.500 12 18.500a4.500 4.500 0 0 1-6.400-6.400l7.400-7.300a3 3 0 0 1 4.300 4.200l-7.400 7.400a1.500 1.500 0 0 1-2.100-2.200l6.500-6.400",
  more: "M12 5.500v.01M12 12v.01M12 18.500v.01",
  close: "M6 6l12 12M18 6 6 18",
  down: "M6 9.500l6 6 6-6",
  left: "M14.500 5.500 8 12l6.500 6.500",
  tools: "M4 7h10M18 7h2M4 17h2M10 17h10M16 4.500v5M8 14.500v5M4 12h16",
  clock: "M12 7v5.200l3.400 2M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0z",
  second: "M4.500 6A1.500 1.500 0 0 1 6 4.500h4A1.500 1.500 0 0 1 11.500 6v12a1.500 1.500 0 0 1-1.500 1.500H6A1.500 1.500 0 0 1 4.500 18zM15 4.500h3A1.500 1.500 0 0 1 19.500 6v12a1.500 1.500 0 0 1-1.500 1.500h-3",
  keys: "M4.500 6h15v12h-15zM8 10v.01M12 10v.01M16 10v.01M8 14h8",
  photo: "M4.500 6.500h15v11h-15zM4.500 15l4-4 4 4 2.500-2.500 4.500 4M15.500 9.500v.01",
  file: "M7 4.500h7l4 4v11H7zM14 4.500v4h4",
  contact: "M12 12a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM5.500 19.500c.8-3 3.300-4.500 6.500-4.500s5.700 1.500 6.500 4.500",
  people: "M9.500 12a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 18.500c.6-2.600 2.700-4 5.500-4s4.900 1.400 5.500 4M15.500 6.300a3 3 0 0 1 0 5.400M17.500 15c1.500.7 2.300 1.900 2.700 3.500",
  plus: "M12 5.500v13M5.500 12h13",
  reply: "M10 6.500 4.500 12l5.500 5.500M5 12h8c3.500 0 6 2 6.500 5.500",
  edit: "M5 19l1-4L16 5l3 3L9 18z",
  search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.500 15.500 20 20",
  download: "M12 4.500v10M7.500 10.500 12 15l4.500-4.500M5 19.500h14",
  check: "M5.500 12.500l4 4 9-9.500",
  link: "M9 15l6-6M10 7h7v7",
  copy: "M9 9h10v10H9zM5 15V5h10",
  lock: "M7 11h10v8H7zM9 11V8.500a3 3 0 0 1 6 0V11",
  trash: "M5 7h14M9.500 7V5h5v2M7 7l.8 12h8.400L17 7M10.500 10.500v5M13.500 10.500v5",
  play: "M8.500 6 18 12l-9.500 6z",
  pause: "M9 6.500v11M15 6.500v11",
  voice: "M12 14.500a3 3 0 0 0 3-3v-4a3 3 0 0 0-6 0v4a3 3 0 0 0 3 3zM6.500 11.500a5.500 5.500 0 0 0 11 0M12 17v3",
  video: "M4 7h11v10H4zM15 11l5-3v8l-5-3",
  album: "M4.500 4.500h7v7h-7zM14 4.500h5.500v7H14zM4.500 14h5.500v5.500H4.500zM12.500 14h7v5.500h-7z",
  stop: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17zM6.200 6.200l11.600 11.600",
};

/** An outline icon; decoration only, the button around it carries the label. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows only an icon. */
export function iconButton(name, label, onclick, className = "") {
  const button = h("button.icon-button", { type: "button", "aria-label": label, title: label, onclick }, icon(name));
  if (className) button.classList.add(...className.split(" "));
  return button;
}

const HAN = /^\p{Script=Han}+$/u;

/** First and last name; a Chinese name the other way round and without a space. */
export function fullName({ first_name: first, last_name: last }) {
  if (!last) return first;
  return HAN.test(first + last) ? last + first : `${first} ${last}`;
}

/** A round picture with the initials. */
export function avatar(name, id) {
  const letters = [...name.trim()];
  const initials = /^[\x20-\x7f]/.test(name) ? name.trim().split(/\s+/).slice(0, 2).map((word) => [...word][0]).join("") : letters[0] ?? "?";
  return h(`span.avatar.hue-${Math.abs(id) % 8}`, { "aria-hidden": "true" }, initials.toUpperCase());
}

/** A modal dialog that closes by Escape, by its backdrop and by its own buttons. */
export function openDialog(className, ...children) {
  const before = document.activeElement;
  const dialog = h(`dialog.${className}`, {}, ...children);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before && before.isConnected) before.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

let zone;
/** Times are shown in the club's zone once it is known. */
export function setZone(name) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    zone = name;
  } catch {
    zone = undefined;
  }
}

const format = (options) => new Intl.DateTimeFormat(locale(), { timeZone: zone, ...options });
export const timeOf = (date) => format({ hour: "2-digit", minute: "2-digit", hour12: false }).format(date);
export const dayOf = (date) => format({ day: "numeric", month: "long", year: "numeric" }).format(date);
export const momentOf = (date) =>
  format({ weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false }).format(date);

/** A moment as the club's wall clock shows it, for an input of type datetime-local. */
export function wallClock(date) {
  const options = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en", options).formatToParts(date).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The moment at which the club's wall clock shows this; twice, because of summer time. */
export function instantOf(wall) {
  const wanted = Date.parse(`${wall}Z`);
  let guess = wanted;
  for (let turn = 0; turn < 2; turn += 1) guess += wanted - Date.parse(`${wallClock(new Date(guess))}Z`);
  return new Date(guess);
}

export function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return say("copied");
  } catch {
    return text;
  }
}
