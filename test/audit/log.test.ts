import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AuditEvent } from '../../src/audit/event.ts';
import { type AuditFiles, FILE_LIMITS, type FileLimits, openAuditFiles } from '../../src/audit/files.ts';
import { type AuditLog, createAuditLog } from '../../src/audit/log.ts';
import { readEvents } from '../../src/audit/read.ts';
import { auditLines } from '../../src/audit/stream.ts';
import { silentLogger } from '../../src/base/log.ts';
import { FakeClock } from '../fakes/clock.ts';
import { auditEvent } from './event.ts';

describe('the audit log', () => {
  let dir: string;
  let clock: FakeClock;
  const logs: AuditLog[] = [];
  beforeEach(() => {
    dir = join(mkdtempSync(join(tmpdir(), 'pilotage-audit-')), 'audit');
    clock = new FakeClock();
  });
  afterEach(async () => {
    for (const log of logs.splice(0)) await log.close();
    rmSync(join(dir, '..'), { recursive: true, force: true });
  });

  const open = (files: AuditFiles = openAuditFiles(dir, clock)): AuditLog => {
    const log = createAuditLog({ files, clock, logger: silentLogger });
    logs.push(log);
    return log;
  };
  const stored = async (): Promise<AuditEvent[]> => {
    const events: AuditEvent[] = [];
    for await (const event of readEvents(await openAuditFiles(dir, clock).list(), {})) events.push(event);
    return events;
  };
  const at = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z');

  it('keeps what was written in a file for its owner only, and goes on with it after a restart', async () => {
    const first = open();
    first.write(auditEvent({ auditID: 'one' }));
    await first.close();
    const second = open();
    second.write(auditEvent({ auditID: 'two' }));
    await second.close();
    expect((await stored()).map(({ auditID }) => auditID)).to.deep.equal(['one', 'two']);
    const [name = '', ...others] = readdirSync(dir);
    expect(others).to.deep.equal([]);
    expect(statSync(join(dir, name)).mode & 0o777).to.equal(0o600);
  });

  it('writes events together, after a moment', async () => {
    const pieces: string[] = [];
    const files = {
      ...openAuditFiles(dir, clock),
      append: async (lines: Buffer) => void pieces.push(`${lines}`),
    };
    const log = open(files);
    for (let i = 0; i < 100; i++) log.write(auditEvent({ auditID: `${i}` }));
    expect(pieces).to.deep.equal([]);
    await clock.advance(1000);
    expect(pieces).to.have.length(1);
    expect(pieces[0]?.trim().split('\n')).to.have.length(100);
  });

  it('begins a new file by size and by day, and lets the oldest go by the size of all and by age', async () => {
    const limits: FileLimits = { ...FILE_LIMITS, fileBytes: 2000, totalBytes: 6000 };
    const files = openAuditFiles(dir, clock, limits);
    for (let i = 0; i < 20; i++) {
      await files.append(Buffer.from(`${JSON.stringify(auditEvent({ auditID: `${i}` }))}\n`));
      await clock.advance(1000);
    }
    const sizes = (await files.list()).map(({ bytes }) => bytes);
    expect(sizes.length).to.be.within(2, 3);
    expect(Math.max(...sizes)).to.be.at.most(2000);
    expect((await stored()).at(-1)?.auditID).to.equal('19');

    await clock.advance(limits.fileMs);
    await files.append(Buffer.from('{}\n'));
    expect((await files.list()).at(-1)?.bytes).to.equal(3);
    await clock.advance(limits.keepMs + limits.fileMs);
    await files.append(Buffer.from('{}\n'));
    expect(await files.list()).to.have.length(1);
    await files.close();
  });

  it('waits in memory while the disk is full, says so, and loses nothing that fits', async () => {
    const real = openAuditFiles(dir, clock);
    let isFull = true;
    const append = async (lines: Buffer) => {
      if (isFull) throw new Error('ENOSPC: no space left on device');
      return real.append(lines);
    };
    const log = open({ ...real, append });
    log.write(auditEvent({ auditID: 'one' }));
    await clock.advance(5000);
    expect(log.problem()?.message).to.equal(
      'the audit log waits in memory: it cannot be written (ENOSPC: no space left on device).',
    );
    isFull = false;
    await log.close();
    expect(log.problem()).to.equal(undefined);
    expect((await stored()).map(({ auditID }) => auditID)).to.deep.equal(['one']);
  });

  it('counts what does not fit in memory, in the status and in the log', async () => {
    const real = openAuditFiles(dir, clock);
    let isFull = true;
    const append = async (lines: Buffer) => {
      if (isFull) throw new Error('ENOSPC');
      return real.append(lines);
    };
    const log = open({ ...real, append });
    const long = 'x'.repeat(64 * 1024);
    for (let i = 0; i < 100; i++) log.write(auditEvent({ auditID: `${i}`, requestURI: long }));
    await clock.advance(3000);
    const [, count = ''] =
      /^(\d+) events are missing in the audit log: /.exec(log.problem()?.message ?? '') ?? [];
    expect(Number(count)).to.be.within(30, 40);
    isFull = false;
    await log.close();
    const events = await stored();
    expect(events[0]?.annotations).to.deep.equal({ 'pilotage.dev/lost': count });
    expect(events).to.have.length(101 - Number(count));
  });

  it('passes over a line that a crash has torn', async () => {
    const files = openAuditFiles(dir, clock);
    await files.append(Buffer.from('{"kind":"Event","aud'));
    await files.close();
    const log = open();
    log.write(auditEvent({ auditID: 'after' }));
    await log.close();
    expect((await stored()).map(({ auditID }) => auditID)).to.deep.equal(['after']);
  });

  it('leaves the bodies out of an event that is too large, and cuts what else a client made long', async () => {
    const log = open();
    log.write(auditEvent({ requestObject: { data: 'x'.repeat(200_000) } }));
    log.write(
      auditEvent({ user: { username: 'u'.repeat(200_000), groups: Array(5000).fill('g'.repeat(100)) } }),
    );
    await log.close();
    const [first, second] = await stored();
    expect(first).to.not.have.property('requestObject');
    expect(first?.annotations).to.deep.equal({ 'audit.k8s.io/truncated': 'true' });
    expect(second?.user.username).to.have.length(1024);
    const [name = ''] = readdirSync(dir);
    expect(readFileSync(join(dir, name), 'utf8').length).to.be.below(20_000);
  });

  it('takes so many refusals of strangers a minute, and counts the rest', async () => {
    const log = open();
    const refused = (code = 401) =>
      log.write(auditEvent({ user: {}, responseStatus: { metadata: {}, code } }));
    for (let i = 0; i < 100; i++) refused();
    // A sign-in under a name that is locked, one that is not JSON, one too many.
    for (const code of [429, 400, 409]) refused(code);
    log.write(auditEvent({ auditID: 'known' }));
    await clock.advance(60_000);
    refused();
    await log.close();
    const events = await stored();
    expect(events.filter(({ responseStatus }) => responseStatus?.code === 401)).to.have.length(61);
    expect(events.some(({ auditID }) => auditID === 'known')).to.equal(true);
    expect(events.at(-1)?.annotations).to.deep.equal({ 'pilotage.dev/omitted': '43' });
    expect(events).to.have.length(62);
  });

  it('tells a follower each event once, whether it is written already or only comes', async () => {
    const log = open();
    log.write(auditEvent({ auditID: 'before', stageTimestamp: at(clock.now()) }));
    const gone = new AbortController();
    const lines = auditLines(log, {}, true, gone.signal);
    const next = async () => (JSON.parse((await lines.next()).value ?? '{}') as AuditEvent).auditID;
    expect(await next()).to.equal('before');
    const coming = next();
    log.write(auditEvent({ auditID: 'after', stageTimestamp: at(clock.now()) }));
    expect(await coming).to.equal('after');
    const last = lines.next();
    gone.abort();
    expect((await last).done).to.equal(true);
  });
});
