import { chmod, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type EnvironmentStatus,
  eventually,
  type Finished,
  fetchText,
  Pilotage,
  run,
  statusOf,
  type Work,
} from './harness.ts';

/** What a push was told, its broken lines joined again. */
const unwrapped = ({ stderr }: Finished): string => stderr.replace(/\s*\nremote: {3,}/g, ' ');

/** Bad input gets a clear error, and nothing is lost. One Pilotage; each sentence has a delivery of its own. */
describe('e2e: bad input', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  before(async () => {
    pilotage = await Pilotage.start();
  });
  after(() => pilotage.stop());

  /** A delivery that runs and answers; then `change` is pushed. */
  async function broken(
    name: string,
    change: (work: Work) => Promise<void>,
  ): Promise<{ work: Work; pushed: Finished; url: string }> {
    const work = await pilotage.repository(name);
    const first = await work.push();
    expect(first.code, first.stderr).to.equal(0);
    const waited = await pilotage.cli('wait', `${name}/dev`, '--timeout', '60s');
    expect(waited.code, first.stderr + waited.stderr).to.equal(0);
    const url = (await statusOf(pilotage, name, 'dev'))?.urls[0] ?? '';
    await change(work);
    await work.commit('break it');
    return { work, pushed: await work.push(), url };
  }

  /** What was healthy before goes on answering with the old code, and nothing was deployed of the new. */
  async function keepsServing(name: string, url: string): Promise<EnvironmentStatus> {
    const answer = await fetchText(url);
    expect(answer.status).to.equal(200);
    expect(JSON.parse(answer.text)).to.include({ version: 'one' });
    const status = await statusOf(pilotage, name, 'dev');
    if (!status) throw new Error(`${name}/dev is gone`);
    return status;
  }

  it('unparseable YAML names the template, its line and the rendered lines around it', async () => {
    const { pushed, url } = await broken('yaml', (work) =>
      work.write('chart/templates/broken.hbs', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [oops\n'),
    );
    expect(pushed.stderr).to.match(/chart\/templates\/broken\.hbs:\d+/);
    expect((await keepsServing('yaml', url)).phase).to.equal('Failed');
  });

  it('a template error names file and line, and what was meant', async () => {
    const { pushed, url } = await broken('template', (work) =>
      work.edit('chart/templates/config.hbs', (text) => text.replace('Values.greeting', 'Values.greting')),
    );
    expect(pushed.stderr)
      .to.match(/chart\/templates\/config\.hbs:6/)
      .and.contain('greeting');
    expect((await keepsServing('template', url)).message).to.contain('config.hbs:6');
  });

  it('a value that breaks the schema names the line that set it', async () => {
    const { pushed, url } = await broken('schema', (work) =>
      work.write('values/dev.yaml', 'greeting: hi\nreplicas: many\n'),
    );
    expect(pushed.stderr)
      .to.match(/values\/dev\.yaml:2/)
      .and.contain('replicas');
    await keepsServing('schema', url);
  });

  it('an unknown kind names the file and what is missing', async () => {
    const { pushed, url } = await broken('kind', (work) =>
      work.write(
        'chart/templates/odd.hbs',
        'apiVersion: example.com/v1\nkind: Oddity\nmetadata:\n  name: odd\n',
      ),
    );
    expect(pushed.stderr).to.contain('Oddity').and.contain('chart/templates/odd.hbs');
    await keepsServing('kind', url);
  });

  it('a push that re-points another environment, or reaches for a namespace of the cluster, is told what it only proposes', async () => {
    const work = await pilotage.repository('bent');
    await work.push();
    await work.edit('pilotage.yaml', (text) =>
      text
        .replace('{name: preprod, branch: preprod, promotion: {from: dev}}', '{name: preprod, branch: main}')
        .replace('{name: dev, branch: main}', '{name: dev, branch: main, namespace: kube-system}'),
    );
    await work.commit('bend it');
    const said = (await work.push()).stderr.replaceAll(/\s*\nremote: +/g, ' ');
    expect(said).to.match(
      /\[preprod\] pilotage\.yaml of main asks for branch preprod → main, promotion from dev/,
    );
    expect(said).to.contain('pilotage accept bent/preprod');
    expect(said).to.match(/\[dev\] .*namespace kube-system belongs to the cluster/);
    expect(await statusOf(pilotage, 'bent', 'dev')).to.include({ namespace: 'bent-dev', health: 'Healthy' });
  });

  it('an object that another tool owns is a named conflict and is left alone', async () => {
    const { pushed, url } = await broken('owned', async (work) => {
      await pilotage.applyJson({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'theirs', namespace: 'owned-dev' },
        data: { a: 'theirs' },
      });
      await work.write(
        'chart/templates/theirs.hbs',
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: theirs\ndata:\n  a: ours\n',
      );
    });
    expect(unwrapped(pushed))
      .to.contain('theirs')
      .and.match(/pilotage adopt \S+\/dev ConfigMap\/theirs/);
    const { stdout } = await pilotage.kubectl(
      '-n',
      'owned-dev',
      'get',
      'configmap',
      'theirs',
      '-o',
      'jsonpath={.data.a}',
    );
    expect(stdout).to.equal('theirs');
    await keepsServing('owned', url);
  });

  it('a field that another manager took is named with that manager', async () => {
    const { pushed } = await broken('manager', async (work) => {
      const path = join(pilotage.dir, 'manager.yaml');
      await run('sh', [
        '-c',
        `printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: web\\ndata:\\n  EXTRA: theirs\\n' > ${path}`,
      ]);
      const applied = await pilotage.kubectl(
        '-n',
        'manager-dev',
        'apply',
        '--server-side',
        '--field-manager=rival',
        '-f',
        path,
      );
      expect(applied.code, applied.stderr).to.equal(0);
      await work.edit('chart/templates/config.hbs', (text) => `${text}  EXTRA: ours\n`);
    });
    expect(pushed.stderr).to.contain('rival');
  });

  it('a chart without templates says so', async () => {
    const work = await pilotage.repository('bare');
    await work.git('rm', '-r', '--quiet', 'chart/templates');
    await work.commit('no templates');
    expect((await work.push()).stderr).to.contain('templates');
  });

  it('an empty render prunes nothing', async () => {
    const { url } = await broken('empty', async (work) => {
      for (const file of ['config', 'deployment', 'service'])
        await work.write(`chart/templates/${file}.hbs`, '{{! nothing }}\n');
    });
    await keepsServing('empty', url);
    expect((await pilotage.kubectl('-n', 'empty-dev', 'get', 'deployment', 'web')).code).to.equal(0);
  });

  it('a missing pilotage.yaml freezes what it governed, with the reason', async () => {
    const { url } = await broken('frozen', async (work) => {
      await work.git('rm', '--quiet', 'pilotage.yaml');
    });
    const status = await eventually('it is frozen', async () => {
      const seen = await statusOf(pilotage, 'frozen', 'dev');
      return seen?.phase === 'Frozen' && seen;
    });
    expect(status.message).to.contain('pilotage.yaml');
    await keepsServing('frozen', url);
  });

  it('a missing branch freezes its environment, with the reason', async () => {
    const work = await pilotage.repository('gone');
    expect((await work.push('main', 'main:preprod')).code).to.equal(0);
    expect((await pilotage.cli('wait', 'gone/preprod', '--timeout', '60s')).code).to.equal(0);
    const url = (await statusOf(pilotage, 'gone', 'preprod'))?.urls[0] ?? '';
    expect((await work.push('--delete', 'preprod')).code).to.equal(0);
    const status = await eventually('it is frozen', async () => {
      const seen = await statusOf(pilotage, 'gone', 'preprod');
      return seen?.phase === 'Frozen' && seen;
    });
    expect(status.message).to.contain('preprod');
    expect((await fetchText(url)).status).to.equal(200);
  });

  it('an image that cannot be found says how to bring it', async () => {
    const { pushed, url, work } = await broken('image', (work) =>
      work
        .edit('chart/templates/deployment.hbs', (text) =>
          text.replace('{{image "web"}}', 'registry.invalid/web:9'),
        )
        .then(() => work.edit('chart/values.yaml', (text) => text.replace('60', '3'))),
    );
    expect(unwrapped(pushed)).to.contain('pilotage image import registry.invalid/web:9 DIR');
    await keepsServing('image', url);
    expect(work.dir).to.not.equal('');
  });

  it('a build that fails shows its output to the pusher, and the old version keeps serving', async () => {
    const { pushed, url } = await broken('build', (work) =>
      work.edit('pilotage.yaml', (text) =>
        text.replace(
          'web: {path: app}',
          'web: {path: app, build: "echo compiling; echo no such thing >&2; exit 3"}',
        ),
      ),
    );
    expect(pushed.stderr).to.contain('no such thing').and.contain('3');
    await keepsServing('build', url);
  });

  it('a command that does not exist is named, and the old version keeps serving', async () => {
    const { pushed, url } = await broken('command', async (work) => {
      await work.edit('chart/templates/deployment.hbs', (text) =>
        text.replace('[node, server.js]', '[no-such-program]'),
      );
      await work.edit('chart/values.yaml', (text) => text.replace('60', '3'));
    });
    expect(pushed.stderr).to.contain('no-such-program');
    await keepsServing('command', url);
  });

  it('a container that binds the wildcard address does not become ready; push, status and why say so with the remedy', async () => {
    const { pushed } = await broken('wildcard', async (work) => {
      await work.edit('app/server.js', (text) =>
        text.replace(', process.env.HOST', ", '0.0.0.0'").replace('Number(process.env.PORT)', '0'),
      );
      await work.edit('chart/values.yaml', (text) => text.replace('60', '3'));
    });
    const said = /listens\s+on\s+port\s+\d+\s+of\s+every\s+address[\s\S]*app\.listen\(PORT,\s+HOST\)/;
    expect(pushed.stderr.replaceAll('remote:', '')).to.match(said);
    expect((await pilotage.cli('why', 'wildcard/dev')).stdout).to.match(said);
    expect((await pilotage.cli('status')).stdout).to.match(said);
    const { stdout } = await pilotage.kubectl('-n', 'wildcard-dev', 'get', 'pods', '-o', 'json');
    expect(stdout).to.contain('"reason": "ListensOnWildcard"');
  });

  it('a probe that never succeeds stops the rollout at the surge; health says Degraded and why after the deadline; the next commit supersedes within seconds', async () => {
    const { work, pushed, url } = await broken('probe', async (work) => {
      await work.edit('app/server.js', (text) =>
        text
          .replace("response.end('ok')", "(response.statusCode = 500, response.end('unwell'))")
          .replace("'one'", "'two'"),
      );
      await work.edit('chart/values.yaml', (text) => text.replace('60', '4'));
    });
    expect(pushed.stderr).to.contain('500');
    const status = await eventually('it is degraded', async () => {
      const seen = await statusOf(pilotage, 'probe', 'dev');
      return seen?.health === 'Degraded' && seen;
    });
    expect(status.message).to.contain('500');
    const { stdout } = await pilotage.kubectl('-n', 'probe-dev', 'get', 'pods', '--no-headers');
    expect(stdout.trim().split('\n')).to.have.length(3);
    await keepsServing('probe', url);
    await work.edit('app/server.js', (text) =>
      text
        .replace("(response.statusCode = 500, response.end('unwell'))", "response.end('ok')")
        .replace("'two'", "'three'"),
    );
    await work.commit('mend it');
    const since = Date.now();
    expect((await work.push()).code).to.equal(0);
    expect((await pilotage.cli('wait', 'probe/dev', '--timeout', '20s')).code).to.equal(0);
    expect(Date.now() - since).to.be.below(15_000);
    expect(JSON.parse((await fetchText(url)).text)).to.include({ version: 'three' });
  });

  it('a full disk refuses what is new by name, loses nothing, and all goes on when there is room again', async function () {
    if (process.platform !== 'linux') {
      console.warn('the limits of a running process can be changed on Linux only: a full disk is not tried');
      this.skip();
    }
    const work = await pilotage.repository('full');
    expect((await work.push()).code).to.equal(0);
    const url = (await statusOf(pilotage, 'full', 'dev'))?.urls[0] ?? '';
    // A limit on the size of files stands in for a full disk: the daemon sees the same failing writes.
    const room = (bytes: string) =>
      run('prlimit', ['--pid', String(pilotage.ready.pid), `--fsize=${bytes}:unlimited`]);
    expect((await room('1000')).code).to.equal(0);
    try {
      const made = await pilotage.kubectl('-n', 'full-dev', 'create', 'configmap', 'late');
      expect(made.stderr).to.contain('nothing was written: the data directory');
      await work.write('values/dev.yaml', 'greeting: later\n');
      await work.commit('later');
      const refused = await work.push();
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.contain('nothing was taken over').and.contain('push again');
      await keepsServing('full', url);
    } finally {
      await room('unlimited');
    }
    expect((await pilotage.kubectl('-n', 'full-dev', 'create', 'configmap', 'late')).code).to.equal(0);
    expect((await work.push()).code).to.equal(0);
    expect((await pilotage.cli('wait', 'full/dev', '--timeout', '60s')).code).to.equal(0);
    expect(JSON.parse((await fetchText(url)).text)).to.include({ greeting: 'later' });
  });

  it('a pilotage.yaml that cannot be read is named with its line, also on the first push of all', async () => {
    const work = await pilotage.repository('typo');
    await work.edit('pilotage.yaml', (text) => text.replace('environments:', 'enviroments:'));
    await work.commit('a slip');
    expect((await work.push()).stderr)
      .to.match(/pilotage\.yaml:5/)
      .and.contain('environments?');
  });

  it('a hook of a Helm test is not applied, and named', async () => {
    const work = await pilotage.repository('hooks');
    const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n';
    const hook = (name: string, event: string) =>
      work.write(
        `chart/templates/${name}.hbs`,
        `${head}  name: ${name}\n  annotations: {helm.sh/hook: ${event}}\ndata: {}\n`,
      );
    await hook('trial', 'test');
    await hook('early', 'pre-install');
    await work.commit('hooks');
    const { stderr } = await work.push();
    expect(stderr).to.match(
      /warning: chart\/templates\/trial\.hbs:1: ConfigMap trial is a Helm hook \(test\)/,
    );
    expect(stderr).to.match(/warning: chart\/templates\/early\.hbs:1: .*\(pre-install\)/);
    const { stdout } = await pilotage.kubectl('-n', 'hooks-dev', 'get', 'configmaps', '-o', 'name');
    expect(stdout).to.contain('early').and.not.contain('trial');
  });

  it('a merge that diverged is refused, naming what the source lacks and how to bring it back', async () => {
    const work = await pilotage.repository('diverged');
    expect((await work.push('main', 'main:preprod')).code).to.equal(0);
    await work.git('checkout', '--quiet', '-b', 'preprod');
    await work.write('values/preprod.yaml', 'greeting: hotfix\n');
    await work.commit('hotfix by hand');
    expect((await work.push('preprod')).code).to.equal(0);
    await work.git('checkout', '--quiet', 'main');
    await work.write('values/dev.yaml', 'greeting: next\n');
    await work.commit('next');
    expect((await work.push()).code).to.equal(0);
    const { code, stdout } = await pilotage.cli('promote', 'diverged/preprod');
    expect(code).to.equal(1);
    expect(stdout).to.contain('hotfix by hand').and.contain('git cherry-pick');
    expect((await pilotage.cli('wait', 'diverged/preprod', '--timeout', '60s')).code).to.equal(0);
  });

  it('a force-push to a branch of an environment is refused, and says what to do instead', async () => {
    const work = await pilotage.repository('forced');
    expect((await work.push()).code).to.equal(0);
    await work.git('commit', '--quiet', '--amend', '-m', 'another history');
    const { code, stderr } = await work.push('--force', 'main');
    expect(code).to.equal(1);
    expect(stderr).to.contain('remote rejected').and.contain('git revert');
  });

  it('a second push to an environment that is well supersedes nothing', async () => {
    const { pushed } = await broken('calm', (work) => work.write('values/dev.yaml', 'greeting: again\n'));
    expect(pushed.stderr)
      .to.contain('calm-dev is healthy')
      .and.not.match(/supersede|gives way/);
  });

  it('an unreachable remote is named in the status, and freezes nothing else', async () => {
    const { code } = await pilotage.cli('connect', 'far', 'http://127.0.0.1:9/nowhere.git');
    expect(code).to.equal(0);
    await eventually('the status names it', async () => {
      const report = await pilotage.json<{ deliveries: { name: string; message: string }[] }>('status');
      return report.deliveries.some(({ name, message }) => name === 'far' && message.includes('127.0.0.1:9'));
    });
  });

  it('a force-push to a remote repository holds the environment until somebody acknowledges it', async () => {
    const work = await pilotage.repository('held');
    const bare = join(pilotage.dir, 'held.git');
    await run('git', ['clone', '--quiet', '--bare', work.dir, bare]);
    expect((await pilotage.cli('connect', 'held', bare, '--poll', '1')).code).to.equal(0);
    expect((await pilotage.cli('wait', 'held/dev', '--timeout', '60s')).code).to.equal(0);
    await work.git('commit', '--quiet', '--amend', '-m', 'another history');
    await run('git', ['push', '--quiet', '--force', bare, 'main'], { cwd: work.dir });
    await eventually('it is held', async () => {
      const seen = await statusOf(pilotage, 'held', 'dev');
      return /descend|force/i.test(seen?.message ?? '');
    });
    expect((await pilotage.cli('sync', 'held/dev', '--acknowledge', '--wait')).code).to.equal(0);
  });
});

