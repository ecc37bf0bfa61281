import { createSecureContext, type Server } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { reread } from '../../base/reread.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import type { Presented } from './certificate.ts';

export interface KeeperOptions {
  /** What is to be presented now. @throws ProblemError */
  readonly read: () => Promise<Presented>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Gives a server its certificate, and another one whenever there is another; connections that are open go on. One that would let nobody in
 * is not taken: the one before stays. Resolves with how to end this; rejects with ProblemError where there is none to begin with.
 */
export async function keepCertificate(
  server: Pick<Server, 'setSecureContext' | 'addContext'>,
  { read, clock, logger }: KeeperOptions,
): Promise<() => void> {
  const first = await read();
  present(server, first);
  const { stop } = reread(first, {
    read,
    isSame: deepEqual,
    take(next) {
      present(server, next);
      logger.info({}, 'another certificate is presented from now on');
    },
    refused: (problem) => logger.warn({ problem }, 'the certificate stays as it was'),
    clock,
  });
  return stop;
}

function present(
  server: Pick<Server, 'setSecureContext' | 'addContext'>,
  { certificate, local }: Presented,
): void {
  server.setSecureContext(certificate);
  if (local) server.addContext('localhost', createSecureContext(local));
}
