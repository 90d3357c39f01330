import type { Candidate } from "../allowlist.ts";

/** Whether there is a key between the lines that begin and end one: in code there is often more code. Pure. */
export function isPrivateKey({ secret }: Candidate): boolean {
  const [, , body = ""] = secret.split("-----");
  const words = body.split(/\\[nrt]|[\s"'`,;()]+/).filter((word) => /^[A-Za-z0-9+/]{24,}={0,2}$/.test(word));
  return words.join("").length >= 32;
}
