import { rfc3339 } from '../../base/clock.ts';
import { formatProblem, type Problem } from '../../base/errors.ts';
import type {
  DeliveryReport,
  EnvironmentReport,
  PreviewsReport,
  ReleaseReport,
  StatusReport,
  WhyReport,
} from '../../model/faces.ts';
import { notTold } from '../../model/notified.ts';
import { expiryOf } from '../../model/previews.ts';
import { type Suspension, suspensionText } from '../../model/suspension.ts';
import type { Delivery, Environment, PreviewRecord, PreviewTerms, Release } from '../../model/types.ts';
import { remedyOf } from '../plan/drift.ts';
import type { ConditionType } from './status.ts';
import { stopOf } from './stops.ts';

type SuspensionOf = (environment: Environment) => Suspension | undefined;

/**
 * The objects as the faces show them. Pure: a view, never a second truth. `failureOf` tells for which deliveries the objects are known
 * not to say what the branches say.
 */
export function statusReport(
  deliveries: readonly Delivery[],
  environments: readonly Environment[],
  failureOf: (delivery: string) => Problem | undefined = () => undefined,
  suspensionOf: SuspensionOf = nobody,
): StatusReport {
  const named = new Map(deliveries.map((delivery) => [delivery.metadata.name ?? '', delivery]));
  // Those of environments as well, whose objects go on when somebody deletes the Delivery alone.
  const names = new Set([...named.keys(), ...environments.map(({ spec }) => spec.delivery)]);
  return {
    deliveries: [...names].sort().map((name) => {
      const report = deliveryReport(name, named.get(name), environments, suspensionOf);
      const failure = failureOf(report.name);
      return failure ? unobserved(report, failure) : report;
    }),
  };
}

function deliveryReport(
  name: string,
  delivery: Delivery | undefined,
  environments: readonly Environment[],
  suspensionOf: SuspensionOf,
): DeliveryReport {
  const { repository } = delivery?.spec ?? {};
  return {
    name,
    source: repository?.type === 'remote' ? repository.url : repository ? 'hosted here' : 'gone',
    message: delivery ? (delivery.status?.message ?? '') : goneMessage(name),
    environments: inPromotionOrder(environments.filter(({ spec }) => spec.delivery === name)).map((one) =>
      environmentReport(one, suspensionOf),
    ),
    ...(delivery?.status?.previews ? { previews: previewsReport(delivery.status.previews) } : {}),
  };
}

const nobody: SuspensionOf = () => undefined;

const goneMessage = (name: string): string =>
  `the Delivery ${name} is gone, its environments are not: a push or \`pilotage connect ${name}\` brings it back, \`pilotage delete\` ends them`;

/** What is wanted now is not known: nothing may be called Synced, and nobody who waits for it is done. */
function unobserved(report: DeliveryReport, failure: Problem): DeliveryReport {
  const message = `its branches cannot be taken in, which is tried again by itself: ${formatProblem(failure)}`;
  return {
    ...report,
    message,
    environments: report.environments.map((one) => ({ ...one, sync: 'Unknown' as const, message })),
  };
}

/** Sources before what is promoted from them; otherwise by name. */
export function inPromotionOrder(environments: readonly Environment[]): readonly Environment[] {
  const byName = new Map(environments.map((environment) => [environment.spec.environment, environment]));
  const depth = (environment: Environment, seen: readonly string[] = []): number => {
    const from = environment.status?.promotionPolicy?.from;
    const source = from === undefined || seen.includes(from) ? undefined : byName.get(from);
    return source ? 1 + depth(source, [...seen, from ?? '']) : 0;
  };
  return [...environments].sort(
    (a, b) => depth(a) - depth(b) || (a.spec.environment < b.spec.environment ? -1 : 1),
  );
}

