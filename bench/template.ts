import { randomBytes } from "node:crypto";
import { Secret } from "../src/kernel/secret/secret.ts";
import { parseNamedTemplate, renderTemplate } from "../src/kernel/template/render-template.ts";
import { type Case, openGoRenderer } from "../test/conformance/templates/go-renderer.ts";

/**
 * Templates such as ExternalSecrets have, read and rendered over and over: ours against Go's text/template with sprig, in
 * turns in the same run. `node bench/template.ts [ROUNDS]`
 */
const ROUNDS = Number(process.argv[2] ?? 3);

const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`key_${index}`, `value number ${index}`]));
const CASES: readonly (Case & { readonly name: string; readonly strings: Readonly<Record<string, string>> })[] = [
  {
    name: "one value with a function",
    template: "{{ .password | b64enc }}",
    strings: { password: "correct horse battery staple" },
  },
  {
    name: "a connection string and a dockerconfigjson",
    template: `{{- $auth := printf "%s:%s" .user .password | b64enc -}}
{"url":"postgres://{{ .user }}:{{ .password | urlquery }}@{{ .host }}:{{ .port | default "5432" }}/app",
"auths":{"{{ .host }}":{"username":"{{ .user }}","auth":"{{ $auth }}"}}}`,
    strings: { user: "app", password: "p@ss/w0rd", host: "db.example.com", port: "5432" },
  },
  {
    name: "a range over 40 keys with conditions",
    template: `{{ range $key, $value := . }}{{ if hasPrefix "key_" $key }}{{ $key | upper | replace "_" "-" }}: {{ $value | quote }}
{{ else }}# {{ $key }}{{ end }}{{ end }}`,
    strings: many,
  },
  {
    name: "JSON to YAML, indented",
    template: "config:\n{{ .json | fromJson | toYaml | indent 2 }}",
    strings: {
      json: JSON.stringify({
        servers: [
          { host: "a", port: 1 },
          { host: "b", port: 2 },
        ],
        on: true,
        many,
      }),
    },
  },
];

async function rate(one: (typeof CASES)[number], reads: boolean): Promise<number> {
  const data = new Map(Object.entries(one.strings).map(([key, value]) => [key, Secret.fromText(value)]));
  const options = { sources: { now: Date.now, random: randomBytes }, missingKey: "error" } as const;
  const template = parseNamedTemplate("bench", one.template);
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < 1_000) {
    for (let index = 0; index < 50; index++) {
      const read = reads ? parseNamedTemplate("bench", one.template) : template;
      (await renderTemplate(read, data, options)).dispose();
    }
    count += 50;
  }
  return (count * 1_000) / (performance.now() - began);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const go = openGoRenderer();
try {
  console.log(`node ${process.version}, median of ${ROUNDS} rounds in turns, renders per second`);
  console.log("| template | Go, read and rendered | ours, read and rendered | ratio | ours, read once |");
  console.log("|---|---|---|---|---|");
  for (const one of CASES) {
    const rounds: { theirs: number; ours: number; once: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [theirs = 0] = await go.bench([one]);
      rounds.push({ theirs, ours: await rate(one, true), once: await rate(one, false) });
    }
    const [theirs, ours] = [median(rounds.map((round) => round.theirs)), median(rounds.map((round) => round.ours))];
    const once = median(rounds.map((round) => round.once));
    const figures = [theirs.toFixed(0), ours.toFixed(0), `${(ours / theirs).toFixed(1)}×`, once.toFixed(0)];
    console.log(`| ${[one.name, ...figures].join(" | ")} |`);
  }
} finally {
  go.close();
}
