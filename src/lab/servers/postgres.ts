import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { KustodyError } from "../../kernel/errors.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { executableIn } from "../binaries/find.ts";
import type { LabEnvironment } from "../environment.ts";
import { onFreePorts } from "../free-ports.ts";
import { openServerRun, orEnd, type ServerRun, type ServerStartOptions } from "./server-run.ts";

const run = promisify(execFile);

/** A PostgreSQL that runs; what it holds ends with it. */
export interface PostgresServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** A superuser, who logs in with SCRAM. */
  readonly user: string;
  readonly password: Secret;
  /** `postgres://user@host:port/database`, without the password. */
  readonly url: string;
  stop(): Promise<void>;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Starts the PostgreSQL that this machine has. It refuses to run as root: then it runs as `postgres`, or as `nobody`.
 * Durability is off, since nothing outlives it.
 *
 * Errors: KST_LAB_BINARY_MISSING, KST_LAB_START_FAILED.
 *
 * @example
 * await using postgres = await startPostgres();
 */
export async function startPostgres(options: ServerStartOptions = {}): Promise<PostgresServer> {
  const account = process.getuid?.() === 0 ? await unprivileged() : undefined;
  const server = await openServerRun("postgres", options, account !== undefined);
  return await orEnd(server, async () => {
    const binaries = await findBinaries(server.environment);
    const password = Secret.fromBytes(Buffer.from(randomBytes(24).toString("base64url")));
    const data = await initialise(server, binaries, account, password);
    const port = await onFreePorts(1, async ([free = 0]) => {
      await startOn(free, { server, binaries, data, account }, options.signal);
      return free;
    });
    // SIGTERM would wait for clients; a fast shutdown disconnects them, and its children leave with it.
    const stop = async (): Promise<void> => {
      const stopping = ["stop", "-D", data, "-m", "fast", "-w", "-t", "10"];
      await run(join(binaries, "pg_ctl"), stopping, { cwd: "/", env: server.environment.server, ...account }).catch(
        () => undefined,
      );
      await server.end();
    };
    const login = { host: "127.0.0.1", port, database: "postgres", user: "kustody" };
    const url = `postgres://${login.user}@${login.host}:${port}/${login.database}`;
    return { ...login, password, url, stop, [Symbol.asyncDispose]: stop };
  });
}

async function initialise(
  { folder, environment }: ServerRun,
  binaries: string,
  account: Account | undefined,
  password: Secret,
): Promise<string> {
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, password.unwrap(), { mode: 0o600 });
  if (account !== undefined) {
    for (const path of [data, passwordFile]) await chown(path, account.uid, account.gid);
  }
  const args = ["-D", data, "-U", "kustody", `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--no-sync"];
  try {
    const how = { cwd: "/", env: environment.server, ...account, timeout: 60_000 };
    await run(join(binaries, "initdb"), [...args, "--encoding=UTF8", "--locale=C"], how);
  } catch (cause) {
    throw new KustodyError("KST_LAB_START_FAILED", "initdb could not make a database cluster", {
      hint: `run ${join(binaries, "initdb")} by hand to see why`,
      cause,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
  return data;
}

async function startOn(
  port: number,
  parts: {
    readonly server: ServerRun;
    readonly binaries: string;
    readonly data: string;
    readonly account: Account | undefined;
  },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { server, binaries, data, account } = parts;
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "logging_collector=off"];
  await server.supervisor.start(
    {
      name: "postgres",
      command: join(binaries, "postgres"),
      args: ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
      logFile: join(server.folder, "postgres.log"),
      ready: async (limit) => {
        const asked = ["-q", "-h", "127.0.0.1", "-p", String(port)];
        await run(join(binaries, "pg_isready"), asked, { env: server.environment.server, signal: limit });
        return true;
      },
      ...(account === undefined ? {} : { user: account }),
    },
    signal,
  );
}

/** The folder with PostgreSQL's programs: on the PATH, or else Debian's, of which the newest. */
async function findBinaries(environment: LabEnvironment): Promise<string> {
  const debian = "/usr/lib/postgresql";
  const versions = (await readdir(debian).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  const folders = [...environment.path, ...versions.map((version) => join(debian, version, "bin"))];
  for (const folder of folders) {
    const programs = ["initdb", "postgres", "pg_ctl", "pg_isready"].map((name) => executableIn(folder, name));
    if ((await Promise.all(programs)).every((file) => file !== undefined)) return folder;
  }
  throw new KustodyError("KST_LAB_BINARY_MISSING", "PostgreSQL's server is not on this machine", {
    hint: "install it (Debian: apt-get install postgresql), or put initdb, postgres, pg_ctl and pg_isready on the PATH",
  });
}

async function unprivileged(): Promise<Account> {
  const accounts = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = accounts.find((fields) => fields[0] === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new KustodyError("KST_LAB_UNSUPPORTED", "PostgreSQL does not run as root, and there is no user for it", {
    hint: "make a user named postgres, or run as another user than root",
  });
}
