import {
  createWriteStream,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { indexPack } from '../pack/index-pack.ts';
import type { Pack } from '../pack/pack.ts';
import { encodeLinks } from '../pack/pack-links.ts';
import type { Oid } from '../types.ts';
import { removeFile, syncFile, syncFolder } from './durable.ts';
import type { ObjectStore } from './object-store.ts';
import { writePack } from './pack-writer.ts';

/** Every push adds a pack, and every lookup searches them all. git merges at 50 (`gc.autoPackLimit`), in a separate process. */
const MAX_PACKS = 20;
/** git also prunes files that begin with `tmp_`. */
const TEMPORARY = 'tmp_pilotage_';
/** A pack without an index may be one that another process is installing. */
const ABANDONED_MS = 60 * 60_000;

/**
 * Merges small packs once there are too many. Crash-safe: the new pack is read from end to end, synced and named before an
 * old one is removed. Readers of an old one rescan, as system git does (`reprepare_packed_git`). Resolves with how many were merged.
 */
export async function repack(store: ObjectStore, maxPacks = MAX_PACKS): Promise<number> {
  const dir = join(store.dir, 'pack');
  const isTakenOver = existsSync(join(store.dir, '..', 'gc.pid'));
  const mergeable = store.packs.filter(({ path }) => !existsSync(path.replace(/pack$/, 'keep')));
  if (mergeable.length <= maxPacks || isTakenOver) return 0;
  const merged = smallest(mergeable);
  const name = await writeMerged(store, dir, merged);
  store.rescan();
  for (const pack of merged) {
    if (pack.name === `${name}.pack`) continue;
    pack.close();
    // The index first: a pack without one is not seen.
    for (const ending of ['idx', 'pack', 'rev', 'links']) removeFile(pack.path.replace(/pack$/, ending));
  }
  syncFolder(dir);
  store.rescan();
  return merged.length;
}

/**
 * The packs to merge, so that each remaining pack has at least twice as many objects as all smaller ones together (as `git repack --geometric=2`):
 * a large history is not copied for every few pushes.
 */
export function smallest<T extends Pick<Pack, 'index'>>(packs: readonly T[]): readonly T[] {
  const ascending = [...packs].sort((a, b) => a.index.count - b.index.count);
  const total = (until: number): number =>
    ascending.slice(0, until).reduce((sum, pack) => sum + pack.index.count, 0);
  let keep = ascending.length;
  while (keep > 2 && (ascending[keep - 1]?.index.count ?? 0) >= 2 * total(keep - 1)) keep -= 1;
  return ascending.slice(0, keep);
}

async function writeMerged(store: ObjectStore, dir: string, packs: readonly Pack[]): Promise<string> {
  const temporary = join(dir, `${TEMPORARY}${process.pid}`);
  try {
    const bytes = writePack(store, oidsOf(packs), { ofsDelta: true });
    await pipeline(Readable.from(bytes), createWriteStream(temporary));
    // Links were checked when each pack was received; this verifies that every byte was copied.
    const { index, checksum, links } = await indexPack(temporary, () => true);
    const name = `pack-${checksum}`;
    syncFile(temporary);
    const text = encodeLinks(links);
    if (text !== undefined) writeFileSync(join(dir, `${name}.links`), text);
    renameSync(temporary, join(dir, `${name}.pack`));
    writeFileSync(temporary, index, { mode: 0o444 });
    syncFile(temporary);
    renameSync(temporary, join(dir, `${name}.idx`));
    syncFolder(dir);
    return name;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Pack by pack in pack order, so that bases precede their deltas. */
function oidsOf(packs: readonly Pack[]): readonly Oid[] {
  return [...new Set(packs.flatMap(({ index }) => index.oids()))];
}

/** Removes what a crash left in `pack/`. The repository is ours, but system git may be at work in it. */
export function clearAbandoned(objectsDir: string, now: number): void {
  const dir = join(objectsDir, 'pack');
  if (!existsSync(dir)) return;
  const names = new Set(readdirSync(dir));
  for (const name of names) {
    const path = join(dir, name);
    const isHalf = /\.(pack|links)$/.test(name) && !names.has(name.replace(/(pack|links)$/, 'idx'));
    const isOld = isHalf && now - statSync(path).mtimeMs > ABANDONED_MS;
    if (name.startsWith(TEMPORARY) || isOld) rmSync(path, { force: true });
  }
}
