/**
 * `text` as one word of a POSIX shell, for the commands that a finding proposes: names come from manifests of people we
 * don't trust, and RBAC allows `;`, `$` and spaces in them.
 */
export function shellWord(text: string): string {
  return /^[\w.:@%+/-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
