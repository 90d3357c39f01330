import { createHash } from "node:crypto";
import { microTime } from "../leader/lease-record.ts";
import type { KubeObject } from "../object/object-meta.ts";

/** What is told about an object, for `kubectl describe`. Never holds a secret's value: `note` is for everyone to read. */
export interface EventNews {
  readonly regarding: KubeObject;
  readonly type: "Normal" | "Warning";
  /** A name in UpperCamelCase that stays the same: `RotationFailed`. */
  readonly reason: string;
  /** What was being done: `Rotate`. */
  readonly action: string;
  /** One sentence; cut at 1,000 characters. */
  readonly note: string;
}

export interface Reporter {
  /** `kustody.dev/rotation` */
  readonly controller: string;
  /** Which process: a pod's name. */
  readonly instance: string;
}

/** An event that was written, and how often its like came since. */
export interface Series {
  readonly name: string;
  readonly namespace: string;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
  readonly seenAt: number;
}

/** The same news within six minutes makes a series, as in client-go. */
export const SERIES_MILLIS = 6 * 60_000;
/** A series is written at most this often. */
export const UPDATE_MILLIS = 60_000;

/** News that differ in nothing share this key. */
export function newsKey(news: EventNews): string {
  const { uid = "", name, namespace = "" } = news.regarding.metadata;
  const parts = [uid, news.regarding.kind, namespace, name, news.type, news.reason, news.action, news.note];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

/** An events.k8s.io/v1 Event; `unique` makes its name. Pure. */
export function eventObject(news: EventNews, reporter: Reporter, now: number, unique: string) {
  const { apiVersion, kind, metadata } = news.regarding;
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    metadata: { name: `${name.slice(0, 200)}.${unique}` },
    eventTime: microTime(now),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance.slice(0, 128),
    action: news.action.slice(0, 128),
    reason: news.reason.slice(0, 128),
    type: news.type,
    note: news.note.slice(0, 1_000),
    regarding: { apiVersion, kind, name, namespace, uid, resourceVersion },
  };
}

/** The series after one more of its like at `now`, and whether it is time to write it. Pure. */
export function continueSeries(series: Series, now: number): { series: Series; write: boolean } {
  const write = now - series.writtenAt >= UPDATE_MILLIS;
  const next = { ...series, count: series.count + 1, seenAt: now, writtenAt: write ? now : series.writtenAt };
  return { series: next, write };
}

/** Tokens that refill with time: `burst` at once, then one each `refill` milliseconds. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** The bucket after taking one token, or undefined when it is empty. Pure. */
export function takeToken(bucket: Bucket | undefined, now: number, burst: number, refill: number): Bucket | undefined {
  const tokens = bucket === undefined ? burst : Math.min(burst, bucket.tokens + (now - bucket.at) / refill);
  return tokens < 1 ? undefined : { tokens: tokens - 1, at: now };
}
