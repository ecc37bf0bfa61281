import { connect, type TLSSocket } from 'node:tls';
import type { Clock } from '../../../base/clock.ts';
import type { KeyPair } from '../auth/pki.ts';
import type { Address } from '../kinds/serviceendpoints.ts';
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

/**
 * A new connection to a server behind an APIService, whose certificate is judged by its `caBundle`, or where it has none by the authorities
 * that the machine knows. Rejects with what went wrong.
 */
export function connectTo(
  { host, port }: Address,
  { apiService: { spec }, service }: RemoteService,
  { clock, credentials }: ConnectionOptions,
): Promise<TLSSocket> {
  const { caBundle = '', insecureSkipTLSVerify = false } = spec;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      servername: dnsName(service),
      ...credentials,
      ...(caBundle === '' ? {} : { ca: Buffer.from(caBundle, 'base64') }),
      rejectUnauthorized: !insecureSkipTLSVerify,
    });
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
