import { createHash } from "node:crypto";
import { bech32Checksum, confluentChecksum, crc32Base62, grafanaChecksum } from "./checksum.ts";
import { RUN } from "./weaken-sample.ts";

/** Checksums by the name that a sample gives them; each takes the text before it. */
const CHECKSUMS: Readonly<Record<string, (before: string) => string>> = {
  "=crc32": (before) => crc32Base62(before.slice(before.lastIndexOf("_") + 1)),
  "=confluent": (before) => confluentChecksum(/cflt(.+)$/.exec(before)?.[1] ?? ""),
  "=grafana": (before) => grafanaChecksum(/gl\w+$/.exec(before)?.[0].slice(0, -1) ?? ""),
  "=bech32": (before) => bech32Checksum(/[A-Z-]+1[A-Z0-9]*$/.exec(before)?.[0] ?? "").toUpperCase(),
};

/**
 * A sample with each `{36:A-Za-z0-9}` replaced by that many characters of the class, and each `{6:=crc32}` by that checksum
 * of what stands before it. The same sample gives the same text. Pure.
 */
export function expandSample(sample: string): string {
  let text = "";
  let end = 0;
  let index = 0;
  for (const run of sample.matchAll(RUN)) {
    const [whole, count = "", members = ""] = run;
    text += sample.slice(end, run.index);
    end = run.index + whole.length;
    index += 1;
    text += CHECKSUMS[members]?.(text) ?? randomText(`${sample}#${index}`, Number(count), membersOf(members));
  }
  return text + sample.slice(end);
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
