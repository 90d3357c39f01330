import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type SignedRequest, signatureFor } from "./aws-signature.ts";

/** One call as the gate sees it. */
export interface AwsCall {
  /** `secretsmanager:GetSecretValue`, as policies name it. */
  readonly action: string;
  /** The role or user that makes it; undefined for calls that are not signed. */
  readonly identity: string | undefined;
  readonly body: string;
}

/** What the gate answers in AWS's stead. */
export interface AwsRefusal {
  readonly status?: number;
  readonly name: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, in place of an error as AWS writes it. */
  readonly raw?: string;
}

export interface AwsGateOptions {
  /** Where to send what is let through. */
  readonly behind: string;
  /** Keys that count from the beginning, by access key id. */
  readonly keys: Readonly<Record<string, { readonly secret: string; readonly identity: string }>>;
}

/**
 * What moto leaves out: it lets everybody do everything. The gate checks each signature as AWS does, and the session tokens of
 * credentials that moto's STS gave out through it; `decide` is the policy. A client that signs wrongly gets nowhere.
 */
export class AwsGate implements AsyncDisposable {
  readonly #options: AwsGateOptions;
  readonly #server;
  readonly #sessions = new Map<string, { secret: string; identity: string; token?: string }>();
  /** Every call that came, also refused ones. */
  readonly calls: AwsCall[] = [];
  /** Undefined lets it through. */
  decide: (call: AwsCall) => AwsRefusal | undefined = () => undefined;
  /** The instant by which signatures are judged, in milliseconds; AWS allows five minutes. */
  now: () => number = Date.now;

  private constructor(options: AwsGateOptions) {
    this.#options = options;
    for (const [id, key] of Object.entries(options.keys)) this.#sessions.set(id, key);
    this.#server = createServer((incoming, reply) => {
      this.#serve(incoming, reply).catch((error: unknown) => {
        reply.writeHead(500).end(String(error));
      });
    });
  }

  static async start(options: AwsGateOptions): Promise<AwsGate> {
    const gate = new AwsGate(options);
    await new Promise<void>((resolve) => gate.#server.listen(0, "127.0.0.1", resolve));
    return gate;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How often each action was called. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { action } of this.calls) counts[action] = (counts[action] ?? 0) + 1;
    return counts;
  }

  /** Ends all sessions that STS gave out: their credentials have expired. */
  expireSessions(): void {
    for (const [id, { token }] of this.#sessions) if (token !== undefined) this.#sessions.delete(id);
  }

  /** Gives or takes away a long-lived key. */
  setKey(
    id: string,
    key: { readonly secret: string; readonly identity: string; readonly token?: string } | undefined,
  ): void {
    if (key === undefined) this.#sessions.delete(id);
    else this.#sessions.set(id, key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(incoming: IncomingMessage, reply: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = "POST", url = "/", headers } = incoming;
    const action = actionOf(headers, body);
    const isQuery = headers["x-amz-target"] === undefined;
    const signed = isUnsigned(action)
      ? undefined
      : this.#judge({ method, url, headers, body: body.toString("latin1") }, headers);
    const call = {
      action,
      identity: signed && "identity" in signed ? signed.identity : undefined,
      body: body.toString(),
    };
    this.calls.push(call);
    const refusal = signed !== undefined && "name" in signed ? signed : this.decide(call);
    if (refusal !== undefined) refuse(reply.setHeader("date", new Date(this.now()).toUTCString()), refusal, isQuery);
    else await this.#forward({ method, url, headers, body }, reply);
  }

  /** Whose signature it is, or why it does not count. */
  #judge(signed: SignedRequest, headers: IncomingHttpHeaders): { identity: string } | AwsRefusal {
    const parts =
      /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
        headers.authorization ?? "",
      );
    if (parts === null) return { name: "MissingAuthenticationTokenException" };
    const [, id = "", scope = "", names = "", signature] = parts;
    const session = this.#sessions.get(id);
    if (session === undefined && id.startsWith("ASIA")) return { name: "ExpiredTokenException" };
    if (session === undefined) return { name: "UnrecognizedClientException" };
    if (session.token !== headers["x-amz-security-token"]) return { name: "UnrecognizedClientException" };
    const date = String(headers["x-amz-date"]);
    const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    if (!(Math.abs(this.now() - at) <= 300_000))
      return { name: "InvalidSignatureException", message: "Signature not current" };
    const expected = signatureFor(signed, names.split(";"), scope, date, session.secret);
    return expected === signature ? { identity: session.identity } : { name: "InvalidSignatureException" };
  }

  async #forward(
    { method, url, headers, body }: { method: string; url: string; headers: IncomingHttpHeaders; body: Buffer },
    reply: ServerResponse,
  ): Promise<void> {
    const given = await new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>(
      (resolve, reject) => {
        request(this.#options.behind + url, { method, headers, agent: false }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: Buffer.concat(chunks) });
          });
        })
          .on("error", reject)
          .end(body);
      },
    );
    this.#remember(given.body.toString());
    const date = new Date(this.now()).toUTCString();
    reply.writeHead(given.status, { ...given.headers, date, "content-length": String(given.body.length) });
    reply.end(given.body);
  }

  /** Credentials that STS gives out count from then on. */
  #remember(xml: string): void {
    const text = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1]?.trim() ?? "";
    const id = text("AccessKeyId");
    if (id !== "") {
      const identity = text("Arn");
      this.#sessions.set(id, { secret: text("SecretAccessKey"), token: text("SessionToken"), identity });
    }
  }
}

function isUnsigned(action: string): boolean {
  return action === "sts:AssumeRoleWithWebIdentity";
}

function actionOf(headers: IncomingHttpHeaders, body: Buffer): string {
  const [service = "", name] = String(headers["x-amz-target"] ?? "").split(".");
  if (name === undefined) return `sts:${new URLSearchParams(body.toString()).get("Action") ?? ""}`;
  return `${service === "AmazonSSM" ? "ssm" : service}:${name}`;
}

function refuse(
  reply: ServerResponse,
  { status = 400, name, message = name, headers = {}, raw }: AwsRefusal,
  isQuery: boolean,
) {
  const body = isQuery
    ? `<ErrorResponse><Error><Type>Sender</Type><Code>${name.replace(/Exception$/, "")}</Code><Message>${message}</Message></Error></ErrorResponse>`
    : JSON.stringify({ __type: name, message });
  const type = isQuery ? "text/xml" : "application/x-amz-json-1.1";
  if (raw === undefined) reply.setHeader("x-amzn-errortype", name);
  reply.writeHead(status, { "content-type": type, ...headers }).end(raw ?? body);
}
