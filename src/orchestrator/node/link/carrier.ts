import type { Socket } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Multiplexer } from '../../link/multiplexer.ts';
import { carryPath } from '../../link/path.ts';
import type { DialRequest } from '../../link/requests.ts';
import { carriedSocket } from './carriedsocket.ts';
import { keepLinked, type LinkTarget } from './client.ts';

export interface CarrierOptions {
  readonly target: LinkTarget;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface CarriedConnection extends DialRequest {
  readonly timeoutMs: number;
  readonly allowHalfOpen: boolean;
}

/** Connections to pods of other nodes, by way of the API server. */
export interface Carrier {
  /** undefined: the pod does not take it, its node is not linked, or there is no way there in time. Never rejects. */
  connect(to: CarriedConnection): Promise<Socket | undefined>;
  /** Ends every connection. */
  stop(): Promise<void>;
}

/** Dials the API server at the first connection that is wanted: a cluster of one node needs none of it. */
export function createCarrier({ target, nodeName, clock, logger }: CarrierOptions): Carrier {
  const stopping = new AbortController();
  let end: Pick<Multiplexer, 'open'> | undefined;
  let waiting: (() => void)[] = [];
  let linked: Promise<void> | undefined;

  function start(): void {
    linked ??= keepLinked(
      {
        target,
        nodeName,
        path: carryPath(nodeName),
        onLink(now) {
          end = now;
          if (now) for (const wake of waiting.splice(0)) wake();
        },
        clock,
        logger,
      },
      stopping.signal,
    );
  }

  async function linkedIn(ms: number): Promise<typeof end> {
    start();
    if (end || stopping.signal.aborted) return end;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(ms, wake);
      function wake(): void {
        cancel();
        waiting = waiting.filter((one) => one !== wake);
        resolve();
      }
      waiting.push(wake);
    });
    return end;
  }

  return {
    async connect({ timeoutMs, allowHalfOpen, ...request }) {
      const late = new AbortController();
      const cancel = clock.after(timeoutMs, () => late.abort(new Error('it takes too long')));
      try {
        const link = await linkedIn(timeoutMs);
        const stream = await link?.open({ type: 'dial', ...request }, late.signal);
        return stream && carriedSocket(stream, allowHalfOpen);
      } catch (error) {
        logger.debug(
          { ...request, error: String(error) },
          'a pod of another node does not take a connection',
        );
        return undefined;
      } finally {
        cancel();
      }
    },
    async stop() {
      stopping.abort(new Error('the agent stops'));
      await linked;
    },
  };
}
