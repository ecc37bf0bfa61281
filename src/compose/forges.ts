/** How the forges of deliveries are asked. */
import type { Clock } from '../base/clock.ts';
import { createExchange } from '../charts/web/exchange.ts';
import { createForges } from '../forge/delivered.ts';
import type { ForgeOf } from '../forge/forge.ts';
import type { KubeClient } from '../kube/client/client.ts';

/** A forge that takes longer than this is away. */
const TIMEOUT_MS = 15_000;

/** Whoever connected the delivery named the address, so that it may be one of an inner network. */
export const composeForges = (home: KubeClient, clock: Clock): ForgeOf =>
  createForges({ home, clock, ask: createExchange({ timeoutMs: TIMEOUT_MS }) });
