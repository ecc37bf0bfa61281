import { type ForwardOptions, reached } from '../forward.ts';
import type { Backend } from '../route.ts';
import type { RelayedClient } from './agentend.ts';

export interface ConnectOptions extends ForwardOptions {
  /** Whether the relay reaches it itself. */
  readonly isBesideRelay: (backend: Backend) => boolean;
  /** Whether a client in a container may get there. */
  readonly mayReach: (backend: Backend) => boolean;
}

/** `forward` for a client of the relay: connects it to the first of `backends` that accepts. Never rejects. */
export async function connectRelayed(
  client: RelayedClient,
  backends: readonly Backend[],
  options: ConnectOptions,
): Promise<void> {
  for (const backend of backends) {
    if (!options.mayReach(backend) || !options.isAnswered(backend)) continue;
    const ended = options.attempt(backend);
    if (!backend.elsewhere && options.isBesideRelay(backend)) {
      const isDialed = await client.dial(backend);
      ended();
      if (isDialed) return;
      continue;
    }
    const upstream = await reached(backend, options);
    ended();
    if (upstream) return client.carry(upstream);
  }
  client.refuse();
}
