const DIGIT = /[A-Za-z0-9+/]/;

/**
 * Base64 (RFC 4648 §4, padded; line ends are passed over) as Go's StdEncoding decodes it into a byte string; Go's remark
 * where it is malformed, with the byte at which Go stops.
 */
export function decodeBase64(text: string): string {
  const bad = firstBadByte(text);
  return bad === undefined
    ? Buffer.from(text, "base64").toString("latin1")
    : `illegal base64 data at input byte ${bad}`;
}

function firstBadByte(text: string): number | undefined {
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  const isLineEnd = (at: number): boolean => text[at] === "\n" || text[at] === "\r";
  const skip = (from: number): number => {
    let at = from;
    while (at < text.length && isLineEnd(at)) at++;
    return at;
  };
  let place = 0;
  for (let at = 0; at < text.length; at++) {
    if (isLineEnd(at)) continue;
    const char = text[at] ?? "";
    if (DIGIT.test(char)) {
      place = (place + 1) % 4;
      continue;
    }
    if (char !== "=" || place < 2) return at;
    let end = skip(at + 1);
    if (place === 2) {
      if (end === text.length) return text.length;
      if (text[end] !== "=") return end - 1;
      end = skip(end + 1);
    }
    return end < text.length ? end : undefined;
  }
  return place === 0 ? undefined : text.length - place;
}
