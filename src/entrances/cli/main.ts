import process from "node:process";
import { run } from "./run.ts";
import { processTerminal } from "./terminal.ts";

// The exit code is set, not forced, so that what was written to a pipe still drains.
process.exitCode = await run(process.argv.slice(2), processTerminal());
