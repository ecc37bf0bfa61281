import { Agent, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { type ForwardOptions, reached } from '../forward.ts';
import type { Backend } from '../route.ts';

/** Nobody accepted a connection: nothing has been sent. */
export class Unreachable extends Error {}

export interface BackendRequest {
  readonly backend: Backend;
  readonly scheme: 'http' | 'https';
  /** Asked for by TLS. */
  readonly servername: string;
  readonly connectMs: number;
}

type Dialing = Pick<ForwardOptions, 'attempt' | 'isAnswered'>;

/** Programs end connections that rest after some seconds, Node's after five: a request that is sent then is lost. */
const REST_MS = 2_500;
const RESTING_PER_BACKEND = 256;

/** Connections to backends, each pod's its own: another pod that has its address later is not reached by them. */
class BackendAgent extends Agent {
  readonly #dialing: Dialing;

  constructor(dialing: Dialing, keepAlive: boolean) {
    super({ keepAlive, timeout: REST_MS, maxFreeSockets: RESTING_PER_BACKEND, scheduling: 'lifo' });
    this.#dialing = dialing;
  }

  override getName(options: object): string {
    const { backend, scheme, servername } = options as unknown as BackendRequest;
    return `${scheme} ${backend.host} ${backend.port} ${backend.podUid} ${scheme === 'https' ? servername : ''}`;
  }

  override createConnection(
    options: object,
    callback: (error: Error | null, socket: Duplex) => void = () => {},
  ): undefined {
    // Node takes an error without a socket; its types do not know that.
    const fail = () => callback(new Unreachable(), undefined as unknown as Duplex);
    this.#connect(options as unknown as BackendRequest).then(
      (socket) => (socket ? callback(null, socket) : fail()),
      fail,
    );
  }

  async #connect({ backend, scheme, servername, connectMs }: BackendRequest): Promise<Socket | undefined> {
    const options = { ...this.#dialing, connectTimeoutMs: connectMs, allowHalfOpen: false };
    if (!options.isAnswered(backend)) return undefined;
    const ended = options.attempt(backend);
    try {
      const socket = await reached(backend, options);
      return socket && scheme === 'https' ? await secured(socket, servername, connectMs) : socket;
    } finally {
      ended();
    }
  }
}

/** Pods have certificates of their own making: none is judged, as ingress-nginx does by default. */
function secured(socket: Socket, servername: string, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secure = connectTls({ socket, servername, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
    const fail = () => {
      secure.destroy();
      reject(new Unreachable());
    };
    secure.setTimeout(timeoutMs, fail);
    secure.once('error', fail);
    secure.once('secureConnect', () => {
      secure.setTimeout(0);
      secure.off('timeout', fail);
      secure.off('error', fail);
      resolve(secure);
    });
  });
}

export interface BackendAgents {
  /** Takes a resting connection where there is one. */
  readonly kept: Agent;
  /** Always makes a connection of its own. */
  readonly fresh: Agent;
  close(): void;
}

export function createBackendAgents(dialing: Dialing): BackendAgents {
  const [kept, fresh] = [new BackendAgent(dialing, true), new BackendAgent(dialing, false)];
  return {
    kept,
    fresh,
    close() {
      kept.destroy();
      fresh.destroy();
    },
  };
}

/** The options of a request that its agent reads, too. */
export const requestArgs = (
  request: BackendRequest,
  args: ClientRequestArgs,
): ClientRequestArgs & BackendRequest => ({
  ...args,
  ...request,
  host: request.backend.host,
  port: request.backend.port,
  setHost: false,
});
