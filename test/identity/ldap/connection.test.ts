import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { ldapConnect } from '../../../src/identity/ldap/connection.ts';
import type { LdapOptions } from '../../../src/identity/ldap/options.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { until } from '../../fakes/until.ts';
import { LDAP } from './directory.ts';

/** LDAPMessage 2, which is the client's first: BindResponse, success (RFC 4511 §4.2.2). */
const BOUND = Buffer.from('300c02010261070a010004000400', 'hex');
/** LDAPMessage 2, which is the client's first: ExtendedResponse, success (RFC 4511 §4.12). */
const GO_AHEAD = Buffer.from('300c02010278070a010004000400', 'hex');

/** BER of less than 128 bytes (RFC 4511 §5.1). */
const ber = (tag: number, ...parts: (string | Buffer)[]): Buffer => {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
};
/** LDAPMessage 2: SearchResultEntry (RFC 4511 §4.5.2), then SearchResultDone, success. */
const found = (attributes: Readonly<Record<string, string | Buffer>>): Buffer => {
  const list = Object.entries(attributes).map(([name, value]) =>
    ber(0x30, ber(0x04, name), ber(0x31, ber(0x04, value))),
  );
  const entry = ber(0x64, ber(0x04, 'uid=ada'), ber(0x30, ...list));
  return Buffer.concat([ber(0x30, Buffer.from('020102', 'hex'), entry), DONE]);
};
const DONE = Buffer.from('300c02010265070a010004000400', 'hex');

describe('identity: a connection to a directory', () => {
  let server: Server;
  let clock: FakeClock;
  let sockets: Socket[];
  let answer: (socket: Socket) => void;
  beforeEach(async () => {
    clock = new FakeClock();
    sockets = [];
    answer = () => undefined;
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('data', () => answer(socket)).on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const open = (encryption: LdapOptions['encryption'] = 'none') => {
    const { port } = server.address() as AddressInfo;
    return ldapConnect({ ...LDAP, host: '127.0.0.1', port, encryption }, clock)();
  };
  const failure = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => problemOf(error).message,
    );

  it('ends when its time is over, whether the directory is silent or talks nonsense', async () => {
    for (const said of ['', 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
      let isAsked = false;
      answer = (socket) => {
        socket.write(said);
        isAsked = true;
      };
      const connection = await open();
      const bound = failure(connection.bind('cn=pilotage', 'to look'));
      await until(() => isAsked);
      await clock.advance(LDAP.timeoutMs);
      expect(await bound).to.match(/took longer than 10000 ms|closed before/);
    }
  });

  it('ends when its time is over while TLS is being agreed on', async () => {
    for (const encryption of ['ldaps', 'startTLS'] as const) {
      let heard = 0;
      answer = (socket) => {
        if (encryption === 'startTLS' && heard === 0) socket.write(GO_AHEAD);
        heard += 1;
      };
      const opened = failure(open(encryption));
      await until(() => heard === (encryption === 'startTLS' ? 2 : 1));
      await clock.advance(LDAP.timeoutMs);
      expect(await opened, encryption).to.contain('took longer than 10000 ms');
    }
    expect(clock.pending).to.equal(0);
  });

  it('is never made a second time: after StartTLS that would be one without TLS', async () => {
    answer = (socket) => socket.end(BOUND);
    const connection = await open();
    expect(await connection.bind('cn=pilotage', 'to look')).to.equal(true);
    await until(() => sockets.every((socket) => socket.destroyed));
    const query = { base: '', filter: '(uid=ada)', attributes: [], most: 1 };
    expect(await failure(connection.search(query))).to.match(/closed/);
    expect(await failure(connection.bind('uid=ada', 'a password'))).to.match(/closed/);
    expect(sockets).to.have.length(1);
    connection.close();
    expect(clock.pending).to.equal(0);
  });

  it('without TLS is not gone on with where the directory knows no StartTLS', async () => {
    // LDAPMessage 2, which is the client's first: ExtendedResponse, protocolError.
    answer = (socket) => socket.write(Buffer.from('300c02010278070a010204000400', 'hex'));
    expect(await failure(open('startTLS'))).not.to.equal('none');
    await until(() => sockets.every((socket) => socket.destroyed));
  });

  it('gives as text what people are known by where it is their name or address too, and otherwise its bytes', async () => {
    const { port } = server.address() as AddressInfo;
    const knownBy = async (id: string) => {
      const users = { ...LDAP.users, id };
      const options = { ...LDAP, users, host: '127.0.0.1', port, encryption: 'none' } as const;
      const connection = await ldapConnect(options, clock)();
      answer = (socket) => socket.write(found({ mail: 'a@b.org', guid: Buffer.from('ff00', 'hex') }));
      const query = { base: '', filter: '(uid=ada)', attributes: ['mail', 'guid'], most: 1 };
      const [entry] = (await connection.search(query)) ?? [];
      connection.close();
      return entry && Object.fromEntries(entry.attributes);
    };
    expect(await knownBy('guid')).to.deep.equal({ mail: ['a@b.org'], guid: ['ff00'] });
    expect((await knownBy('Mail'))?.mail).to.deep.equal(['a@b.org']);
    expect((await knownBy('mail'))?.mail).to.deep.equal(['a@b.org']);
  });

  it('fails where nobody listens', async () => {
    const opening = new Promise<void>((resolve) => server.close(() => resolve()));
    await opening;
    const { host, port } = { host: '127.0.0.1', port: 1 };
    expect(await failure(ldapConnect({ ...LDAP, host, port, encryption: 'none' }, clock)())).to.contain(
      'ECONNREFUSED',
    );
  });
});
