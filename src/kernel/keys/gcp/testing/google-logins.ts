import { generateKeyPairSync, randomBytes, verify } from "node:crypto";
import type { IncomingMessage } from "node:http";

const SCOPES = ["https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/cloudkms"];
const CLIENT = { client_id: "764086051850.apps.googleusercontent.com", client_secret: "not-a-secret-of-anybody" };
const EMAIL = "plugin@lab.iam.gserviceaccount.com";

/** Who may call: a service account that signs for itself, a user with a refresh token, and a machine. */
export class GoogleLogins {
  readonly #account = generateKeyPairSync("rsa", { modulusLength: 2048 });
  readonly #refreshToken = randomBytes(24).toString("base64url");
  readonly #tokens = new Set<string>();
  /** The path of each request, in order. */
  readonly asked: string[] = [];
  /** An answer in the place of each token. */
  broken: { readonly status: number; readonly body: object } | undefined;

  /** As a file of application default credentials. */
  serviceAccount(): string {
    const key = this.#account.privateKey.export({ type: "pkcs8", format: "pem" });
    return JSON.stringify({ type: "service_account", project_id: "lab", client_email: EMAIL, private_key: key });
  }

  /** As `gcloud auth application-default login` leaves it. */
  authorizedUser(refreshToken = this.#refreshToken): string {
    return JSON.stringify({ type: "authorized_user", ...CLIENT, refresh_token: refreshToken });
  }

  /** Whether a call of Cloud KMS may be answered: by a token of ours, or a JWT that the account signed (RFC 7523). */
  admits(authorization: string): boolean {
    const token = /^Bearer (.+)$/.exec(authorization)?.[1] ?? "";
    if (this.#tokens.has(token)) return true;
    const [header = "", claims = "", signature = ""] = token.split(".");
    if (signature === "") return false;
    const signed = Buffer.from(`${header}.${claims}`);
    if (!verify("sha256", signed, this.#account.publicKey, Buffer.from(signature, "base64url"))) return false;
    const { iss, sub, exp, iat, scope, aud } = JSON.parse(Buffer.from(claims, "base64url").toString()) as Claims;
    const now = Date.now() / 1000;
    const isFor = aud === "https://cloudkms.googleapis.com/" || scope?.split(" ").some((one) => SCOPES.includes(one));
    return iss === EMAIL && sub === EMAIL && exp > now && exp - iat <= 3600 && isFor === true;
  }

  /** The token endpoint, and below /computeMetadata the machine's metadata server. */
  answer(request: IncomingMessage, body: string): { readonly status: number; readonly body: object | string } {
    const path = new URL(request.url ?? "/", "https://host").pathname;
    this.asked.push(path);
    if (path.startsWith("/computeMetadata") && request.headers["metadata-flavor"] !== "Google") {
      return { status: 403, body: "Missing Metadata-Flavor:Google header." };
    }
    if (path === "/computeMetadata/v1/instance") return { status: 200, body: "zone/" };
    if (path === "/computeMetadata/v1/universe/universe-domain") return { status: 200, body: "googleapis.com" };
    if (this.broken !== undefined) return this.broken;
    if (path === "/computeMetadata/v1/instance/service-accounts/default/token") return this.#token();
    const form = new URLSearchParams(body);
    if (path !== "/token" || request.method !== "POST" || form.get("grant_type") !== "refresh_token") {
      return { status: 400, body: { error: "invalid_request" } };
    }
    if (form.get("client_id") !== CLIENT.client_id || form.get("client_secret") !== CLIENT.client_secret) {
      return { status: 401, body: { error: "invalid_client" } };
    }
    return form.get("refresh_token") === this.#refreshToken
      ? this.#token()
      : { status: 400, body: { error: "invalid_grant", error_description: "Token has been expired or revoked." } };
  }

  /** Ends every token. */
  revokeTokens(): void {
    this.#tokens.clear();
  }

  #token(): { readonly status: number; readonly body: object } {
    const token = randomBytes(24).toString("base64url");
    this.#tokens.add(token);
    return { status: 200, body: { access_token: token, expires_in: 3599, token_type: "Bearer" } };
  }
}

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly exp: number;
  readonly iat: number;
  readonly scope?: string;
  readonly aud?: string;
}
