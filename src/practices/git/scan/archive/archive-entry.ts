/** What a member of an archive holds, or in words why it can't be told. */
export type Unpacked =
  | {
      readonly ok: true;
      readonly bytes: Buffer /** What is missing, though this much was read. */;
      readonly fault?: string;
    }
  | { readonly ok: false; readonly reason: string };

/** A member that is a file. */
export interface ArchiveEntry {
  /** As the archive writes it: it may say anything. */
  readonly name: string;
  /** Unpacks it, up to `limit` bytes. */
  readonly unpack: (limit: number) => Unpacked;
}

/** Something in an archive that can't be read; the rest goes on. */
export interface ArchiveFault {
  readonly fault: string;
}
