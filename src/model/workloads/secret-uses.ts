import type { FieldPath } from "../../kernel/finding/field-path.ts";
import { asList, asRecord, asText, isRecord } from "../../kernel/untyped.ts";
import { type Container, containersOf, type PodTemplate } from "./pod-template.ts";

/**
 * The ways in which a pod consumes a Secret. `env` and `envFrom` are environment variables, `volume` and `projected` are
 * files, `imagePull` logs in to a registry, `csi` and `storage` hand credentials to a storage driver.
 */
export type SecretUseWay = "env" | "envFrom" | "volume" | "projected" | "imagePull" | "csi" | "storage";

/** One place in a pod template that names a Secret. */
export interface SecretUse {
  readonly template: PodTemplate;
  readonly way: SecretUseWay;
  readonly secretName: string;
  /** The single key, for `env`. */
  readonly key?: string;
  /** The variable, for `env`; the prefix of all of them, for `envFrom`. */
  readonly variable?: string;
  readonly container?: Container;
  readonly optional: boolean;
  /** Path in the workload to the entry that names the Secret. */
  readonly path: FieldPath;
}

/** Volume sources of storage drivers that name a Secret in `secretRef` (https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/). */
const DRIVERS_WITH_SECRET_REF = ["cephfs", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos", "cinder"] as const;

/** Every place of `template` that names a Secret, container by container, then the volumes, then image pulls. */
export function* secretUsesOf(template: PodTemplate): Generator<SecretUse> {
  for (const container of containersOf(template)) yield* usesOfContainer(template, container);
  for (const [index, value] of asList(template.spec["volumes"]).entries()) {
    yield* usesOfVolume(template, asRecord(value), [...template.path, "volumes", index]);
  }
  for (const [index, value] of asList(template.spec["imagePullSecrets"]).entries()) {
    const secretName = asText(asRecord(value)["name"]);
    if (secretName === undefined || secretName === "") continue;
    yield {
      template,
      way: "imagePull",
      secretName,
      optional: true,
      path: [...template.path, "imagePullSecrets", index],
    };
  }
}

function* usesOfContainer(template: PodTemplate, container: Container): Generator<SecretUse> {
  for (const [index, value] of asList(container.spec["env"]).entries()) {
    const entry = asRecord(value);
    const reference = asRecord(entry["valueFrom"])["secretKeyRef"];
    if (!isRecord(reference)) continue;
    const key = asText(reference["key"]);
    yield {
      ...named(template, "env", reference, "name", [...container.path, "env", index]),
      variable: asText(entry["name"]) ?? "",
      container,
      ...(key === undefined ? {} : { key }),
    };
  }
  for (const [index, value] of asList(container.spec["envFrom"]).entries()) {
    const entry = asRecord(value);
    const reference = entry["secretRef"];
    if (!isRecord(reference)) continue;
    yield {
      ...named(template, "envFrom", reference, "name", [...container.path, "envFrom", index]),
      variable: asText(entry["prefix"]) ?? "",
      container,
    };
  }
}

function* usesOfVolume(
  template: PodTemplate,
  volume: Readonly<Record<string, unknown>>,
  path: FieldPath,
): Generator<SecretUse> {
  if (isRecord(volume["secret"])) yield named(template, "volume", volume["secret"], "secretName", [...path, "secret"]);
  for (const [index, value] of asList(asRecord(volume["projected"])["sources"]).entries()) {
    const source = asRecord(value)["secret"];
    if (isRecord(source))
      yield named(template, "projected", source, "name", [...path, "projected", "sources", index, "secret"]);
  }
  const csi = asRecord(volume["csi"])["nodePublishSecretRef"];
  if (isRecord(csi)) yield named(template, "csi", csi, "name", [...path, "csi", "nodePublishSecretRef"]);
  if (isRecord(volume["azureFile"]))
    yield named(template, "storage", volume["azureFile"], "secretName", [...path, "azureFile"]);
  for (const driver of DRIVERS_WITH_SECRET_REF) {
    const reference = asRecord(volume[driver])["secretRef"];
    if (isRecord(reference)) yield named(template, "storage", reference, "name", [...path, driver, "secretRef"]);
  }
}

function named(
  template: PodTemplate,
  way: SecretUseWay,
  reference: Readonly<Record<string, unknown>>,
  field: string,
  path: FieldPath,
): SecretUse {
  return {
    template,
    way,
    secretName: asText(reference[field]) ?? "",
    optional: reference["optional"] === true,
    path,
  };
}
