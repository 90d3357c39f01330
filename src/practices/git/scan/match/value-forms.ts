import { Secret } from "../../../../kernel/secret/secret.ts";

/** What is longer is compared as it stands. */
const LONGEST = 1024 * 1024;
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

/**
 * The forms in which a value from a file may stand in a Secret: as it is, decoded from base64, each with and without the
 * line end that editors and `echo` add. They are copies of their own. A door.
 */
export function valueForms(secret: Secret): readonly Secret[] {
  const bytes = secret.unwrap();
  if (bytes.length > LONGEST) return [Secret.fromBytes(Buffer.from(bytes))];
  const text = bytes.toString("latin1");
  const all = [text];
  if (BASE64.test(text)) all.push(Buffer.from(text, "base64").toString("latin1"));
  const forms = new Set(all.flatMap((form) => [form, form.replace(/\r?\n$/, ""), `${form.replace(/\r?\n$/, "")}\n`]));
  return [...forms].map((form) => Secret.fromBytes(Buffer.from(form, "latin1")));
}
