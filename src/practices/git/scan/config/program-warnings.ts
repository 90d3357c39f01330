import type { NamedConfig } from "./rules-of-config.ts";
import { translateFilter } from "./translate-filter.ts";

/** What the programs of a betterleaks.toml would do and is not done, in one sentence each for the whole file. */
export function programWarnings({ name, file }: NamedConfig): readonly string[] {
  const global = [file.prefilter, file.filter].map(translateFilter);
  const rules = file.rules.map(({ filter }) => translateFilter(filter));
  const untold =
    global.filter(({ complete, entropy }) => !complete || entropy > 0).length +
    rules.filter(({ complete }) => !complete).length;
  const validated = file.rules.filter(({ validate }) => validate !== "").length;
  const efficient = file.rules.filter(({ tokenefficiency }) => tokenefficiency).length;
  return [
    ...(untold > 0
      ? [
          `${name}: ${untold} filter ${untold === 1 ? "program does" : "programs do"} not run as a whole: what they would skip beyond entropy, words, patterns, paths and commits is reported`,
        ]
      : []),
    ...(efficient > 0 ? [`${name}: tokenEfficiency does nothing here (${efficient} rules)`] : []),
    ...(validated > 0
      ? [`${name}: validate programs are never run (${validated} rules): no value leaves this machine`]
      : []),
  ];
}
