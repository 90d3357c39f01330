/** When to look at an object again, said by who has just looked. */
export type Next = { readonly look: "on-change" } | { readonly look: "in"; readonly millis: number };

/** Brings one object to what is wanted. Called for one key never twice at a time; a failure is tried again later. */
export type Reconcile<K, Ports> = (key: K, ports: Ports, signal: AbortSignal) => Promise<Next>;
