import { formatDuration } from '../../model/duration.ts';
import { duration } from '../../model/grammar.ts';
import type { Finding, Gate, GateFacts } from './gate.ts';
import { inSeconds } from './words.ts';

type Healthy = Finding &
  (
    | { readonly state: 'Passed' }
    | { readonly state: 'Blocked'; readonly cause: 'nothing deployed' | 'source stopped' }
    | { readonly state: 'Waiting'; readonly cause: 'other revision' | 'not healthy' }
    | {
        readonly state: 'Waiting';
        readonly cause: 'not for long enough';
        readonly wait: number;
        readonly left: number;
      }
  );

/** `healthy: 30s`: the source has been healthy on the revision for that long. The setting is in milliseconds. */
export const healthy: Gate<number, Healthy> = {
  name: 'healthy',
  ...duration,
  // Even where the file asks for no time a source must be healthy now: what is broken there is not worth shipping.
  settingFor: (subject, named = 0) => (subject === 'promotion' ? named : undefined),
  check,
  explain: (finding, facts) => ({ message: messageOf(finding, facts) }),
  isAsStrict: (next, before) => next >= before,
  describe: (wait) => (wait > 0 ? `healthy ${formatDuration(wait)}` : 'healthy'),
};

function check(wait: number, { status, revision, sourceStopped }: GateFacts, now: number): Healthy {
  const found = look(wait, status, revision, now);
  const isIdle = found.state === 'Waiting' && found.until === undefined;
  return isIdle && sourceStopped !== undefined ? { state: 'Blocked', cause: 'source stopped' } : found;
}

function look(wait: number, status: GateFacts['status'], revision: string, now: number): Healthy {
  if (!status?.deployedRevision) return { state: 'Blocked', cause: 'nothing deployed' };
  if (status.deployedRevision !== revision) return { state: 'Waiting', cause: 'other revision' };
  if (status.health !== 'Healthy' || status.sync !== 'Synced')
    return { state: 'Waiting', cause: 'not healthy' };
  const since = Date.parse(status.healthySince ?? '');
  if (wait === 0 || now - since >= wait) return { state: 'Passed' };
  const until = Number.isNaN(since) ? now + wait : since + wait;
  return { state: 'Waiting', cause: 'not for long enough', wait, left: until - now, until };
}

function messageOf(finding: Healthy, { source, status, revision, sourceStopped }: GateFacts): string {
  if (finding.state === 'Passed') return `${source} is healthy.`;
  if (finding.state === 'Blocked')
    return finding.cause === 'source stopped'
      ? `${source} is not healthy at ${revision.slice(0, 7)}, and will not be by itself: ${sourceStopped}`
      : `Nothing is deployed in ${source} yet.`;
  switch (finding.cause) {
    case 'other revision':
      return `${source} is on its way to ${revision.slice(0, 7)}.`;
    case 'not healthy': {
      const detail = status?.message ? `: ${status.message.split('\n')[0]}` : '';
      return `${source} is ${status?.health}, ${status?.sync}${detail}`;
    }
    case 'not for long enough':
      return `${source} must be healthy for ${inSeconds(finding.wait)}; ${inSeconds(finding.left)} to go.`;
  }
}
