import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { main, Pilotage, type Work } from './harness.ts';
import { type Finished, run } from './processes.ts';

/** Long enough that it stands nowhere by chance. */
const CANARY = 'canary-7f3a9c02e1';
/** The same, in an object that is no Secret: the store of the cluster does not seal it. */
const VISIBLE = 'visible-5b1de7740c';
const SECRET = `apiVersion: v1
kind: Secret
metadata: {name: db}
stringData:
  password: ${CANARY} # of the database
`;
const PLAIN = `apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data: {greeting: hello, dsn: "postgres://app:${VISIBLE}-1@db/app"}
`;

/** What is sealed in git is delivered, and nowhere else to be read. */
describe('e2e: secrets in git', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  let work: Work;
  const said: string[] = [];
  before(async () => {
    pilotage = await Pilotage.start();
    work = await pilotage.repository('sealed');
  });
  after(() => pilotage?.stop());

  /** A command in the clone, its editor replaced by a file that is copied over. */
  async function command(args: readonly string[], editedTo?: string): Promise<Finished> {
    const env = {
      PILOTAGE_DATA_DIR: pilotage.dataDir,
      HOME: pilotage.dir,
      TMPDIR: pilotage.dir,
      EDITOR: `cp ${editedTo}`,
    };
    const done = await run(process.execPath, [main, ...args], { cwd: work.dir, env });
    said.push(done.stdout, done.stderr);
    return done;
  }

  async function sealed(file: string, text: string): Promise<void> {
    const plain = join(pilotage.dir, 'plain.yaml');
    await writeFile(plain, text);
    const { code, stderr } = await command(['secrets', 'edit', file], plain);
    expect(code, stderr).to.equal(0);
  }

  async function pushed(): Promise<void> {
    await work.commit('sealed');
    const push = await work.push();
    said.push(push.stdout, push.stderr);
    expect(push.code, push.stderr).to.equal(0);
    const wait = await command(['wait', 'sealed/dev', '--timeout', '60s']);
    expect(wait.code, wait.stderr).to.equal(0);
  }

  it('are sealed for the delivery and for whoever writes them', async () => {
    const { code, stdout, stderr } = await command(['secrets', 'init', 'sealed']);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain('Wrote .sops.yaml').and.to.contain('your new key');
    await sealed('chart/templates/secrets.yaml', SECRET);
    const text = await readFile(join(work.dir, 'chart', 'templates', 'secrets.yaml'), 'utf8');
    expect(text).to.contain('name: db').and.to.contain('password: ENC[').and.not.to.contain(CANARY);
  });

  it('are opened on the way to the cluster', async () => {
    await pushed();
    const { stdout } = await pilotage.kubectl(
      '-n',
      'sealed-dev',
      'get',
      'secret',
      'db',
      '-o',
      'jsonpath={.data.password}',
    );
    expect(Buffer.from(stdout, 'base64').toString('utf8')).to.equal(CANARY);
  });

  it('are hidden in diffs, in whatever object they are', async () => {
    await sealed('chart/templates/secrets-app.yaml', PLAIN);
    await pushed();
    await sealed(
      'chart/templates/secrets-app.yaml',
      PLAIN.replace(`${VISIBLE}-1`, `${VISIBLE}-2`).replace('hello', 'good day'),
    );
    await work.commit('changed');
    await work.push('main:refs/heads/later');
    const revision = await work.git('rev-parse', 'HEAD');
    const diff = await command(['diff', 'sealed/dev', '--revision', revision]);
    expect(diff.stdout).to.contain('data.dsn').and.to.contain('***');
  });

  it('are named, not shown, where a file was changed by hand', async () => {
    await work.edit('chart/templates/secrets.yaml', (text) => text.replace('name: db', 'name: other'));
    await work.commit('by hand');
    const push = await work.push();
    said.push(push.stdout, push.stderr);
    expect(push.stderr.replace(/\s*\nremote:\s*/g, ' ')).to.contain('changed by hand after it was sealed');
  });

  it('stand in no output, log or file of the daemon', async () => {
    for (const line of [...said, ...pilotage.log])
      expect(line).not.to.match(new RegExp(`${CANARY}|${VISIBLE}`));
    const files = await readdir(pilotage.dataDir, { recursive: true, withFileTypes: true });
    const audited = files.filter((entry) => entry.isFile() && /audit|bundles|store/.test(entry.parentPath));
    expect(audited).not.to.have.length(0);
    for (const entry of audited)
      expect((await readFile(join(entry.parentPath, entry.name))).includes(CANARY), entry.name).to.equal(
        false,
      );
  });
});
