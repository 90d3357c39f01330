import type { Config } from "../../../kernel/config/config-schema.ts";
import { childEnvironment } from "../../../kernel/config/environment.ts";
import type { Kube } from "../../../kernel/kube/kube.ts";
import type { Terminal } from "../terminal.ts";

/** The cluster, connected when it is first needed: a store from a file may need none. */
export interface LazyKube extends AsyncDisposable {
  get(): Promise<Kube>;
}

export function lazyKube(
  { kubeconfig, context }: Pick<Config, "kubeconfig" | "context">,
  terminal: Terminal,
): LazyKube {
  let connected: Promise<Kube> | undefined;
  const connect = async (): Promise<Kube> => {
    const { connectKube } = await import("../../../kernel/kube/kube.ts");
    return await connectKube({
      env: childEnvironment(),
      interactive: terminal.stderrIsTty,
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    });
  };
  return {
    get: () => (connected ??= connect()),
    async [Symbol.asyncDispose]() {
      // Whoever asked for it was told why it could not be connected.
      const kube = await connected?.catch(() => undefined);
      await kube?.close();
    },
  };
}
