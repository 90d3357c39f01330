/** Why an object cannot be read: it is not there (a partial clone), damaged, or beyond the bound that was given. */
export type ObjectProblem = "missing" | "corrupt" | "too large";

export type ObjectType = "commit" | "tree" | "blob" | "tag";

export interface GitObject {
  readonly type: ObjectType;
  readonly bytes: Buffer;
}
