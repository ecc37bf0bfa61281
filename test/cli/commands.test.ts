import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ReleaseReport, WhyReport } from '../../src/model/faces.ts';
import { environment, type FakeFace, REVISION, run, startFace, statusOf } from './harness.ts';

describe('commands that ask the daemon', () => {
  let face: FakeFace;
  let dir: string;
  beforeEach(async () => {
    face = await startFace();
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cli-'));
  });
  afterEach(async () => {
    rmSync(dir, { recursive: true, force: true });
    await face.stop();
  });
  const at = (verb: string) => `/api/v1/environments/shop/prod/${verb}`;
  const STATUS = 'GET /api/v1/status';

  describe('status', () => {
    it('prints a row for each environment, what is moving, and what is said of it', async () => {
      const moving = environment({
        name: 'prod',
        deployedRevision: null,
        sync: 'OutOfSync',
        health: 'Missing',
        message: 'rendering',
      });
      face.answers[STATUS] = statusOf(environment(), moving);
      const { stdout } = await face.run('status');
      expect(stdout).to.match(/^ENVIRONMENT +REVISION +SYNC +HEALTH +PHASE +URL\n/);
      expect(stdout).to.match(/shop\/dev +abcdef1 +Synced +Healthy +Idle +http:\/\/127\.0\.0\.1:30080\n/);
      expect(stdout).to.match(/shop\/prod +- → abcdef1 +OutOfSync +Missing/);
      expect(stdout).to.contain('shop/prod: rendering');
    });

    it('prints the policy in force of one, gates that are not supported included', async () => {
      const promotion = {
        from: 'dev',
        auto: true,
        required: true,
        gates: { healthy: 120_000, approvals: 2 },
        unsupportedGates: ['weather'],
      };
      face.answers[STATUS] = statusOf(environment({ name: 'prod', promotion }));
      const { stdout } = await face.run('status', 'shop/prod');
      expect(stdout).to.contain(
        'promoted from shop/dev automatically, required, gates: healthy 2m, approvals 2',
      );
      expect(stdout).to.contain('weather (not supported: it blocks)');
    });

    it('says what to do while there is nothing', async () => {
      face.answers[STATUS] = { deliveries: [] };
      expect((await face.run('status')).stdout).to.match(/^No deliveries yet\. Push/);
    });

    it('prints for scripts exactly what was asked for', async () => {
      face.answers[STATUS] = statusOf(environment(), environment({ name: 'prod' }));
      const { stdout } = await face.run('get', 'shop/prod', '-o', 'json');
      expect(JSON.parse(stdout)).to.deep.equal(statusOf(environment({ name: 'prod' })));
    });
  });

  it('history prints releases, the one that stands marked', async () => {
    const release = (number: number, current: boolean): ReleaseReport => ({
      number,
      revision: REVISION,
      subject: 'Raise the limit',
      author: 'Ada',
      pushes: [{ at: '2025-12-31T23:50:00Z', by: 'eve', program: 'robot:eve.ci', verified: true }],
      cause: 'commit',
      result: 'Healthy',
      message: '',
      startedAt: '2025-12-31T23:59:00Z',
      current,
    });
    face.answers[`GET ${at('history')}`] = [release(2, true), release(1, false)];
    const { stdout } = await face.run('history', 'shop/prod');
    expect(stdout).to.match(
      /\* +2 +abcdef1 +Healthy +commit +60s +eve \(robot:eve\.ci\) +Raise the limit\n +1 /,
    );
    face.answers[`GET ${at('history')}`] = [];
    expect((await face.run('history', 'shop/prod')).stdout).to.equal('shop/prod has no releases yet.\n');
  });

  it('rollback goes to the release that is named, or the one before', async () => {
    face.answers[`POST ${at('rollback')}`] = { message: 'goes back' };
    await face.run('rollback', 'shop/prod');
    const { code, stdout } = await face.run('rollback', 'shop/prod', '3');
    expect(face.asked).to.deep.equal([`POST ${at('rollback')} {}`, `POST ${at('rollback')} {"number":3}`]);
    expect([code, stdout]).to.deep.equal([
      0,
      'goes back\n  next: git revert the bad commit and push, then: pilotage pin shop/prod --off\n',
    ]);
    expect((await face.run('rollback', 'shop/prod', 'three')).code).to.equal(2);
  });

  it('rollback --wait waits for the pin, not for what the branch wants', async () => {
    const other = '1'.repeat(40);
    const states = [
      environment({ name: 'prod', pin: { revision: other, reason: '' } }),
      environment({
        name: 'prod',
        pin: { revision: other, reason: '' },
        deployedRevision: other,
        assessedRevision: other,
      }),
    ];
    face.answers[`POST ${at('rollback')}`] = { message: 'goes back' };
    face.answers[STATUS] = () => statusOf(states.shift() ?? environment());
    expect((await face.run('rollback', 'shop/prod', '--wait')).code).to.equal(0);
    expect(states).to.deep.equal([]);
  });

  it('pin holds, and lets go', async () => {
    face.answers[`POST ${at('pin')}`] = { message: 'pinned' };
    face.answers[`POST ${at('unpin')}`] = { message: 'free' };
    await face.run('pin', 'shop/prod', 'v1', '--reason', 'freeze');
    expect((await face.run('pin', 'shop/prod', '--off', '-o', 'json')).stdout).to.equal(
      '{"message":"free"}\n',
    );
    expect(face.asked).to.deep.equal([
      `POST ${at('pin')} {"reason":"freeze","revision":"v1"}`,
      `POST ${at('unpin')} {}`,
    ]);
  });

  it('sync says what a person agrees to, and waits when asked', async () => {
    face.answers[`POST ${at('sync')}`] = { message: 'reconciling' };
    face.answers[STATUS] = statusOf(environment({ name: 'prod' }));
    const { stdout } = await face.run('sync', 'shop/prod', '--acknowledge', '--wait');
    expect(face.asked[0]).to.equal(
      `POST ${at('sync')} {"acknowledge":true,"confirmPrune":false,"confirmRecreate":false}`,
    );
    expect(stdout).to.contain('reconciling\nshop/prod is healthy at abcdef1.');
    expect((await face.run('sync', 'shop/prod', '-o', 'json')).stdout).to.equal(
      '{"message":"reconciling"}\n',
    );
  });

  it('why prints every reason with what would unblock it, and the gates', async () => {
    const why: WhyReport = {
      environment: environment({ name: 'prod', health: 'Degraded', phase: 'Waiting' }),
      reasons: [{ reason: 'Pinned', message: 'It is held.', remedy: 'pilotage pin shop/prod --off' }],
      gates: [{ gate: 'approvals', state: 'Waiting', reason: '0 of 1' }],
      pushes: [{ at: '2025-12-31T23:50:00Z', by: 'ann', verified: false, ref: 'refs/heads/main' }],
    };
    face.answers[`GET ${at('why')}`] = why;
    const { stdout } = await face.run('why', 'shop/prod');
    expect(stdout).to.contain('shop/prod is Degraded, Synced, Waiting at abcdef1 (wanted: abcdef1).');
    expect(stdout).to.contain('- It is held.\n  → pilotage pin shop/prod --off');
    expect(stdout).to.contain('· approvals: 0 of 1');
    expect(stdout).to.contain('pushed by ann (unverified) to refs/heads/main, 2025-12-31T23:50:00Z');
    expect(JSON.parse((await face.run('why', 'shop/prod', '-o', 'json')).stdout)).to.deep.equal(why);
  });

  it('connect reads the token from a file, so that no process list shows it', async () => {
    face.answers['POST /api/v1/deliveries'] = { message: 'Delivery shop follows it.' };
    writeFileSync(join(dir, 'token'), 'hush\n');
    const url = 'https://example.com/shop.git';
    const args = [
      '--token-file',
      join(dir, 'token'),
      '--poll',
      '5',
      '--allow-cluster',
      'a',
      '--allow-cluster',
      'b',
    ];
    const { stdout } = await face.run('connect', 'shop', url, ...args);
    expect(face.asked).to.deep.equal([
      `POST /api/v1/deliveries {"name":"shop","url":"${url}","token":"hush","pollSeconds":5,"allowClusters":["a","b"]}`,
    ]);
    expect(stdout).to.equal('Delivery shop follows it.\n  next: pilotage status shop\n');
  });

  it('connect refuses a period that is none', async () => {
    for (const period of ['often', '0', '-5', '1.5'])
      expect((await face.run('connect', 'shop', `--poll=${period}`)).code, period).to.equal(2);
    expect(face.asked).to.deep.equal([]);
  });

  it('logs of an environment elsewhere say which command shows them', async () => {
    face.answers[STATUS] = statusOf(environment({ cluster: 'prod-cluster' }));
    const { code, stderr } = await face.run('logs', 'shop/dev');
    expect(code).to.equal(1);
    expect(stderr).to.contain('kubectl --context prod-cluster -n shop-dev logs');
    expect((await face.run('logs', 'shop/nowhere')).stderr).to.contain('no environment shop/nowhere');
  });

  it('name environments with odd characters as they are', async () => {
    face.answers['GET /api/v1/environments/a%20b/c%2Fd/why'] = { problem: { reason: 'X', message: 'seen' } };
    expect((await face.run('why', 'a b/c/d')).stderr).to.equal('error: seen\n');
  });
});

