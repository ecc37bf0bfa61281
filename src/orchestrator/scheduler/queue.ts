import type { Clock } from '../../base/clock.ts';
import { backoffMs } from '../../base/queue.ts';
import type { PodInfo } from './podinfo.ts';

/** A pod that wants a node. */
export interface Entry {
  readonly pod: PodInfo;
  /** How often it was refused in a row. */
  readonly attempts: number;
}

export interface SchedulingQueue {
  /** It is new, or has changed: its turn comes by priority, then by time. */
  add(pod: PodInfo): void;
  remove(uid: string): void;
  /** The next one; it is in no part of the queue then. */
  next(): Entry | undefined;
  /** No node will have it. It waits for a change that may help, `by` the filters that kept it away. */
  refuse(entry: Entry, by: ReadonlySet<string>): void;
  /** Something else went wrong: again after its back-off. */
  again(entry: Entry): void;
  /** Those that the change may help come again, not before their back-off: one that asks in vain again and again leaves the turn to others. */
  wake(isHelped: (pod: PodInfo, by: ReadonlySet<string>) => boolean): void;
  /** Nothing comes any more. */
  clear(): void;
}

/** Kubernetes begins with a second; here, something that is a moment late should not cost one. */
const BACKOFF = { firstMs: 100, mostMs: 10_000 };
/** Whatever happens, a pod comes again after so long (kube-scheduler `DefaultPodMaxInUnschedulablePodsDuration`). */
const LONGEST_MS = 5 * 60_000;

interface Waiting {
  readonly entry: Entry;
  readonly by: ReadonlySet<string>;
  readonly since: number;
  cancel(): void;
}

/** Kubernetes `pkg/scheduler/backend/queue`: what is to be tried, what backs off, and what nothing has helped yet. */
export function createSchedulingQueue(clock: Clock, onReady: () => void): SchedulingQueue {
  /** By priority; a map keeps the order in which they came. */
  const active = new Map<number, Map<string, Entry>>();
  const waiting = new Map<string, Waiting>();
  const backing = new Map<string, () => void>();

  function activate(entry: Entry): void {
    const { priority, uid } = entry.pod;
    const level = active.get(priority) ?? new Map<string, Entry>();
    active.set(priority, level.set(uid, entry));
    onReady();
  }

  function remove(uid: string): void {
    waiting.get(uid)?.cancel();
    waiting.delete(uid);
    backing.get(uid)?.();
    backing.delete(uid);
    for (const [priority, level] of active) {
      level.delete(uid);
      if (level.size === 0) active.delete(priority);
    }
  }

  function backOff(entry: Entry, ms: number): void {
    const { uid } = entry.pod;
    if (ms <= 0) {
      activate(entry);
      return;
    }
    const cancel = clock.after(ms, () => {
      backing.delete(uid);
      activate(entry);
    });
    backing.set(uid, cancel);
  }

  const delayOf = ({ attempts }: Entry): number => backoffMs(attempts, BACKOFF.firstMs, BACKOFF.mostMs);

  function release(uid: string, { entry, since, cancel }: Waiting): void {
    cancel();
    waiting.delete(uid);
    backOff(entry, since + delayOf(entry) - clock.monotonic());
  }

  return {
    add(pod) {
      remove(pod.uid);
      activate({ pod, attempts: 0 });
    },
    remove,
    next() {
      if (active.size === 0) return undefined;
      const priority = Math.max(...active.keys());
      const level = active.get(priority);
      const entry = level?.values().next().value;
      if (!level || !entry) return undefined;
      level.delete(entry.pod.uid);
      if (level.size === 0) active.delete(priority);
      return entry;
    },
    refuse({ pod, attempts }, by) {
      const entry = { pod, attempts: attempts + 1 };
      const cancel = clock.after(LONGEST_MS, () => {
        waiting.delete(pod.uid);
        activate(entry);
      });
      waiting.set(pod.uid, { entry, by, since: clock.monotonic(), cancel });
    },
    again({ pod, attempts }) {
      const entry = { pod, attempts: attempts + 1 };
      backOff(entry, delayOf(entry));
    },
    clear() {
      for (const uid of [...waiting.keys(), ...backing.keys()]) remove(uid);
      active.clear();
    },
    wake(isHelped) {
      for (const [uid, one] of waiting) if (isHelped(one.entry.pod, one.by)) release(uid, one);
    },
  };
}
