import { X509Certificate } from 'node:crypto';
import { type Clock, sleep } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { backoffMs } from '../../../base/queue.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import { type NodeCredentials, obtainCertificate } from './certificate.ts';

export interface RenewalOptions {
  /** Authenticated as the node, with whatever certificate it has now. */
  readonly client: KubeClient;
  readonly nodeName: string;
  /** PEM. */
  readonly cert: string;
  /** Keeps the new ones, which count from now on. */
  readonly onRenewed: (credentials: NodeCredentials) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
}

const RETRY = { baseMs: 5_000, maxMs: 10 * 60_000 };
/** A timer reaches no further; the clock may be set meanwhile, too. */
const LOOK_AGAIN_MS = 60 * 60_000;

/** Renews the certificate of the node before it ends, again and again, until the signal. Never rejects. */
export async function keepRenewed(options: RenewalOptions, signal: AbortSignal): Promise<void> {
  const { client, nodeName, clock, logger, onRenewed, random } = options;
  let at = renewalAt(options.cert, random());
  for (let failures = 0; !signal.aborted; ) {
    const wait = failures > 0 ? backoffMs(failures, RETRY.baseMs, RETRY.maxMs) : at - clock.now();
    await sleep(clock, Math.min(Math.max(wait, 0), LOOK_AGAIN_MS), signal).catch(() => undefined);
    if (signal.aborted || clock.now() < at) continue;
    try {
      const credentials = await obtainCertificate({ client, nodeName, clock, signal });
      await onRenewed(credentials);
      at = renewalAt(credentials.cert, random());
      failures = 0;
      logger.info(
        { until: new X509Certificate(credentials.cert).validTo },
        'renewed the certificate of the node',
      );
    } catch (error) {
      failures++;
      if (!signal.aborted)
        logger.warn({ error: problemOf(error).message }, 'the certificate of the node cannot be renewed yet');
    }
  }
}

/** When a certificate is renewed, ms since the epoch: between 70 and 90 % of its time (kubelet, `certificate_manager.go` jitteryDuration). */
function renewalAt(pem: string, random: number): number {
  const { validFrom, validTo } = new X509Certificate(pem);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return from + (to - from) * (0.7 + 0.2 * random);
}
