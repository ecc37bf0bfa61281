import { createSecureContext, type Server } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { type Problem, problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import type { Presented } from './certificate.ts';

/** As often as kube-apiserver reads its own again (k8s.io/apiserver/pkg/server/dynamiccertificates, FileRefreshDuration). */
const LOOK_MS = 60_000;

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
  let presented = await read();
  present(server, presented);
  let told: string | undefined;
  const look = async (): Promise<void> => {
    const next = await read();
    told = undefined;
    if (deepEqual(next, presented)) return;
    present(server, next);
    presented = next;
    logger.info({}, 'another certificate is presented from now on');
  };
  const refused = (problem: Problem): void => {
    if (problem.message === told) return;
    told = problem.message;
    logger.warn({ problem }, 'the certificate stays as it was');
  };
  let isOver = false;
  let cancel = (): void => {};
  const again = (): void => {
    if (isOver) return;
    cancel = clock.after(LOOK_MS, () => {
      look()
        .catch((error: unknown) => refused(problemOf(error)))
        .finally(again);
    });
  };
  again();
  return () => {
    isOver = true;
    cancel();
  };
}

function present(
  server: Pick<Server, 'setSecureContext' | 'addContext'>,
  { certificate, local }: Presented,
): void {
  server.setSecureContext(certificate);
  if (local) server.addContext('localhost', createSecureContext(local));
}
