import { randomBytes } from "node:crypto";
import { type KustodyError, toKustodyError } from "../../errors.ts";
import type { Kube } from "../kube.ts";
import { microTime } from "../leader/lease-record.ts";
import type { KubeObject } from "../object/object-meta.ts";
import { Events } from "../object/resources.ts";
import {
  type Bucket,
  continueSeries,
  type EventNews,
  eventObject,
  newsKey,
  type Reporter,
  SERIES_MILLIS,
  type Series,
  takeToken,
} from "./event-record.ts";

export interface EventRecorder {
  /** Tells. Returns at once and never throws: an event is a courtesy, not a record to rely on. */
  tell(news: EventNews): void;
  /** Resolves when what was told so far is written or has failed. */
  flush(): Promise<void>;
}

/** About one object: 25 at once, then one each five minutes (client-go's spam filter). */
const BURST = 25;
const REFILL = 300_000;
/** So many events are written at a time, and so many may wait: when the API server lags, news are dropped, not kept. */
const LANES = 8;
const WAITING = 20_000;
/** Objects and series remembered; the oldest are forgotten first. */
const REMEMBERED = 4_096;

/**
 * Writes Events (events.k8s.io/v1). The same news again within six minutes counts up its series, which is written at
 * most once a minute; an object about which too much is told is silenced for a while.
 */
export function createEventRecorder(
  kube: Kube,
  reporter: Reporter,
  onError: (error: KustodyError) => void = () => {},
  /** Each write goes through it, such as a gate that lets more important calls go first. */
  through: <T>(call: () => Promise<T>) => Promise<T> = (call) => call(),
): EventRecorder {
  const series = new Map<string, Series>();
  const buckets = new Map<string, Bucket>();
  // Of one object one after the other: a series must exist before it is counted up. Objects go side by side.
  const lanes = Array.from({ length: LANES }, (): Lane => ({ news: [], head: 0, running: undefined }));
  let waiting = 0;

  const write = async (news: EventNews): Promise<void> => {
    const now = kube.clock.now();
    const key = newsKey(news);
    const known = series.get(key);
    if (known !== undefined && now - known.seenAt < SERIES_MILLIS) {
      const next = continueSeries(known, now);
      remember(series, key, next.series);
      if (next.write) await writeSeries(next.series);
      return;
    }
    const about = news.regarding.metadata.uid ?? news.regarding.metadata.name;
    const bucket = takeToken(buckets.get(about), now, BURST, REFILL);
    if (bucket === undefined) return;
    remember(buckets, about, bucket);
    const namespace = news.regarding.metadata.namespace ?? "default";
    const event = eventObject(news, reporter, now, randomBytes(8).toString("hex"));
    await through(() => kube.namespaced(Events, namespace).create(event));
    remember(series, key, { name: event.metadata.name, namespace, count: 1, writtenAt: now, seenAt: now });
  };

  const writeSeries = async ({ name, namespace, count, seenAt }: Series): Promise<void> => {
    const patch = { series: { count, lastObservedTime: microTime(seenAt) } };
    await through(() => kube.namespaced(Events, namespace).mergePatch(name, patch));
  };

  const drain = async (lane: Lane): Promise<void> => {
    for (let news = lane.news[lane.head]; news !== undefined; news = lane.news[lane.head]) {
      lane.head += 1;
      if (lane.head === lane.news.length || lane.head >= 1_024) {
        lane.news.splice(0, lane.head);
        lane.head = 0;
      }
      try {
        await write(news);
      } catch (error) {
        onError(toKustodyError(error));
      }
      waiting -= 1;
    }
    lane.running = undefined;
  };

  return {
    tell: (news) => {
      if (waiting >= WAITING) return;
      waiting += 1;
      const lane = lanes[laneOf(news.regarding.metadata.uid ?? news.regarding.metadata.name)];
      lane?.news.push({ ...news, regarding: referenceTo(news.regarding) });
      if (lane !== undefined) lane.running ??= drain(lane);
    },
    flush: async () => {
      await Promise.all(lanes.flatMap(({ running }) => running ?? []));
    },
  };
}

/** News that wait for their turn; those before `head` are written. */
interface Lane {
  readonly news: EventNews[];
  head: number;
  running: Promise<void> | undefined;
}

/** What an Event says of the object: the object itself, in a version that is soon old, would be kept as long as it waits. */
function referenceTo({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
}

function laneOf(object: string): number {
  let hash = 0;
  for (let i = 0; i < object.length; i++) hash = (hash * 31 + object.charCodeAt(i)) >>> 0;
  return hash % LANES;
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > REMEMBERED ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}
