import type { Environment } from '../../model/types.ts';
import type { Deployment, StatusState } from '../forge.ts';

/** What a forge is to show of an environment, at the commit that it is to reach. */
export interface Shown {
  readonly revision: string;
  readonly state: StatusState;
  readonly description: string;
  /** Absent while nothing of it is deployed: it waits for gates or a person. */
  readonly deployment?: Deployment['state'];
  /** Where it answers, for others than this machine. */
  readonly url?: string;
}

/**
 * Pure. Undefined: it has no commit yet. Descriptions do not count seconds or objects: each other one is a request. Of a message the first line alone
 * is shown, because the lines below it may be what a program logged, and whoever reads a repository reads this.
 */
export function shownOf({ spec, status }: Environment): Shown | undefined {
  const revision = status?.wantedRevision;
  if (status === undefined || revision === undefined) return undefined;
  const { phase, message = '', waitsForGates, deployedRevision, health, sync, conditions = [] } = status;
  const stopped = conditions.find(
    ({ type, status }) => (type === 'Frozen' || type === 'Held') && status === 'True',
  );
  const url = status.urls?.find(isPublic);
  const at = { revision, ...(url ? { url } : {}) };
  const shown = (state: StatusState, description: string, deployment?: Deployment['state']): Shown => ({
    ...at,
    state,
    description,
    ...(deployment ? { deployment } : {}),
  });
  if (phase === 'Failed' || stopped?.type === 'Frozen' || phase === 'Frozen')
    return shown('failure', firstLine(stopped?.message || message) || 'Not deployed.', 'failure');
  if (spec.suspended) return shown('pending', 'Suspended: nothing is deployed.');
  if (spec.pin && deployedRevision !== revision)
    return shown('pending', `Pinned to ${spec.pin.revision.slice(0, 7)}.`);
  if (waitsForGates) return shown('pending', 'Waits for the gates of its promotion.');
  if (stopped) return shown('pending', firstLine(stopped.message ?? '') || 'Waits for a person.');
  if (deployedRevision !== revision) return shown('pending', 'Being deployed.', 'running');
  if (health === 'Degraded')
    return shown('failure', `Deployed, and degraded: ${firstLine(message)}`, 'failure');
  if (health === 'Healthy' && sync === 'Synced') return shown('success', 'Deployed and healthy.', 'success');
  return shown('pending', 'Deployed, not healthy yet.', 'running');
}

const firstLine = (text: string): string => text.split('\n', 1)[0]?.trim() ?? '';

/** An address of this machine leads whoever reads it at the forge to theirs. */
function isPublic(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const isLocal = /^(localhost|127\.|\[::1\]|0\.0\.0\.0)|\.localhost$/.test(hostname);
  return (protocol === 'https:' || protocol === 'http:') && !isLocal;
}
