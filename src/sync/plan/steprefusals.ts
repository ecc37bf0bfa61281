import type { Problem } from '../../base/errors.ts';
import { formatRef, type ObjectRef } from '../../kube/values/types.ts';
import type { Action, Step } from './types.ts';

type Remedy = (ref: ObjectRef, environment: string) => string;
const REFUSALS: Partial<Record<Action, readonly [reason: string, remedy: Remedy]>> = {
  adopt: [
    'AdoptionNeeded',
    (ref, environment) =>
      `Give yours another name, or, once pilotage adopt ${environment} has shown what that changes, let it be taken over:\n    pilotage adopt ${environment} ${ref.kind}/${ref.name}`,
  ],
  conflict: [
    'FieldConflict',
    () => 'Let one of the two give the field up: remove it from git, or from the other manager.',
  ],
  invalid: ['Rejected', () => 'Correct the object in git.'],
};

/** Why no step of a plan may be taken: each step that a person, or git, has to resolve first. */
export function stepRefusals(steps: readonly Step[], environment: string): readonly Problem[] {
  return steps.flatMap((step) => {
    const [reason, remedy] = REFUSALS[step.action] ?? [];
    if (reason === undefined || !('reason' in step)) return [];
    return {
      reason,
      message: `${formatRef(step.ref)}: ${step.reason}`,
      ...(step.origin ? { place: step.origin } : {}),
      ...(remedy ? { remedy: remedy(step.ref, environment) } : {}),
    };
  });
}
