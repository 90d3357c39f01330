/** Bits for a character (https://en.wikipedia.org/wiki/Entropy_(information_theory)); shares are of bytes, as gitleaks takes them. */
export function shannonEntropy(text: string): number {
  if (text === "") return 0;
  const ascii = ofAscii(text);
  if (ascii !== undefined) return ascii;
  const ofChars = new Map<string, number>();
  for (const char of text) ofChars.set(char, (ofChars.get(char) ?? 0) + 1);
  const length = Buffer.byteLength(text);
  let entropy = 0;
  for (const count of ofChars.values()) entropy -= (count / length) * Math.log2(count / length);
  return entropy;
}

const counts = new Uint32Array(128);

/** The same without a map; undefined where there are other characters. */
function ofAscii(text: string): number | undefined {
  counts.fill(0);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) return undefined;
    counts[code] = (counts[code] as number) + 1;
  }
  let entropy = 0;
  // In the order in which they first occur, or else the last digit would differ.
  for (let at = 0; at < text.length; at++) {
    const count = counts[text.charCodeAt(at)] as number;
    if (count === 0) continue;
    counts[text.charCodeAt(at)] = 0;
    entropy -= (count / text.length) * Math.log2(count / text.length);
  }
  return entropy;
}
