import type { Environment } from '../../model/types.ts';
import type { Shown } from './decide.ts';

/** On an Environment: what its forge was told last, so that a restart tells it what is owed and nothing twice. */
export const SENT = 'pilotage.dev/forge-status';

/** What was sent, and when (wall time, ms). */
export interface Sent extends Shown {
  readonly at: number;
  /** `github.com/acme/shop`: another forge was told nothing yet. */
  readonly to: string;
}

/** Undefined where nothing was sent, or what stands there is not ours. */
export function sentOf({ metadata }: Environment): Sent | undefined {
  const text = metadata.annotations?.[SENT];
  if (text === undefined) return undefined;
  try {
    const found = JSON.parse(text);
    const isOurs = ['revision', 'state', 'description', 'to'].every(
      (key) => typeof found?.[key] === 'string',
    );
    return isOurs && typeof found.at === 'number' ? (found as Sent) : undefined;
  } catch {
    return undefined;
  }
}

export const isSame = (sent: Sent, shown: Shown): boolean =>
  sent.revision === shown.revision &&
  sent.state === shown.state &&
  sent.description === shown.description &&
  sent.deployment === shown.deployment &&
  sent.url === shown.url;
