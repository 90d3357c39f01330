import { connect, createServer, type NetConnectOpts } from "node:net";

/**
 * Carries connections between network namespaces: a program that listens on one address and connects to another, where
 * an address is `tcp:<host>:<port>` or `unix:<path>`. Unix sockets belong to the file system, so that two of these, one
 * on either side, lead from a port in one namespace to a port in another.
 *
 *     node tcp-bridge.js tcp:127.0.0.1:6443=unix:/data/api.sock …
 */
for (const route of process.argv.slice(2)) {
  const [from = "", to = ""] = route.split("=");
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect({ ...address(to), allowHalfOpen: true });
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on("error", () => outgoing.destroy());
    outgoing.on("error", () => incoming.destroy());
  });
  server.listen(address(from));
}

function address(text: string): NetConnectOpts {
  const [kind, ...rest] = text.split(":");
  if (kind === "unix") return { path: rest.join(":") };
  const port = Number(rest.pop());
  return { host: rest.join(":"), port };
}
