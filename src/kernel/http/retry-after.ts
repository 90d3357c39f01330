/**
 * The header Retry-After in milliseconds from `now` (milliseconds since the epoch), in both forms of RFC 9110 §10.2.3:
 * a count of seconds, or a date. Undefined when absent or neither. A date that has passed gives 0.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
