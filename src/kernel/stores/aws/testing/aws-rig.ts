import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
  type Tag,
} from "@aws-sdk/client-secrets-manager";
import { LabelParameterVersionCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { type MotoServer, startMoto } from "../../../../lab/index.ts";
import { AwsGate } from "../../../../lab/servers/aws-gate.ts";
import type { AwsEnvironment, AwsOwnLogin } from "../../../config/aws-environment.ts";

export const READER = { id: "AKIAREADER", secret: "reader-key", identity: "reader" };
export const NOBODY = { id: "AKIANOBODY", secret: "nobody-key", identity: "nobody" };

/** moto behind a gate that judges signatures and permissions, and an administrator who goes past the gate. */
export class AwsRig implements AsyncDisposable {
  readonly moto: MotoServer;
  readonly gate: AwsGate;
  readonly secrets: SecretsManagerClient;
  readonly ssm: SSMClient;

  private constructor(moto: MotoServer, gate: AwsGate) {
    this.moto = moto;
    this.gate = gate;
    this.secrets = new SecretsManagerClient(this.adminConfig);
    this.ssm = new SSMClient(this.adminConfig);
  }

  static async start(): Promise<AwsRig> {
    const moto = await startMoto();
    const keys = Object.fromEntries([READER, NOBODY].map(({ id, secret, identity }) => [id, { secret, identity }]));
    return new AwsRig(moto, await AwsGate.start({ behind: moto.endpoint, keys }));
  }

  get adminConfig() {
    const credentials = { accessKeyId: "lab", secretAccessKey: "lab" };
    return { endpoint: this.moto.endpoint, region: this.moto.region, credentials };
  }

  /** What an operator's environment would say, with every address that of the gate. */
  environment(own?: AwsOwnLogin): AwsEnvironment {
    const { endpoint } = this.gate;
    return {
      endpoints: { secretsManager: endpoint, ssm: endpoint, sts: endpoint },
      caFile: undefined,
      own,
      proxies: { https: undefined, http: undefined, except: undefined },
    };
  }

  /** Puts a value from outside, past the gate: a new version if the secret exists. */
  async put(name: string, value: string | Uint8Array, tags: Tag[] = []): Promise<void> {
    const payload = typeof value === "string" ? { SecretString: value } : { SecretBinary: value };
    try {
      await this.secrets.send(new CreateSecretCommand({ Name: name, ...payload, Tags: tags }));
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
      await this.secrets.send(new PutSecretValueCommand({ SecretId: name, ...payload }));
    }
  }

  async putParameter(Name: string, Value: string): Promise<void> {
    const Tier = Buffer.byteLength(Value) > 4_096 ? "Advanced" : "Standard";
    await this.ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString", Overwrite: true, Tier }));
  }

  async label(Name: string, ParameterVersion: number, label: string): Promise<void> {
    await this.ssm.send(new LabelParameterVersionCommand({ Name, ParameterVersion, Labels: [label] }));
  }

  async arnOf(SecretId: string): Promise<string> {
    return (await this.secrets.send(new DescribeSecretCommand({ SecretId }))).ARN ?? "";
  }

  async tagsOf(SecretId: string): Promise<Tag[]> {
    return (await this.secrets.send(new DescribeSecretCommand({ SecretId }))).Tags ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.secrets.destroy();
    this.ssm.destroy();
    await this.gate[Symbol.asyncDispose]();
    await this.moto.stop();
  }
}
