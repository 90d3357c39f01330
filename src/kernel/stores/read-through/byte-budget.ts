import type { ByteBounds } from "./read-through-options.ts";

interface Account {
  bytes: number;
  /** Least recently used first: a Map keeps the order of insertion. */
  readonly entries: Map<string, number>;
}

interface Tenant {
  bytes: number;
  readonly accounts: Map<string, Account>;
}

export interface BudgetKey {
  readonly tenant: string;
  readonly identity: string;
  readonly entry: string;
}

/**
 * Which cached entries have to go. Keeps sizes only, never values. Whoever uses most pays first: over the identity's
 * bound its own oldest entry goes, over the tenant's that of its largest identity, over the total that of the largest
 * tenant. So a tenant who fills the cache pushes out itself and never its neighbours.
 */
export class ByteBudget {
  readonly #bounds: ByteBounds;
  readonly #tenants = new Map<string, Tenant>();
  #total = 0;

  constructor(bounds: ByteBounds) {
    this.#bounds = bounds;
  }

  get total(): number {
    return this.#total;
  }

  tenantBytes(tenant: string): number {
    return this.#tenants.get(tenant)?.bytes ?? 0;
  }

  /** Whether an entry of so many bytes could be kept at all. */
  fits(bytes: number): boolean {
    return bytes <= Math.min(this.#bounds.perIdentity, this.#bounds.perTenant, this.#bounds.total);
  }

  /** Books an entry as the most recently used and returns those that must go for it. */
  put(key: BudgetKey, bytes: number): BudgetKey[] {
    this.remove(key);
    let tenant = this.#tenants.get(key.tenant);
    if (tenant === undefined) this.#tenants.set(key.tenant, (tenant = { bytes: 0, accounts: new Map() }));
    let account = tenant.accounts.get(key.identity);
    if (account === undefined) tenant.accounts.set(key.identity, (account = { bytes: 0, entries: new Map() }));
    account.entries.set(key.entry, bytes);
    account.bytes += bytes;
    tenant.bytes += bytes;
    this.#total += bytes;
    return this.#overflow(key, tenant, account);
  }

  /** Marks an entry as used just now. */
  touch(key: BudgetKey): void {
    const entries = this.#tenants.get(key.tenant)?.accounts.get(key.identity)?.entries;
    const bytes = entries?.get(key.entry);
    if (entries === undefined || bytes === undefined) return;
    entries.delete(key.entry);
    entries.set(key.entry, bytes);
  }

  remove(key: BudgetKey): void {
    const tenant = this.#tenants.get(key.tenant);
    const account = tenant?.accounts.get(key.identity);
    const bytes = account?.entries.get(key.entry);
    if (tenant === undefined || account === undefined || bytes === undefined) return;
    account.entries.delete(key.entry);
    account.bytes -= bytes;
    tenant.bytes -= bytes;
    this.#total -= bytes;
    if (account.entries.size === 0) tenant.accounts.delete(key.identity);
    if (tenant.accounts.size === 0) this.#tenants.delete(key.tenant);
  }

  #overflow(key: BudgetKey, tenant: Tenant, account: Account): BudgetKey[] {
    const gone: BudgetKey[] = [];
    const dropOldest = (tenantName: string, identity: string, from: Account): void => {
      const [entry] = from.entries.keys();
      if (entry === undefined) return;
      const victim = { tenant: tenantName, identity, entry };
      this.remove(victim);
      gone.push(victim);
    };
    while (account.bytes > this.#bounds.perIdentity) dropOldest(key.tenant, key.identity, account);
    while (tenant.bytes > this.#bounds.perTenant) {
      const [identity, largest] = largestOf(tenant.accounts);
      dropOldest(key.tenant, identity, largest);
    }
    while (this.#total > this.#bounds.total) {
      const [name, { accounts }] = largestOf(this.#tenants);
      const [identity, largest] = largestOf(accounts);
      dropOldest(name, identity, largest);
    }
    return gone;
  }
}

function largestOf<T extends { readonly bytes: number }>(candidates: ReadonlyMap<string, T>): [string, T] {
  let largest: [string, T] | undefined;
  for (const candidate of candidates)
    if (largest === undefined || candidate[1].bytes > largest[1].bytes) largest = candidate;
  if (largest === undefined) throw new RangeError("nothing is booked");
  return largest;
}
