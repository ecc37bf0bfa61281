import { type Clock, sleep } from './clock.ts';
import { problemOf } from './errors.ts';
import type { Logger } from './log.ts';
import { readState, writeState } from './statefile.ts';

/** A piece of work is given up after so many deaths of the process with it in hand. */
export const MAX_DEATHS = 3;

/** Whatever kills does it soon; one that takes long does not hold up the others. */
const ALONE_MS = 2_000;

interface Entry {
  readonly revision: string;
  /** Deaths of the process while it worked on this revision, in a row. */
  readonly deaths: number;
  readonly inHand: boolean;
}

/** Remembers over the death of the process what it had in hand, so that one piece of work cannot keep it down for ever. */
export interface CrashGuard {
  /**
   * Runs `work`, with a durable mark that it is in hand. Once it has returned for this revision, running it again costs nothing.
   * A process that is asked to end lets its work return; one that is killed, whatever kills it, counts as dead.
   */
  during<T>(key: string, revision: string, work: () => Promise<T>): Promise<T>;
  /** How often the process died of it, where that is too often; undefined otherwise. */
  givenUp(key: string, revision: string): number | undefined;
  /** A person wants it tried again. */
  forgive(key: string): void;
}

export async function openCrashGuard(path: string, clock: Clock, logger: Logger): Promise<CrashGuard> {
  const entries = new Map<string, Entry>(
    Object.entries((await readState<Record<string, Entry>>(path).catch(() => undefined)) ?? {}),
  );
  for (const [key, entry] of entries) {
    if (entry.inHand) entries.set(key, { ...entry, deaths: entry.deaths + 1, inHand: false });
  }
  /** Revisions whose work has returned in this process. */
  const survived = new Map<string, string>();
  let saving: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  /** Marks that come while one is written share the next write. */
  function save(): Promise<void> {
    next ??= (saving ?? Promise.resolve()).then(() => {
      next = undefined;
      saving = write();
      return saving;
    });
    return next;
  }

  async function write(): Promise<void> {
    try {
      await writeState(path, Object.fromEntries(entries));
    } catch (error) {
      // On a full disk work goes on without a mark.
      logger.warn({ path, error: problemOf(error).message }, 'what is in hand cannot be noted');
    }
  }

  function put(key: string, entry: Entry | undefined): Promise<void> {
    if (entry) entries.set(key, entry);
    else entries.delete(key);
    return save();
  }

  const deathsOf = (key: string, revision: string): number => {
    const known = entries.get(key);
    return known?.revision === revision ? known.deaths : 0;
  };

  /** Of several that were in hand when the process died, only one did it: begun one after the other, they tell which. */
  let suspects: Promise<unknown> = Promise.resolve();

  async function marked<T>(key: string, revision: string, work: () => Promise<T>): Promise<T> {
    const deaths = deathsOf(key, revision);
    await put(key, { revision, deaths, inHand: true });
    try {
      const done = await work();
      survived.set(key, revision);
      void put(key, undefined);
      return done;
    } catch (error) {
      void put(key, deaths > 0 ? { revision, deaths, inHand: false } : undefined);
      throw error;
    }
  }

  return {
    during(key, revision, work) {
      if (survived.get(key) === revision) return work();
      if (deathsOf(key, revision) === 0) return marked(key, revision, work);
      const turn = suspects.then(() => marked(key, revision, work));
      suspects = Promise.race([turn.catch(() => undefined), suspects.then(() => sleep(clock, ALONE_MS))]);
      return turn;
    },
    givenUp(key, revision) {
      const deaths = deathsOf(key, revision);
      return deaths >= MAX_DEATHS ? deaths : undefined;
    },
    forgive(key) {
      if (entries.has(key)) void put(key, undefined);
    },
  };
}

/** Remembers nothing: for work whose process is not ours to lose. */
export const noCrashGuard: CrashGuard = {
  during: (_key, _revision, work) => work(),
  givenUp: () => undefined,
  forgive() {},
};
