import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { KustodyError } from "../kernel/errors.ts";

/**
 * Below the range that Linux takes local ports of outgoing connections from (32768 up): a server that is restarted
 * finds its port as it left it.
 */
const FIRST = 20_000;
const LAST = 32_767;
const ATTEMPTS = 5;

/**
 * Calls `start` with free TCP ports of 127.0.0.1, and again with others when somebody else took one in between: only
 * the server's own bind decides, so no check beforehand could be sure.
 */
export async function onFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      const taken = error instanceof KustodyError && error.code === "KST_LAB_PORT_TAKEN";
      if (!taken || attempt === ATTEMPTS) throw error;
    }
  }
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST, LAST + 1);
    if (await canBind(port)) ports.add(port);
  }
  return [...ports];
}

function canBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
