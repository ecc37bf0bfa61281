import { connect } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { ProbeResult } from './probes.ts';

/** A success as soon as a connection is established; it is closed at once. */
export function probeTcp(probe: {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}): Promise<ProbeResult> {
  const { host, port, timeoutMs, clock } = probe;
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (result: ProbeResult) => {
      cancel();
      socket.destroy();
      resolve(result);
    };
    const cancel = clock.after(timeoutMs, () =>
      settle({ type: 'failure', message: `dial tcp ${host}:${port}: no answer within ${timeoutMs / 1000}s` }),
    );
    socket.once('connect', () => settle({ type: 'success', message: '' }));
    socket.once('error', (error) =>
      settle({ type: 'failure', message: `dial tcp ${host}:${port}: ${error.message}` }),
    );
  });
}
