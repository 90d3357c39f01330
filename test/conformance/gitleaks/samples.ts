import { type Random, textForPattern } from "./text-for-pattern.ts";

const WORDS = [
  "token",
  "key",
  "secret",
  "password",
  "api_key",
  "# gitleaks:allow",
  "é",
  "日本",
  "𝄞",
  "\u212aey",
  "EXAMPLE",
  "true",
];
const GLUE = ["", " ", "\n", "\n\n", "\r\n", "\t", '"', "'", " = ", ": ", "\\n", ";", ",", "%20", "/"];

/** A file around a text that a rule should match: as it stands, encoded, in the middle of lines, at ends without line break. */
export function sampleFile(pattern: string, random: Random): Buffer {
  const pieces: Buffer[] = [];
  const add = (text: string): void => void pieces.push(Buffer.from(text));
  const pick = (list: readonly string[]): string => list[random(list.length)] ?? "";
  const count = 1 + random(4);
  for (let index = 0; index < count; index++) {
    for (let word = random(3); word >= 0; word--) add(pick(WORDS) + pick(GLUE));
    add(encoded(textForPattern(pattern, random), random) + pick(GLUE));
    if (random(10) === 0) pieces.push(Buffer.from([0x80 + random(128), 0x2e, 0xc3, 0x28]));
    if (random(40) === 0) add(`${pick(WORDS)} `.repeat(20_000));
    if (random(3) === 0) add("\n");
  }
  return Buffer.concat(pieces);
}

function encoded(text: string, random: Random): string {
  const bytes = Buffer.from(text);
  switch (random(12)) {
    case 0:
      return bytes.toString("base64");
    case 1:
      return bytes.toString("base64url");
    case 2:
      return bytes.toString("hex");
    case 3:
      return Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
    case 4:
      return Array.from(bytes, (byte) => `\\u${byte.toString(16).padStart(4, "0")}`).join("");
    case 5:
      return Buffer.from(bytes.toString("base64")).toString("hex");
    case 6:
      return `U+${Array.from(bytes, (byte) => byte.toString(16).padStart(4, "0")).join(" U+")}\n`;
    default:
      return text;
  }
}
