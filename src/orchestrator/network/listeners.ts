import { createServer, type Server, type Socket } from 'node:net';
import { type Listening, ORDINARY } from '../../base/listen.ts';
import type { Address } from './address.ts';
import { receiveAt } from './datagrams.ts';
import type { Datagram } from './flows.ts';

/** An address to listen on, and its substitutes. */
export interface Front {
  /** Unique: `cluster shop/web:http`, `node shop/web:http`. */
  readonly id: string;
  readonly route: string;
  readonly host: string;
  readonly port: number;
  /** Absent: TCP. */
  readonly protocol?: 'UDP';
  /** The address itself is left to another process. */
  readonly isTaken?: true;
  /** Tried in order when the address itself cannot be bound; port 0 is any free port. Empty: no substitute is acceptable. */
  readonly substitutes: readonly Address[];
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

export interface Accepting {
  readonly onConnection: (socket: Socket, route: string) => void;
  readonly onDatagram: (datagram: Datagram) => void;
  /** Of connections; absent: it listens with sockets that end with this process. */
  readonly listening?: Listening | undefined;
}

interface Opened {
  readonly port: number;
  /** The address is free at once; what it has accepted stays. */
  close(): Promise<void>;
}

interface Entry {
  readonly front: Front;
  readonly binding: Binding;
  readonly opened: Opened | undefined;
}

export function createListeners({ onConnection, onDatagram, listening = ORDINARY }: Accepting): Listeners {
  let entries = new Map<string, Entry>();
  /** One change at a time: two at once could bind the same address twice. */
  let turn: Promise<void> = Promise.resolve();

  async function apply(fronts: readonly Front[]): Promise<void> {
    const wanted = new Map(fronts.map((front) => [front.id, front]));
    for (const [id, entry] of entries) {
      const front = wanted.get(id);
      if (front && isSame(front, entry.front) && entry.opened) continue;
      // Closed before anything is opened: an address may have moved from one front to another.
      await entry.opened?.close();
      entries.delete(id);
    }
    const missing = fronts.filter((front) => !entries.has(front.id));
    for (const entry of await Promise.all(missing.map(open))) entries.set(entry.front.id, entry);
  }

  async function open(front: Front): Promise<Entry> {
    let code = front.isTaken ? 'EADDRINUSE' : undefined;
    const own = front.isTaken ? [] : [{ host: front.host, port: front.port }];
    for (const address of [...own, ...front.substitutes]) {
      const opened = await (front.protocol === 'UDP' ? openDatagrams : openServer)(address, front.route);
      if (typeof opened !== 'string')
        return { front, opened, binding: bindingOf({ host: address.host, port: opened.port }, code) };
      code ??= opened;
    }
    return { front, opened: undefined, binding: { state: 'failed', code: code ?? 'unknown' } };
  }

  async function openServer(address: Address, route: string): Promise<Opened | string> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      onConnection(socket, route),
    );
    const failure = await listening.listen(server, address);
    if (failure !== undefined) return failure;
    const bound = server.address();
    return { port: typeof bound === 'object' && bound ? bound.port : 0, close: () => close(server) };
  }

  async function openDatagrams(address: Address, route: string): Promise<Opened | string> {
    const bound = await receiveAt(address, (datagram) => onDatagram({ route, ...datagram }));
    return typeof bound === 'string' ? bound : { port: bound.port, close: async () => bound.close() };
  }

  /** The address is free at once; the callback of close() would wait for every connection. */
  function close(server: Server): Promise<void> {
    return new Promise((resolve) => {
      server.close();
      listening.closed(server);
      setImmediate(resolve);
    });
  }

  return {
    reconcile(fronts) {
      turn = turn.then(() => apply(fronts));
      return turn;
    },
    binding: (id) => entries.get(id)?.binding,
    async close() {
      await turn;
      const all = [...entries.values()];
      entries = new Map();
      await Promise.all(all.map(({ opened }) => opened?.close()));
    },
  };
}

function isSame(a: Front, b: Front): boolean {
  return a.host === b.host && a.port === b.port && a.route === b.route && a.protocol === b.protocol;
}

function bindingOf(address: Address, code: string | undefined): Binding {
  return code === undefined ? { state: 'bound', address } : { state: 'substituted', address, code };
}
