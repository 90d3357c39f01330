/**
 * Pure. Why a rendered label or annotation cannot be one, or undefined. Checked here, since the API server's own message
 * quotes what was rendered, and that may be a value. Rules of Kubernetes' ObjectMeta.
 */
export function metadataFault(kind: "labels" | "annotations", key: string, value: string): string | undefined {
  if (!isQualifiedName(key)) return "it gives a key that labels and annotations cannot have";
  if (kind === "labels" && !LABEL_VALUE.test(value)) {
    return "it gives what no label can hold: at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends";
  }
  if (value.length > MOST_BYTES) return "it gives an annotation that is too large";
  return undefined;
}

const MOST_BYTES = 256 * 1024;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

function isQualifiedName(key: string): boolean {
  const parts = key.split("/");
  const name = parts.at(-1) ?? "";
  const prefix = parts.length === 2 ? parts[0] : undefined;
  return (
    parts.length <= 2 && NAME.test(name) && (prefix === undefined || (prefix.length <= 253 && PREFIX.test(prefix)))
  );
}
