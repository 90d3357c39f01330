/** What one API server's metrics tell about encryption at rest (kubernetes, apiserver/pkg/storage/value; all of them are ALPHA). */
export interface ServerEncryption {
  /** Its address. */
  readonly server: string;
  /** `sha256:` and the hash of the EncryptionConfiguration's file that it uses (Kubernetes 1.33 and newer, with automatic reload). */
  readonly configHash?: string;
  readonly reloads: { readonly failed: number; readonly succeeded: number };
  readonly providers: readonly ProviderMetrics[];
  /** How often values of a resource went through which provider since the server's start. */
  readonly uses: readonly PrefixUse[];
}

/** One KMS v2 provider, as this server sees it. */
export interface ProviderMetrics {
  readonly name: string;
  /** Of the key that it writes with now: the newest that the plugin named, or that it wrote with. */
  readonly keyIdHash: string;
  /** Hashes of keys with which values were read since its start. */
  readonly read: readonly string[];
}

export interface PrefixUse {
  readonly resource: string;
  /** `k8s:enc:kms:v2:NAME:`, `k8s:enc:aescbc:v1:`, a static key's name with a colon, or `identity`. */
  readonly prefix: string;
  readonly read: number;
  readonly written: number;
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const WANTED =
  /^apiserver_(envelope_encryption_key_id|encryption_config_controller_|storage_transformation_operations_total)/;
const LONGEST_LINE = 16_384;
/** Series that are kept; a server has a few dozen. */
const MOST_SAMPLES = 20_000;

/** Collects the lines that matter from a server's reply to `/metrics`, piece by piece; the rest, megabytes of it, is passed over. */
export class EncryptionMetrics {
  readonly #samples: Sample[] = [];
  #line = "";

  feed(text: string): void {
    const lines = (this.#line + text).split("\n");
    this.#line = (lines.pop() ?? "").slice(0, LONGEST_LINE);
    for (const line of lines) this.#take(line);
  }

  /** What was told. */
  report(server: string): ServerEncryption {
    this.#take(this.#line);
    const info = this.#named("apiserver_encryption_config_controller_last_config_info").at(-1);
    const reloads = this.#named("apiserver_encryption_config_controller_automatic_reloads_total");
    const sum = (status: string): number =>
      reloads.filter(({ labels }) => labels["status"] === status).reduce((total, { value }) => total + value, 0);
    const hash = info?.labels["hash"];
    return {
      server,
      ...(hash === undefined ? {} : { configHash: hash }),
      reloads: { failed: sum("failure"), succeeded: sum("success") },
      providers: this.#providers(),
      uses: this.#uses(),
    };
  }

  #take(line: string): void {
    if (line.length > LONGEST_LINE || !WANTED.test(line) || this.#samples.length >= MOST_SAMPLES) return;
    const sample = readSample(line);
    if (sample !== undefined) this.#samples.push(sample);
  }

  #named(name: string): Sample[] {
    return this.#samples.filter((sample) => sample.name === name);
  }

  #providers(): ProviderMetrics[] {
    const used = this.#named("apiserver_envelope_encryption_key_id_hash_last_timestamp_seconds");
    const named = this.#named("apiserver_envelope_encryption_key_id_hash_status_last_timestamp_seconds");
    const written = used.filter(({ labels }) => labels["transformation_type"] === "to_storage");
    const names = new Set([...named, ...used].map(({ labels }) => labels["provider_name"] ?? ""));
    return [...names].toSorted().flatMap((name) => {
      const own = (samples: Sample[]): Sample[] => samples.filter(({ labels }) => labels["provider_name"] === name);
      const keyIdHash = newest(own(named))?.labels["key_id_hash"] ?? newest(own(written))?.labels["key_id_hash"];
      const read = own(used)
        .filter(({ labels }) => labels["transformation_type"] === "from_storage")
        .map(({ labels }) => labels["key_id_hash"] ?? "");
      return keyIdHash === undefined ? [] : [{ name, keyIdHash, read: [...new Set(read)] }];
    });
  }

  #uses(): PrefixUse[] {
    const uses = new Map<string, { resource: string; prefix: string; read: number; written: number }>();
    for (const { labels, value } of this.#named("apiserver_storage_transformation_operations_total")) {
      const { status, transformation_type: type } = labels;
      // A write that no provider changed has no prefix.
      const prefix = labels["transformer_prefix"] || "identity";
      const resource = labels["resource"] ?? "";
      if (status !== "OK") continue;
      const id = `${resource} ${prefix}`;
      const use = uses.get(id) ?? { resource, prefix, read: 0, written: 0 };
      uses.set(id, use);
      if (type === "to_storage") use.written += value;
      else use.read += value;
    }
    return [...uses.values()];
  }
}

function newest(samples: readonly Sample[]): Sample | undefined {
  return samples.reduce<Sample | undefined>(
    (best, one) => (best === undefined || one.value > best.value ? one : best),
    undefined,
  );
}

/** A line of the Prometheus text format: `name{label="value"} 1.5`. Undefined for what is none. */
function readSample(line: string): Sample | undefined {
  const [, name = "", , inner = "", value = ""] = /^([a-z_:][\w:]*)(\{(.*)\})? (\S+)/i.exec(line) ?? [];
  const number = Number(value);
  if (name === "" || !Number.isFinite(number)) return undefined;
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [, label = "", text = ""] of inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    labels[label] = text.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
  }
  return { name, labels, value: number };
}
