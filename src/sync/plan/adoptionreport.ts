import { formatPlace } from '../../base/place.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import type { AdoptionObject, AdoptionReport } from '../../model/faces.ts';
import { diffLine, restarts } from './describe.ts';
import { formatTool } from './othertools.ts';
import { howToForget, howToStop, type Reconciler } from './reconcilers.ts';
import { refKey } from './refkey.ts';
import type { Plan, Step } from './types.ts';

/** What an environment would take over and from whom, object by object. Nothing is changed by asking. */
export function adoptionReport(
  name: string,
  namespace: string,
  { steps }: Plan,
  reconcilers: readonly Reconciler[],
): AdoptionReport {
  const delivered = new Set(steps.flatMap(({ ref }) => [refKey(ref), refKey({ ...ref, namespace })]));
  return {
    environment: name,
    namespace,
    objects: steps.flatMap(adoptionObject),
    creates: steps.filter(({ action }) => action === 'create').map(({ ref }) => ref),
    tools: reconcilers.map(({ mark, activity, has }) => ({
      name: formatTool(mark),
      tool: mark.tool,
      activity,
      ...(activity === 'suspended' ? {} : { stop: howToStop(mark) }),
      forget: howToForget(mark),
      left: has.filter((key) => !delivered.has(key)),
    })),
  };
}

function adoptionObject(step: Step): readonly AdoptionObject[] {
  const { ref, origin } = step;
  const place = origin ? { origin: formatPlace(origin) } : {};
  if (step.action === 'conflict' || step.action === 'invalid')
    return [
      {
        object: ref,
        ...place,
        state: 'refused',
        reason: step.reason,
        managers: [],
        diff: [],
        restarts: false,
      },
    ];
  if (step.action !== 'adopt') return [];
  return [
    {
      object: ref,
      ...place,
      state: step.diff.length === 0 ? 'matches' : 'differs',
      reason: step.reason,
      managers: managersOf(step.live),
      diff: step.diff.map(diffLine),
      restarts: restarts(step),
    },
  ];
}

const managersOf = ({ metadata }: KubeObject): readonly string[] => [
  ...new Set((metadata.managedFields ?? []).filter((one) => !one.subresource).map(({ manager }) => manager)),
];
