import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import type { Disk } from '../../../src/orchestrator/store/disk.ts';
import { openDisk } from '../../../src/orchestrator/store/disk.ts';
import { startStore } from '../../../src/orchestrator/store/store.ts';
import {
  ABSENT,
  type Change,
  type HistoryPolicy,
  type Store,
  type Watcher,
} from '../../../src/orchestrator/store/types.ts';
import { FakeClock } from '../../fakes/clock.ts';

export interface Bench {
  readonly dir: string;
  readonly clock: FakeClock;
  /** Opens the directory (again). `wrap` stands between store and disk. */
  open(options?: {
    history?: HistoryPolicy;
    watcherCapacity?: number;
    acceptLoss?: boolean;
    wrap?: (disk: Disk) => Disk;
  }): Promise<Store>;
  dispose(): Promise<void>;
}

export async function createBench(): Promise<Bench> {
  const dir = await mkdtemp(join(tmpdir(), 'pilotage-store-'));
  const clock = new FakeClock();
  const opened: Store[] = [];
  return {
    dir,
    clock,
    async open({ wrap = (disk: Disk): Disk => disk, ...options } = {}) {
      const disk = wrap(await openDisk(dir, { repair: options.acceptLoss === true }));
      const store = await startStore(disk, { dir, clock, logger: silentLogger, ...options });
      opened.push(store);
      return store;
    },
    async dispose() {
      for (const store of opened) await store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** `thing('a', 1)`: a ConfigMap whose only content is a number. */
export const thing = (name: string, value: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { value: String(value) },
});
export const THINGS = 'core/configmaps/';
export const keyOf = (name: string): string => `${THINGS}default/${name}`;
/** The revision that a writer reads who reads now. */
export const latestRevision = (store: Store, key: string): number => store.latest(key)?.revision ?? ABSENT;
export const put = (store: Store, name: string, value: number) =>
  store.put(keyOf(name), thing(name, value), latestRevision(store, keyOf(name)));
export const remove = (store: Store, name: string) =>
  store.delete(keyOf(name), latestRevision(store, keyOf(name)));

/** `a=1 b=2`: a state in one line. */
export const stateOf = (entries: readonly { object: KubeObject }[]): string =>
  entries.map(({ object }) => `${object.metadata.name}=${dataOf(object)}`).join(' ');

const dataOf = (object: KubeObject): string => (object.data as { value: string }).value;

/** `+a=1 ~a=2 -a`: changes in one line. */
export const changesOf = (changes: readonly Change[]): string => changes.map(changeText).join(' ');

function changeText({ type, previous, entry }: Change): string {
  const name = entry.object.metadata.name;
  if (type === 'delete') return `-${name}`;
  return `${previous ? '~' : '+'}${name}=${dataOf(entry.object)}`;
}

export async function nextChanges(watcher: Watcher): Promise<string> {
  return changesOf((await watcher.next()) ?? []);
}
