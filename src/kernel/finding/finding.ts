/** Severities from least to most urgent; their order is what `--fail-on` compares. */
export const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The eight practices by number and folder, as docs/practices has them. */
export const PRACTICES = {
  git: { number: 1, title: "no secrets in Git" },
  managers: { number: 2, title: "external managers own the secret" },
  encryption: { number: 3, title: "encrypted at rest" },
  access: { number: 4, title: "RBAC, least privilege" },
  mounts: { number: 5, title: "mounts, not environment variables" },
  rotation: { number: 6, title: "rotated automatically" },
  audit: { number: 7, title: "audited and policed" },
  isolation: { number: 8, title: "namespaces are walls" },
} as const satisfies Record<string, { number: number; title: string }>;
export type Practice = keyof typeof PRACTICES;

/** Where a fact stands in a file. Lines and columns count from 1; `field` is a path such as `spec.containers[0].env[1]`. */
export interface Location {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** What a Finding is about: a Kubernetes object, a file, or a cluster as a whole. */
export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly apiVersion?: string;
  readonly location?: Location;
  /** Path inside the object, in the form that `kubectl explain` takes with indices: `spec.containers[0].env[1]`. */
  readonly field?: string;
}

/** The currency between all entrances: one fact that is wrong, where, how it is known, and what to do. It never holds a value. */
export interface Finding {
  /** `<practice>/<CheckName>`: the name of the fact that is wrong, stable, the anchor of its documentation. */
  readonly rule: string;
  readonly practice: Practice;
  readonly severity: Severity;
  readonly subject: Subject;
  /** One sentence in product words. */
  readonly message: string;
  /** Facts that anybody can check again, as name and value; never a secret. */
  readonly evidence?: Readonly<Record<string, string | number | boolean>>;
  /** Why it matters. */
  readonly hint?: string;
  /** The next step: a command or the field to change. */
  readonly fix?: string;
}

/** Whether `severity` is at least `threshold`. */
export function atLeast(severity: Severity, threshold: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(threshold);
}
