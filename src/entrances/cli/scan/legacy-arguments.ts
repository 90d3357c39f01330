/** What `gitleaks detect` and `gitleaks protect` took before 8.19, in the words of today's commands. Pure. */
export function legacyArguments(command: "detect" | "protect", args: readonly string[]): readonly string[] {
  let kind = command === "detect" ? "git" : "staged";
  let source = ".";
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--source" || arg === "-s") source = args[++at] ?? source;
    else if (/^(?:--source=|-s=?)/.test(arg)) source = arg.replace(/^(?:--source=|-s=?)/, "");
    else if (arg === "--no-git") kind = "dir";
    else if (arg === "--pipe") kind = "stdin";
    else if (arg !== "--staged") rest.push(arg);
  }
  return kind === "stdin" ? [kind, ...rest] : [kind, ...rest, "--", source];
}
