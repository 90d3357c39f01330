/** Steps from the root of an object to a field: names of members and indices of lists. */
export type FieldPath = readonly (string | number)[];

const PLAIN_NAME = /^[A-Za-z_$][\w$-]*$/;

/**
 * The form that people read, and that `parseFieldPath` takes back: `spec.containers[0].env[1]`; a name with other
 * characters stands in brackets, as in `metadata.annotations['a.b/c']`.
 */
export function formatFieldPath(path: FieldPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (PLAIN_NAME.test(step)) text += text === "" ? step : `.${step}`;
    else text += `['${step.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`;
  }
  return text;
}

const STEP = /\.?([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['((?:[^\\']|\\[\s\S])*)'\]/y;

/** The steps of what `formatFieldPath` wrote; whatever cannot be read ends the path there, so that a position is still found near by. */
export function parseFieldPath(text: string): FieldPath {
  const path: (string | number)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (match === null) break;
    if (match[1] !== undefined) path.push(match[1]);
    else if (match[2] !== undefined) path.push(Number(match[2]));
    else path.push((match[3] ?? "").replaceAll(/\\([\s\S])/g, "$1"));
  }
  return path;
}
