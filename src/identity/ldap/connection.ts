import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  Client,
  type Entry as Found,
  InappropriateAuthError,
  InvalidCredentialsError,
  SizeLimitExceededError,
  UnwillingToPerformError,
} from 'ldapts';
import type { Clock } from '../../base/clock.ts';
import type { Connect, Connection, Entry } from './directory.ts';
import type { LdapOptions } from './options.ts';

/** The extended operation that begins TLS (RFC 4511 §4.14). */
const START_TLS = '1.3.6.1.4.1.1466.20037';
/** They have no text (MS-ADA3 2.43); nor need what a file names have one, unless it is a name or an address as well. */
function binaryOf({ users: { id, name, displayName, email } }: LdapOptions): string[] {
  const texts = [name, displayName, email].map((attribute) => attribute.toLowerCase());
  return ['objectGUID', ...(id === undefined || texts.includes(id.toLowerCase()) ? [] : [id])];
}

/** What a directory answers to a bind that is not to be: of entries without a password, with one that has to be changed first, too. */
const REFUSALS = [InvalidCredentialsError, InappropriateAuthError, UnwillingToPerformError];

/** Connections by LDAP version 3; each lasts for `timeoutMs` and no longer, whatever the directory does. Referrals are not followed. */
export const ldapConnect =
  (options: LdapOptions, clock: Clock): Connect =>
  async () => {
    const sockets = new Set<Socket>();
    const late = () => new Error(`${options.host} took longer than ${options.timeoutMs} ms`);
    const end = (error?: Error): void => {
      cancel();
      for (const socket of sockets) socket.destroy(error);
    };
    const cancel = clock.after(options.timeoutMs, () => end(late()));
    try {
      return connectionOver(await dial(options, sockets), binaryOf(options), end);
    } catch (error) {
      end();
      throw error;
    }
  };

/** The socket over which everything is said, with TLS unless the file renounces it. `opened`: every socket that this takes. */
async function dial(options: LdapOptions, opened: Set<Socket>): Promise<Socket> {
  const { host, port, encryption, ca } = options;
  const ready = async <S extends Socket>(socket: S, event: string): Promise<S> => {
    opened.add(socket);
    tolerate(socket);
    await once(socket, event);
    return socket;
  };
  const tls = { host, ...(ca === undefined ? {} : { ca }), ...(isIP(host) ? {} : { servername: host }) };
  if (encryption === 'ldaps') return ready(connectTls({ ...tls, port }), 'secureConnect');
  const plain = await ready(connectTcp({ host, port }), 'connect');
  if (encryption === 'none') return plain;
  // A client of its own: what somebody between put behind the answer, in the clear, stays with it unread.
  await clientOver(plain).exop(START_TLS);
  plain.removeAllListeners('data');
  // A client takes the listeners for errors away.
  tolerate(plain);
  return ready(connectTls({ ...tls, socket: plain }), 'secureConnect');
}

/** What happens to it while nobody asks anything of it shows when somebody does. */
const tolerate = (socket: Socket): void => void socket.on('error', () => undefined);

/** Over this socket and no other: by itself a client would connect again, without TLS where that was begun by StartTLS. */
function clientOver(socket: Socket): Client {
  let isTaken = false;
  const take = (): Socket => {
    if (isTaken || socket.destroyed) throw new Error('the connection was closed');
    isTaken = true;
    return socket;
  };
  return new Client({ url: 'ldap://directory', createConnection: take as typeof connectTcp });
}

function connectionOver(socket: Socket, binary: string[], end: () => void): Connection {
  const client = clientOver(socket);
  return {
    async bind(dn, password) {
      try {
        await client.bind(dn, password);
        return true;
      } catch (error) {
        if (REFUSALS.some((refusal) => error instanceof refusal)) return false;
        throw error;
      }
    },
    async search({ base, filter, attributes, most }) {
      try {
        const { searchEntries } = await client.search(base, {
          scope: 'sub',
          filter,
          attributes: [...attributes],
          explicitBufferAttributes: binary,
          sizeLimit: most + 1,
        });
        return searchEntries.length > most ? undefined : searchEntries.map(entryOf);
      } catch (error) {
        if (error instanceof SizeLimitExceededError) return undefined;
        throw error;
      }
    },
    close() {
      client.unbind().catch(() => undefined);
      end();
    },
  };
}

const entryOf = ({ dn, ...attributes }: Found): Entry => ({
  dn,
  attributes: new Map(
    Object.entries(attributes).map(([name, values]) => [
      name.toLowerCase(),
      (Array.isArray(values) ? values : [values]).map((value) =>
        Buffer.isBuffer(value) ? value.toString('hex') : value,
      ),
    ]),
  ),
});
