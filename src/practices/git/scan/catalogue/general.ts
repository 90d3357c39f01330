import { assigned, type CatalogueRule } from "./catalogue-rule.ts";

/** What has no form of its own, and is known by the name that it is given to. Other rules go before. */
export const GENERAL_RULES: readonly CatalogueRule[] = [
  {
    id: "generic-api-key",
    description: "A random value that is given to a name such as token, secret or password",
    source: "https://cwe.mitre.org/data/definitions/798.html",
    regex: assigned(
      "api_?key|access_?key|private_?key|secret|token|passwo?r?d|passphrase|credentials?",
      "[A-Za-z0-9+/_=.~!@#%^&*-]{16,200}",
    ),
    keywords: ["key", "secret", "token", "passw", "passphrase", "credential"],
    entropy: 3.7,
    general: true,
    allow: [
      // Without a digit, or without a letter, it is a name, a sentence or a number.
      "^[^0-9]+$",
      "^[^A-Za-z]+$",
      // A path, a host, a call, a constant, a reference into some other place.
      "^[\\w-]+(?:\\.[\\w-]+)+$",
      "^[./~]",
      "^[A-Z][A-Z0-9_]+$",
      "^[a-z0-9]+(?:[-_/][a-z0-9]+){2,}$",
      // Digests stand beside names like these more often than keys of this form do.
      "^(?:sha(?:1|256|384|512)|md5)[-:]",
    ],
    hits: ["API_KEY={32:A-Za-z0-9}\n", 'client_secret: "{40:A-Za-z0-9_-}"\n'],
    misses: ["token: my-secret-name-in-vault-2\n", "password = os.environ.get(DB_PASSWORD_2)\n"],
  },
];
