import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { indexPack } from '../pack/index-pack.ts';
import { encodeLinks } from '../pack/pack-links.ts';
import type { Oid } from '../types.ts';
import { syncFile, syncFolder } from './durable.ts';
import { ObjectStore } from './object-store.ts';

/** What the name of a quarantine's folder begins with. */
export const INCOMING = 'incoming-';

/**
 * An incoming pack is kept in a separate object database, with the real one behind it, until it is known to be
 * complete and accepted: a refused pack leaves no trace (git calls this the quarantine).
 */
export class Quarantine {
  readonly #dir: string;
  readonly #pack: string;
  readonly #target: ObjectStore;
  #store: ObjectStore | undefined;
  #name: string | undefined;

  constructor(repositoryDir: string, target: ObjectStore) {
    this.#dir = mkdtempSync(join(repositoryDir, INCOMING));
    this.#pack = join(this.#dir, 'pack', 'received');
    this.#target = target;
    mkdirSync(join(this.#dir, 'pack'));
  }

  async receive(source: AsyncIterable<Buffer>): Promise<void> {
    await pipeline(Readable.from(source), createWriteStream(this.#pack));
  }

  /**
   * `has`: what need not be in the pack; absent: what the real database has.
   * Throws ProblemError BadPack, CorruptObject, MissingObjects.
   */
  async check(has = (oid: Oid): boolean => this.#target.has(oid)): Promise<void> {
    const { index, checksum, count, links } = await indexPack(this.#pack, has);
    if (count === 0) return;
    this.#name = `pack-${checksum}`;
    renameSync(this.#pack, join(this.#dir, 'pack', `${this.#name}.pack`));
    writeFileSync(join(this.#dir, 'pack', `${this.#name}.idx`), index);
    const text = encodeLinks(links);
    if (text !== undefined) writeFileSync(join(this.#dir, 'pack', `${this.#name}.links`), text);
  }

  /** What the repository would contain if the pack were accepted. */
  get store(): ObjectStore {
    this.#store ??= new ObjectStore(this.#dir, { behind: [this.#target] });
    return this.#store;
  }

  /** Moves the pack into the database, durably: index last, because a pack without one is not seen. */
  install(): void {
    if (this.#name === undefined) return;
    const to = join(this.#target.dir, 'pack');
    mkdirSync(to, { recursive: true });
    for (const ending of ['links', 'pack', 'idx']) {
      const from = join(this.#dir, 'pack', `${this.#name}.${ending}`);
      if (!existsSync(from)) continue;
      // Links that a power cut leaves cut short are not used.
      if (ending !== 'links') syncFile(from);
      renameSync(from, join(to, `${this.#name}.${ending}`));
    }
    syncFolder(to);
  }

  discard(): void {
    this.#store?.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Reads a pack from `source`, checks it and adds it to the store; leaves nothing behind when it fails. */
export async function addPack(
  dir: string,
  target: ObjectStore,
  source: AsyncIterable<Buffer>,
): Promise<void> {
  const quarantine = new Quarantine(dir, target);
  try {
    await quarantine.receive(source);
    await quarantine.check();
    quarantine.install();
  } finally {
    quarantine.discard();
  }
}
