import type { EtcdClient } from "../../../kernel/etcd/etcd-client.ts";

/** What compaction and defragmentation did. */
export interface Reclaimed {
  readonly revision: number;
  /** Bytes of each member's database before and after. */
  readonly members: readonly { readonly endpoint: string; readonly before: number; readonly after: number }[];
}

/**
 * Removes old versions from etcd, then free pages from each member, one after the other, since a member answers nobody while it
 * is defragmented. Watchers that lag behind list again, as they do at the API server's own compaction every five minutes.
 */
export async function reclaim(members: readonly EtcdClient[], say: (line: string) => void): Promise<Reclaimed> {
  const [first] = members;
  if (first === undefined) throw new TypeError("there is a member");
  const { revision } = await first.status();
  say(`compacting etcd up to revision ${revision}`);
  await first.compact(revision);
  const results: { endpoint: string; before: number; after: number }[] = [];
  for (const member of members) {
    say(`defragmenting ${member.endpoint}`);
    const { size } = await member.status();
    await member.defragment();
    results.push({ endpoint: member.endpoint, before: size, after: (await member.status()).size });
  }
  return { revision, members: results };
}
