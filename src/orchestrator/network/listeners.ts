import { createServer, type Server, type Socket } from 'node:net';
import { errnoOf } from '../../base/errors.ts';

/** An address to listen on, and its substitutes. */
export interface Front {
  /** Unique: `cluster shop/web:http`, `node shop/web:http`. */
  readonly id: string;
  readonly route: string;
  readonly host: string;
  readonly port: number;
  /** Tried in order when the address itself cannot be bound; port 0 is any free port. Empty: no substitute is acceptable. */
  readonly substitutes: readonly Address[];
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export type Binding =
  | { readonly state: 'bound'; readonly address: Address }
  /** Listens on a substitute. */
  | { readonly state: 'substituted'; readonly address: Address; readonly code: string }
  | { readonly state: 'failed'; readonly code: string };

export interface Listeners {
  /** Opens what is wanted and not yet open, and closes the rest; established connections stay. Resolves when all have been tried. */
  reconcile(fronts: readonly Front[]): Promise<void>;
  binding(id: string): Binding | undefined;
  close(): Promise<void>;
}

interface Entry {
  readonly front: Front;
  readonly binding: Binding;
  readonly server: Server | undefined;
}

const WAITING_CONNECTIONS = 4096;

export function createListeners(onConnection: (socket: Socket, route: string) => void): Listeners {
  let entries = new Map<string, Entry>();
  /** One change at a time: two at once could bind the same address twice. */
  let turn: Promise<void> = Promise.resolve();

  async function apply(fronts: readonly Front[]): Promise<void> {
    const wanted = new Map(fronts.map((front) => [front.id, front]));
    for (const [id, entry] of entries) {
      const front = wanted.get(id);
      if (front && isSame(front, entry.front) && entry.server) continue;
      // Closed before anything is opened: an address may have moved from one front to another.
      if (entry.server) await closed(entry.server);
      entries.delete(id);
    }
    const missing = fronts.filter((front) => !entries.has(front.id));
    for (const entry of await Promise.all(missing.map(open))) entries.set(entry.front.id, entry);
  }

  async function open(front: Front): Promise<Entry> {
    let code: string | undefined;
    for (const address of [{ host: front.host, port: front.port }, ...front.substitutes]) {
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
        onConnection(socket, front.route),
      );
      const failure = await listen(server, address);
      if (failure === undefined) return { front, server, binding: bindingOf(server, address.host, code) };
      code ??= failure;
    }
    return { front, server: undefined, binding: { state: 'failed', code: code ?? 'unknown' } };
  }

  return {
    reconcile(fronts) {
      turn = turn.then(() => apply(fronts));
      return turn;
    },
    binding: (id) => entries.get(id)?.binding,
    async close() {
      await turn;
      const servers = [...entries.values()].flatMap(({ server }) => (server ? [server] : []));
      entries = new Map();
      await Promise.all(servers.map(closed));
    },
  };
}

function isSame(a: Front, b: Front): boolean {
  return a.host === b.host && a.port === b.port && a.route === b.route;
}

function bindingOf(server: Server, host: string, code: string | undefined): Binding {
  const bound = server.address();
  const address = { host, port: typeof bound === 'object' && bound ? bound.port : 0 };
  return code === undefined ? { state: 'bound', address } : { state: 'substituted', address, code };
}

/** Resolves with the system's error code, or undefined when it listens. */
export function listen(server: Server, { host, port }: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(errnoOf(error) ?? error.message));
    server.listen({ host, port, backlog: WAITING_CONNECTIONS }, () => {
      // From now on an error concerns a single accept (too many open files): the listener stays open.
      server.on('error', () => undefined);
      resolve(undefined);
    });
  });
}

/** The address is free at once; the callback of close() would wait for every connection. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close();
    setImmediate(resolve);
  });
}
