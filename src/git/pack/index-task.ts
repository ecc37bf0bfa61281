import type { Problem } from '../../base/errors.ts';
import type { PackLimits, ReadPack } from './read-pack.ts';

/** What a thread that reads a pack is asked, and what it answers. */
export interface IndexTask {
  readonly path: string;
  readonly limits: PackLimits;
}
export type IndexAnswer =
  | { readonly ok: true; readonly pack: Omit<ReadPack, 'index'> & { readonly index: Uint8Array } }
  | { readonly ok: false; readonly problem: Problem };