export function environmentReport(
  environment: Environment,
  suspensionOf: SuspensionOf = nobody,
): EnvironmentReport {
  const { metadata, spec, status } = environment;
  const stopped = stopOf(environment, suspensionOf(environment));
  const lost = notTold(environment);
  const answered = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return {
    delivery: spec.delivery,
    name: spec.environment,
    branch: spec.branch,
    namespace: spec.namespace,
    ...(spec.cluster ? { cluster: spec.cluster } : {}),
    wantedRevision: status?.wantedRevision ?? null,
    deployedRevision: status?.deployedRevision ?? null,
    ...(answered && status?.assessedRevision ? { assessedRevision: status.assessedRevision } : {}),
    sync: status?.sync ?? 'Unknown',
    phase: status?.phase ?? 'Idle',
    ...(status?.phaseSince ? { phaseSince: status.phaseSince } : {}),
    health: status?.health ?? 'Unknown',
    message: status?.message ?? '',
    ...(status?.release === undefined ? {} : { release: status.release }),
    urls: status?.urls ?? [],
    ...(spec.pin
      ? { pin: { revision: spec.pin.revision, reason: spec.pin.reason, since: spec.pin.since } }
      : {}),
    ...(spec.hold ? { hold: spec.hold } : {}),
    ...(stopped ? { stopped } : {}),
    ...(status?.waitsForGates ? { waitsForGates: status.waitsForGates } : {}),
    ...(status?.conditions?.some(({ reason }) => reason === 'HookFailed')
      ? { hookFailed: true as const }
      : {}),
    ...(status?.promotionPolicy ? { promotion: status.promotionPolicy } : {}),
    ...(lost ? { notTold: lost } : {}),
    ...proposalOf(status),
    ...(spec.preview ? { preview: previewReport(spec.preview) } : {}),
  };
}

const previewReport = (preview: PreviewTerms): NonNullable<EnvironmentReport['preview']> => ({
  expiresAt: rfc3339(expiryOf(preview)),
  ...(preview.host ? { host: preview.host } : {}),
  ...(preview.asleep ? { asleep: preview.asleep } : {}),
});

function previewsReport({ max = 0, message, queue }: PreviewRecord): PreviewsReport {
  return {
    max,
    ...(message ? { message } : {}),
    queue: queue.map(({ branch, since }) => ({ branch, since })),
  };
}

function proposalOf(status: Environment['status']): { proposal?: string } {
  const said = status?.conditions?.find(({ type, status: state }) => type === 'Proposed' && state === 'True');
  return said?.message ? { proposal: said.message } : {};
}

export function releaseReport(
  { spec, status, metadata }: Release,
  current: number | undefined,
): Omit<ReleaseReport, 'pushes'> {
  const startedAt = status?.startedAt ?? metadata.creationTimestamp;
  return {
    number: spec.number,
    revision: spec.revision,
    subject: spec.subject ?? '',
    author: spec.author ?? '',
    ...(spec.by ? { by: spec.by } : {}),
    cause: spec.cause,
    result: status?.result ?? 'Applying',
    message: status?.message ?? '',
    ...(startedAt ? { startedAt } : {}),
    ...(status?.finishedAt ? { finishedAt: status.finishedAt } : {}),
    current: spec.number === current,
    ...(status?.healed ? { healed: status.healed.map((one) => ({ ...one, remedy: remedyOf(one) })) } : {}),
  };
}

/** What stands between an environment and being Synced and Healthy at what its branch wants. */
export function reasonsOf(
  environment: Environment,
  releases: readonly Release[],
  suspensionOf: SuspensionOf = nobody,
): Omit<WhyReport, 'gates' | 'pushes'> {
  const { spec, status } = environment;
  const name = `${spec.delivery}/${spec.environment}`;
  const settled = status?.sync === 'Synced' && status.health === 'Healthy';
  const conditions = (status?.conditions ?? []).filter(
    ({ status: state, type }) => state === 'True' && BLOCKING.includes(type),
  );
  const reasons: Problem[] = conditions.map(({ type, reason, message }) => ({
    reason: reason ?? type,
    message: message ?? type,
  }));
  const suspension = suspensionOf(environment);
  if (suspension) {
    const [message = '', remedy] = suspensionText(suspension, environment).split('\n  → ');
    reasons.push({ reason: 'Suspended', message, ...(remedy ? { remedy } : {}) });
  }
  if (spec.pin) {
    const { revision, reason } = spec.pin;
    reasons.push({
      reason: 'Pinned',
      message: `It is held at ${revision.slice(0, 7)}${reason ? ` (${reason})` : ''}.`,
      remedy: `pilotage pin ${name} --off`,
    });
  }
  if (!settled && status?.message && !reasons.some(({ message }) => message === status.message)) {
    reasons.push({ reason: status.phase, message: status.message });
  }
  const last = releases[0];
  if (
    !settled &&
    last?.status?.result === 'Failed' &&
    last.status.message &&
    last.status.message !== status?.message
  ) {
    reasons.push({
      reason: 'ReleaseFailed',
      message: `Release ${last.spec.number} failed: ${last.status.message}`,
    });
  }
  return { environment: environmentReport(environment, suspensionOf), reasons };
}

/** Types of conditions that say what stands in the way. */
const BLOCKING: readonly string[] = ['Frozen', 'Held', 'Proposed'] satisfies readonly ConditionType[];
