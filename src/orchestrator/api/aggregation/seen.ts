import { backoffMs } from '../../../base/queue.ts';
import type { RemoteVersion } from '../wire/remoteversion.ts';
import type { Probe } from './probe.ts';

/** How soon a server is looked after again: one that answers, and one that does not, the longer the less often. */
const AGAIN_MS = 30_000;
const FAILED_MS = 1_000;

type Said = Pick<RemoteVersion, 'isFresh' | 'resources' | 'openApiUrl'>;

/** What servers have said of themselves, by the names of their APIServices. */
export interface Seen {
  of(name: string): Said;
  /** One that does not answer keeps what it said before. Returns how many milliseconds later it is to be asked again. */
  note(name: string, said: Omit<Probe, 'finding'>): number;
  forget(name: string): undefined;
}

export function createSeen(): Seen {
  const seen = new Map<string, { readonly said: Said; readonly failures: number }>();
  const of = (name: string) => seen.get(name) ?? { said: { isFresh: false, resources: [] }, failures: 0 };
  return {
    of: (name) => of(name).said,
    note(name, { resources, ...rest }) {
      const before = of(name);
      const failures = resources ? 0 : before.failures + 1;
      const said = resources ? { ...rest, resources, isFresh: true } : { ...before.said, isFresh: false };
      seen.set(name, { said, failures });
      return failures === 0 ? AGAIN_MS : backoffMs(failures, FAILED_MS, AGAIN_MS);
    },
    forget: (name) => void seen.delete(name),
  };
}
