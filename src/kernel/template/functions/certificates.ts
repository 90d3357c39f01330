import { X509Certificate } from "node:crypto";
import { canonicalName } from "../../crypto/read-certificate.ts";
import type { Meter } from "../execute/meter.ts";
import { failed } from "../template-fault.ts";
import { bytesOfText } from "../values/utf8.ts";
import { strings } from "../values/value.ts";
import { type FunctionTable, fn } from "./go-function.ts";
import { keyIdentifiers } from "./key-identifiers.ts";
import { allPemBlocks, decodePem, encodePem, withoutJunk } from "./pem-blocks.ts";

/** So many certificates in one chain. */
const MOST = 100;

/** External Secrets Operator's functions for PEM texts and certificates. They put in order, and trust nothing. */
export const CERTIFICATE_FUNCTIONS: FunctionTable = {
  filterPEM: fn(["string", "string"], ([type, text], { meter }) => {
    meter.charge(text.length * 2);
    const blocks = allPemBlocks(withoutJunk(text));
    const wanted = blocks.filter((block) => block.type.toLowerCase() === type.toLowerCase()).map(encodePem);
    if (blocks.length === 0 && text !== "") throw failed("a text holds no PEM block");
    if (wanted.length === 0 && !/\s*$/.test(text)) throw failed("a text holds no such PEM block");
    return wanted.join("");
  }),
  filterCertChain: fn(["string", "string"], ([kind, text], { meter }) => filterChain(kind, orderedChain(text, meter))),
  certSANs: fn(["string"], ([text], { meter }) => {
    const found = decodePem(withoutJunk(text), 0);
    if (found === undefined) throw failed("a text holds no PEM block");
    meter.step(100);
    return strings(namesOf(parsed(found.block.bytes)).map(bytesOfText));
  }),
};

function parsed(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw failed("a PEM block is no certificate");
  }
}

const NAME = /(DNS|IP Address|email|URI|[^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g;

/** DNS names first, then addresses, mail addresses and URIs. */
function namesOf(certificate: X509Certificate): string[] {
  const names = [...(certificate.subjectAltName ?? "").matchAll(NAME)].map(([, kind = "", shown = ""]) => ({
    kind,
    // Node.js quotes what could be taken for something else.
    value: shown.startsWith('"') ? (JSON.parse(shown) as string) : shown,
  }));
  const of = (kind: string): string[] => names.filter((name) => name.kind === kind).map(({ value }) => value);
  return [...of("DNS"), ...of("IP Address").map(canonicalName), ...of("email"), ...of("URI")];
}

interface Link {
  readonly der: Buffer;
  readonly subject: Buffer;
  readonly authority: Buffer | undefined;
}

const EMPTY = Buffer.alloc(0);

/** The certificates from the leaf to the root, by their key identifiers alone. */
function orderedChain(text: string, meter: Meter): Link[] {
  const blocks = allPemBlocks(text);
  if (blocks.length > MOST) throw failed(`a chain has more than ${MOST} certificates`);
  const links = blocks.map(({ bytes }): Link => {
    meter.step(100);
    const { subject, authority } = keyIdentifiers(parsed(bytes).raw);
    return { der: bytes, subject: subject ?? EMPTY, authority };
  });
  const issuerOf = (link: Link): Link | undefined =>
    links.find((other) => other !== link && (link.authority ?? EMPTY).equals(other.subject));
  const issuers = new Set(links.map(issuerOf));
  const leaves = links.filter((link) => !issuers.has(link));
  if (leaves.length !== 1) throw failed("the certificates are not one chain with one leaf");
  const chain: Link[] = [];
  for (let link = leaves[0]; link !== undefined; link = issuerOf(link)) {
    if (chain.length >= links.length) throw failed("the certificates issue each other in a circle");
    chain.push(link);
  }
  return chain;
}

const isRoot = ({ subject, authority }: Link): boolean => authority === undefined || authority.equals(subject);
const pemOf = ({ der }: Link): string => encodePem({ type: "CERTIFICATE", bytes: der });

function filterChain(kind: string, chain: readonly Link[]): string {
  const [leaf, ...rest] = chain;
  const last = chain.at(-1);
  if (kind === "leaf" && leaf !== undefined && !isRoot(leaf)) return pemOf(leaf);
  if (kind === "root" && last !== undefined && isRoot(last)) return pemOf(last);
  if (kind !== "intermediate") return "";
  const root = rest.findIndex(isRoot);
  return (root === -1 ? rest : rest.slice(0, root)).map(pemOf).join("");
}
