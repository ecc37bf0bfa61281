import type { AttemptState } from '../runtime.ts';
import type { InspectedContainer } from './engine/types.ts';
import type { AttemptRecord } from './records.ts';

export interface Observed {
  /** undefined: the engine does not know the container. */
  readonly container: Pick<InspectedContainer, 'State'> | undefined;
  readonly record: Pick<AttemptRecord, 'startedAt' | 'bootId' | 'isPlanned'>;
  readonly bootId: string;
}

/** undefined: it was never started, so there is no attempt. Pure. */
export function attemptState({ container, record, bootId }: Observed): AttemptState | undefined {
  // It did not end by itself: it went down with the machine, or with the node.
  const planned = record.isPlanned || record.bootId !== bootId ? { planned: true } : {};
  switch (container?.State.Status) {
    case 'running':
    case 'paused':
    case 'restarting':
    case 'stopping':
      return { type: 'running' };
    case 'exited':
    case 'stopped':
    case 'dead':
      return { type: 'exited', ...endOf(container.State, record), ...planned };
    default:
      return record.startedAt === undefined
        ? undefined
        : { type: 'lost', finishedAt: record.startedAt, ...planned };
  }
}

function endOf(
  { ExitCode, FinishedAt, OOMKilled }: InspectedContainer['State'],
  record: Observed['record'],
): Omit<Extract<AttemptState, { type: 'exited' }>, 'type'> {
  const finishedAt = Date.parse(FinishedAt);
  return {
    exitCode: ExitCode,
    // Podman rounds: what ends at once would have ended before it started.
    finishedAt: Math.max(finishedAt > 0 ? finishedAt : 0, record.startedAt ?? 0),
    ...(OOMKilled ? { isOutOfMemory: true } : {}),
  };
}
