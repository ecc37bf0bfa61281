import type { Server } from 'node:net';
import { errnoOf } from './errors.ts';

/** Where a server listens: an address of IP, and port 0 for any free one; or a descriptor that listens already. */
export type ListenPlace = { readonly host: string; readonly port: number } | { readonly fd: number };

/** Resolves with the system's error code, or undefined when it listens. */
export type Listen<Place = { readonly host: string; readonly port: number }> = (
  server: Server,
  place: Place,
) => Promise<string | undefined>;

const WAITING_CONNECTIONS = 4096;

export const listen: Listen<ListenPlace> = (server, place) =>
  new Promise((resolve) => {
    const failed = (error: Error) => resolve(errnoOf(error) ?? error.message);
    server.once('error', failed);
    server.listen({ ...place, backlog: WAITING_CONNECTIONS }, () => {
      server.off('error', failed);
      // From now on an error concerns a single accept (too many open files): the listener stays open.
      server.on('error', () => undefined);
      resolve(undefined);
    });
  });

/** How servers come by their sockets. */
export interface Listening {
  readonly listen: Listen;
  /** Called right after a server that listened was closed: connections of it may go on. */
  closed(server: Server): void;
}

/** With sockets that end with this process. */
export const ORDINARY: Listening = { listen, closed() {} };
