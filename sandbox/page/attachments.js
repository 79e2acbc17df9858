// Files in a bubble: photos, albums, videos, voice, stickers, documents, contacts.

import { avatar, fullName, h, icon, openDialog, sizeOf } from "./dom.js";
import { say } from "./words.js";

const KINDS = {
  photo: "photo", document: "file", contact: "contact", voice: "voice", video: "video", audio: "audio",
  animation: "animation", video_note: "videoNote", sticker: "sticker",
};

/** What a file of this kind is called. */
export const nameOfKind = (kind) => (KINDS[kind] ? say(KINDS[kind]) : "");

/** The kind of file in a message, "" for a mere text. */
export const kindOf = (message) => message.file?.kind ?? Object.keys(KINDS).find((kind) => message[kind]) ?? "";

/** A message in a few words. */
export const summary = (message) => message.text || nameOfKind(kindOf(message)) || say("photo");

const clockOf = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;

/** What a message carries besides its text, null for nothing. */
export function attachment(message) {
  if (message.photo) return photo(message);
  if (message.document) return document_(message.document);
  if (message.contact) return contact(message.contact);
  return message.file ? SHOWN[message.file.kind]?.(message.file) ?? null : null;
}

/** Several pictures and videos as a grid, everything else below each other. */
export function album(messages) {
  const visual = messages.every((message) => message.photo || message.file?.kind === "video");
  if (!visual) return h("div.album-list", {}, ...messages.map(attachment));
  return h(`div.album.of-${Math.min(messages.length, 4)}`, {}, ...messages.map((message) =>
    h("div.album-piece", { "data-message": message.message_id }, attachment(message))));
}

function photo(message) {
  const { url, width, height } = message.photo;
  const image = h("img", { src: url, width, height, alt: message.text || say("photo"), draggable: "false" });
  return h("button.photo", { type: "button", "aria-label": say("openPhoto"), onclick: () => enlarge(message) }, image);
}

function enlarge(message) {
  const { url } = message.photo;
  const dialog = openDialog("lightbox",
    h("img", { src: url, alt: message.text || say("photo") }),
    h("div.lightbox-bar", {},
      message.protected ? null : h("a.quiet", { href: url, download: "" }, icon("download"), say("download")),
      h("button.quiet", { type: "button", autofocus: true, onclick: () => dialog.close() }, say("close"))));
}

function document_({ url, name, size }) {
  return h("a.document", { href: url, download: name, title: say("download") },
    h("span.document-icon", {}, icon("file")),
    h("span.document-text", {}, h("strong", { text: name }), h("small", { text: sizeOf(size) })),
    icon("download"));
}

function contact(given) {
  const name = fullName(given);
  return h("div.contact", {}, avatar(name, given.user_id ?? 0),
    h("span.document-text", {}, h("strong", { text: name }), h("small", { text: given.phone_number })));
}

// a voice is drawn as bars; how high they are comes from the file's own address
function voice({ url, duration, kind, name }) {
  const label = `${nameOfKind(kind)} ${clockOf(duration)}`;
  const bars = [...url].slice(-24).map((letter) => h(`i.bar-${letter.charCodeAt(0) % 5}`));
  const sound = new Audio();
  const button = h("button.document-icon.play", { type: "button", "aria-label": `${say("play")}: ${label}` }, icon("play"));
  const turn = (on) => button.replaceChildren(icon(on ? "pause" : "play"));
  sound.onended = sound.onpause = () => turn(false);
  button.onclick = () => {
    if (!sound.paused) return sound.pause();
    if (!sound.src) sound.src = url;
    return sound.play().then(() => turn(true)).catch(() => turn(false));
  };
  const below = kind === "audio" ? h("strong", { text: name }) : h("span.bars", { "aria-hidden": "true" }, ...bars);
  return h("div.voice", {}, button, h("span.document-text", {}, below, h("small", { text: clockOf(duration) })));
}

function video({ url, duration, kind }) {
  const silent = kind === "animation";
  const node = h(`video.${kind}`, { src: `${url}#t=0.1`, preload: "metadata", playsinline: true, loop: silent, controls: !silent, "aria-label": nameOfKind(kind) });
  node.muted = silent;
  if (silent) node.autoplay = true;
  return h("div.video", {}, node, duration ? h("span.length", { text: clockOf(duration) }) : null);
}

const sticker = ({ url }) => h("img.sticker", { src: url, alt: say("sticker"), draggable: "false" });

const SHOWN = { voice, audio: voice, video, animation: video, video_note: video, sticker };
