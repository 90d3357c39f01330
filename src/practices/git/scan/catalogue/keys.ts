import { isPrivateKey } from "../filter/is-private-key.ts";
import { isSignedToken } from "../filter/is-signed-token.ts";
import { assigned, type CatalogueRule, token, UUID, UUID_SAMPLE } from "./catalogue-rule.ts";
import { isBech32 } from "./checksum.ts";

/** What opens stores of secrets, and private keys of any kind. */
export const KEY_RULES: readonly CatalogueRule[] = [
  token({
    id: "vault-service-token",
    description: "A service token of Vault or OpenBao",
    source: "https://developer.hashicorp.com/vault/docs/concepts/tokens",
    form: "hvs\\.[\\w-]{24,300}",
    keywords: ["hvs."],
    entropy: 3.5,
    sample: "hvs.CAESI{90:A-Za-z0-9}",
    miss: "hvs.{12:A-Za-z0-9}",
  }),
  {
    id: "openbao-service-token",
    description: "A service token of OpenBao, or of Vault before 1.10",
    source: "https://openbao.org/docs/concepts/tokens/",
    regex: assigned("vault|bao|token", "[sbr]\\.[A-Za-z0-9]{24}"),
    keywords: ["vault", "bao", "token"],
    entropy: 3.5,
    hits: ["VAULT_TOKEN=s.{24:A-Za-z0-9}\n", 'bao_token: "s.{24:A-Za-z0-9}"\n'],
    misses: ["token = s.{12:A-Za-z0-9}\n", "VAULT_TOKEN=s.xxxxxxxxxxxxxxxxxxxxxxxx\n"],
  },
  token({
    id: "vault-batch-token",
    description: "A batch token of Vault",
    source: "https://developer.hashicorp.com/vault/docs/concepts/tokens",
    form: "hvb\\.[\\w-]{100,500}",
    keywords: ["hvb."],
    entropy: 4,
    sample: "hvb.AAAAAQ{150:A-Za-z0-9}",
    miss: "hvb.{30:A-Za-z0-9}",
  }),
  token({
    id: "vault-recovery-token",
    description: "A recovery token of Vault",
    source: "https://developer.hashicorp.com/vault/docs/concepts/tokens",
    form: "hvr\\.[\\w-]{24,300}",
    keywords: ["hvr."],
    entropy: 3.5,
    sample: "hvr.{90:A-Za-z0-9}",
  }),
  token({
    id: "vault-oidc-client-secret",
    description: "A secret of a client of Vault's identity provider",
    source: "https://developer.hashicorp.com/vault/docs/secrets/identity/oidc-provider",
    asSeen: true,
    form: "hvo_secret_[A-Za-z0-9]{60,70}",
    keywords: ["hvo_secret_"],
    sample: "hvo_secret_{64:A-Za-z0-9}",
  }),
  {
    id: "vault-unseal-key",
    description: "A share of the key that unseals Vault or OpenBao, or recovers it",
    source: "https://developer.hashicorp.com/vault/docs/commands/operator/init",
    regex:
      "(?i:(?:unseal|recovery)[ _-]?key(?:[ _-]?\\d{1,2})?)[\"']?[ \\t]{0,4}[:=][ \\t]{0,4}[\"']?([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{44}|[a-f0-9]{64,66})(?:[^A-Za-z0-9+/=]|$)",
    keywords: ["unseal", "recovery"],
    entropy: 3.3,
    hits: ["Unseal Key 1: {44:A-Za-z0-9+/}\nInitial Root Token: x\n", 'VAULT_UNSEAL_KEY="{66:a-f0-9}"\n'],
    misses: ["Unseal Key 1: <key>\n", "Unseal Key Nonce: {8:a-f0-9}-{4:a-f0-9}\n"],
  },
  {
    id: "vault-approle-secret-id",
    description: "A SecretID of Vault's AppRole login",
    source: "https://developer.hashicorp.com/vault/docs/auth/approle",
    regex: `(?i:secret_?id)["']?[ \\t]{0,4}[=:][ \\t]{0,4}["']?(${UUID})(?:[^\\w-]|$)`,
    keywords: ["secret_id", "secretid"],
    entropy: 3,
    hits: [`VAULT_SECRET_ID=${UUID_SAMPLE}\n`, `{"role_id": "a", "secret_id": "${UUID_SAMPLE}"}`],
    misses: [`secret_id_accessor: ${UUID_SAMPLE}\n`, `role_id: ${UUID_SAMPLE}\n`],
  },
  token({
    id: "age-secret-key",
    description: "An age identity: decrypts what SOPS and age encrypted",
    source: "https://github.com/C2SP/C2SP/blob/main/age.md",
    form: "AGE-SECRET-KEY-(?:PQ-)?1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58,64}",
    keywords: ["age-secret-key-"],
    accepts: ({ secret }) => isBech32(secret),
    sample: "AGE-SECRET-KEY-1{52:QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L}{6:=bech32}",
    miss: "AGE-SECRET-KEY-1{58:QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L}",
  }),
  {
    id: "private-key",
    description: "A private key",
    source: "https://www.rfc-editor.org/rfc/rfc7468",
    regex:
      "(-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?s:.){64,}?-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----)",
    keywords: ["private key"],
    entropy: 3.5,
    accepts: isPrivateKey,
    hits: [
      "-----BEGIN PRIVATE KEY-----\n{64:A-Za-z0-9+/}\n{64:A-Za-z0-9+/}\n-----END PRIVATE KEY-----\n",
      "key: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n  {70:A-Za-z0-9+/}\n  {30:A-Za-z0-9+/}\n  -----END OPENSSH PRIVATE KEY-----\n",
    ],
    misses: [
      "-----BEGIN PUBLIC KEY-----\n{64:A-Za-z0-9+/}\n{64:A-Za-z0-9+/}\n-----END PUBLIC KEY-----\n",
      "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n",
    ],
  },
  {
    id: "putty-private-key",
    description: "A private key of PuTTY",
    source: "https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html",
    regex:
      "(PuTTY-User-Key-File-[23]: [\\w-]{1,40}\\s{1,4}Encryption: none(?s:.){1,}?Private-Lines: \\d{1,3}\\s{1,4}[A-Za-z0-9+/=]{16,80})",
    keywords: ["putty-user-key-file-"],
    entropy: 3.5,
    hits: [
      "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 1\n{48:A-Za-z0-9+/}\nPrivate-Lines: 1\n{44:A-Za-z0-9+/}\n",
      "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: b\nPublic-Lines: 1\n{64:A-Za-z0-9+/}\nPrivate-Lines: 1\n{64:A-Za-z0-9+/}\n",
    ],
    misses: [
      "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nComment: a\nPrivate-Lines: 1\n{44:A-Za-z0-9+/}\n",
      "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 1\n{48:A-Za-z0-9+/}\n",
    ],
  },
  {
    id: "openvpn-static-key",
    description: "A static key of OpenVPN",
    source: "https://openvpn.net/community-resources/static-key-mini-howto/",
    regex:
      "(-----BEGIN OpenVPN Static key V1-----\\s{1,4}(?:[a-f0-9]{32}\\s{1,8}){4,16}-----END OpenVPN Static key V1-----)",
    keywords: ["openvpn static key"],
    entropy: 3,
    hits: [
      "-----BEGIN OpenVPN Static key V1-----\n{32:a-f0-9}\n{32:a-f0-9}\n{32:a-f0-9}\n{32:a-f0-9}\n-----END OpenVPN Static key V1-----\n",
      "<tls-crypt>\n-----BEGIN OpenVPN Static key V1-----\n{32:a-f0-9}\n{32:a-f0-9}\n{32:a-f0-9}\n{32:a-f0-9}\n{32:a-f0-9}\n-----END OpenVPN Static key V1-----\n",
    ],
    misses: [
      "-----BEGIN OpenVPN Static key V1-----\n...\n-----END OpenVPN Static key V1-----\n",
      "-----BEGIN OpenVPN Static key V1-----\n{32:a-f0-9}\n",
    ],
  },
  {
    id: "json-web-key",
    description: "A private key as a JSON Web Key",
    source: "https://www.rfc-editor.org/rfc/rfc7517",
    regex: '"kty"\\s{0,4}:\\s{0,4}"(?:RSA|EC|OKP)"(?:[^{}]){0,}?"d"\\s{0,4}:\\s{0,4}"([\\w-]{42,700})"',
    keywords: ['"kty"'],
    entropy: 3.5,
    hits: [
      '{"kty": "EC", "crv": "P-256", "x": "{43:A-Za-z0-9}", "y": "{43:A-Za-z0-9}", "d": "{43:A-Za-z0-9}"}',
      '{\n  "kty": "OKP",\n  "crv": "Ed25519",\n  "x": "{43:A-Za-z0-9}",\n  "d": "{43:A-Za-z0-9}"\n}',
    ],
    misses: [
      '{"kty": "EC", "crv": "P-256", "x": "{43:A-Za-z0-9}", "y": "{43:A-Za-z0-9}"}',
      '{"kty": "OKP", "crv": "Ed25519", "d": "..."}',
    ],
  },
  {
    id: "jwt",
    description: "A signed JSON Web Token",
    source: "https://www.rfc-editor.org/rfc/rfc7519",
    regex: "\\b(eyJ[\\w-]{12,}\\.eyJ[\\w-]{12,}\\.[\\w-]{20,})",
    keywords: ["eyj"],
    entropy: 4,
    general: true,
    accepts: isSignedToken,
    hits: [
      "token: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI{40:A-Za-z0-9}.{43:A-Za-z0-9_-}\n",
      "Authorization: Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJ{60:A-Za-z0-9}.{43:A-Za-z0-9_-}\n",
    ],
    misses: ["eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.\n", "eyJ{40:A-Za-z0-9}.abc.{43:A-Za-z0-9}\n"],
  },
];
