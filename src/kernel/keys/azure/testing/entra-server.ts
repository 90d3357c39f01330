import { constants, createHash, randomBytes, verify, type X509Certificate } from "node:crypto";
import type { Call, Reply } from "./azure-cloud.ts";

export const TENANT = "72f988bf-0000-4000-8000-2d7cd011db47";
export const CLIENT = "fad7d5b3-0000-4000-8000-8dd11024e1cf";
const SCOPES = new Set(["https://vault.azure.net/.default", "https://managedhsm.azure.net/.default"]);
const ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The token endpoint of Entra ID (OAuth 2.0 client credentials), and the metadata service of a machine in Azure. */
export class EntraServer {
  clientSecret = randomBytes(24).toString("base64url");
  /** What a trusted issuer signed. */
  federatedToken = randomBytes(24).toString("base64url");
  /** The application's, if it has one. */
  certificate: X509Certificate | undefined;
  /** An answer in the place of each token. */
  broken: Reply | undefined;
  readonly #audiences = new Map<string, string>();

  /** Whom a token is for. */
  audienceOf(token: string): string | undefined {
    return this.#audiences.get(token);
  }

  /** Ends every token. */
  revokeTokens(): void {
    this.#audiences.clear();
  }

  answer({ method, url, headers, body }: Call): Reply {
    const login = `https://${url.host}/${TENANT}`;
    if (method === "GET" && url.pathname === `/${TENANT}/v2.0/.well-known/openid-configuration`) {
      return {
        status: 200,
        body: {
          issuer: `${login}/v2.0`,
          authorization_endpoint: `${login}/oauth2/v2.0/authorize`,
          token_endpoint: `${login}/oauth2/v2.0/token`,
          jwks_uri: `${login}/discovery/v2.0/keys`,
        },
      };
    }
    if (method !== "POST" || url.pathname !== `/${TENANT}/oauth2/v2.0/token`) {
      return refuse(400, "invalid_request", "AADSTS90002: Tenant not found.");
    }
    if (this.broken !== undefined) return this.broken;
    const form = new URLSearchParams(body);
    if (!headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
      return refuse(400, "invalid_request", "AADSTS900144: The request body must contain a form.");
    }
    if (form.get("grant_type") !== "client_credentials") {
      return refuse(400, "unsupported_grant_type", "AADSTS70003: The grant type is not supported.");
    }
    if (form.get("client_id") !== CLIENT)
      return refuse(400, "unauthorized_client", "AADSTS700016: Unknown application.");
    const isAssertion = form.get("client_assertion_type") === ASSERTION;
    const assertion = form.get("client_assertion") ?? "";
    if (isAssertion && assertion !== this.federatedToken && !this.#isSigned(assertion, `${login}/oauth2/v2.0/token`)) {
      return refuse(401, "invalid_client", "AADSTS700213: No matching federated identity record found.");
    }
    if (!isAssertion && form.get("client_secret") !== this.clientSecret) {
      return refuse(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.");
    }
    const scope = (form.get("scope") ?? "").split(" ").find((one) => one.startsWith("https://"));
    if (scope === undefined || !SCOPES.has(scope)) {
      return refuse(400, "invalid_resource", "AADSTS500011: The resource principal was not found in the tenant.");
    }
    return { status: 200, body: { token_type: "Bearer", expires_in: 3599, access_token: this.#token(scope) } };
  }

  answerMetadata({ method, url, headers }: Call): Reply {
    const resource = url.searchParams.get("resource") ?? "";
    const isAsked = method === "GET" && url.pathname === "/metadata/identity/oauth2/token";
    if (!isAsked || headers["metadata"] !== "true" || url.searchParams.get("api-version") !== "2018-02-01") {
      return {
        status: 400,
        body: { error: "bad_request_102", error_description: "Required metadata header not specified" },
      };
    }
    if (![null, CLIENT].includes(url.searchParams.get("client_id"))) {
      return { status: 400, body: { error: "invalid_request", error_description: "Identity not found" } };
    }
    if (!SCOPES.has(`${resource}/.default`)) return { status: 400, body: { error: "invalid_resource" } };
    const expires = String(Math.floor(Date.now() / 1000) + 3599);
    const token = this.#token(`${resource}/.default`);
    return { status: 200, body: { token_type: "Bearer", expires_on: expires, resource, access_token: token } };
  }

  /** A JWT for this endpoint under the application's certificate (PS256, RFC 7523 §2.2). */
  #isSigned(jwt: string, audience: string): boolean {
    const [header = "", claims = "", signature = ""] = jwt.split(".");
    if (this.certificate === undefined || signature === "") return false;
    const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
    const { alg, "x5t#S256": thumbprint } = read(header);
    const { aud, iss, exp } = read(claims);
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32, key: this.certificate.publicKey };
    return (
      alg === "PS256" &&
      thumbprint === createHash("sha256").update(this.certificate.raw).digest("base64url") &&
      aud === audience &&
      iss === CLIENT &&
      Number(exp) > Date.now() / 1000 &&
      verify("sha256", Buffer.from(`${header}.${claims}`), pss, Buffer.from(signature, "base64url"))
    );
  }

  #token(scope: string): string {
    const token = randomBytes(24).toString("base64url");
    this.#audiences.set(token, scope.replace("/.default", ""));
    return token;
  }
}

function refuse(status: number, error: string, description: string): Reply {
  return { status, body: { error, error_description: description, correlation_id: TENANT } };
}
