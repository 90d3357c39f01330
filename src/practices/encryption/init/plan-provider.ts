import { KustodyError } from "../../../kernel/errors.ts";
import type { YamlEdit } from "../../../kernel/yaml/edit-yaml.ts";
import type { EncryptionConfiguration, ResourcesEntry } from "../model.ts";
import { repairs } from "./repairs.ts";

/**
 * The steps by which a provider takes over, each of which has to be on every API server before the next:
 * `read`: it can decrypt; `write`: it encrypts, and whatever was there still decrypts; `only`: the others are gone.
 */
export type Step = "read" | "write" | "only";

export interface WantedProvider {
  readonly name: string;
  /** `unix:///run/kustody/kms.sock` */
  readonly endpoint: string;
  readonly resources: readonly string[];
  /** Undefined: the next one. */
  readonly step?: Step;
  /** One API server needs no step for reading alone. */
  readonly singleServer: boolean;
}

/** What becomes of the file, and what is left to do then. */
export interface ProviderPlan {
  readonly step: Step | "done";
  readonly edits: readonly YamlEdit[];
  /** What the edits do, a sentence each. */
  readonly changes: readonly string[];
}

export const EMPTY_CONFIGURATION =
  "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: []\n";

/**
 * How ours gets into a configuration, beside what is there. Pure. Errors: KST_ENCRYPTION_CONFIG where ours would take the name of
 * another: its values would be handed to a plugin that cannot decrypt them.
 */
export function planProvider(configuration: EncryptionConfiguration, wanted: WantedProvider): ProviderPlan {
  refuseNames(configuration, wanted);
  const entryIndex = configuration.entries.findIndex(({ covers }) => covers !== "not");
  const entry = configuration.entries[entryIndex];
  if (entry === undefined) return newEntry(configuration, wanted);
  const found = entry.providers.find(({ name }) => name === wanted.name);
  const step = wanted.step ?? nextStep(entry, wanted);
  const before = repairs(configuration);
  const list = ["resources", entryIndex, "providers"];
  const edits: YamlEdit[] = [...before.edits];
  const changes: string[] = [...before.changes];
  if (step === "read" && found === undefined) {
    const at = entry.providers.length === 0 ? 0 : 1;
    edits.push({ op: "insert", path: list, index: at, value: kmsOf(wanted) });
    changes.push(`${wanted.name} is added for decrypting; ${nameOf(entry, 0)} still encrypts`);
  } else if (step === "write" && found === undefined) {
    edits.push({ op: "insert", path: list, index: 0, value: kmsOf(wanted) });
    changes.push(`${wanted.name} encrypts from now on; the others stay for decrypting`);
  } else if (step === "write" && found !== undefined && found.index > 0) {
    edits.push({ op: "move", path: list, from: found.index, to: 0 });
    changes.push(`${wanted.name} encrypts from now on; the others stay for decrypting`);
  } else if (step === "only") {
    if (found?.index !== 0) {
      throw new KustodyError("KST_ENCRYPTION_CONFIG", `${wanted.name} does not encrypt yet`, {
        hint: "go through the steps read and write, and migrate, before others are removed",
      });
    }
    for (const provider of entry.providers.toReversed()) {
      if (provider.index === 0 || provider.kind === "identity") continue;
      edits.push({ op: "remove", path: [...list, provider.index] });
      changes.push(`${provider.name ?? provider.kind} is removed`);
    }
  }
  return { step: changes.length === 0 ? "done" : step, edits, changes };
}

function nextStep(entry: ResourcesEntry, { name, singleServer }: WantedProvider): Step {
  const found = entry.providers.find((provider) => provider.name === name);
  if (found === undefined && !singleServer) return "read";
  return "write";
}

/** No entry covers Secrets yet: they are written as they are, and others than the first server could not read ours. */
function newEntry({ entries }: EncryptionConfiguration, wanted: WantedProvider): ProviderPlan {
  const step = wanted.step ?? (wanted.singleServer ? "write" : "read");
  if (step === "only") {
    throw new KustodyError("KST_ENCRYPTION_CONFIG", `${wanted.name} does not encrypt yet`, {
      hint: "begin with --step read",
    });
  }
  const providers = step === "write" ? [kmsOf(wanted), { identity: {} }] : [{ identity: {} }, kmsOf(wanted)];
  const value = { resources: [...wanted.resources], providers };
  return {
    step,
    // First, since an entry with a wildcard before it would mask it.
    edits: [
      entries.length === 0
        ? { op: "set", path: ["resources"], value: [value] }
        : { op: "insert", path: ["resources"], index: 0, value },
    ],
    changes: [
      step === "write"
        ? `${wanted.name} encrypts ${wanted.resources.join(", ")} from now on; what is stored stays readable`
        : `${wanted.name} is added for decrypting; ${wanted.resources.join(", ")} are still written unencrypted`,
    ],
  };
}

function refuseNames({ entries }: EncryptionConfiguration, { name, endpoint }: WantedProvider): void {
  if (!/^[a-zA-Z0-9][-a-zA-Z0-9._]{0,100}$/.test(name)) {
    throw new KustodyError("KST_ENCRYPTION_CONFIG", "the provider's name may have letters, digits, dots and dashes", {
      hint: "it becomes a part of every value in etcd; a colon separates there",
    });
  }
  for (const provider of entries.flatMap(({ providers }) => providers)) {
    const isOther = provider.name === name && provider.kind === "kms" && provider.endpoint !== endpoint;
    if (!isOther) continue;
    throw new KustodyError(
      "KST_ENCRYPTION_CONFIG",
      `${name} is the name of another provider, at ${provider.endpoint ?? "another socket"}`,
      {
        hint: "choose another --name: values that the other has encrypted would be given to this plugin, which cannot decrypt them",
      },
    );
  }
}

function kmsOf({ name, endpoint }: WantedProvider): object {
  return { kms: { apiVersion: "v2", name, endpoint, timeout: "3s" } };
}

function nameOf({ providers }: ResourcesEntry, index: number): string {
  const provider = providers[index];
  return provider === undefined ? "nothing" : (provider.name ?? provider.keys[0]?.name ?? provider.kind);
}
