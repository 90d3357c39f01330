import { randomBytes } from "node:crypto";

/** A value planted as a secret. It holds characters that URL encoding and JSON escape, so that each form differs. */
export interface Canary {
  readonly label: string;
  readonly value: string;
}

/** A new canary, never the same twice, so that a hit can only come from this run. */
export function newCanary(label: string): Canary {
  return { label, value: `cnry+${randomBytes(12).toString("hex")}/é "${label.slice(0, 3)}"=` };
}

interface Needle {
  readonly canary: Canary;
  readonly form: string;
  readonly bytes: Buffer;
}

/**
 * Every way in which a value could stand in output: raw, JSON-escaped, hex, URL-encoded, base64 in both alphabets.
 * Inside a longer base64 text a value starts at any of three alignments; the characters that neighbours share are cut off.
 */
export function needlesOf(canary: Canary): Needle[] {
  const bytes = Buffer.from(canary.value);
  const forms: [string, string | Buffer][] = [
    ["raw", bytes],
    // The recognisable middle too: a cut or quoted value is a leak as well.
    ["raw middle", bytes.subarray(5, 29)],
    ["JSON", JSON.stringify(canary.value).slice(1, -1)],
    ["hex", bytes.toString("hex")],
    ["hex, upper case", bytes.toString("hex").toUpperCase()],
    ["URL-encoded", encodeURIComponent(canary.value)],
    ["URL-encoded as a form", new URLSearchParams([["", canary.value]]).toString().slice(1)],
  ];
  for (const encoding of ["base64", "base64url"] as const) {
    for (const shift of [0, 1, 2]) {
      const text = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString(encoding)
        .replace(/=+$/, "");
      forms.push([`${encoding}, alignment ${shift}`, text.slice(shift === 0 ? 0 : 4, -4)]);
    }
  }
  return forms.map(([form, text]) => ({ canary, form, bytes: Buffer.from(text) }));
}

/** Which canaries stand in `output`, and in which form; empty where there is none. */
export function leaksIn(output: string | Buffer, canaries: readonly Canary[]): string[] {
  const haystack = Buffer.from(output);
  return canaries.flatMap((canary) =>
    needlesOf(canary)
      .filter(({ bytes }) => haystack.includes(bytes))
      .map(({ form }) => `${canary.label} (${form})`),
  );
}
