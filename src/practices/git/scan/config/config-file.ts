import { z } from "zod";
import { KustodyError } from "../../../../kernel/errors.ts";
import { parseToml, TomlSyntaxError } from "../../../../kernel/toml/parse-toml.ts";
import { isRecord } from "../../../../kernel/untyped.ts";

const texts = z.array(z.string());

const allowlist = z.object({
  description: z.string().optional(),
  condition: z.string().optional(),
  commits: texts.optional(),
  paths: texts.optional(),
  regextarget: z.string().optional(),
  regexes: texts.optional(),
  stopwords: texts.optional(),
  targetrules: texts.optional(),
});

const rule = z.object({
  id: z.string().default(""),
  description: z.string().default(""),
  regex: z.string().default(""),
  path: z.string().default(""),
  secretgroup: z.number().int().min(0).max(1_000).default(0),
  entropy: z.number().min(0).default(0),
  keywords: texts.default([]),
  tags: texts.default([]),
  allowlist: allowlist.optional(),
  allowlists: z.array(allowlist).default([]),
  required: z
    .array(
      z.object({
        id: z.string(),
        withinlines: z.number().int().min(0).optional(),
        withincolumns: z.number().int().min(0).optional(),
      }),
    )
    .default([]),
  skipreport: z.boolean().default(false),
  // Programs of a betterleaks.toml.
  filter: z.string().default(""),
  validate: z.string().default(""),
  tokenefficiency: z.boolean().default(false),
});

const file = z.object({
  extend: z
    .object({
      path: z.string().default(""),
      usedefault: z.boolean().default(false),
      disabledrules: texts.default([]),
    })
    .optional(),
  rules: z.array(rule).default([]),
  allowlist: allowlist.optional(),
  allowlists: z.array(allowlist).default([]),
  prefilter: z.string().default(""),
  filter: z.string().default(""),
});

/** A gitleaks.toml as it is written; names in lower case, since gitleaks reads them in any. */
export type ConfigFile = z.infer<typeof file>;
export type AllowlistEntry = z.infer<typeof allowlist>;
export type RuleEntry = z.infer<typeof rule>;

/** Reads a gitleaks.toml; `name` is for messages. Keys of newer formats are passed over. Errors: KST_SCAN_CONFIG. */
export function readConfigFile(text: string, name: string): ConfigFile {
  const parsed = file.safeParse(withLowerNames(tree(text, name), 0));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new KustodyError(
    "KST_SCAN_CONFIG",
    `${name}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is wrong"}`,
    {
      hint: "the format is that of gitleaks: https://github.com/gitleaks/gitleaks#configuration",
    },
  );
}

function tree(text: string, name: string): unknown {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlSyntaxError)) throw error;
    throw new KustodyError(
      "KST_SCAN_CONFIG",
      `${name}:${error.line}:${error.column} is not valid TOML: ${error.message}`,
      {
        hint: "write patterns in '''three single quotes''', where a backslash stands for itself",
      },
    );
  }
}

const DEEPEST = 8;

function withLowerNames(value: unknown, depth: number): unknown {
  if (depth > DEEPEST) return undefined;
  if (Array.isArray(value)) return value.map((item: unknown) => withLowerNames(item, depth + 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.toLowerCase(), withLowerNames(inner, depth + 1)]),
  );
}
