import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { findHolder, type HeldSockets, holdSockets } from '../../src/base/heldsockets.ts';
import { type Logger, silentLogger } from '../../src/base/log.ts';
import { readProc } from '../../src/base/proc.ts';
import { isSameProcess, sendSignal } from '../../src/base/process.ts';
import { becomes, livingHolder } from '../../src/supervise/socketholder.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('listening sockets that are held', () => {
  let place: string;
  let file: string;
  let clock: FakeClock;
  let sockets: HeldSockets;
  let servers: Server[];

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'pilotage-sockets-'));
    file = join(place, 'sockets.json');
    clock = new FakeClock();
    sockets = holdSockets({ file, clock, logger: silentLogger });
    servers = [];
  });
  afterEach(async () => {
    sockets.stop();
    for (const server of servers) server.close();
    const holder = findHolder(file);
    if (holder) sendSignal(holder.pid, 'SIGKILL');
    rmSync(place, { recursive: true });
  });

  async function listening(port = 0): Promise<{ server: Server; port: number }> {
    const server = createServer((socket) => socket.end('this one'));
    servers.push(server);
    expect(await sockets.listen(server, { host: '127.0.0.1', port })).to.equal(undefined);
    return { server, port: (server.address() as AddressInfo).port };
  }

  const eventually = async (is: () => boolean): Promise<void> => {
    while (!is()) await new Promise(setImmediate);
  };
  const held = async (): Promise<void> => {
    await clock.advance(200);
    await eventually(() => catchesSignals(findHolder(file)?.pid ?? 0));
  };
  /** The shell has come as far as its traps: bit 9 is SIGUSR1 (proc_pid_status(5)). */
  const catchesSignals = (pid: number): boolean =>
    (Number(`0x${/^SigCgt:\s*(\w+)/m.exec(readProc(`${pid}/status`))?.[1] ?? 0}`) & 0x200) !== 0;
  /** What is said there, or the system's word for why nobody is there. */
  const said = async (port: number): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port });
    return text(socket).catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
  };

  it('take connections while nobody listens, which the next process answers', async () => {
    const { server, port } = await listening();
    await held();
    server.close();
    const answer = said(port);
    const holder = livingHolder(file);
    if (!holder) throw new Error('nobody holds them');
    const script = 'require("net").createServer((s) => s.end(process.env.WORD)).listen({ fd: 3 })';
    const next = becomes(holder, [process.execPath, '-e', script], { WORD: "the next one's" });
    expect(await answer).to.equal("the next one's");
    expect(next).to.deep.equal(findHolder(file));
    expect(livingHolder(file), 'it has become another program').to.equal(undefined);
  });

  it('are let go of when they are closed, and their addresses are free at once', async () => {
    const { server, port } = await listening();
    await held();
    const before = findHolder(file);
    server.close();
    sockets.closed(server);
    await listening(port);
    expect(await said(port)).to.equal('this one');
    expect(before && isSameProcess(before.pid, before.pidStartTime)).to.equal(false);
  });

  it('refuse connections once the holder, too, has let go of them', async () => {
    const { server, port } = await listening();
    await held();
    const before = findHolder(file);
    server.close();
    sockets.closed(server);
    await clock.advance(200);
    await eventually(() => before !== undefined && !isSameProcess(before.pid, before.pidStartTime));
    expect(await said(port)).to.equal('ECONNREFUSED');
    expect(livingHolder(file)?.addresses).to.deep.equal([]);
  });

  it('are not held where that cannot be recorded: nobody would find the holder, which kept their addresses', async () => {
    const { server, port } = await listening();
    const warned = new Promise((resolve) => {
      const logger = { ...silentLogger, warn: resolve } as Logger;
      sockets.stop();
      writeFileSync(join(place, 'no folder'), '');
      sockets = holdSockets({ file: join(place, 'no folder', 'sockets.json'), clock, logger });
    });
    server.close();
    await listening(port);
    await clock.advance(200);
    await warned;
    for (const one of servers) one.close();
    expect(await said(port)).to.equal('ECONNREFUSED');
  });

  it('cannot be had where another program has the address', async () => {
    const other = createServer();
    servers.push(other);
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const server = createServer();
    expect(await sockets.listen(server, { host: '127.0.0.1', port })).to.equal('EADDRINUSE');
  });
});
