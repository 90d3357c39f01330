import type { Command } from "commander";
import type { Terminal } from "./terminal.ts";

/** What a command's own file exports: it adds options and an action to a Command made for it. */
export interface CommandModule {
  /** The action calls `exit` with 0, 1 or 2; a KustodyError thrown instead is rendered and exits with 2. */
  readonly define: (command: Command, terminal: Terminal, exit: (code: number) => void) => void;
}

export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** Every command in the order of `kustody --help`. A module is loaded only when its command is called. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: "up",
    summary: "start a local control plane and show its scorecard",
    load: () => import("./up/up-command.ts"),
  },
  { name: "down", summary: "end what `up --detach` left running", load: () => import("./up/down-command.ts") },
  {
    name: "check",
    summary: "the scorecard: eight practices over manifests or a cluster",
    load: () => import("./check/check-command.ts"),
  },
  {
    name: "scan",
    summary: "secrets in files, in a history and in what is staged",
    load: () => import("./scan/scan-command.ts"),
  },
  {
    name: "rules",
    summary: "what the scanner looks for, and trying rules out",
    load: () => import("./rules/rules-command.ts"),
  },
  {
    name: "externalize",
    summary: "Secret manifests become ExternalSecrets, their values go to a manager",
    load: () => import("./externalize/externalize-command.ts"),
  },
  {
    name: "operator",
    summary: "the controllers: keeps ExternalSecrets synced",
    load: () => import("./operator/operator-command.ts"),
  },
  {
    name: "sync",
    summary: "how ExternalSecrets are, and taking over from External Secrets Operator",
    load: () => import("./sync/sync-command.ts"),
  },
  {
    name: "encryption",
    summary: "encryption at rest: proof from etcd's bytes, migration, rotation",
    load: () => import("./encryption/encryption-command.ts"),
  },
  {
    name: "kms",
    summary: "the KMS v2 plugin: encrypts Secrets at rest; its keys; a conformance suite",
    load: () => import("./kms/kms-command.ts"),
  },
  {
    name: "config",
    summary: "print each setting and where it comes from",
    load: () => import("./config/config-command.ts"),
  },
];
