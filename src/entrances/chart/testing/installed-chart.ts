import { readFile } from "node:fs/promises";
import { fixedCredentials } from "../../../kernel/kube/auth/credentials.ts";
import {
  connectKube,
  createKube,
  type Kube,
  Namespaces,
  requestToken,
  ServiceAccounts,
} from "../../../kernel/kube/index.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { type Helm, installChart, openHelm } from "./helm.ts";

export interface InstalledChart {
  readonly plane: ControlPlane;
  readonly helm: Helm;
  readonly kube: Kube;
  /** With the token of the chart's ServiceAccount. */
  readonly operator: Kube;
  readonly token: Secret;
}

/** A cluster with namespaces `shop` and `blog`, and the chart in it. What is opened ends with `opened`. */
export async function installedChart(
  values: Readonly<Record<string, unknown>>,
  opened: AsyncDisposableStack,
): Promise<InstalledChart> {
  const plane = opened.use(await startControlPlane());
  const helm = opened.use(await openHelm(plane.kubeconfig));
  const kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  opened.defer(() => kube.close());
  for (const name of ["shop", "blog"]) {
    await kube.cluster(Namespaces).create({ metadata: { name } });
    await kube.namespaced(ServiceAccounts, name).create({ metadata: { name: "vault-reader" } });
  }
  await installChart(helm, "install", values);
  const account = { namespace: "kustody-system", serviceAccount: "kustody", audiences: [] };
  const { token } = await requestToken(kube, account);
  const operator = createKube({
    server: plane.server,
    tls: { ca: { pem: await readFile(plane.caFile, "utf8"), trust: "only" } },
    namespace: "kustody-system",
    context: undefined,
    credentials: fixedCredentials({ token }),
  });
  opened.defer(() => operator.close());
  return { plane, helm, kube, operator, token };
}
