import { KustodyError } from "../../../kernel/errors.ts";
import { backoff } from "../../../kernel/http/retry-policy.ts";
import type { Kube, Resource } from "../../../kernel/kube/index.ts";
import { InOrder } from "./in-order.ts";
import { Pace } from "./pace.ts";

export interface RewriteOptions {
  /** At most. */
  readonly perSecond: number;
  /** Requests at a time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** After each object. `upTo`: all before it, and it, are done. */
  readonly onDone?: (progress: Rewritten, upTo: string | undefined) => void;
}

/** What became of the objects. */
export interface Rewritten {
  rewritten: number;
  /** Deleted meanwhile. */
  gone: number;
  /** Those that the API server refused to write; at most a hundred are named. */
  failed: number;
  readonly failures: { readonly name: string; readonly reason: string }[];
}

const BUSY = { base: 1000, cap: 30_000 };
const NAMED_FAILURES = 100;
/** After a conflict, or a lost connection, of one object. */
const ATTEMPTS = 8;

/**
 * Has the API server write objects again as they are, with an empty patch: it writes only what is stale, with the key that
 * it uses now. It answers with metadata alone, so no value is read. `names` are `namespace/name`, or `name`.
 *
 * Guarantees: one object that cannot be written stops no other; a busy API server is left in peace for as long as it says.
 * Errors: KST_KUBE_FORBIDDEN and KST_KUBE_UNAUTHORIZED end it; the signal does after what is under way.
 */
export async function rewrite(
  kube: Kube,
  resource: Resource,
  names: AsyncIterable<string>,
  options: RewriteOptions,
): Promise<Rewritten> {
  const pace = new Pace(options.perSecond);
  const order = new InOrder();
  const progress: Rewritten = { rewritten: 0, gone: 0, failed: 0, failures: [] };
  const queue = names[Symbol.asyncIterator]();
  const work = async (): Promise<void> => {
    for (;;) {
      if (options.signal.aborted) return;
      const { done, value: name } = await queue.next();
      if (done === true) return;
      const finish = order.begin(name);
      if (!(await rewriteOne(kube, resource, name, { pace, progress, signal: options.signal }))) return;
      finish();
      options.onDone?.(progress, order.last);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.concurrency }, work));
  } finally {
    await queue.return?.();
  }
  return progress;
}

interface Run {
  readonly pace: Pace;
  readonly progress: Rewritten;
  readonly signal: AbortSignal;
}

/** False where the signal came before it was done. */
async function rewriteOne(
  kube: Kube,
  resource: Resource,
  path: string,
  { pace, progress, signal }: Run,
): Promise<boolean> {
  for (let attempt = 1; ; ) {
    await kube.clock.sleep(pace.book(kube.clock.now()), signal).catch(() => {});
    if (signal.aborted) return false;
    try {
      await touch(kube, resource, path);
      progress.rewritten++;
      pace.speedUp();
      return true;
    } catch (error) {
      if (!(error instanceof KustodyError)) throw error;
      if (error.code === "KST_KUBE_NOT_FOUND") {
        progress.gone++;
        return true;
      }
      if (error.code === "KST_KUBE_FORBIDDEN" || error.code === "KST_KUBE_UNAUTHORIZED") throw error;
      if (error.retry === "never" || attempt >= ATTEMPTS) {
        progress.failed++;
        if (progress.failures.length < NAMED_FAILURES) progress.failures.push({ name: path, reason: error.message });
        return true;
      }
      const wait = typeof error.retry === "object" ? error.retry.after : backoff(BUSY, attempt, Math.random());
      // Somebody else wrote this one object; whatever else it is concerns all of them.
      if (error.code === "KST_KUBE_CONFLICT") await kube.clock.sleep(Math.min(wait, 500));
      else pace.slowDown(kube.clock.now(), wait);
      attempt++;
    }
  }
}

/** Writes one object again, as `rewrite` does. */
export async function touch(kube: Kube, resource: Resource, path: string): Promise<void> {
  const slash = path.indexOf("/");
  if (isNamespaced(resource)) {
    await kube
      .namespaced(resource, path.slice(0, slash))
      .metadata()
      .mergePatch(path.slice(slash + 1), {});
  } else if (isClusterWide(resource)) await kube.cluster(resource).metadata().mergePatch(path, {});
}

function isNamespaced(resource: Resource): resource is Resource & { readonly namespaced: true } {
  return resource.namespaced;
}

function isClusterWide(resource: Resource): resource is Resource & { readonly namespaced: false } {
  return !resource.namespaced;
}
