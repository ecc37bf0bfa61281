import { createHash } from 'node:crypto';
import { rfc3339 } from '../../base/clock.ts';
import { ProblemError } from '../../base/errors.ts';
import { formatRef } from '../../kube/values/types.ts';
import type { Environment } from '../../model/types.ts';
import { counted } from './describe.ts';
import { refKey } from './refkey.ts';
import type { Plan, Step } from './types.ts';

/** A person's word for what a plan would delete, as it was shown: `plan` is its digest. */
export interface ConfirmRequest {
  /** Absent: asks what there is to confirm. */
  readonly plan?: string;
  readonly by: string;
}

type Deletion = Extract<Step, { action: 'confirm' | 'prune' | 'recreate' }>;

/** What of a plan waits for a person's word: objects that say so, and all that is pruned or made again where that is refused without one. */
export function confirmable({ steps, blocked }: Plan): readonly Deletion[] {
  const refused = new Set(blocked.map(({ reason }) => reason));
  return steps.filter(
    (step): step is Deletion =>
      step.action === 'confirm' ||
      (step.action === 'prune' && !step.isHook && refused.has('PruneNotConfirmed')) ||
      (step.action === 'recreate' && refused.has('RecreateNotConfirmed')),
  );
}

/** Of exactly these deletions by this revision: another object, also one of the same name, gives another digest. 64 bits, of UIDs that the server draws. */
export function confirmDigest(revision: string, deletions: readonly Deletion[]): string {
  const named = deletions.map((step) => [step.action, refKey(step.ref), step.live.metadata.uid ?? '']);
  const text = JSON.stringify([revision, named.map((one) => one.join(' ')).sort()]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * What is recorded of a person's word. @throws ProblemError where nothing waits for one, and where what waits is not what was shown
 */
export function confirmationOf(
  plan: Plan,
  { revision, name }: { readonly revision: string; readonly name: string },
  { plan: shown, by }: ConfirmRequest,
  now: number,
): NonNullable<Environment['spec']['confirmed']> {
  const deletions = confirmable(plan);
  if (deletions.length === 0) {
    throw new ProblemError({
      reason: 'NothingToConfirm',
      message: `Nothing that ${name} would delete waits for a person's word.`,
      remedy: `pilotage diff ${name} shows its plan.`,
    });
  }
  const digest = confirmDigest(revision, deletions);
  if (shown !== digest) {
    const changed = shown === undefined ? '' : `${shown} is not what would be deleted now. `;
    throw new ProblemError({
      reason: shown === undefined ? 'WhichPlan' : 'PlanChanged',
      message: `${changed}${name} at ${revision.slice(0, 7)} would delete ${counted(deletions.length, 'object')}:`,
      details: deletions.map(
        (step) => formatRef(step.ref) + (step.action === 'recreate' ? ', and make it again' : ''),
      ),
      remedy: `If that is meant: pilotage confirm ${name} ${digest}`,
    });
  }
  const objects = deletions.flatMap(({ live }) => live.metadata.uid ?? []);
  return { revision, plan: digest, objects, by, at: rfc3339(now) };
}
