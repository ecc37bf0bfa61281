import type { Environment } from './types.ts';

/** On an Environment: what was told of it, and what is owed (`notify/decide/told.ts`). */
export const TOLD = 'pilotage.dev/notified';

/** What was not told after a day of trying, or to a channel that is not there. */
export interface Lost {
  readonly to: string;
  readonly count: number;
  /** Wall time, ms. */
  readonly at: number;
  readonly why: string;
}

/** `2 notifications were not sent: channel chat: …`; undefined where none was lost. */
export function notTold({ metadata }: Pick<Environment, 'metadata'>): string | undefined {
  const text = metadata.annotations?.[TOLD];
  if (text === undefined || !text.includes('"lost"')) return undefined;
  try {
    const lost: Partial<Lost> | undefined = JSON.parse(text).lost;
    if (typeof lost?.count !== 'number' || typeof lost.why !== 'string') return undefined;
    return `${lost.count === 1 ? '1 notification was' : `${lost.count} notifications were`} not sent: ${lost.why}`;
  } catch {
    return undefined;
  }
}
