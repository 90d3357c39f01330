import { after, before } from "node:test";
import { Secret } from "../../../secret/secret.ts";
import { storeContract } from "../../testing/store-contract.ts";
import { AwsRig, NOBODY } from "../testing/aws-rig.ts";
import { openWithKey } from "../testing/open-aws.ts";

let rig: AwsRig;
before(async () => {
  rig = await AwsRig.start();
  rig.gate.decide = ({ identity }) => (identity === "nobody" ? { name: "AccessDeniedException" } : undefined);
});
after(() => rig?.[Symbol.asyncDispose]());

const service = "ParameterStore";
storeContract("AWS Parameter Store", {
  open: () => openWithKey(rig, { service }),
  stop: async () => {},
  put: (key, payload) => rig.putParameter(key, payload.toString()),
  payload: ({ value }) => value.unwrap(),
  wrap: (payload) => Secret.fromBytes(Buffer.from(payload)),
  capabilities: ["find", "write", "remove", "versions"],
  carriesBinary: false,
  largest: 8_192,
  writesConditionally: "ifAbsent",
  keepsVersions: true,
  openDenied: () => openWithKey(rig, { service }, NOBODY),
});
