import { createServer } from 'node:net';
import { errnoOf } from './errors.ts';

/** Lets go of the name; so does the end of the process, however it ends. */
export type Release = () => void;

/**
 * Holds a name that one process at a time may hold; undefined while another does. The name is an abstract socket (unix(7)): it
 * leaves no file behind, and its scope is that of loopback addresses, the network namespace. Where there are none, every name is free.
 */
export function holdName(name: string): Promise<Release | undefined> {
  if (process.platform !== 'linux') return Promise.resolve(() => {});
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (errnoOf(error) === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen({ path: `\0${name}` }, () => resolve(() => void server.close()));
    server.unref();
  });
}
