const PUBLIC = "it names a client and grants nothing by itself; the secret beside it is found";
const GONE = "the service has ended, and its keys open nothing";

/** The rules of gitleaks' default configuration that this catalogue leaves out, and why. A test knows that the rest is covered. */
export const UNCOVERED: ReadonlyMap<string, string> = new Map([
  ["adobe-client-id", PUBLIC],
  ["asana-client-id", PUBLIC],
  ["bitbucket-client-id", PUBLIC],
  ["discord-client-id", PUBLIC],
  ["linkedin-client-id", PUBLIC],
  ["looker-client-id", PUBLIC],
  ["messagebird-client-id", PUBLIC],
  ["new-relic-user-api-id", PUBLIC],
  ["plaid-client-id", PUBLIC],
  ["sendbird-access-id", PUBLIC],
  ["sumologic-access-id", PUBLIC],
  ["flutterwave-public-key", "it is made for web pages, where everybody sees it"],
  ["lob-pub-api-key", "it is made for web pages, where everybody sees it"],
  ["mailgun-pub-key", "it is made for web pages, where everybody sees it"],
  ["new-relic-browser-api-token", "it is made for web pages, where everybody sees it"],
  ["bittrex-access-key", GONE],
  ["bittrex-secret-key", GONE],
  ["gitter-access-token", GONE],
  ["jwt-base64", "the rule jwt finds it: encodings are looked through"],
]);
