import type { KubeObject } from '../kube/values/types.ts';
import { type Evidence, recordOf } from './evidence.ts';
import type { Verdict, VerdictState } from './verdict.ts';
import { conditionEvidence } from './verdicts.custom.conditions.ts';
import { fieldEvidence } from './verdicts.custom.fields.ts';
import type { Tone } from './words.ts';

/** What the API server says about a kind, if the caller knows it. */
export interface Served {
  /** Whether the kind has a status subresource. */
  readonly statusSubresource?: boolean;
}

/** Excludes the status of an object from the environment's health, for a kind whose controller writes none. */
export const HEALTH_ANNOTATION = 'pilotage.dev/health';

/** What people say of an object, which outranks its status: that its status is to be ignored, or that it is suspended. */
export const exemptionOf = (object: KubeObject): Verdict | undefined =>
  object.metadata.annotations?.[HEALTH_ANNOTATION] === 'ignore'
    ? { state: 'Healthy', reason: 'Ignored' }
    : suspension(object);

/**
 * The rule for any kind without one of its own. People rely on `Healthy`, so it requires a status that does not contradict it:
 * conditions (`Ready`, and types that end like it), words in `phase` and `state`, errors, counts of replicas, in the shapes that
 * operators actually write (kstatus of sigs.k8s.io/cli-utils, and the cases in Argo CD's `resource_customizations`).
 */
export function customVerdict(object: KubeObject, served: Served = {}): Verdict {
  const status = recordOf(object.status);
  if (status === undefined || Object.keys(status).length === 0) return withoutStatus(served);
  if (lags(status, object.metadata.generation)) {
    return { state: 'Progressing', reason: 'GenerationLag', message: 'not observed yet' };
  }
  const evidence = [...conditionEvidence(object, status), ...fieldEvidence(object, status)];
  // The object has conditions, and none of them says that it is ready.
  return evidence.length === 0 && status.conditions !== undefined ? NOT_SAID : weigh(evidence);
}

const NOT_SAID: Verdict = {
  state: 'Progressing',
  reason: 'NotReady',
  message: 'none of its conditions says that it is ready yet',
};

/** Most telling first. An object that lacks something is Progressing if it also reports progress, otherwise Degraded. */
function weigh(evidence: readonly Evidence[]): Verdict {
  for (const [tone, state] of WEIGHTS) {
    const found = evidence.find((one) => one.tone === tone);
    if (found) return verdictFrom(state, found);
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

const verdictFrom = (state: VerdictState, { reason, message }: Evidence): Verdict => ({
  state,
  ...(reason && state !== 'Healthy' ? { reason } : {}),
  ...(message ? { message } : {}),
});

/** Flags with which people suspend an object: `suspend` in CronJob and Flux, `paused` in Cluster API and Rollouts. */
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

/** The status describes an older spec; some controllers nest the number one level deeper. */
function lags(status: Readonly<Record<string, unknown>>, generation = 0): boolean {
  const parts = [status, ...Object.values(status)].map(recordOf).filter((part) => part !== undefined);
  return parts.some(({ observedGeneration }) => {
    const observed = typeof observedGeneration === 'string' ? Number(observedGeneration) : observedGeneration;
    return typeof observed === 'number' && observed < generation;
  });
}
