import type { Candidate } from "../allowlist.ts";
import { type Assignment, assignmentOf } from "./assignment.ts";
import { isRandom } from "./is-random.ts";

interface Refusal {
  readonly remark: string;
  readonly refuses: (assignment: Assignment) => boolean;
}

const PLACEHOLDER =
  /example|sample|dummy|fake|placeholder|redacted|change_?me|replace|insert|your|todo|lorem|not-?real|foobar|qwerty|12345678|abcdefg|xxxx|\.\.\./i;
/** Words that stand in passwords of examples and tests, and in few others. */
const PASSWORD_WORD = /passw|secret|test|demo|admin|default|token|temp/i;
const PASSWORD_NAME = /passw|passphrase|pwd/;
const OF_LISTS =
  /(?:next|page|paging|continuation|cursor|sync|resume|scroll|marker|prev|start|session|csrf|xsrf|forgery)[a-z]{0,12}token$/;
const DESCRIBES =
  /(?:key|token|secret|credentials?|password|passphrase)s?(?:id|name|ref|type|kind|path|file|dir|url|uri|endpoint|format|size|length|len|count|ttl|expiry|expires(?:in|at)?|policy|hash|digest|fingerprint|checksum|version|prefix|suffix|header|field|pattern|alg(?:orithm)?|issuer|arn|namespace|store|provider|selector|mount|label|annotation|scope|status|class|request|response|command|body)$/;
const PUBLIC = /public(?:api|access)?key|pubkey|publishable/;
const DIGEST_CONTEXT = /sha-?\d|md5|digest|checksum|integrity|commit|revision|etag|fingerprint|\bhash/i;
const DIGEST = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const KEY_NAME = /(?:key|token|secret|passw|pat)[a-z]{0,2}$/;
/** What makes a request safe to repeat. */
const REQUEST_TOKEN = /(?:client|request|activity|idempotency|lifecycle[a-z]{0,10})token$/;
const CALL = /[([{<]|[)\]}>]$|^[\w$]+(?:\.[A-Za-z_$][\w$]*)+$/;

/** Why a value that is given to a name such as token or password is no secret after all; the list is the specification. */
export const REFUSALS: readonly Refusal[] = [
  { remark: "the value says that it is a placeholder", refuses: ({ value }) => PLACEHOLDER.test(value) },
  { remark: "the name is that of a place in a list, or of a form's guard", refuses: ({ name }) => OF_LISTS.test(name) },
  { remark: "the name is that of something about a secret", refuses: ({ name }) => DESCRIBES.test(name) },
  { remark: "the name is that of a public key", refuses: ({ name }) => PUBLIC.test(name) },
  {
    remark: "it is a digest, on a line that speaks of one",
    refuses: ({ value, line }) => DIGEST.test(value) && DIGEST_CONTEXT.test(line),
  },
  {
    remark: "it is a UUID that the name calls no key",
    refuses: ({ name, value }) => UUID.test(value) && (!KEY_NAME.test(name) || REQUEST_TOKEN.test(name)),
  },
  { remark: "it is a URL", refuses: ({ value }) => /:\/\/|^\/\/|^www\./.test(value) },
  { remark: "it is a path", refuses: ({ value }) => isPath(value) },
  { remark: "it is an expression of a program", refuses: ({ value }) => CALL.test(value) && !isRandom(value) },
  { remark: "it is text in base64, and judged when decoded", refuses: ({ value }) => isEncodedText(value) },
  {
    remark: "it is a JSON Web Token, for which there is a rule",
    refuses: ({ value }) => /^eyJ[\w-]+\.eyJ/.test(value),
  },
  { remark: "few different characters", refuses: ({ value }) => new Set(value).size < 7 },
  {
    remark: "it is made of words; a password with a number and a sign may be, unless of an example's words",
    refuses: ({ name, value }) => !isRandom(value) && !(PASSWORD_NAME.test(name) && isPassword(value)),
  },
];

/** Whether a match of a general rule looks like a secret. Pure. */
export function isLikelySecret(candidate: Candidate): boolean {
  const assignment = assignmentOf(candidate);
  return !REFUSALS.some(({ refuses }) => refuses(assignment));
}

function isPath(value: string): boolean {
  const parts = value.split("/");
  if (parts.length < 3) return /^(?:\.{0,2}|~)\//.test(value) && !isRandom(value);
  const random = parts.filter((part) => part.length >= 8 && !/^\d+$/.test(part) && isRandom(part));
  return 2 * random.length < parts.length && random.join("").length * 2 < value.length;
}

function isPassword(value: string): boolean {
  return /\d/.test(value) && /[!@#%^&*~]/.test(value) && !PASSWORD_WORD.test(value);
}

/** JSON and the like in base64, such as cursors: what is secret inside is found by looking through the encoding. */
function isEncodedText(value: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(value)) return false;
  const text = Buffer.from(value, "base64").toString("latin1");
  return /^[\t\n\r -~]+$/.test(text) && /^[{[<"]|[ :=,]/.test(text);
}
