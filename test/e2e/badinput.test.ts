import { join } from 'node:path';
import { expect } from 'chai';
import { broken, keepsServing, unwrapped } from './broken.ts';
import { eventually, fetchText, Pilotage, statusOf } from './harness.ts';
import { run } from './processes.ts';

/** Bad input gets a clear error, and nothing is lost. One Pilotage; each sentence has a delivery of its own. */
describe('e2e: bad input', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  before(async () => {
    pilotage = await Pilotage.start();
  });
  after(() => pilotage.stop());

  it('unparseable YAML names the template, its line and the rendered lines around it', async () => {
    const { pushed, url } = await broken(pilotage, 'yaml', (work) =>
      work.write('chart/templates/broken.hbs', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [oops\n'),
    );
    expect(pushed.stderr).to.match(/chart\/templates\/broken\.hbs:\d+/);
    expect((await keepsServing(pilotage, 'yaml', url)).phase).to.equal('Failed');
  });

  it('a template error names file and line, and what was meant', async () => {
    const { pushed, url } = await broken(pilotage, 'template', (work) =>
      work.edit('chart/templates/config.hbs', (text) => text.replace('Values.greeting', 'Values.greting')),
    );
    expect(pushed.stderr)
      .to.match(/chart\/templates\/config\.hbs:6/)
      .and.contain('greeting');
    expect((await keepsServing(pilotage, 'template', url)).message).to.contain('config.hbs:6');
  });

  it('a value that breaks the schema names the line that set it', async () => {
    const { pushed, url } = await broken(pilotage, 'schema', (work) =>
      work.write('values/dev.yaml', 'greeting: hi\nreplicas: many\n'),
    );
    expect(pushed.stderr)
      .to.match(/values\/dev\.yaml:2/)
      .and.contain('replicas');
    await keepsServing(pilotage, 'schema', url);
  });

  it('an unknown kind names the file and what is missing', async () => {
    const { pushed, url } = await broken(pilotage, 'kind', (work) =>
      work.write(
        'chart/templates/odd.hbs',
        'apiVersion: example.com/v1\nkind: Oddity\nmetadata:\n  name: odd\n',
      ),
    );
    expect(pushed.stderr).to.contain('Oddity').and.contain('chart/templates/odd.hbs');
    await keepsServing(pilotage, 'kind', url);
  });

  it('an object that another tool owns is a named conflict and is left alone', async () => {
    const { pushed, url } = await broken(pilotage, 'owned', async (work) => {
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
    await keepsServing(pilotage, 'owned', url);
  });

  it('a field that another manager took is named with that manager', async () => {
    const { pushed } = await broken(pilotage, 'manager', async (work) => {
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
    const { url } = await broken(pilotage, 'empty', async (work) => {
      for (const file of ['config', 'deployment', 'service'])
        await work.write(`chart/templates/${file}.hbs`, '{{! nothing }}\n');
    });
    await keepsServing(pilotage, 'empty', url);
    expect((await pilotage.kubectl('-n', 'empty-dev', 'get', 'deployment', 'web')).code).to.equal(0);
  });

  it('an image that cannot be found says how to bring it', async () => {
    const { pushed, url, work } = await broken(pilotage, 'image', (work) =>
      work
        .edit('chart/templates/deployment.hbs', (text) =>
          text.replace('{{image "web"}}', 'registry.invalid/web:9'),
        )
        .then(() => work.edit('chart/values.yaml', (text) => text.replace('60', '3'))),
    );
    expect(unwrapped(pushed)).to.contain('pilotage image import registry.invalid/web:9 DIR');
    await keepsServing(pilotage, 'image', url);
    expect(work.dir).to.not.equal('');
  });

  it('a build that fails shows its output to the pusher, and the old version keeps serving', async () => {
    const { pushed, url } = await broken(pilotage, 'build', (work) =>
      work.edit('pilotage.yaml', (text) =>
        text.replace(
          'web: {path: app}',
          'web: {path: app, build: "echo compiling; echo no such thing >&2; exit 3"}',
        ),
      ),
    );
    expect(pushed.stderr).to.contain('no such thing').and.contain('3');
    await keepsServing(pilotage, 'build', url);
  });

  it('a command that does not exist is named, and the old version keeps serving', async () => {
    const { pushed, url } = await broken(pilotage, 'command', async (work) => {
      await work.edit('chart/templates/deployment.hbs', (text) =>
        text.replace('[node, server.js]', '[no-such-program]'),
      );
      await work.edit('chart/values.yaml', (text) => text.replace('60', '3'));
    });
    expect(pushed.stderr).to.contain('no-such-program');
    await keepsServing(pilotage, 'command', url);
  });

  it('a container that binds the wildcard address does not become ready; push, status and why say so with the remedy', async () => {
    const { pushed } = await broken(pilotage, 'wildcard', async (work) => {
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
    const { work, pushed, url } = await broken(pilotage, 'probe', async (work) => {
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
    await keepsServing(pilotage, 'probe', url);
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

  it('a pilotage.yaml that cannot be read is named with its line, also on the first push of all', async () => {
    const work = await pilotage.repository('typo');
    await work.edit('pilotage.yaml', (text) => text.replace('environments:', 'enviroments:'));
    await work.commit('a slip');
    expect((await work.push()).stderr)
      .to.match(/pilotage\.yaml:5/)
      .and.contain('environments?');
  });

  it('a hook of a Helm test is not applied, and one of another tool’s event is named', async () => {
    const work = await pilotage.repository('hooks');
    const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n';
    const hook = (name: string, event: string) =>
      work.write(
        `chart/templates/${name}.hbs`,
        `${head}  name: ${name}\n  annotations: {helm.sh/hook: ${event}}\ndata: {}\n`,
      );
    await hook('trial', 'test');
    await hook('early', 'pre-install');
    await hook('strange', 'pre-instal');
    await work.commit('hooks');
    const { stderr } = await work.push();
    expect(stderr).to.match(/warning: chart\/templates\/strange\.hbs:1: .*pre-instal/);
    const { stdout } = await pilotage.kubectl('-n', 'hooks-dev', 'get', 'configmaps', '-o', 'name');
    expect(stdout)
      .to.contain('early')
      .and.not.match(/trial|strange/);
  });
});
