/** Last words of names whose values are credentials: `DB_PASSWORD`, `dbPassword`, `spring.datasource.password`. */
const LAST_WORD =
  /(?:^|[a-z])(?:password|passwd|passphrase|secret|apikey|accesstoken|authtoken)$|^(?:pass|pwd|token|credential|credentials|passcode)$|(?:db|root|user|admin|default)(?:pass|pwd)$/;

/** Last two words, of which the last alone would say too little. */
const LAST_TWO_WORDS: ReadonlySet<string> = new Set([
  "api key",
  "access key",
  "secret key",
  "private key",
  "encryption key",
  "signing key",
  "master key",
  "auth key",
  "account key",
  "license key",
  "client secret",
  "redis auth",
  "rediscli auth",
]);

const LONGEST_NAME = 200;

/** The words of an identifier in any usual style, in lower case; counting words at the end are dropped (`PASSWORD_2`). */
export function wordsOf(name: string): readonly string[] {
  const words = name
    .slice(-LONGEST_NAME)
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  while (words.length > 1 && /^\d+$/.test(words.at(-1) ?? "")) words.pop();
  return words;
}

/**
 * Whether a name says that its value is a credential. What a credential's surroundings are called ends in another word
 * and is none: `PASSWORD_FILE`, `TOKEN_TTL`, `SECRET_NAME`, `AWS_ACCESS_KEY_ID`.
 */
export function namesCredential(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  return LAST_WORD.test(last) || LAST_TWO_WORDS.has(`${words.at(-2) ?? ""} ${last}`);
}
