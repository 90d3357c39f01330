import { KustodyError } from "../../errors.ts";
import type { Secret } from "../../secret/secret.ts";
import { fixedCredentials } from "../auth/credentials.ts";
import type { Connection } from "./connection.ts";
import { mergeKubeconfigs, parseKubeconfig } from "./load-kubeconfig.ts";
import { type SelectedContext, selectContext } from "./select-context.ts";

/**
 * The connection that a kubeconfig in an object of the cluster describes. Whoever may write that object is not who runs this
 * process, so what would start a program, read a file of this machine or leave TLS unchecked is refused. A door.
 *
 * @throws KST_KUBE_CONFIG; `name` says which object it is
 */
export function connectionInSecret(name: string, kubeconfig: Secret): Connection {
  const parsed = parseKubeconfig(name, Buffer.from(kubeconfig.unwrap()));
  const selected = selectContext(mergeKubeconfigs([{ path: name, parsed }]), undefined);
  const { cluster, user, namespace, context } = selected;
  const refused = whatReachesOut(selected);
  if (refused !== undefined) {
    throw new KustodyError("KST_KUBE_CONFIG", `the kubeconfig ${name} uses ${refused}, which a store may not`, {
      hint: "put the data into it: certificate-authority-data, token, client-certificate-data and client-key-data",
    });
  }
  const { token } = user;
  const certificatePem = user["client-certificate-data"];
  const keyPem = user["client-key-data"];
  if ((certificatePem === undefined) !== (keyPem === undefined))
    throw new KustodyError("KST_KUBE_CONFIG", `the kubeconfig ${name} has half of a client certificate`);
  const pem = cluster["certificate-authority-data"];
  const serverName = cluster["tls-server-name"];
  return {
    server: cluster.server,
    tls: { ...(pem ? { ca: { pem, trust: "only" } } : {}), ...(serverName ? { serverName } : {}) },
    namespace,
    context,
    credentials: fixedCredentials({
      ...(token === undefined ? {} : { token }),
      ...(certificatePem === undefined || keyPem === undefined
        ? {}
        : { clientCertificate: { certificatePem, keyPem } }),
    }),
  };
}

function whatReachesOut({ cluster, user }: SelectedContext): string | undefined {
  const fields: Readonly<Record<string, unknown>> = {
    "an exec plugin": user.exec,
    tokenFile: user.tokenFile,
    "client-certificate": user["client-certificate"],
    "client-key": user["client-key"],
    "certificate-authority": cluster["certificate-authority"],
    "proxy-url": cluster["proxy-url"],
    "insecure-skip-tls-verify": cluster["insecure-skip-tls-verify"],
  };
  return Object.keys(fields).find((field) => Boolean(fields[field]));
}
