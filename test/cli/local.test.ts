import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { processStartTime } from '../../src/base/process.ts';
import { readFolder } from '../../src/cli/init/foldertree.ts';
import { agentFilePath } from '../../src/model/agentfile.ts';
import { daemonFilePath } from '../../src/model/daemonfile.ts';
import { run } from './harness.ts';

describe('commands that need no daemon', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cli-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  };

  describe('init and render', () => {
    it('what init writes can be rendered as it is', async () => {
      const begun = await run([
        'init',
        dir,
        '--name',
        'shop',
        '--command',
        'node server.js',
        '--port',
        '8080',
      ]);
      expect([begun.code, begun.stderr]).to.deep.equal([0, '']);
      const { code, stdout, stderr } = await run(['render', dir, '-e', 'prod']);
      expect([code, stderr]).to.deep.equal([0, '']);
      expect(stdout).to.match(/^---\n# chart\/templates\//);
      expect(stdout).to.contain('kind: Deployment');
    });

    it('init touches nothing that exists', async () => {
      write('pilotage.yaml', 'mine');
      const { code, stderr } = await run(['init', dir]);
      expect(code).to.equal(1);
      expect(stderr).to.contain('pilotage.yaml already; nothing was written');
      expect(readFolder(dir).paths).to.deep.equal(['pilotage.yaml']);
      expect(readFileSync(join(dir, 'pilotage.yaml'), 'utf8')).to.equal('mine');
    });

    it('init delivers plain manifests and a chart that are there, and writes no chart beside them', async () => {
      write('k8s/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-mine}\n');
      const { code, stdout, stderr } = await run(['init', dir, '--name', 'shop']);
      expect([code, stderr]).to.deep.equal([0, '']);
      expect(stdout).to.contain('delivers the manifests of k8s').and.not.contain('missing');
      expect(readFolder(dir).paths).to.deep.equal(['k8s/a.yaml', 'pilotage.yaml']);
      expect((await run(['render', dir, '-e', 'dev'])).stdout).to.contain('name: of-mine');
    });

    it('init does not ask how a program is started where a chart of one’s own says it', async () => {
      write('chart/Chart.yaml', 'apiVersion: v2\nname: mine\nversion: 1.0.0\n');
      write('chart/templates/d.yaml', 'name: {{ .Release.Name }}\n');
      const { stdout } = await run(['init', dir]);
      expect(stdout).to.contain('delivers chart/').and.not.contain('missing');
    });

    it('init finds a Helm chart in any folder, and says how its image is named', async () => {
      write('web/Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.0.0\n');
      write(
        'web/templates/a.yaml',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n',
      );
      write('web/values/dev.yaml', 'mine: 1\n');
      const { stdout } = await run(['init', dir, '--name', 'shop']);
      expect(stdout).to.contain('delivers web/ as it is').and.contain('image: {repository: web, tag: ""}');
      expect(readFileSync(join(dir, 'web/values/dev.yaml'), 'utf8')).to.equal('mine: 1\n');
      expect((await run(['render', dir, '-e', 'prod'])).stdout).to.contain('name: shop');
    });

    it('init beside a compose file writes values that set its variables', async () => {
      write('compose.yaml', 'services: {web: {image: "nginx:${TAG}"}}\n');
      await run(['init', dir, '--name', 'shop']);
      write('values/dev.yaml', 'TAG: "7"\n');
      expect((await run(['render', dir])).stdout).to.contain('nginx:7');
    });

    it('render names the line of pilotage.yaml whose folder or variable is wrong', async () => {
      const file = (spec: string): void =>
        write('pilotage.yaml', `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec:\n${spec}`);
      const said = async (): Promise<string> => (await run(['render', dir])).stderr;
      write('a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
      file('  environments:\n    - {name: dev, branch: main, path: overlays/dve}\n');
      expect(await said())
        .to.contain('pilotage.yaml:5')
        .and.contain('There is no folder overlays/dve');
      file('  apps:\n    - name: a\n      path: .\n      values: ["values/${env}.yaml"]\n');
      expect(await said())
        .to.contain('pilotage.yaml:7')
        .and.contain('Write ${environment}');
      file('  images: {web: {path: nowhere}}\n');
      expect(await said()).to.contain('images.web: There is no folder nowhere');
    });

    it('render leaves out the hooks that a delivery leaves out', async () => {
      const pod = (name: string, event: string) =>
        `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, annotations: {helm.sh/hook: ${event}}}\nspec: {containers: [{name: a, image: a}]}\n`;
      write('a.yaml', pod('tests', 'test') + pod('first', 'pre-install'));
      const { stdout } = await run(['render', dir]);
      expect(stdout).to.contain('name: first').and.not.contain('name: tests');
    });

    it('init refuses a port that is none', async () => {
      for (const port of ['http', '0', '65536', '-1'])
        expect((await run(['init', dir, `--port=${port}`])).code, port).to.equal(2);
    });

    it('render names file and line of what is wrong, on stderr, and prints no half of it', async () => {
      write('k8s/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n');
      const { code, stdout, stderr } = await run(['render', dir]);
      expect([code, stdout]).to.deep.equal([1, '']);
      expect(stderr).to.match(/^error: k8s\/a\.yaml:\d+/);
    });

    it('render says which release of Kubernetes it assumes where a chart asks for it', async () => {
      write('chart/Chart.yaml', 'apiVersion: v2\nname: mine\nversion: 1.0.0\n');
      const data = 'data: {release: "{{Capabilities.KubeVersion.Version}}"}';
      write('chart/templates/a.yaml.hbs', `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n${data}\n`);
      const assumed = await run(['render', dir]);
      expect(assumed.stdout).to.contain('release: v1.35.0');
      expect(assumed.stderr).to.contain('v1.35.0 is assumed; --kube-version names another');
      const named = await run(['render', dir, '--kube-version', 'v1.31.5']);
      expect(named.stdout).to.contain('release: v1.31.5');
      expect(named.stderr).to.equal('');
    });

    it('render takes values from files and the command line', async () => {
      await run(['init', dir, '--name', 'shop', '--port', '8080']);
      const { stdout } = await run(['render', dir, '--set', 'replicas=7', '-o', 'json']);
      const deployment = JSON.parse(stdout).find(({ kind }: { kind: string }) => kind === 'Deployment');
      expect(deployment.spec.replicas).to.equal(7);
    });

    it('render names the environments that there are when one is not', async () => {
      await run(['init', dir, '--name', 'shop']);
      expect((await run(['render', dir, '-e', 'moon'])).stderr).to.contain('It defines: dev, preprod, prod.');
      expect((await run(['render', join(dir, 'nowhere')])).stderr).to.contain('There is no folder');
    });
  });

  describe('image', () => {
    const images = {
      import: async (_dir: string, reference: string) => `sha256:${reference.length}`,
      list: async () => [{ reference: 'shop/web:1', digest: 'sha256:1' }],
      engine: async () => ({
        list: async () => [{ reference: 'localhost/shop/web:2', digest: 'sha256:2' }],
        tag: async () => {},
        push: async () => 'sha256:3',
      }),
    };

    it('tag and push take names with a tag, and say what came of it', async () => {
      const tagged = await run(['image', 'tag', 'localhost/shop/web:2', 'ex.org/web:1'], {}, { images });
      expect(tagged.stdout).to.contain('ex.org/web:1 is localhost/shop/web:2.');
      expect((await run(['image', 'push', 'ex.org:5000/web:1'], {}, { images })).stdout).to.contain(
        '(sha256:3)',
      );
      for (const name of ['web', '../x:1', 'a/../b:1'])
        expect((await run(['image', 'push', name], {}, { images })).code, name).to.equal(1);
    });

    it('import takes a name with a tag, and no other', async () => {
      expect((await run(['image', 'import', 'shop/web:1', dir], {}, { images })).stdout).to.contain(
        'Imported shop/web:1 (sha256:10).',
      );
      for (const name of ['web', 'Web:1', 'host:1', ':1', 'web:', '../web:1'])
        expect((await run(['image', 'import', name, dir], {}, { images })).code, name).to.equal(1);
    });

    it('list shows the host and what was imported', async () => {
      const { stdout } = await run(['image', 'ls'], {}, { images });
      expect(stdout).to.match(
        /^IMAGE +DIGEST\nhost +the programs of this machine\nshop\/web:1 +sha256:1\nlocalhost\/shop\/web:2 +sha256:2\n$/,
      );
    });
  });

  describe('down', () => {
    const stopped: string[] = [];
    const parts = {
      clock: systemClock,
      stopPods: async (dataDir: string) => {
        stopped.push(dataDir);
      },
    };
    const sleeper = () => {
      const { pid = 0 } = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
      return { pid, pidStartTime: processStartTime(pid) ?? '' };
    };

    it('ends daemon, agent and pods, and keeps the data', async () => {
      const [daemon, agent] = [sleeper(), sleeper()];
      mkdirSync(join(dir, 'agent'));
      writeFileSync(daemonFilePath(dir), JSON.stringify(daemon));
      writeFileSync(agentFilePath(dir), JSON.stringify(agent));
      const { code, stdout } = await run(['down', '--data-dir', dir], {}, parts);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^Pilotage is down\. Its data stays/);
      expect(
        [daemon, agent].map(({ pid, pidStartTime }) => processStartTime(pid) === pidStartTime),
      ).to.deep.equal([false, false]);
      expect(stopped).to.deep.equal([dir]);
    });

    it('ends no stranger that has the id of a daemon long gone', async () => {
      const stranger = sleeper();
      writeFileSync(daemonFilePath(dir), JSON.stringify({ ...stranger, pidStartTime: '1' }));
      const { stdout } = await run(['down', '--data-dir', dir], {}, parts);
      expect(stdout).to.equal(`Nothing of Pilotage runs on ${dir}.\n`);
      expect(processStartTime(stranger.pid)).to.equal(stranger.pidStartTime);
      process.kill(stranger.pid, 'SIGKILL');
    });
  });

  it('kubeconfig prints where it is, or what is in it', async () => {
    const kubeconfig = join(dir, 'kubeconfig');
    write('kubeconfig', 'apiVersion: v1\n');
    const daemon = { kubeconfig, pid: process.pid, pidStartTime: processStartTime(process.pid) };
    writeFileSync(daemonFilePath(dir), JSON.stringify(daemon));
    expect((await run(['kubeconfig', '--data-dir', dir])).stdout).to.equal(`${kubeconfig}\n`);
    expect((await run(['kubeconfig', '--raw', '--data-dir', dir])).stdout).to.equal('apiVersion: v1\n');
  });

  it('up hands its flags on, and an ephemeral one takes ports and a folder of its own', async () => {
    const asked: object[] = [];
    const runDaemon = async (options: object) => {
      asked.push(options);
      return 7;
    };
    expect((await run(['up', '--data-dir', dir, '--http', ':0'], {}, { runDaemon })).code).to.equal(7);
    await run(['up', '--ephemeral', '--owner-pid', '12'], {}, { runDaemon });
    expect(asked[0]).to.deep.include({
      dataDir: dir,
      http: { host: '127.0.0.1', port: 0 },
      httpGiven: true,
      api: { host: '127.0.0.1', port: 7443 },
      apiGiven: false,
      ephemeral: false,
      acceptLoss: false,
      scheduling: undefined,
    });
    expect(asked[1]).to.deep.include({
      ephemeral: true,
      ownerPid: 12,
      http: { host: '127.0.0.1', port: 0 },
      api: { host: '127.0.0.1', port: 0 },
    });
    // Named, not made: whoever removes it has to stand by first.
    expect(existsSync((asked[1] as { dataDir: string }).dataDir)).to.equal(false);
  });
});

describe('a folder of the disk', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-folder-'));
    mkdirSync(join(dir, '.git'));
    mkdirSync(join(dir, 'a/node_modules'), { recursive: true });
    for (const file of ['b.txt', 'a/x', '.git/HEAD', 'a/node_modules/y'])
      writeFileSync(join(dir, file), file);
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it('is what a commit would hold: no .git, no node_modules', () => {
    expect(readFolder(dir).paths).to.deep.equal(['a/x', 'b.txt']);
  });

  it('has digests that differ where the content does, and reads nothing outside', () => {
    const tree = readFolder(dir);
    expect(tree.digest('')).not.to.equal(tree.digest('a'));
    expect(tree.digest('nowhere')).to.equal(undefined);
    expect(tree.read('../etc/passwd')).to.equal(undefined);
  });
});
