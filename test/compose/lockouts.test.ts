import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLifetime } from '../../src/base/lifetime.ts';
import { silentLogger } from '../../src/base/log.ts';
import { openLockouts } from '../../src/compose/lockouts.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('failed sign-ins', () => {
  let dataDir: string;
  const clock = new FakeClock();
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'pilotage-lockouts-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));
  const path = () => join(dataDir, 'lockouts.json');

  async function start() {
    const parts = createLifetime({ clock, logger: silentLogger });
    return { ...(await openLockouts({ dataDir, clock, logger: silentLogger, parts })), stop: parts.end };
  }

  it('are remembered across a restart, at each provider by itself, until one succeeds', async () => {
    const first = await start();
    for (let guess = 0; guess < 7; guess++) first.of('local').failed('ada');
    await first.stop();
    const second = await start();
    expect(second.of('local').waitMs('ada')).to.equal(20_000);
    expect([second.of('ldap').waitMs('ada'), second.of('local').waitMs('bob')]).to.deep.equal([0, 0]);
    second.of('local').succeeded('ada');
    await second.stop();
    expect((await start()).of('local').waitMs('ada')).to.equal(0);
  });

  it('are for nobody else to read', async () => {
    const lockouts = await start();
    lockouts.of('local').failed('ada');
    await lockouts.stop();
    expect(statSync(path()).mode & 0o777).to.equal(0o600);
  });

  it('keep nobody out by a file that is damaged', async () => {
    writeFileSync(path(), '{"local": [');
    const lockouts = await start();
    lockouts.of('local').failed('ada');
    await lockouts.stop();
    expect(JSON.parse(readFileSync(path(), 'utf8')).local).to.have.length(1);
  });
});
