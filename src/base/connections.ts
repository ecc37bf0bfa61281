import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import { partyOf } from './clientparty.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';
import { openFileLimit } from './proc.ts';
import { endAfterAnswer } from './requestbody.ts';

/** How many connections a server holds at once. */
export interface ConnectionLimits {
  readonly all: number;
  /** Of one party: a client (`partyOf`), or what is behind a proxy. */
  readonly perParty: number;
}

export type Entry = { readonly type: 'refused' } | { readonly type: 'admitted'; readonly evicted?: string };

interface Held {
  readonly party: string;
  isProven: boolean;
}

/**
 * Which connections are accepted, by numbers alone. A connection that has not sent a whole request yet is unproven; when there is no more room the
 * oldest of them makes way, so that half-sent requests (slowloris) keep nobody out. Proven ones are never dropped for a newcomer.
 */
export class Admission {
  readonly #limits: ConnectionLimits;
  readonly #held = new Map<string, Held>();
  readonly #parties = new Map<string, Set<string>>();
  /** Oldest first. */
  readonly #unproven = new Map<string, Set<string>>();

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#held.size;
  }

  enter(id: string, party: string): Entry {
    const own = this.#parties.get(party)?.size ?? 0;
    let evicted: string | undefined;
    if (own >= this.#limits.perParty) {
      evicted = oldest(this.#unproven.get(party));
      if (evicted === undefined) return { type: 'refused' };
    } else if (this.#held.size >= this.#limits.all) {
      // From any party that has some: taking the party's own first would let others starve it.
      for (const waiting of this.#unproven.values()) evicted ??= oldest(waiting);
      if (evicted === undefined) return { type: 'refused' };
    }
    if (evicted !== undefined) this.leave(evicted);
    this.#held.set(id, { party, isProven: false });
    add(this.#parties, party, id);
    add(this.#unproven, party, id);
    return evicted === undefined ? { type: 'admitted' } : { type: 'admitted', evicted };
  }

  proven(id: string): void {
    const held = this.#held.get(id);
    if (!held || held.isProven) return;
    held.isProven = true;
    remove(this.#unproven, held.party, id);
  }

  leave(id: string): void {
    const held = this.#held.get(id);
    if (!held) return;
    this.#held.delete(id);
    remove(this.#parties, held.party, id);
    remove(this.#unproven, held.party, id);
  }
}

const oldest = (ids: ReadonlySet<string> | undefined): string | undefined => ids?.values().next().value;

function add(sets: Map<string, Set<string>>, key: string, id: string): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set.add(id));
}

function remove(sets: Map<string, Set<string>>, key: string, id: string): void {
  const set = sets.get(key);
  set?.delete(id);
  if (set?.size === 0) sets.delete(key);
}

const MOST = 8192;

/**
 * For one server of a process, which needs files for other things too. Everybody on this machine is one address: 2,000 watches of
 * it are well within, also where a process may open 4,096 files.
 */
export function connectionLimits(filesEach = 1, openFiles = openFileLimit() ?? 2 * MOST): ConnectionLimits {
  const all = Math.min(MOST, Math.floor((openFiles * 0.75) / filesEach));
  return { all, perParty: Math.floor(all * 0.75) };
}

/** A client that does not say what it wants within this is gone: TLS handshake, headers of a request. */
export const HEADERS_MS = 10_000;
/** How often Node looks for those. */
export const CHECK_MS = 2_000;

const LOG_MS = 10_000;

/** Reports at most once in ten seconds how often something has happened since the last report. */
export function createTally(clock: Clock, tell: (count: number) => void): () => void {
  let count = 0;
  let isDue = false;
  return () => {
    count++;
    if (isDue) return;
    isDue = true;
    tell(count);
    count = 0;
    clock.after(LOG_MS, () => {
      isDue = false;
      if (count > 0) tell(count);
      count = 0;
    });
  };
}

/** Unique among the connections of one server; a TLS socket and the TCP one below it give the same. */
const idOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string => `${remoteAddress} ${remotePort}`;

export interface LimitOptions {
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * The server listens to `upgrade`. Where it does not, nobody else may: Node hands connections over to any listener, and answers
   * none of those requests itself.
   */
  readonly upgrades?: boolean;
  /** It is one of TLS alone, with others behind it: whoever has made a handshake is proven. */
  readonly handshakes?: boolean;
}

/** Holds a server to its limits; over plain HTTP a refused client gets a 503. No connection outlives its answer for the rest of a body. */
export function limitConnections(
  server: HttpServer | NetServer,
  { limits, clock, logger, upgrades = false, handshakes = false }: LimitOptions,
): void {
  const admission = new Admission(limits);
  const sockets = new Map<string, Socket>();
  const isPlain = !('setSecureContext' in server);
  const refused = createTally(clock, (count) =>
    logger.warn({ refused: count, ...limits }, 'connections were refused: too many are open'),
  );
  const dropped = createTally(clock, (count) =>
    logger.warn({ dropped: count, ...limits }, 'connections that asked for nothing made way for others'),
  );

  server.on('connection', (socket: Socket) => {
    const id = idOf(socket);
    const entry = admission.enter(id, partyOf(socket.remoteAddress));
    if (entry.type === 'refused') {
      refused();
      socket.on('error', () => socket.destroy());
      if (isPlain) socket.end(OVERLOADED, () => socket.destroy());
      else socket.destroy();
      return;
    }
    if (entry.evicted !== undefined) {
      dropped();
      sockets.get(entry.evicted)?.destroy();
    }
    sockets.set(id, socket);
    socket.once('close', () => {
      // Another connection may have the same port by now.
      if (sockets.get(id) !== socket) return;
      sockets.delete(id);
      admission.leave(id);
    });
  });
  const proven = ({ socket }: Pick<IncomingMessage, 'socket'>) => admission.proven(idOf(socket));
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    proven(request);
    endAfterAnswer(request, response, clock);
  });
  if (upgrades) server.prependListener('upgrade', proven);
  if (handshakes) server.prependListener('secureConnection', (socket: Socket) => proven({ socket }));
}

const OVERLOADED =
  'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
