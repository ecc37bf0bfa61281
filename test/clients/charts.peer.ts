import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Finished, run } from '../e2e/processes.ts';
import { program } from './programs.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** Debian's docker-registry, which scripts/test-clients.mjs starts where it is installed. */
const found = JSON.parse(process.env.REGISTRY ?? 'null') as {
  readonly address: string;
  readonly username: string;
  readonly password: string;
} | null;
const { address: registry, username = '', password = '' } = found ?? {};

const CHART = `apiVersion: v2
name: web
version: 1.2.3+b1
description: A <web> & more
maintainers: [{name: Ann, email: ann@example.com}, {name: Bob}]
sources: [https://example.com/web]
annotations: {b: "2 <x>", a: "1", "10": z}
dependencies: []
`;

/** Each gives the registry what the other takes from it. */
for (const helm of ['helm3', 'helm4']) {
  describe(`charts of a registry, by ${helm} and by Pilotage`, function () {
    this.timeout(120_000);
    let dir: string;
    before(function () {
      // Without Debian's docker-registry there is nobody to push to.
      if (registry === undefined) this.skip();
      dir = mkdtempSync(join(tmpdir(), 'pilotage-charts-'));
      mkdirSync(join(dir, 'web', 'templates'), { recursive: true });
      writeFileSync(join(dir, 'web', 'Chart.yaml'), CHART);
      writeFileSync(join(dir, 'web', 'templates', 'a.yaml'), 'kind: ConfigMap\n');
    });
    after(() => dir && rmSync(dir, { recursive: true, force: true }));

    const env = () => ({ HOME: dir });
    const pilotage = (args: readonly string[], input?: string): Promise<Finished> =>
      run(process.execPath, [main, 'chart', ...args], { cwd: dir, env: env(), ...(input ? { input } : {}) });
    const helmRun = async (...args: readonly string[]): Promise<void> => {
      const { code, stderr } = await run(program(helm), args, { cwd: dir, env: env() });
      expect(code, stderr).to.equal(0);
    };
    const fetched = async (path: string): Promise<string> => {
      const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
      const accept = 'application/vnd.oci.image.manifest.v1+json';
      return (await fetch(`http://${registry}/v2/${path}`, { headers: { authorization, accept } })).text();
    };

    it('keeps no password that the registry refuses, and says how one signs in', async () => {
      const wrong = await pilotage(
        ['login', registry ?? '', '--plain-http', '--username', username],
        'wrong\n',
      );
      expect([wrong.code, wrong.stderr]).to.deep.equal([
        1,
        `error: ${registry} refuses access to registry at /v2/ (401)\n  → Check the name and the password.\n`,
      ]);
      const refused = await pilotage(['pull', `oci://${registry}/${helm}/web`, '--plain-http']);
      expect(refused.stderr).to.contain(`Sign in: pilotage chart login ${registry}.`);
      const plain = await pilotage(['pull', `oci://${registry}/${helm}/web`]);
      expect(plain.stderr).to.contain('does not speak TLS').and.contain('--plain-http');
    });

    it('pushes what helm pulls, with the same configuration, layers and annotations as helm pushes', async () => {
      const login = await pilotage(
        ['login', registry ?? '', '--plain-http', '--username', username],
        `${password}\n`,
      );
      expect(login.code, login.stderr).to.equal(0);
      await helmRun('package', 'web');
      const archive = 'web-1.2.3+b1.tgz';
      writeFileSync(join(dir, `${archive}.prov`), 'signed');
      const credentials = ['--plain-http', '--username', username, '--password', password];
      await helmRun('push', archive, `oci://${registry}/${helm}/theirs`, ...credentials);
      const pushed = await pilotage(['push', archive, `oci://${registry}/${helm}/ours`, '--plain-http']);
      expect(pushed.code, pushed.stderr).to.equal(0);
      const manifest = async (owner: string) => {
        const { config, layers, annotations } = JSON.parse(
          await fetched(`${helm}/${owner}/web/manifests/1.2.3_b1`),
        );
        const { 'org.opencontainers.image.created': created, ...others } = annotations;
        expect(created).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        return { config, layers, annotations: others };
      };
      expect(await manifest('ours')).to.deep.equal(await manifest('theirs'));
      mkdirSync(join(dir, 'by-helm'));
      await helmRun('pull', `oci://${registry}/${helm}/ours/web`, '--prov', '-d', 'by-helm', ...credentials);
      expect(readdirSync(join(dir, 'by-helm')).sort()).to.deep.equal([archive, `${archive}.prov`]);
      expect(readFileSync(join(dir, 'by-helm', archive)).equals(readFileSync(join(dir, archive)))).to.equal(
        true,
      );
    });

    it('pulls what helm has pushed, by a range, by a digest, and afterwards without the network', async () => {
      const chart = `oci://${registry}/${helm}/theirs/web`;
      const pulled = await pilotage([
        'pull',
        chart,
        '--version',
        '^1',
        '--prov',
        '--plain-http',
        '--destination',
        'a',
      ]);
      expect(pulled.code, pulled.stderr).to.equal(0);
      const [digest] = /sha256:[0-9a-f]{64}/.exec(pulled.stdout) ?? [];
      expect(readFileSync(join(dir, 'a', 'web-1.2.3+b1.tgz.prov'), 'utf8')).to.equal('signed');
      const offline = await pilotage([
        'pull',
        `${chart}@${digest}`,
        '--offline',
        '--untar',
        '--destination',
        'b',
      ]);
      expect(offline.code, offline.stderr).to.equal(0);
      expect(readFileSync(join(dir, 'b', 'web', 'templates', 'a.yaml'), 'utf8')).to.equal(
        'kind: ConfigMap\n',
      );
      const shown = await pilotage(['show', 'chart', chart, '--plain-http']);
      expect(shown.stdout).to.contain('description: A <web> & more');
    });

    it('locks dependencies as helm does, by the same digest, and helm builds from that lock', async () => {
      const chart = (folder: string): void => {
        mkdirSync(join(dir, folder), { recursive: true });
        writeFileSync(
          join(dir, folder, 'Chart.yaml'),
          [
            'apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:',
            `- {name: web, version: ^1.0, repository: "oci://${registry}/${helm}/theirs", alias: w, tags: [a], condition: "w.<on>,x"}`,
            '- {name: local, version: 0.x, repository: "file://../local", import-values: [a, {child: b, parent: c}]}\n',
          ].join('\n'),
        );
      };
      for (const folder of ['by-us', 'by-them']) chart(folder);
      mkdirSync(join(dir, 'local'));
      writeFileSync(join(dir, 'local', 'Chart.yaml'), 'apiVersion: v2\nname: local\nversion: 0.3.0\n');
      const credentials = ['--plain-http', '--username', username, '--password', password];
      await helmRun('dependency', 'update', 'by-them', ...credentials);
      const ours = await pilotage(['dependency', 'update', 'by-us', '--plain-http']);
      expect(ours.code, ours.stderr).to.equal(0);
      const lock = (folder: string): string =>
        readFileSync(join(dir, folder, 'Chart.lock'), 'utf8')
          .replace(/^generated: ".*"$/m, '')
          .replace(/^archives:\n(?: .*\n)+/m, '');
      expect(lock('by-us')).to.equal(lock('by-them'));
      const names = (folder: string) => readdirSync(join(dir, folder, 'charts')).sort();
      expect(names('by-us')).to.deep.equal(names('by-them'));
      rmSync(join(dir, 'by-us', 'charts'), { recursive: true });
      await helmRun('dependency', 'build', 'by-us', ...credentials);
      expect(names('by-us')).to.deep.equal(['local-0.3.0.tgz', 'web-1.2.3+b1.tgz']);
      rmSync(join(dir, 'by-them', 'charts'), { recursive: true });
      const built = await pilotage(['dependency', 'build', 'by-them', '--plain-http']);
      expect(built.code, built.stderr).to.equal(0);
      expect(names('by-them')).to.deep.equal(names('by-us'));
    });

    it('says which versions there are where none satisfies the range, and writes nothing', async () => {
      const chart = `oci://${registry}/${helm}/theirs/web`;
      const refused = await pilotage([
        'pull',
        chart,
        '--version',
        '^2',
        '--plain-http',
        '--destination',
        'none',
      ]);
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.contain('satisfies ^2').and.contain('There is 1.2.3+b1.');
      expect(readdirSync(dir)).to.not.include('none');
    });
  });
}
