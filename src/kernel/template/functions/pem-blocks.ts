/** A PEM block (RFC 7468). */
export interface PemBlock {
  readonly type: string;
  readonly bytes: Buffer;
}

const BLOCK = /-----BEGIN ([^\n]*?)-----[ \t]*\r?\n((?:(?!-----BEGIN)[^])*?)-----END ([^\n]*?)-----[ \t]*(?:\r?\n|$)/y;
const HEADERS = /^(?:[^\n:]*:[^\n]*\n)*/;

/**
 * The first block at or behind `from`, as Go's pem.Decode finds it: what is malformed is passed over. `end` is where the text
 * goes on behind it.
 */
export function decodePem(text: string, from: number): { readonly block: PemBlock; readonly end: number } | undefined {
  for (let at = text.indexOf("-----BEGIN", from); at !== -1; at = text.indexOf("-----BEGIN", at + 1)) {
    if (at > from && text[at - 1] !== "\n") continue;
    BLOCK.lastIndex = at;
    const found = BLOCK.exec(text);
    if (found === null) continue;
    const [, type = "", body = "", endType = ""] = found;
    if (type !== endType) continue;
    const bytes = decodeBody(body);
    if (bytes !== undefined) return { block: { type, bytes }, end: BLOCK.lastIndex };
  }
  return undefined;
}

/** Behind headers (RFC 1421), base64 over any number of lines. */
function decodeBody(body: string): Buffer | undefined {
  const encoded = body.replace(HEADERS, "").replaceAll(/[ \t\r\n]/g, "");
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded);
  return isBase64 ? Buffer.from(encoded, "base64") : undefined;
}

/** The text from its first block on, since Go passes over no junk in the same line any more. */
export function withoutJunk(text: string): string {
  return text.slice(Math.max(text.indexOf("-----BEGIN"), 0));
}

/** Every block. */
export function allPemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let next = decodePem(text, 0); next !== undefined; next = decodePem(text, next.end)) blocks.push(next.block);
  return blocks;
}

export function encodePem({ type, bytes }: PemBlock): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.map((line) => `${line}\n`).join("")}-----END ${type}-----\n`;
}
