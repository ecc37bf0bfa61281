import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Clock } from '../../../base/clock.ts';
import type { APIService } from '../../../kube/kinds/objects.data.ts';
import type { KeyPair } from '../auth/pki.ts';
import type { Address } from '../kinds/serviceendpoints.ts';
import type { RemoteVersion } from '../wire/remoteversion.ts';
import { dnsName, type RemoteService } from './remoteservices.ts';

/** For TCP and TLS together (client-go `transport/cache.go`, TLSHandshakeTimeout). */
const HANDSHAKE_MS = 10_000;

export interface ConnectionOptions {
  readonly clock: Clock;
  /** By which the server knows that we speak for users. */
  readonly credentials: KeyPair;
}

export interface RemoteServer {
  /** For the header `Host`. */
  readonly host: string;
  /** A new connection to one of its endpoints. Rejects with StatusError ServiceUnavailable. */
  connect(): Promise<TLSSocket>;
}

/** Other API servers of the cluster, each of which serves the group-version of an APIService. */
export interface RemoteServers {
  /** Who answers for a group-version; undefined: this server, or nobody. */
  serverFor(group: string, version: string): RemoteServer | undefined;
  /** What they serve, as they said last. */
  versions(): readonly RemoteVersion[];
}

/**
 * What the connections of an APIService share, as long as nobody writes that: then certificates are judged anew. A session that is taken up
 * again costs a fraction of a handshake with two certificates.
 */
interface Shared {
  readonly context: SecureContext;
  /** By address: of servers whose certificate was right. The oldest come first, of at most `MOST_SESSIONS`. */
  readonly sessions: Map<string, Buffer>;
}

/** Pods come and go under addresses of their own, and an APIService may stay as it is for years. */
const MOST_SESSIONS = 16;

function remember(sessions: Map<string, Buffer>, address: string, session: Buffer): void {
  sessions.delete(address);
  sessions.set(address, session);
  const [oldest] = sessions.keys();
  if (sessions.size > MOST_SESSIONS && oldest !== undefined) sessions.delete(oldest);
}

const shared = new WeakMap<APIService, Shared>();

function sharedBy(apiService: APIService, credentials: KeyPair): Shared {
  const known = shared.get(apiService);
  if (known) return known;
  const { caBundle = '' } = apiService.spec;
  const ca = caBundle === '' ? {} : { ca: Buffer.from(caBundle, 'base64') };
  const made = { context: createSecureContext({ ...credentials, ...ca }), sessions: new Map() };
  shared.set(apiService, made);
  return made;
}

/**
 * A new connection to a server behind an APIService, whose certificate is judged by its `caBundle`, or where it has none by the authorities
 * that the machine knows. Rejects with what went wrong.
 */
export function connectTo(
  { host, port }: Address,
  { apiService, service }: RemoteService,
  { clock, credentials }: ConnectionOptions,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { context: secureContext, sessions } = sharedBy(apiService, credentials);
    const address = `${host}:${port}`;
    const session = sessions.get(address);
    const socket = connect({
      host,
      port,
      servername: dnsName(service),
      secureContext,
      ...(session ? { session } : {}),
      rejectUnauthorized: apiService.spec.insecureSkipTLSVerify !== true,
    });
    // Comes after the handshake.
    socket.on('session', (next) => remember(sessions, address, next));
    const cancel = clock.after(HANDSHAKE_MS, () => socket.destroy(new Error('TLS handshake timeout')));
    socket.once('secureConnect', () => {
      cancel();
      // Whoever uses it learns of its end by what is asked; between two users nobody listens.
      socket.off('error', refuse).on('error', () => {});
      socket.setNoDelay(true);
      // A watch may be silent for long: who is gone without a word is noticed all the same.
      socket.setKeepAlive(true, 30_000);
      resolve(socket);
    });
    const refuse = (error: Error) => {
      cancel();
      reject(error);
    };
    socket.once('error', refuse);
  });
}
