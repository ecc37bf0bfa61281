import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { StatusError } from '../../kube/values/status.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { Collections } from './collections.ts';
import { GroupCommit, rowOf, type Staged } from './commit.ts';
import { damageOf, stateOf } from './damage.ts';
import { changed, type Digest, digestOf } from './digest.ts';
import { type Disk, type Loaded, openDisk } from './disk.ts';
import { type RowKeys, sealed } from './encryption.ts';
import { newEntry, storedEntry } from './entry.ts';
import { inTheFuture, StaleRevision, storeDamaged, unavailable } from './failures.ts';
import { History } from './history.ts';
import { collectionOf } from './keys.ts';
import type { LogRow } from './rows.ts';
import { ABSENT, type Change, type Entry, type HistoryPolicy, type Store, type Watcher } from './types.ts';
import { Watchers } from './watchers.ts';

export interface StoreOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly history?: HistoryPolicy;
  /** How many changes a live watcher may lag behind before it is dropped. */
  readonly watcherCapacity?: number;
  /** Seals Secrets on disk; absent: they are written as they are. */
  readonly rowKeys?: RowKeys;
  /** A person agreed to continue with what is left of a damaged store. */
  readonly acceptLoss?: boolean;
  /** Called when the disk has refused a batch, before its writers are rejected. */
  readonly onRefused?: () => void;
}

/**
 * etcd behind kube-apiserver keeps five minutes (`--etcd-compaction-interval`); count and size bound memory. Bytes are those of JSON:
 * an object in memory takes several times as much.
 */
const DEFAULT_HISTORY: HistoryPolicy = { maxChanges: 5_000, maxBytes: 24 * 2 ** 20, maxAgeMs: 5 * 60_000 };
const DEFAULT_WATCHER_CAPACITY = 4_096;
const COMPACTION_INTERVAL_MS = 30_000;

/** @throws ProblemError when another process holds the directory, or it cannot be written, or it is damaged. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const disk = await openDisk(options.dir, { repair: options.acceptLoss === true });
  return startStore(options.rowKeys ? sealed(disk, options.rowKeys) : disk, options);
}

export async function startStore(disk: Disk, options: StoreOptions): Promise<Store> {
  try {
    const store = new RevisionedStore(disk, await loadWhole(disk, options), options);
    store.scheduleCompaction();
    return store;
  } catch (error) {
    await disk.close();
    throw error;
  }
}

/** Everything that was acknowledged, or an error; with `acceptLoss` what is left, with the loss logged. */
async function loadWhole(disk: Disk, { dir, logger, acceptLoss }: StoreOptions): Promise<Loaded> {
  const loaded = await disk.load(0);
  const lines = damageOf(loaded);
  if (lines.length === 0) return loaded;
  if (!acceptLoss) throw storeDamaged(dir, lines);
  logger.warn({ dir, lost: lines }, 'continuing without what the damaged store has lost');
  const state = stateOf(loaded);
  await disk.mend(loaded.latest, state);
  return { ...loaded, latest: state, revision: Math.max(loaded.revision, loaded.head) };
}

class RevisionedStore implements Store {
  readonly #disk: Disk;
  readonly #options: StoreOptions;
  readonly #published = new Collections();
  readonly #history: History;
  readonly #watchers: Watchers;
  readonly #commits: GroupCommit;
  /** The newest revision assigned; failed batches leave gaps. */
  #lastGiven: number;
  #lastPublished: number;
  /** The digest of what is durable. */
  #digest: Digest;
  /** Set after a failed commit, until the disk has been read again. */
  #broken = false;
  #closed = false;
  #cancelCompaction: () => void = () => {};
  #compacting: Promise<void> = Promise.resolve();
  #isCompacting = false;
  /** The next compaction is due at once. */
  #isHurried = false;

