import { createHash } from "node:crypto";

/** A sample with each `{36:A-Za-z0-9}` replaced by that many characters of the class; the same sample gives the same text. Pure. */
export function expandSample(sample: string): string {
  let index = 0;
  return sample.replaceAll(/\{(\d+):([^}]+)\}/g, (_, count: string, members: string) => {
    index += 1;
    return randomText(`${sample}#${index}`, Number(count), membersOf(members));
  });
}

function membersOf(members: string): string {
  return members.replaceAll(/(.)-(.)/g, (_, first: string, last: string) => {
    const from = first.charCodeAt(0);
    return String.fromCharCode(...Array.from({ length: last.charCodeAt(0) - from + 1 }, (__, at) => from + at));
  });
}

function randomText(seed: string, length: number, members: string): string {
  let text = "";
  for (let block = 0; text.length < length; block++) {
    for (const byte of createHash("sha256").update(`${seed}#${block}`).digest()) text += members[byte % members.length];
  }
  return text.slice(0, length);
}
