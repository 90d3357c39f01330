export { type Envelope, KEK_ANNOTATION, LARGEST_PLAINTEXT } from "./envelope.ts";
export { createProber } from "./keep-probing.ts";
export { type KmsEvent, KmsPlugin, type KmsStatus, type KmsVersion } from "./kms-plugin.ts";
export { ageOf, KMS_LIMITS, type KmsLimits } from "./limits.ts";
export { Remote } from "./remote.ts";
