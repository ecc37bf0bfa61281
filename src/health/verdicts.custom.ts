import type { KubeObject } from '../kube/values/types.ts';
import { type Evidence, recordOf } from './evidence.ts';
import type { Verdict, VerdictState } from './verdict.ts';
import { conditionEvidence } from './verdicts.custom.conditions.ts';
import { fieldEvidence } from './verdicts.custom.fields.ts';
import type { Tone } from './words.ts';

/** What the API server says of a kind, where the caller knows it. */
export interface Served {
  /** Whether the kind has a status that a controller writes apart from the spec. */
  readonly statusSubresource?: boolean;
}

/** Leaves an object's own status out of the environment's health: for a kind whose controller writes none. */
export const HEALTH_ANNOTATION = 'pilotage.dev/health';

/**
 * Any kind without a rule of its own. `Healthy` is a claim that somebody relies on, so it needs a status that does not say otherwise:
 * conditions (`Ready`, and types that end like it), words in `phase` and `state`, errors, counts of replicas; the shapes are those that
 * operators really write (kstatus of sigs.k8s.io/cli-utils, and the cases of Argo CD's `resource_customizations`).
 */
export function customVerdict(object: KubeObject, served: Served = {}): Verdict {
  if (object.metadata.annotations?.[HEALTH_ANNOTATION] === 'ignore')
    return { state: 'Healthy', reason: 'Ignored' };
  const held = suspension(object);
  if (held) return held;
  const status = recordOf(object.status);
  if (status === undefined || Object.keys(status).length === 0) return withoutStatus(served);
  if (lags(status, object.metadata.generation)) {
    return { state: 'Progressing', reason: 'GenerationLag', message: 'not observed yet' };
  }
  const evidence = [...conditionEvidence(object, status), ...fieldEvidence(object, status)];
  // Its kind has conditions, and none of them says that it is well.
  return evidence.length === 0 && status.conditions !== undefined ? NOT_SAID : weigh(evidence);
}

const NOT_SAID: Verdict = {
  state: 'Progressing',
  reason: 'NotReady',
  message: 'none of its conditions says that it is ready yet',
};

/** Most telling first. Something that lacks and says that it is being worked on is under way; otherwise it is ill. */
function weigh(evidence: readonly Evidence[]): Verdict {
  for (const [tone, state] of WEIGHTS) {
    const found = evidence.find((one) => one.tone === tone);
    if (found) return told(state, found);
  }
  return { state: 'Healthy' };
}

const WEIGHTS: readonly (readonly [Tone, VerdictState])[] = [
  ['bad', 'Degraded'],
  ['suspended', 'Suspended'],
  ['unknown', 'Unknown'],
  ['busy', 'Progressing'],
  ['lacking', 'Degraded'],
  ['good', 'Healthy'],
];

const told = (state: VerdictState, { reason, message }: Evidence): Verdict => ({
  state,
  ...(reason && state !== 'Healthy' ? { reason } : {}),
  ...(message ? { message } : {}),
});

/** Flags by which people hold an object: CronJob and Flux say `suspend`, Cluster API and Rollouts `paused`. */
function suspension({ spec }: KubeObject): Verdict | undefined {
  const flags = recordOf(spec);
  const flag = ['suspend', 'suspended', 'paused', 'pause'].find((name) => flags?.[name] === true);
  return flag === undefined
    ? undefined
    : { state: 'Suspended', reason: 'Suspended', message: `spec.${flag} is true` };
}

const withoutStatus = ({ statusSubresource }: Served): Verdict =>
  statusSubresource
    ? {
        state: 'Progressing',
        reason: 'NoStatus',
        message: `its controller has not written a status yet; if it never does, annotate the object: ${HEALTH_ANNOTATION}: ignore`,
      }
    : { state: 'Healthy' };

/** The status speaks of an older spec; some controllers nest the figure one level down. */
function lags(status: Readonly<Record<string, unknown>>, generation = 0): boolean {
  const parts = [status, ...Object.values(status)].map(recordOf).filter((part) => part !== undefined);
  return parts.some(({ observedGeneration }) => {
    const observed = typeof observedGeneration === 'string' ? Number(observedGeneration) : observedGeneration;
    return typeof observed === 'number' && observed < generation;
  });
}
