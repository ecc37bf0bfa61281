import { createServer } from 'node:net';
import { errnoOf } from './errors.ts';

/** Releases a lock; so does the end of the process, however it ends. */
export type Unlock = () => void;

/**
 * Locks a name for this process; undefined while another one has it. The lock is an abstract socket (unix(7)): it leaves no file behind,
 * and its scope is that of loopback addresses, the network namespace. Where there are none (not Linux), every name is free.
 */
export function lockName(name: string): Promise<Unlock | undefined> {
  if (process.platform !== 'linux') return Promise.resolve(() => {});
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (errnoOf(error) === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen({ path: `\0${name}` }, () => resolve(() => void server.close()));
    server.unref();
  });
}
