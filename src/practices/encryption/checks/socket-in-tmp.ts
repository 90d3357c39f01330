import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { PlacedProvider } from "../model.ts";

/** Every local user may create files in these folders. */
export const socketInTmp: Check<PlacedProvider, World> = ({ configuration, provider }) => {
  if (provider.endpoint === undefined || !/^unix:\/\/\/+(?:tmp|var\/tmp|dev\/shm)(?:\/|$)/.test(provider.endpoint))
    return undefined;
  return {
    rule: "encryption/SocketInTmp",
    practice: "encryption",
    severity: "high",
    subject: subjectOf(configuration.object, formatFieldPath([...provider.path, "endpoint"])),
    message: `the KMS plugin's socket ${provider.endpoint} lies in a folder that every local user may write to`,
    evidence: { endpoint: provider.endpoint },
    hint: "whoever creates the socket first answers the API server: they are handed the keys, and can make every Secret unreadable; the folder is also emptied on restarts",
    fix: `serve the plugin in a folder that only root may enter, and set ${formatFieldPath([...provider.path, "endpoint"])}: unix:///run/kms/${fileName(provider.endpoint)}`,
  };
};

function fileName(endpoint: string): string {
  return endpoint.slice(endpoint.lastIndexOf("/") + 1) || "NAME.sock";
}
