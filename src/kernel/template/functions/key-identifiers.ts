/** How a certificate names its own key and that of its issuer (RFC 5280 §4.2.1.1 and §4.2.1.2). */
export interface KeyIdentifiers {
  readonly subject: Buffer | undefined;
  readonly authority: Buffer | undefined;
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

const SUBJECT_KEY = "551d0e";
const AUTHORITY_KEY = "551d23";

/** Out of a certificate's DER, which was parsed before; what is not there is undefined. */
export function keyIdentifiers(der: Buffer): KeyIdentifiers {
  const [certificate] = elements(der);
  const [signed] = elements(certificate?.content);
  const extensions = elements(signed?.content).find(({ tag }) => tag === 0xa3);
  const [list] = elements(extensions?.content);
  const values = new Map<string, Buffer>();
  for (const extension of elements(list?.content)) {
    const parts = elements(extension.content);
    const value = parts.at(-1);
    if (parts[0] !== undefined && value !== undefined) values.set(parts[0].content.toString("hex"), value.content);
  }
  const [subject] = elements(values.get(SUBJECT_KEY));
  const [authority] = elements(values.get(AUTHORITY_KEY));
  return {
    subject: subject?.content,
    authority: elements(authority?.content).find(({ tag }) => tag === 0x80)?.content,
  };
}

/** The elements that stand one behind the other (X.690 §8.1); what is malformed ends them. */
function elements(bytes: Buffer = Buffer.alloc(0)): Element[] {
  const found: Element[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0;
    let start = at + 2;
    if (length > 0x80 && length <= 0x84) {
      const size = length - 0x80;
      if (start + size > bytes.length) break;
      length = bytes.readUIntBE(start, size);
      start += size;
    }
    if (start + length > bytes.length) break;
    found.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}
