import { isLikelySecret } from "../filter/is-likely-secret.ts";
import { assigned, type CatalogueRule } from "./catalogue-rule.ts";

/** What has no form of its own, and is known by the name that it is given to. Other rules go before. */
export const GENERAL_RULES: readonly CatalogueRule[] = [
  {
    id: "generic-api-key",
    description: "A random value that is given to a name such as token, secret or password",
    source: "https://cwe.mitre.org/data/definitions/798.html",
    regex: assigned(
      "api_?key|access_?key|private_?key|secret|token|passwo?r?d|passphrase|credentials?",
      "[A-Za-z0-9+/_=.~!@#%^*-]{16,200}",
    ),
    keywords: ["key", "secret", "token", "passw", "passphrase", "credential"],
    entropy: 3.7,
    general: true,
    allow: [
      // Without a digit, or without a letter, it is a name, a sentence or a number.
      "^[^0-9]+$",
      "^[^A-Za-z]+$",
    ],
    accepts: isLikelySecret,
    hits: ["API_KEY={32:A-Za-z0-9}\n", 'client_secret: "{40:A-Za-z0-9_-}"\n'],
    misses: ["token: my-secret-name-in-vault-2\n", "password = os.environ.get(DB_PASSWORD_2)\n"],
  },
];