  constructor(disk: Disk, loaded: Loaded, options: StoreOptions) {
    this.#disk = disk;
    this.#options = options;
    this.#history = new History(loaded.compacted, options.history ?? DEFAULT_HISTORY);
    this.#watchers = new Watchers(options.watcherCapacity ?? DEFAULT_WATCHER_CAPACITY);
    this.#commits = new GroupCommit({
      commit: (batch) => this.#commit(batch),
      publish: (staged) => this.#publish(staged.type, staged.entry),
    });
    for (const row of loaded.rows) this.#restore(row, loaded.compacted);
    this.#lastGiven = loaded.revision;
    this.#lastPublished = loaded.revision;
    this.#digest = this.#digestNow();
  }

  get revision(): number {
    return this.#lastPublished;
  }

  get(key: string): Entry | undefined {
    return this.#published.get(key);
  }

  list(prefix: string): readonly Entry[] {
    return this.#published.list(prefix);
  }

  all(): readonly Entry[] {
    return this.#published.all();
  }

  listAt(prefix: string, revision: number): readonly Entry[] {
    return this.#history.rewind(this.#published.list(prefix), prefix, revision);
  }

  latest(key: string): Entry | undefined {
    const staged = this.#commits.staged(key);
    if (!staged) return this.#published.get(key);
    return staged.type === 'put' ? staged.entry : undefined;
  }

  latestIn(prefix: string): readonly Entry[] {
    const published = this.#published.list(prefix);
    const staged = this.#commits.stagedIn(collectionOf(prefix));
    if (!staged) return published;
    const state = new Map(published.map((entry) => [entry.key, entry]));
    for (const { type, entry } of staged) {
      if (!entry.key.startsWith(prefix)) continue;
      if (type === 'put') state.set(entry.key, entry);
      else state.delete(entry.key);
    }
    return [...state.values()];
  }

  async put(key: string, object: KubeObject, expected: number): Promise<Entry> {
    const latest = this.#expect(key, expected);
    if (latest && sameContent(latest.object, object)) {
      if (this.#commits.staged(key)) await this.settled();
      return latest;
    }
    return this.#stage('put', key, object);
  }

  async delete(key: string, expected: number, object?: KubeObject): Promise<Entry> {
    const latest = this.#expect(key, expected);
    if (!latest) throw new StaleRevision(key, expected, ABSENT);
    return this.#stage('delete', key, object ?? latest.object);
  }

  /** The latest entry, which must be at the revision that the writer has read. */
  #expect(key: string, expected: number): Entry | undefined {
    const latest = this.latest(key);
    const revision = latest?.revision ?? ABSENT;
    if (revision !== expected) throw new StaleRevision(key, expected, revision);
    return latest;
  }

  settled(): Promise<void> {
    return this.#commits.settled();
  }

  watch(prefix: string, after: number): Watcher {
    if (after > this.#lastPublished) throw inTheFuture(after, this.#lastPublished);
    return this.#watchers.add(prefix, this.#history.since(after));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelCompaction();
    await this.#commits.idle();
    await this.#compacting;
    this.#watchers.closeAll();
    await this.#disk.close();
  }

  scheduleCompaction(inMs = COMPACTION_INTERVAL_MS): void {
    this.#cancelCompaction();
    this.#cancelCompaction = this.#options.clock.after(inMs, () => {
      this.#isCompacting = true;
      this.#compacting = this.#compact().finally(() => {
        this.#isCompacting = false;
        this.#isHurried = false;
        if (!this.#closed) this.scheduleCompaction();
      });
    });
  }

  /** Large objects that change often fill memory in less than an interval. */
  #compactInTime(): void {
    if (!this.#history.isOverfull || this.#isHurried || this.#isCompacting) return;
    this.#isHurried = true;
    this.scheduleCompaction(0);
  }

  async #compact(): Promise<void> {
    const forgotten = this.#history.compact(this.#options.clock.now());
    if (forgotten.length === 0 || this.#broken) return;
    try {
      await this.#disk.forget(forgotten, this.#history.compacted);
    } catch (error) {
      // Rows that stay too long only cost space; the next start drops them by their age.
      this.#options.logger.warn({ error: String(error) }, 'cannot compact the store');
    }
  }

  #stage(type: 'put' | 'delete', key: string, object: KubeObject): Promise<Entry> {
    if (this.#closed) throw unavailable('the store is closed');
    this.#lastGiven += 1;
    return this.#commits.add(type, newEntry(key, this.#lastGiven, object));
  }

  async #commit(batch: readonly Staged[]): Promise<void> {
    try {
      if (this.#broken) await this.#recover();
      const digest = this.#digestAfter(batch);
      await this.#disk.commit(batch.map(rowOf), this.#lastGiven, digest);
      this.#digest = digest;
    } catch (error) {
      if (error instanceof StatusError) throw error;
      this.#broken = true;
      this.#options.onRefused?.();
      const cause = error instanceof Error ? error.message : String(error);
      this.#options.logger.error({ error: cause, dir: this.#options.dir }, 'cannot write to the store');
      throw unavailable(`nothing was written: the data directory ${this.#options.dir} refuses: ${cause}`);
    }
  }

  /** A failed commit may still be on disk (the sync failed, not the write): what is on disk counts. */
  async #recover(): Promise<void> {
    await this.#disk.reopen();
    const { rows } = await this.#disk.load(this.#lastPublished);
    this.#broken = false;
    if (rows.length === 0) return;
    for (const row of rows) this.#restore(row, this.#history.compacted);
    this.#digest = this.#digestNow();
    throw unavailable('the store has just recovered from a failed write; try again');
  }

  #digestNow(): Digest {
    return digestOf(this.all().map(({ key, revision }) => [key, revision] as const));
  }

  #digestAfter(batch: readonly Staged[]): Digest {
    const within = new Map<string, number | undefined>();
    let digest = this.#digest;
    for (const { type, entry } of batch) {
      const { key, revision } = entry;
      const before = within.has(key) ? within.get(key) : this.get(key)?.revision;
      const after = type === 'put' ? revision : undefined;
      digest = changed(digest, key, before, after);
      within.set(key, after);
    }
    return digest;
  }

  /** A row of the log becomes state, and history unless it has been compacted. */
  #restore(row: LogRow, compacted: number): void {
    const entry = storedEntry(row.key, row.revision, row.json);
    if (row.revision > compacted) this.#publish(row.type, entry);
    else this.#published.set(entry);
  }

  #publish(type: 'put' | 'delete', entry: Entry): void {
    const { key, revision } = entry;
    const change: Change = { type, revision, key, entry, previous: this.#published.get(key) };
    if (type === 'put') this.#published.set(entry);
    else this.#published.remove(key);
    this.#lastPublished = revision;
    this.#history.add(change, this.#options.clock.now());
    this.#watchers.publish(change);
    if (!this.#closed) this.#compactInTime();
  }
}

/** Equal except for the resourceVersion, which the store sets. */
function sameContent(latest: KubeObject, object: KubeObject): boolean {
  const { resourceVersion } = latest.metadata;
  return deepEqual(latest, { ...object, metadata: { ...object.metadata, resourceVersion } });
}
