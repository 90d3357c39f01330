import { failed } from "../template-fault.ts";

/** What a piece of a Go layout stands for (https://pkg.go.dev/time#Layout). */
export type LayoutElement =
  | "text"
  | "January"
  | "Jan"
  | "1"
  | "01"
  | "Monday"
  | "Mon"
  | "2"
  | "_2"
  | "02"
  | "__2"
  | "002"
  | "15"
  | "3"
  | "03"
  | "4"
  | "04"
  | "5"
  | "05"
  | "2006"
  | "06"
  | "PM"
  | "pm"
  | "MST"
  | "zone"
  | "fraction";

export interface LayoutPiece {
  readonly element: LayoutElement;
  /** As it stands in the layout. */
  readonly text: string;
}

const ZONE = /^(?:-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07)/;
const NAMED: readonly LayoutElement[] = [
  "January",
  "Jan",
  "Monday",
  "Mon",
  "MST",
  "2006",
  "002",
  "__2",
  "01",
  "02",
  "03",
  "04",
  "05",
  "06",
  "15",
  "PM",
  "pm",
  "_2",
  "1",
  "2",
  "3",
  "4",
  "5",
];

const LONGEST = 1_000;

/** The pieces of a layout. @throws TemplateFault when it is too long */
export function readLayout(layout: string): LayoutPiece[] {
  if (layout.length > LONGEST) throw failed(`the layout of a time is longer than ${LONGEST} bytes`);
  const pieces: LayoutPiece[] = [];
  let text = "";
  for (let at = 0; at < layout.length; ) {
    const found = elementAt(layout, at);
    if (found === undefined) {
      text += layout[at];
      at++;
      continue;
    }
    if (text !== "") pieces.push({ element: "text", text });
    text = "";
    pieces.push(found);
    at += found.text.length;
  }
  if (text !== "") pieces.push({ element: "text", text });
  return pieces;
}

function elementAt(layout: string, at: number): LayoutPiece | undefined {
  const rest = layout.slice(at, at + 32);
  const zone = ZONE.exec(rest)?.[0];
  if (zone !== undefined) return { element: "zone", text: zone };
  // A fraction of a second ends where a digit does not follow.
  const fraction = /^[.,](?:0+|9+)(?![0-9])/.exec(layout.slice(at, at + 200))?.[0];
  if (fraction !== undefined) return { element: "fraction", text: fraction };
  for (const element of NAMED) {
    if (!rest.startsWith(element)) continue;
    if ((element === "Jan" || element === "Mon") && /^[a-z]/.test(rest.slice(3))) continue;
    // `_2006` is an underscore and a year.
    if (element === "_2" && rest.startsWith("_2006")) return undefined;
    return { element, text: element };
  }
  return undefined;
}
