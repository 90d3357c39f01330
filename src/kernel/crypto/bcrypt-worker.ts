import { parentPort, workerData } from "node:worker_threads";
import { bcrypt } from "./bcrypt.ts";

const { password, salt, cost } = workerData as { password: Uint8Array; salt: Uint8Array; cost: number };
const port = parentPort;
port?.postMessage(bcrypt(password, salt, cost));
