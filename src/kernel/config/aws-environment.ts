import { Secret } from "../secret/secret.ts";
import { type Proxies, readProxies, type Variables } from "./environment.ts";

/** How the process itself logs in to AWS, as its pod was given it. */
export type AwsOwnLogin =
  /** EKS's IAM roles for service accounts: a token of the pod's ServiceAccount for a role. */
  | { readonly method: "webIdentity"; readonly roleArn: string; readonly tokenFile: string }
  /** EKS Pod Identity: an agent on the node that gives credentials for a token. */
  | { readonly method: "container"; readonly url: string; readonly tokenFile: string | undefined }
  | {
      readonly method: "keys";
      readonly accessKeyId: string;
      readonly secretAccessKey: Secret;
      readonly sessionToken: Secret | undefined;
    };

/** What the environment says of AWS, under the names of AWS's own tools and of External Secrets Operator. */
export interface AwsEnvironment {
  /** AWS_SECRETSMANAGER_ENDPOINT, AWS_SSM_ENDPOINT, AWS_STS_ENDPOINT: other addresses than the region's own. */
  readonly endpoints: {
    readonly secretsManager: string | undefined;
    readonly ssm: string | undefined;
    readonly sts: string | undefined;
  };
  /** AWS_CA_BUNDLE: a PEM file of further authorities. */
  readonly caFile: string | undefined;
  readonly own: AwsOwnLogin | undefined;
  readonly proxies: Proxies;
}

/** The order of several logins is AWS's: keys, web identity, container. */
export function readAwsEnvironment(variables: Variables = process.env): AwsEnvironment {
  const get = (name: string): string | undefined => variables[name] || undefined;
  return Object.freeze({
    endpoints: Object.freeze({
      secretsManager: get("AWS_SECRETSMANAGER_ENDPOINT"),
      ssm: get("AWS_SSM_ENDPOINT"),
      sts: get("AWS_STS_ENDPOINT"),
    }),
    caFile: get("AWS_CA_BUNDLE"),
    own: ownLogin(get),
    proxies: readProxies(variables),
  });
}

function ownLogin(get: (name: string) => string | undefined): AwsOwnLogin | undefined {
  const accessKeyId = get("AWS_ACCESS_KEY_ID");
  if (accessKeyId !== undefined) {
    const session = get("AWS_SESSION_TOKEN");
    return {
      method: "keys",
      accessKeyId,
      secretAccessKey: Secret.fromText(get("AWS_SECRET_ACCESS_KEY") ?? ""),
      sessionToken: session === undefined ? undefined : Secret.fromText(session),
    };
  }
  const roleArn = get("AWS_ROLE_ARN");
  const identityFile = get("AWS_WEB_IDENTITY_TOKEN_FILE");
  if (roleArn !== undefined && identityFile !== undefined)
    return { method: "webIdentity", roleArn, tokenFile: identityFile };
  const url = get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (url === undefined) return undefined;
  return { method: "container", url, tokenFile: get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") };
}
