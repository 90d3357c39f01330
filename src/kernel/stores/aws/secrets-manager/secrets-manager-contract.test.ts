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

storeContract("AWS Secrets Manager", {
  open: () => openWithKey(rig),
  stop: async () => {},
  async put(key, payload) {
    const text = payload.toString();
    await rig.put(key, Buffer.from(text).equals(payload) ? text : payload);
  },
  payload: ({ value }) => value.unwrap(),
  wrap: (payload) => Secret.fromBytes(Buffer.from(payload)),
  capabilities: ["find", "write", "remove", "versions"],
  carriesBinary: true,
  largest: 65_536,
  writesConditionally: true,
  keepsVersions: true,
  openDenied: () => openWithKey(rig, {}, NOBODY),
});
