/** The cells of the first Markdown table under `heading`, without its header; an empty list where there is none. */
export function tableUnder(markdown: string, heading: string): string[][] {
  const start = markdown.indexOf(`${heading}\n`);
  if (start < 0) return [];
  const section = markdown.slice(start + heading.length).split(/\n#+ /)[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
