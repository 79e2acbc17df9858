// Files made in the page itself, for who has none at hand: pictures, a voice, a short video.

const COLOURS = [["#f3d9b1", "#b4552d"], ["#cfe3d4", "#23704e"], ["#d9dcf0", "#3f4d9a"]];
const VIDEO_SECONDS = 2;
const VOICE_SECONDS = 3;

/** A picture of a parcel; the three numbers give three pictures. */
export async function samplePhoto(number = 0) {
  const canvas = drawn(number, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return new File([blob], `photo-${number + 1}.jpg`, { type: "image/jpeg" });
}

function drawn(number, turn, canvas = document.createElement("canvas")) {
  const [ground, ink] = COLOURS[number % COLOURS.length];
  canvas.width = 480;
  canvas.height = 360;
  const pen = canvas.getContext("2d");
  pen.fillStyle = ground;
  pen.fillRect(0, 0, 480, 360);
  pen.translate(240, 190);
  pen.rotate(turn + (number - 1) * 0.08);
  pen.fillStyle = ink;
  pen.fillRect(-105, -75, 210, 150);
  pen.fillStyle = ground;
  pen.fillRect(-14, -75, 28, 150);
  // the dent that one would complain about
  pen.beginPath();
  pen.moveTo(105, -75);
  pen.lineTo(48 - number * 12, -75);
  pen.lineTo(105, -12 + number * 10);
  pen.fill();
  return canvas;
}

/** Three seconds of a falling tone, as sound that every browser plays. */
export function sampleVoice() {
  const rate = 8000;
  const count = rate * VOICE_SECONDS;
  const view = new DataView(new ArrayBuffer(44 + count));
  const text = (at, letters) => [...letters].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + count, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, count, true);
  for (let place = 0; place < count; place += 1) {
    const at = place / rate;
    const loud = 30 * Math.abs(Math.sin(at * 5)) * (1 - at / VOICE_SECONDS);
    view.setUint8(44 + place, 128 + loud * Math.sin(2 * Math.PI * (260 - 40 * at) * at));
  }
  return { file: new File([view.buffer], "voice.wav", { type: "audio/wav" }), duration: VOICE_SECONDS };
}

/** Two seconds of a turning parcel. */
export async function sampleVideo() {
  const canvas = drawn(0, 0);
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const over = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  const began = performance.now();
  while (performance.now() - began < VIDEO_SECONDS * 1000) {
    drawn(0, (performance.now() - began) / 900, canvas);
    await new Promise((done) => setTimeout(done, 40));
  }
  recorder.stop();
  await over;
  return { file: new File(parts, "video.webm", { type: "video/webm" }), duration: VIDEO_SECONDS };
}
