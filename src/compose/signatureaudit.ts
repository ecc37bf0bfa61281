/** What waits for its signatures, as a line of the audit log for each revision and environment. */
import { randomUUID } from 'node:crypto';
import { type AuditSink, DELIVERY, ENVIRONMENT, FACE } from '../audit/event.ts';
import { clipped } from '../audit/origin.ts';
import { type Clock, rfc3339Micro } from '../base/clock.ts';
import { formatProblem } from '../base/errors.ts';
import { createMemo } from '../base/memo.ts';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE } from '../model/types.ts';
import type { TellUnsigned } from '../promotion/permit/signed.ts';

const REMEMBERED = 10_000;
const MOST_MESSAGE = 1024;

/**
 * Nobody asks for it by a request: a repository elsewhere has it, and Pilotage does not take it. It is asked again and again while the revision
 * waits; what the status says already has been recorded, by this process or by the one before.
 */
export function unsignedRecorder(sink: AuditSink, clock: Clock): TellUnsigned {
  const recorded = createMemo<true>(REMEMBERED);
  return ({ metadata, spec, status }, revision, problem) => {
    if (problem.reason !== 'Unsigned') return;
    const key = `${metadata.uid ?? metadata.name} ${revision}`;
    if (recorded.get(key)) return;
    recorded.set(key, true);
    if (status?.assessedRevision === revision && status.waitsForGates === formatProblem(problem)) return;
    const name = metadata.name ?? '';
    const { group, version, plural: resource } = ENVIRONMENTS;
    const at = rfc3339Micro(clock.now());
    sink.write({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: randomUUID(),
      stage: 'ResponseComplete',
      requestURI: `/apis/${group}/${version}/namespaces/${PILOTAGE_NAMESPACE}/${resource}/${name}`,
      verb: 'deploy',
      user: { username: 'system:pilotage:sync' },
      objectRef: { apiGroup: group, apiVersion: version, resource, namespace: PILOTAGE_NAMESPACE, name },
      responseStatus: {
        metadata: {},
        status: 'Failure',
        message: clipped(problem.message, MOST_MESSAGE),
        reason: problem.reason,
        code: 403,
      },
      requestReceivedTimestamp: at,
      stageTimestamp: at,
      annotations: {
        [DELIVERY]: spec.delivery,
        [ENVIRONMENT]: spec.environment,
        'pilotage.dev/to': revision,
        [FACE]: 'sync',
      },
    });
  };
}
