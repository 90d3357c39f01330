import { KustodyError } from "../errors.ts";

/** The chunks of `body` up to `limit` bytes; beyond, the exchange ends with KST_HTTP_TOO_LARGE. */
export async function* boundedChunks(
  body: AsyncIterable<Uint8Array>,
  limit: number,
  what: string,
): AsyncGenerator<Buffer, void, undefined> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw tooLarge(what, limit);
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

/** The whole body in one buffer. A declared length over the limit is refused before a byte is read. */
export async function readWhole(
  body: AsyncIterable<Uint8Array>,
  declared: string | undefined,
  limit: number,
  what: string,
): Promise<Buffer> {
  if (declared !== undefined && Number(declared) > limit) throw tooLarge(what, limit);
  const chunks: Buffer[] = [];
  for await (const chunk of boundedChunks(body, limit, what)) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function tooLarge(what: string, limit: number): KustodyError {
  return new KustodyError("KST_HTTP_TOO_LARGE", `${what}: the reply is larger than ${limit} bytes`, {
    hint: "ask for less at once, or raise the limit where one can be set",
  });
}
