/** A parsed template. Offsets (`at`) count bytes of the template's text. */
export interface Tree {
  readonly root: ListNode;
  /** What `define` and `block` made, by name. */
  readonly templates: ReadonlyMap<string, ListNode>;
}

export interface ListNode {
  readonly kind: "list";
  readonly nodes: readonly StatementNode[];
}

export type StatementNode = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode;

export interface TextNode {
  readonly kind: "text";
  readonly text: string;
}

export interface ActionNode {
  readonly kind: "action";
  readonly pipe: PipeNode;
  readonly at: number;
}

export interface BranchNode {
  readonly kind: "if" | "with" | "range";
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly otherwise: ListNode | undefined;
  readonly at: number;
}

export interface TemplateNode {
  readonly kind: "template";
  readonly name: string;
  readonly pipe: PipeNode | undefined;
  readonly at: number;
}

export interface JumpNode {
  readonly kind: "break" | "continue";
  readonly at: number;
}

export interface PipeNode {
  readonly kind: "pipe";
  /** Variables that it declares, or assigns to. */
  readonly variables: readonly string[];
  readonly assigns: boolean;
  readonly commands: readonly CommandNode[];
  readonly at: number;
}

export interface CommandNode {
  readonly kind: "command";
  readonly first: OperandNode;
  readonly rest: readonly OperandNode[];
  readonly at: number;
}

export type OperandNode =
  | { readonly kind: "identifier"; readonly name: string; readonly at: number }
  | { readonly kind: "dot"; readonly at: number }
  | { readonly kind: "nil"; readonly at: number }
  | { readonly kind: "field"; readonly names: readonly string[]; readonly at: number }
  /** `$name.field.field` */
  | { readonly kind: "variable"; readonly name: string; readonly fields: readonly string[]; readonly at: number }
  /** `(pipe).field` and `function.field` */
  | { readonly kind: "chain"; readonly of: OperandNode; readonly names: readonly string[]; readonly at: number }
  | { readonly kind: "bool"; readonly value: boolean; readonly at: number }
  | NumberNode
  | { readonly kind: "string"; readonly text: string; readonly at: number }
  | PipeNode;

/** A constant with each type that it can be. */
export interface NumberNode {
  readonly kind: "number";
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  /** Which of them it is by itself: Go's ideal constants. */
  readonly ideal: "int" | "float" | "complex" | "overflow";
  readonly at: number;
}
