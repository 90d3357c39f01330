import type { Trial } from "./trial.ts";

/** `must`: the API server, or a later decryption, fails without it. `should`: Kubernetes asks for it, and much works without. */
export interface ConformanceCheck {
  readonly name: string;
  readonly level: "must" | "should";
  readonly requirement: string;
  /** What is wrong, or undefined. */
  readonly run: (trial: Trial) => Promise<string | undefined>;
}
