import type { Result } from '../../base/errors.ts';
import type { HealthRule } from '../../model/deliveryfile.ts';
import type { Permission } from '../../model/permission.ts';
import type { Release, Terms } from '../../model/types.ts';
import { NOTHING_SEEN, type Seen } from '../cluster/judge.ts';
import type { Agreement } from '../cluster/observe.ts';
import type { WithSealed } from '../plan/sealed.ts';
import type { AppNotes } from '../source/notes.ts';
import type { Sourced } from '../source/source.ts';
import { type Pacing, UNPACED } from './pacing.ts';

/**
 * What the reconciler remembers of one environment between passes. All of it can be lost: it saves work (the last rendering),
 * paces retries, and keeps a person from hearing the same thing twice.
 */
export interface Memory {
  /** The pass under way, and the revision that was wanted when it began, so that a newer one can end it. */
  pass?: { readonly wanted: string; readonly abort: AbortController };
  /** The last revision that was let through: a rollout under way is not called back by a gate that closes again. */
  permitted?: { readonly target: string; readonly permission: Extract<Permission, { type: 'allowed' }> };
  /** What the pilotage.yaml of a revision says of the environment. */
  declared?: { readonly revision: string; readonly terms: Terms };
  /** What the pilotage.yaml of the revisions `key` say of the health of kinds. */
  health?: { readonly key: string; readonly rules: readonly HealthRule[] };
  /** The rendering of `key`; a failed one is kept as long as the pacing says. */
  source?: {
    readonly key: string;
    readonly revision: string;
    /** Where it is rendered to: folder, namespace and pin. */
    readonly place: string;
    readonly result: Result<Sourced>;
  };
  /** What the last complete apply wrote. */
  previous?: { readonly release: number; readonly objects: ReadonlyMap<string, WithSealed> };
  /** The release that is being rolled out. `since` is monotonic. */
  operation?: { readonly target: string; readonly since: number; release?: Release };
  /** What has failed, and when it is tried again. */
  pacing: Pacing;
  /** `refKey` → the intent that was proved to agree with one revision of the live object: the proof holds while both stay. */
  readonly agreements: Map<string, Agreement>;
  /** It was just created, and its first commit is about to be recorded. */
  isExpected?: boolean;
  /** `spec.syncRequestedAt` as last seen: a new one forgets all pacing. */
  requested?: string;
  /** The revision whose rendering and plan were announced. */
  announced?: string;
  /** What the charts of a first deployment say, once it is healthy. */
  notes?: readonly AppNotes[];
  /** The last progress that was published, and what has been waited for since the last rollout ended. */
  said?: string;
  readonly waits: Set<string>;
  /** What was ready and what was ill at the last look. */
  seen: Seen;
}

export const createMemory = (): Memory => ({
  agreements: new Map(),
  pacing: UNPACED,
  waits: new Set(),
  seen: NOTHING_SEEN,
});

/** A person asks for it now: pacing ends, and so does trust in what was rendered. */
export function forgetPacing(memory: Memory): void {
  memory.pacing = UNPACED;
  delete memory.source;
  delete memory.announced;
}