describe('e2e: a machine that is not as it should be', function () {
  this.timeout(60_000);

  const up = (dataDir: string, ...more: readonly string[]) =>
    run(
      process.execPath,
      ['dist/main.js', 'up', '--data-dir', dataDir, '--http', '127.0.0.1:0', '--api', '127.0.0.1:0', ...more],
      { timeout: 20_000 },
    );

  it('a port in use is named, with what to do', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    const { stdout: dir } = await run('mktemp', ['-d']);
    const { code, stderr } = await up(dir.trim(), '--http', `127.0.0.1:${port}`);
    server.close();
    await run('rm', ['-rf', dir.trim()]);
    expect(code).to.equal(1);
    expect(stderr).to.contain(String(port)).and.contain('--http');
  });

  it('a data directory that cannot be written is named', async () => {
    const { stdout } = await run('mktemp', ['-d']);
    const dir = join(stdout.trim(), 'data');
    await mkdir(dir);
    await chmod(dir, 0o500);
    // Root may write anywhere: there a file in the directory's place stands for the refusal.
    const target = process.getuid?.() === 0 ? '/proc/pilotage' : dir;
    const { code, stderr } = await up(target);
    await run('rm', ['-rf', stdout.trim()]);
    expect(code).to.equal(1);
    expect(stderr).to.contain(target);
  });
});
