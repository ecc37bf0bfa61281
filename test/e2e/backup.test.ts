import { appendFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { CONFIG_MAPS, SECRETS } from '../../src/kube/kinds/resources.data.ts';
import { eventually, fetchText, Pilotage, statusOf, withApi } from './harness.ts';
import { run } from './processes.ts';

const BY_HAND = { name: 'by-hand', namespace: 'default' };
const PASSWORD = { name: 'password', namespace: 'default' };
const WORD = 'correct-horse-battery-staple';

/** What a person does on the day that the machine is lost. */
describe('e2e: backup and restore', function () {
  this.timeout(90_000);
  let original: Pilotage;
  let copy: Pilotage;
  let folder: string;
  before(async () => {
    original = await Pilotage.start();
    folder = join(original.dir, 'backup');
  });
  after(async () => {
    await original?.stop();
    await copy?.stop();
  });

  it('takes a whole copy while Pilotage runs, for its owner only', async () => {
    const work = await original.repository('kept');
    expect((await work.push()).code).to.equal(0);
    expect((await original.cli('wait', 'kept/dev', '--timeout', '60s')).code).to.equal(0);
    // Git does not know of this one.
    await withApi(original.ready.kubeconfig, (client) =>
      client.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: BY_HAND,
        data: { a: 'plain-as-day' },
      }),
    );
    await withApi(original.ready.kubeconfig, (client) =>
      client.create(SECRETS, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: PASSWORD,
        stringData: { word: WORD },
      }),
    );
    const { code, stdout, stderr } = await original.cli('backup', folder);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain('1 repositories').and.contain(`pilotage restore ${folder}`);
    expect((await stat(folder)).mode & 0o077).to.equal(0);
    expect((await stat(`${folder}.key`)).mode & 0o077).to.equal(0);
    expect(
      (
        await run('git', [
          'clone',
          '--quiet',
          join(folder, 'git', 'kept.git.bundle'),
          join(original.dir, 'clone'),
        ])
      ).code,
    ).to.equal(0);
  });

  it('seals Secrets, the token and private keys, and leaves their key out', async () => {
    const { token } = JSON.parse(await readFile(join(original.dataDir, 'token.json'), 'utf8')) as {
      token: string;
    };
    const pem = await readFile(join(original.dataDir, 'pki', 'sa.key'), 'utf8');
    const secrets = [WORD, Buffer.from(WORD).toString('base64'), token, pem.split('\n')[1] ?? '?'];
    const key = (await readFile(`${folder}.key`, 'utf8')).trim();
    for (const path of await readdir(folder, { recursive: true })) {
      const text = await readFile(join(folder, path), 'latin1').catch(() => '');
      for (const secret of [...secrets, key]) expect(text.includes(secret), path).to.equal(false);
    }
  });

  it('holds the key as well where that is asked for', async () => {
    const whole = join(original.dir, 'with-key');
    const { code, stdout } = await original.cli('backup', whole, '--with-key');
    expect([code, stdout.includes('and their key')]).to.deep.equal([0, true]);
    const trial = await original.cli('restore', whole, '--data-dir', join(original.dir, 'trial'));
    expect(trial.code, trial.stderr).to.equal(0);
  });

  it('does not write into a folder that holds something', async () => {
    const { code, stderr } = await original.cli('backup', folder);
    expect(code).to.equal(1);
    expect(stderr).to.contain('is not empty').and.contain('→');
  });

  it('does not restore over what is there, nor from a damaged copy', async () => {
    const over = await original.cli('restore', folder);
    expect(over.stderr).to.contain('restoring would mix two Pilotages');
    const damaged = join(original.dir, 'damaged');
    await run('cp', ['-a', folder, damaged]);
    await appendFile(join(damaged, 'objects.jsonl.gz.sealed'), 'x');
    await mkdir(join(original.dir, 'empty'));
    const { code, stderr } = await original.cli(
      'restore',
      damaged,
      '--data-dir',
      join(original.dir, 'empty'),
    );
    expect(code).to.equal(1);
    expect(stderr).to.contain('objects.jsonl.gz');
  });

  it('brings deliveries, history, pods and the token back in an empty folder', async () => {
    const token = await readFile(join(original.dataDir, 'token.json'), 'utf8');
    const before = await statusOf(original, 'kept', 'dev');
    await original.cli('down');
    copy = await Pilotage.start([], undefined, async (dataDir) => {
      const { code, stderr } = await original.cli('restore', folder, '--data-dir', dataDir);
      expect(code, stderr).to.equal(0);
    });
    expect(await readFile(join(copy.dataDir, 'token.json'), 'utf8')).to.equal(token);
    const after = await eventually('it is healthy again', async () => {
      const status = await statusOf(copy, 'kept', 'dev');
      return status?.health === 'Healthy' && status.sync === 'Synced' && status;
    });
    expect(after.deployedRevision).to.equal(before?.deployedRevision);
    expect((await copy.cli('history', 'kept/dev')).stdout).to.contain(
      String(before?.deployedRevision).slice(0, 7),
    );
    expect((await copy.cli('why', 'kept/dev')).stdout).to.contain('pushed by pilotage-admin (unverified)');
    const byHand = await withApi(copy.ready.kubeconfig, (client) => client.get(CONFIG_MAPS, BY_HAND));
    expect(byHand.data).to.deep.equal({ a: 'plain-as-day' });
    await eventually('its pods answer', async () => (await fetchText(after.urls[0] ?? '')).status === 200);
  });

  it('brings Secrets back, and the key that seals them on disk', async () => {
    const secret = await withApi(copy.ready.kubeconfig, (client) => client.get(SECRETS, PASSWORD));
    expect(secret.data).to.deep.equal({ word: Buffer.from(WORD).toString('base64') });
    const keyOf = ({ dataDir }: Pilotage) => readFile(join(dataDir, 'pki', 'secrets.key'), 'utf8');
    expect(await keyOf(copy)).to.equal(await keyOf(original));
  });

  it('goes on from there: the next push is delivered', async () => {
    await rm(join(original.dir, 'again'), { recursive: true, force: true });
    const clone = await run('git', [
      'clone',
      '--quiet',
      `${copy.ready.git}/kept.git`,
      join(original.dir, 'again'),
    ]);
    expect(clone.code, clone.stderr).to.equal(0);
    const inside = { cwd: join(original.dir, 'again') };
    await run('sed', ['-i', 's/greeting: .*/greeting: again/', 'values/dev.yaml'], inside);
    await run('git', ['commit', '--quiet', '--allow-empty', '-am', 'go on'], inside);
    const pushed = await run('git', ['push', 'origin', 'main'], inside);
    expect(pushed.code, pushed.stderr).to.equal(0);
    expect(pushed.stderr).to.contain('is healthy');
  });
});
