/** A run of characters in a sample: `{36:A-Za-z0-9}`. */
export const RUN = /\{(\d+):([^}]+)\}/g;

/** A sample whose last long run is too short, so that it is none of what it is a sample of. */
export function shortened(sample: string): string {
  const runs = [...sample.matchAll(RUN)].filter(([, count, members]) => Number(count) > 5 && members?.[0] !== "=");
  const last = runs.at(-1);
  if (last === undefined) throw new Error(`${sample} has no run that could be shorter`);
  const [whole, , members = ""] = last;
  return `${sample.slice(0, last.index)}{3:${members}}${sample.slice(last.index + whole.length)}`;
}

/** A sample with nothing in it: what people print instead of a token. */
export function blank(sample: string): string {
  return sample.replaceAll(RUN, (_, count: string) => "x".repeat(Number(count)));
}

/** A sample as people may see it: a secret's form, with stars where it is random. */
export function maskedSample(sample: string): string {
  return sample.replaceAll(RUN, (_, count: string) => "*".repeat(Math.min(Number(count), 12)));
}
