// Plain JavaScript that any Node can parse, so that an old one gets a sentence and not a syntax error.
import module from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(`error: Kustody needs Node.js 24 or newer, this is ${process.version}\n`);
  process.stderr.write("hint: run 'npm ci' in the clone, which brings a newer one, or install Node.js 24\n");
  process.exit(2);
}
// Node's own default is a folder in the shared /tmp, where another user could plant code for us to run.
const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache");
module.enableCompileCache(path.join(cache, "kustody", "compile"));
const [main] = process.argv.splice(2, 1);
await import(pathToFileURL(main).href);
