import type { Environment } from '../../model/types.ts';
import type { Deployment, StatusState } from '../forge.ts';

/** What a forge is to show of an environment, at the commit that it is to reach. */
export interface Shown {
  readonly revision: string;
  readonly state: StatusState;
  readonly description: string;
  /** Absent while nothing of it is deployed: it waits for gates or a person. */
  readonly deployment?: Deployment['state'];
  /** Where people elsewhere open the face. */
  readonly url?: string;
}

/**
 * Pure. Undefined: it has no commit yet. Whoever reads the repository reads this, and that may be everybody: it has our own words for states, and
 * nothing that a cluster, a program or a person said (messages, addresses, reasons). It counts no seconds or objects either: each other text is a request.
 */
export function shownOf({ spec, status }: Environment, face: string | undefined): Shown | undefined {
  const revision = status?.wantedRevision;
  if (status === undefined || revision === undefined) return undefined;
  const { phase, waitsForGates, deployedRevision, health, sync, conditions = [] } = status;
  const stopped = conditions.find(
    ({ type, status }) => (type === 'Frozen' || type === 'Held') && status === 'True',
  );
  const at = { revision, ...(face ? { url: face } : {}) };
  const why = `See: pilotage why ${spec.delivery}/${spec.environment}`;
  const shown = (state: StatusState, description: string, deployment?: Deployment['state']): Shown => ({
    ...at,
    state,
    description,
    ...(deployment ? { deployment } : {}),
  });
  if (stopped?.type === 'Frozen' || phase === 'Frozen') return shown('failure', `Frozen. ${why}`, 'failure');
  if (phase === 'Failed') return shown('failure', `Failed. ${why}`, 'failure');
  if (spec.suspended || phase === 'Suspended') return shown('pending', 'Suspended: nothing is deployed.');
  if (spec.pin && deployedRevision !== revision)
    return shown('pending', `Pinned to ${spec.pin.revision.slice(0, 7)}.`);
  if (waitsForGates) return shown('pending', 'Waits for the gates of its promotion.');
  if (stopped) return shown('pending', `Waits for a person. ${why}`);
  if (deployedRevision !== revision) return shown('pending', 'Being deployed.', 'running');
  if (health === 'Degraded') return shown('failure', `Deployed, and degraded. ${why}`, 'failure');
  if (health === 'Healthy' && sync === 'Synced') return shown('success', 'Deployed and healthy.', 'success');
  return shown('pending', 'Deployed, not healthy yet.', 'running');
}
