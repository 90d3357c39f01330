import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../object/object-meta.ts";
import { type Bucket, continueSeries, type EventNews, eventObject, newsKey, takeToken } from "./event-record.ts";

const regarding: KubeObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "db", namespace: "shop", uid: "u" },
};
const news: EventNews = { regarding, type: "Warning", reason: "RotationFailed", action: "Rotate", note: "no" };

test("the same news has the same key, whatever version the object has; other news have others", () => {
  const later = { ...regarding, metadata: { ...regarding.metadata, resourceVersion: "9" } };
  assert.equal(newsKey(news), newsKey({ ...news, regarding: later }));
  const others: EventNews[] = [
    { ...news, note: "other" },
    { ...news, reason: "Other" },
    { ...news, type: "Normal" },
    { ...news, regarding: { ...regarding, metadata: { ...regarding.metadata, uid: "v" } } },
  ];
  assert.equal(new Set([news, ...others].map(newsKey)).size, 5);
});

test("a series is counted each time and written at most once a minute", () => {
  const start = { name: "n", namespace: "s", count: 1, writtenAt: 0, seenAt: 0 };
  const early = continueSeries(start, 59_999);
  assert.deepEqual([early.write, early.series.count, early.series.writtenAt], [false, 2, 0]);
  const due = continueSeries(early.series, 60_000);
  assert.deepEqual([due.write, due.series.count, due.series.writtenAt], [true, 3, 60_000]);
});

test("what is long is cut to what the API takes", () => {
  const long = "x".repeat(5000);
  const named = { ...regarding, metadata: { ...regarding.metadata, name: "x".repeat(253) } };
  const event = eventObject(
    { ...news, regarding: named, note: long, reason: long, action: long },
    { controller: "c", instance: long },
    0,
    "0123456789abcdef",
  );
  assert.ok(event.metadata.name.length <= 253 && event.note.length <= 1024);
  assert.deepEqual([event.reason.length, event.action.length, event.reportingInstance.length], [128, 128, 128]);
});

test("a bucket gives its burst, then what refills, never more than the burst", () => {
  let bucket: Bucket | undefined;
  const take = (now: number): boolean => {
    const next = takeToken(bucket, now, 3, 100);
    bucket = next ?? bucket;
    return next !== undefined;
  };
  assert.deepEqual([0, 0, 0, 0, 99, 100, 100].map(take), [true, true, true, false, false, true, false]);
  assert.deepEqual([10_000, 10_000, 10_000, 10_000].map(take), [true, true, true, false]);
});
