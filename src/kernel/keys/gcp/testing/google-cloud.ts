import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createRequire } from "node:module";
import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import { type CertificateAuthority, issueLeaf } from "../../../crypto/certificates.ts";
import { closeServer, listen, startNamedHosts } from "../../testing/named-hosts.ts";
import { GoogleLogins } from "./google-logins.ts";
import { CODE, type DecryptRequest, type EncryptRequest, KmsServer, Refusal } from "./kms-server.ts";

/** Cloud KMS by the protocol files of Google's own client, and where one logs in, under their own names behind a proxy. */
export interface GoogleCloud {
  readonly kms: KmsServer;
  readonly logins: GoogleLogins;
  readonly proxyUrl: string;
  /** HOST:PORT of the machine's metadata server. */
  readonly metadataHost: string;
  /** Hosts that nobody answers for now. */
  readonly down: Set<string>;
  /** Makes each call of Cloud KMS wait for ever. */
  silent: boolean;
  stop(): Promise<void>;
}

const [KMS, OAUTH] = ["cloudkms.googleapis.com", "oauth2.googleapis.com"] as const;
const PROTOS = "@google-cloud/kms/build/protos/protos.json";

/** The gRPC library is loaded here, so that the caller can first name the authority in GRPC_DEFAULT_SSL_ROOTS_FILE_PATH. */
export async function startGoogleCloud(ca: CertificateAuthority): Promise<GoogleCloud> {
  const { Server, ServerCredentials } = await import("@grpc/grpc-js");
  const { fromJSON } = await import("@grpc/proto-loader");
  const kms = new KmsServer();
  const logins = new GoogleLogins();
  const leaf = await issueLeaf(ca, { commonName: "cloud", dnsNames: [KMS, OAUTH], days: 1, usages: ["server"] });
  const cert = Buffer.from(leaf.certPem);
  const unary =
    <Q>(method: (request: Q) => object) =>
    (call: ServerUnaryCall<Q, object>, callback: sendUnaryData<object>): void => {
      if (cloud.silent) return;
      try {
        const [authorization = ""] = call.metadata.get("authorization").map(String);
        if (!logins.admits(authorization)) throw new Refusal(CODE.UNAUTHENTICATED, "Request had invalid credentials.");
        callback(null, method(call.request));
      } catch (error) {
        callback(error instanceof Refusal ? { code: error.code, details: error.message } : { code: 13 });
      }
    };
  const definition = fromJSON(createRequire(import.meta.url)(PROTOS) as object, { longs: String, defaults: true });
  const service = definition["google.cloud.kms.v1.KeyManagementService"];
  if (service === undefined || "format" in service)
    throw new TypeError("the protocol files have no KeyManagementService");
  const server = new Server();
  server.addService(service as never, {
    Encrypt: unary((request: EncryptRequest) => kms.encrypt(request)),
    Decrypt: unary((request: DecryptRequest) => kms.decrypt(request)),
  });
  const credentials = ServerCredentials.createSsl(null, [{ cert_chain: cert, private_key: leaf.keyPem.unwrap() }]);
  const kmsPort = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { status, body } = logins.answer(request, Buffer.concat(chunks).toString());
    const type = typeof body === "string" ? "text/plain" : "application/json";
    response.writeHead(status, { "content-type": type, "metadata-flavor": "Google" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
  const oauth = createHttpsServer({ cert, key: leaf.keyPem.unwrap() }, (request, response) => {
    void answer(request, response);
  });
  const metadata = createHttpServer((request, response) => void answer(request, response));
  const [oauthPort, metadataPort] = [await listen(oauth), await listen(metadata)];
  const named = await startNamedHosts({ [KMS]: kmsPort, [OAUTH]: oauthPort });
  const cloud: GoogleCloud = {
    kms,
    logins,
    proxyUrl: named.proxyUrl,
    metadataHost: `127.0.0.1:${metadataPort}`,
    down: named.down,
    silent: false,
    async stop() {
      server.forceShutdown();
      await named.stop();
      await Promise.all([oauth, metadata].map(closeServer));
    },
  };
  return cloud;
}
