import { readFile } from "node:fs/promises";
import type { AwsEnvironment } from "../../config/aws-environment.ts";
import { KustodyError } from "../../errors.ts";
import type { Identity } from "../identity.ts";
import type { StorePorts } from "../open-store.ts";
import type { Store } from "../store.ts";
import { awsLogin } from "./aws-login.ts";
import { type AwsNetwork, createAwsRequestHandler } from "./aws-request-handler.ts";
import type { ResolvedAws } from "./aws-spec.ts";
import { createSts } from "./sts.ts";

/** The service that a specification names, for an identity. Only what that service needs is imported. @throws KST_STORE_SPEC */
export async function openAwsStore(spec: ResolvedAws, identity: Identity, ports: StorePorts): Promise<Store> {
  const { clock, aws } = ports;
  const { region, prefix, removal } = spec;
  const handler = createAwsRequestHandler(await networkOf(aws), clock);
  const login = awsLogin(spec, identity, ports, createSts(region, aws?.endpoints.sts, handler));
  if (spec.service === "ParameterStore") {
    const [{ createSsmClient }, { openParameterStore }] = await Promise.all([
      import("./parameter-store/ssm-client.ts"),
      import("./parameter-store/parameter-store.ts"),
    ]);
    return openParameterStore(
      createSsmClient({ region, endpoint: aws?.endpoints.ssm, handler }, login, clock),
      prefix,
      clock,
    );
  }
  const [{ createSecretsClient }, { openSecretsManagerStore }] = await Promise.all([
    import("./secrets-manager/secrets-client.ts"),
    import("./secrets-manager/secrets-manager-store.ts"),
  ]);
  const client = createSecretsClient({ region, endpoint: aws?.endpoints.secretsManager, handler }, login, clock);
  return openSecretsManagerStore(client, { prefix, removal }, clock);
}

async function networkOf(aws: AwsEnvironment | undefined): Promise<AwsNetwork> {
  const proxies = aws?.proxies ?? { https: undefined, http: undefined, except: undefined };
  if (aws?.caFile === undefined) return { proxies };
  const caPem = await readFile(aws.caFile, "utf8").catch((cause: unknown) => {
    throw new KustodyError("KST_STORE_SPEC", `cannot read AWS_CA_BUNDLE, ${aws.caFile}`, { retry: "backoff", cause });
  });
  return { proxies, caPem };
}
