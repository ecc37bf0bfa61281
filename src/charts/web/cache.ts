import type { Digest } from './digest.ts';

/** What was fetched before, by its content: whatever is in it is what its digest says. */
export interface ContentCache {
  get(digest: Digest): Promise<Buffer | undefined>;
  put(digest: Digest, bytes: Uint8Array): Promise<void>;
}