describe('commands and the daemon that they look for', () => {
  it('say what to start when none runs on the data directory', async () => {
    const { code, stdout, stderr } = await run(['status'], { server: undefined, dataDir: '/nowhere' });
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.match(/^error: No Pilotage runs on the data directory \/nowhere\.\n {2}→ Start one/);
  });

  it('say that nothing answers when the address is wrong', async () => {
    const face = await startFace();
    await face.stop();
    expect((await run(['status', '--server', face.url])).stderr).to.contain(
      `Nothing answers at ${face.url}.`,
    );
  });

  it('refuse an address that is none', async () => {
    for (const server of ['nonsense', 'ftp://127.0.0.1'])
      expect((await run(['status', '--server', server])).stderr, server).to.contain('is not a URL like');
  });

  it('take the token from the environment where the address has none', async () => {
    const face = await startFace();
    face.answers['GET /api/v1/status'] = statusOf();
    expect((await run(['status', '--server', face.url], { token: 'token-1' })).code).to.equal(0);
    const { code, stderr } = await run(['status', '--server', face.url]);
    expect([code, stderr]).to.deep.equal([1, 'error: wrong token\n']);
    await face.stop();
  });

  it('prefer a data directory that is named over an address in the environment', async () => {
    const { stderr } = await run(['status', '--data-dir', '/nowhere'], { server: 'http://127.0.0.1:1' });
    expect(stderr).to.contain('data directory /nowhere');
  });
});
