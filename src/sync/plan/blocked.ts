import type { Problem } from '../../base/errors.ts';
import { formatRef, type ObjectRef } from '../../kube/values/types.ts';
import type { Action, Step } from './types.ts';

type Remedy = (ref: ObjectRef, environment: string) => string;
const REFUSALS: Partial<Record<Action, readonly [reason: string, remedy: Remedy]>> = {
  adopt: [
    'AdoptionNeeded',
    (ref, environment) =>
      `Give yours another name, or let it be taken over:\n    pilotage adopt ${environment} ${ref.kind}/${ref.name}`,
  ],
  conflict: [
    'FieldConflict',
    () => 'Let one of the two give the field up: remove it from git, or from the other manager.',
  ],
  invalid: ['Rejected', () => 'Correct the object in git.'],
};

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

interface PruneFacts {
  readonly desired: readonly unknown[];
  readonly inventory: readonly unknown[];
  readonly confirmedPrune: boolean;
  readonly environment: string;
}

/** Losing most of an environment is more often an accident than a wish (argo-cd #9227, #18480): a person confirms it. */
export function pruneRefusal(steps: readonly Step[], input: PruneFacts): readonly Problem[] {
  const pruned = steps.filter((step) => step.action === 'prune');
  if (pruned.length === 0) return [];
  if (input.desired.length === 0) {
    return [
      {
        reason: 'EmptyRender',
        message: `nothing is rendered, so nothing is pruned; ${input.inventory.length} objects stay as they are`,
        remedy: `Bring the manifests back, or: pilotage delete ${input.environment} --prune`,
      },
    ];
  }
  if (pruned.length * 2 <= input.inventory.length || input.confirmedPrune) return [];
  return [
    {
      reason: 'PruneNotConfirmed',
      message: `${pruned.length} of ${input.inventory.length} objects would be pruned, more than half`,
      remedy: `If that is meant: pilotage sync ${input.environment} --confirm-prune`,
      details: pruned.map(({ ref }) => formatRef(ref)),
    },
  ];
}
