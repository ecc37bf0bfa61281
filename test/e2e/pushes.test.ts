import { expect } from 'chai';
import { eventually, main, Pilotage, statusOf, type Work } from './harness.ts';
import { type Finished, run } from './processes.ts';

/** The last line that a push says of an environment, what hangs below it included. */
const endOf = ({ stderr }: Finished, environment: string): string => {
  const lines = stderr.split('\n').flatMap((line) => /^remote: (.*?)\s*$/.exec(line)?.[1] ?? []);
  const last = lines.findLastIndex((line) => line.startsWith(`[${environment}] `));
  const below = lines.slice(last + 1).findIndex((line) => !line.startsWith(' '));
  return lines
    .slice(last, below < 0 ? undefined : last + 1 + below)
    .join(' ')
    .replace(/\s+/g, ' ');
};

const definition = (plural: string, kind: string): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.shop.example.com` },
  spec: {
    group: 'shop.example.com',
    scope: 'Namespaced',
    names: { kind, plural, singular: kind.toLowerCase() },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
});

describe('e2e: how a push ends', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let work: Work;

  before(async () => {
    pilotage = await Pilotage.start();
    work = await withoutWorkloads('shop');
    await work.commit('configuration only');
    expect(endOf(await work.push(), 'dev')).to.equal('[dev] shop-dev is healthy');
  });
  after(() => pilotage.stop());

  /** No pods: what is tried here are words about them. */
  const withoutWorkloads = async (name: string): Promise<Work> => {
    const made = await pilotage.repository(name);
    await made.git('rm', '-r', '--quiet', 'chart/templates/deployment.hbs', 'chart/templates/service.hbs');
    return made;
  };
  const change = async (greeting: string): Promise<string> => {
    await work.write('values/dev.yaml', `greeting: ${greeting}\n`);
    return work.commit(greeting);
  };

  it('where nothing renders otherwise: unchanged, which its status says and its own record does not', async () => {
    const own = async () =>
      (await pilotage.kubectl('-n', 'pilotage', 'get', 'environment', 'shop.dev', '-o', 'json')).stdout;
    const before = await own();
    await work.write('README.md', 'words');
    const revision = await work.commit('words');
    expect(endOf(await work.push(), 'dev')).to.equal(
      '[dev] unchanged: rendered the same, nothing to do; shop-dev is healthy',
    );
    expect(await statusOf(pilotage, 'shop', 'dev')).to.include({
      wantedRevision: revision,
      deployedRevision: revision,
      health: 'Healthy',
    });
    expect((await pilotage.cli('wait', 'shop/dev', '--revision', revision)).code).to.equal(0);
    expect(await own()).to.equal(before);
  });

  it('while the environment is pinned: pinned, since when and why, and how to let go', async () => {
    const before = (await statusOf(pilotage, 'shop', 'dev'))?.deployedRevision ?? '';
    expect((await pilotage.cli('pin', 'shop/dev', '--reason', 'fair')).code).to.equal(0);
    const revision = await change('pinned');
    expect(endOf(await work.push(), 'dev'))
      .to.match(new RegExp(`^\\[dev\\] pinned to ${before.slice(0, 12)} since 2\\S+Z \\(fair\\)`))
      .and.contain('pilotage pin shop/dev --off');
    const waited = await pilotage.cli('wait', 'shop/dev', '--revision', revision);
    expect([waited.code, waited.stderr.includes('pilotage pin shop/dev --off')]).to.deep.equal([1, true]);
    expect((await pilotage.cli('pin', 'shop/dev', '--off')).code).to.equal(0);
    expect((await pilotage.cli('wait', 'shop/dev', '--revision', revision)).code).to.equal(0);
  });

  it('after pilotage.yaml was broken: frozen, as often as it is pushed; mended: unchanged', async () => {
    await work.edit('pilotage.yaml', (text) => text.replace('environments:', 'enviroments:'));
    for (const message of ['break it', 'break it still']) {
      await work.commit(message);
      expect(endOf(await work.push(), 'dev')).to.match(/^\[dev\] frozen: pilotage\.yaml .*pilotage\.yaml:5/);
    }
    expect((await pilotage.cli('wait', 'shop/dev')).stderr).to.contain('frozen: pilotage.yaml');
    await work.edit('pilotage.yaml', (text) => text.replace('enviroments:', 'environments:'));
    await work.commit('mend it');
    expect(endOf(await work.push(), 'dev')).to.contain('[dev] unchanged: ');
  });

  it('that deletes a branch: frozen; that brings it back: unchanged', async () => {
    expect(endOf(await work.push('main:preprod'), 'preprod')).to.equal('[preprod] shop-preprod is healthy');
    expect(endOf(await work.push(':preprod'), 'preprod')).to.contain('[preprod] frozen: branch preprod');
    expect(endOf(await work.push('main:preprod'), 'preprod')).to.contain('[preprod] unchanged: ');
  });

  it('with what is paused on purpose: paused, by name, and `wait` says so too', async () => {
    await work.write(
      'chart/templates/paused.yaml',
      [
        'apiVersion: apps/v1',
        'kind: Deployment',
        'metadata: {name: still}',
        'spec:',
        '  paused: true',
        '  selector: {matchLabels: {app: still}}',
        '  template:',
        '    metadata: {labels: {app: still}}',
        '    spec: {containers: [{name: main, image: host, command: [sleep, "1000"]}]}',
      ].join('\n'),
    );
    await work.commit('paused');
    expect(endOf(await work.push(), 'dev')).to.contain('[dev] paused: Deployment shop-dev/still');
    const { code, stderr } = await pilotage.cli('wait', 'shop/dev');
    expect([code, stderr.includes('Deployment shop-dev/still')]).to.deep.equal([1, true]);
  });

  it('names what it deletes, because git no longer has it', async () => {
    await work.git('rm', '--quiet', 'chart/templates/paused.yaml');
    await work.commit('not paused');
    const pushed = await work.push();
    expect(pushed.stderr).to.contain('deleted what git no longer has: Deployment shop-dev/still');
    expect(endOf(pushed, 'dev')).to.equal('[dev] shop-dev is healthy');
  });

  it('with a misspelt field: failed, at the line where it stands, and `render` says the same', async () => {
    const config = ['apiVersion: v1', 'kind: ConfigMap', 'metadata:', '  name: odd', 'dta: {}'];
    await work.write('chart/templates/odd.yaml', config.join('\n'));
    await work.commit('misspelt');
    const end = endOf(await work.push(), 'dev');
    expect(end).to.contain('[dev] failed: chart/templates/odd.yaml:5: ConfigMap odd: v1 knows no field dta');
    expect((await pilotage.cli('render', work.dir)).stderr)
      .to.contain('odd.yaml:5')
      .and.contain('data?');
  });

  it('with an object that is refused: failed, and what runs is not Missing', async () => {
    await work.write('chart/templates/odd.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: O_dd}\n');
    await work.commit('refused');
    expect(endOf(await work.push(), 'dev')).to.contain('[dev] failed: chart/templates/odd.yaml:1: ConfigMap');
    expect(await statusOf(pilotage, 'shop', 'dev')).to.include({ phase: 'Failed', health: 'Healthy' });
  });

  it('with a kind that nothing acts on yet: failed, as such; what runs is as well as before', async () => {
    const claim =
      'apiVersion: resource.k8s.io/v1\nkind: ResourceClaim\nmetadata: {name: odd}\nspec: {devices: {requests: [{name: one, exactly: {deviceClassName: gpu}}]}}\n';
    await work.write('chart/templates/odd.yaml', claim);
    await work.commit('not run');
    expect(endOf(await work.push(), 'dev'))
      .to.contain('the built-in orchestrator stores ResourceClaim objects, but nothing acts on them yet')
      .and.contain('on a real cluster it works')
      .and.not.contain('Check apiVersion');
    expect((await statusOf(pilotage, 'shop', 'dev'))?.health).to.equal('Healthy');
    await work.git('rm', '--quiet', 'chart/templates/odd.yaml');
    await work.commit('run again');
    expect(endOf(await work.push(), 'dev')).to.contain('[dev] unchanged: ');
  });

  const barePod = (name: string, policy: string, script: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  restartPolicy: ${policy}\n  containers: [{name: main, image: host, command: [sh, -c, ${JSON.stringify(script)}]}]\n`;

  it('with a pod that runs to its end and nothing else: healthy when it is done, failed when it has failed', async () => {
    const ends: [policy: string, script: string, end: RegExp][] = [
      ['Never', 'echo hi', /^\[dev\] once-dev is healthy$/],
      ['OnFailure', 'test -e here || { touch here; exit 1; }; echo ok', /^\[dev\] once-dev is healthy$/],
      [
        'Never',
        'echo no such table; exit 1',
        /^\[dev\] failed: Pod \S+ Failed: main: exit code 1: no such table/,
      ],
    ];
    const once = await withoutWorkloads('once');
    for (const [index, [policy, script, end]] of ends.entries()) {
      await once.write('chart/templates/once.yaml', barePod(`once-${index}`, policy, script));
      await once.commit(script);
      expect(endOf(await once.push(), 'dev')).to.match(end);
    }
  });

  const workload = (kind: string, name: string, spec: string, script: string): string =>
    `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n  ${spec}\n  selector: {matchLabels: {app: ${name}}}\n  template:\n    metadata: {labels: {app: ${name}}}\n    spec:\n      containers: [{name: main, image: host, command: [sh, -c, ${JSON.stringify(script)}]}]\n`;

  it('with a StatefulSet and a DaemonSet: healthy when all of their pods run, failed when those of the next revision cannot', async () => {
    const sets = await withoutWorkloads('sets');
    const write = async (script: string): Promise<string> => {
      await sets.write('chart/templates/db.yaml', workload('StatefulSet', 'db', 'replicas: 2', script));
      await sets.write('chart/templates/log.yaml', workload('DaemonSet', 'log', '', 'sleep 1000'));
      await sets.commit(script);
      return endOf(await sets.push(), 'dev');
    };
    expect(await write('sleep 1000')).to.equal('[dev] sets-dev is healthy');
    // What the server and the controllers added is no drift.
    expect((await pilotage.cli('diff', 'sets/dev')).code).to.equal(0);
    const { stdout } = await pilotage.kubectl('-n', 'sets-dev', 'get', 'pods', '-o', 'name');
    expect(stdout.split('\n').filter((name) => /^pod\/(db-[01]|log-\w+)$/.test(name))).to.have.length(3);
    expect(await write('echo no disk; exit 1')).to.match(
      /^\[dev\] failed: StatefulSet \S+ PodsFailing: pods [01]\/2 ready: .*no disk/,
    );
  });

  it('with a custom resource that is not ready: when its controller has started; failed, when it stays so', async () => {
    const thing = (name: string) =>
      `apiVersion: shop.example.com/v1\nkind: Thing\nmetadata: {name: ${name}}\nspec: {size: 1}\n`;
    await pilotage.applyJson(definition('things', 'Thing'));
    await pilotage.kubectl(
      'wait',
      '--for=condition=Established',
      'crd/things.shop.example.com',
      '--timeout=10s',
    );
    const things = await withoutWorkloads('things');
    const onThing = (name: string, verb: string, ...args: readonly string[]) =>
      pilotage.kubectl('-n', 'things-dev', verb, `things.shop.example.com/${name}`, ...args);
    const says = async (name: string, status: string) => {
      const patch = JSON.stringify({ status: { conditions: [{ type: 'Ready', status }] } });
      const patched = await onThing(name, 'patch', '--subresource=status', '--type=merge', '-p', patch);
      expect(patched.code, patched.stderr).to.equal(0);
    };
    const pushed = async (name: string): Promise<{ readonly end: Promise<string> }> => {
      await things.write('chart/templates/thing.yaml', thing(name));
      await things.commit(name);
      const pushing = things.push();
      await eventually('the thing', async () => (await onThing(name, 'get')).code === 0);
      await says(name, 'False');
      const isRead = async () =>
        /condition Ready is False/.test((await statusOf(pilotage, 'things', 'dev'))?.message ?? '');
      await eventually('it to be read', isRead);
      return { end: pushing.then((finished) => endOf(finished, 'dev')) };
    };
    const starting = await pushed('starting');
    await says('starting', 'True');
    expect(await starting.end).to.equal('[dev] things-dev is healthy');
    const ill = await pushed('ill');
    expect(await ill.end).to.match(/^\[dev\] failed: Thing \S+ Ready: condition Ready is False/);
  });

  it('by a promotion that waits: `promote --wait` ends when the target is healthy', async () => {
    await change('promoted');
    await work.push();
    const { code, stdout } = await pilotage.cli('promote', 'shop/preprod', '--wait');
    expect(code, stdout).to.equal(0);
    expect(stdout).to.match(/shop\/preprod is healthy at [0-9a-f]{7}\.\n$/);
  });

  it('is in the history, of which a reader may read as little as it likes', async () => {
    const { stdout, stderr } = await run('bash', [
      '-c',
      '"$0" "$1" history shop/dev --data-dir "$2" | true; echo "${PIPESTATUS[0]}"',
      ...[process.execPath, main, pilotage.dataDir],
    ]);
    expect([stdout.trim(), stderr]).to.deep.equal(['0', '']);
  });

  it('while it is suspended: suspended, and how to go on', async () => {
    const patch = (suspended: boolean | null) =>
      pilotage.kubectl(
        ...['-n', 'pilotage', 'patch', 'environment', 'shop.dev', '--type=merge', '-p'],
        JSON.stringify({ spec: { suspended } }),
      );
    expect((await patch(true)).code).to.equal(0);
    await change('suspended');
    expect(endOf(await work.push(), 'dev')).to.match(
      /^\[dev\] suspended by somebody: .* → to go on: pilotage resume shop\/dev$/,
    );
    expect((await patch(null)).code).to.equal(0);
    expect((await pilotage.cli('wait', 'shop/dev')).code).to.equal(0);
  });

  it('overtaken by another: superseded by that one, however fast they follow', async () => {
    const first = await change('first');
    const second = await change('second');
    const overtaken = work.push(`${first}:main`);
    await eventually('the first is on its branch', async () =>
      (await work.git('ls-remote', work.remote, 'main')).startsWith(first),
    );
    const [one, two] = await Promise.all([overtaken, work.push(`${second}:main`)]);
    expect(endOf(one, 'dev')).to.be.oneOf([
      `[dev] superseded: ${first.slice(0, 12)} gives way to ${second.slice(0, 12)}`,
      '[dev] shop-dev is healthy',
    ]);
    expect(endOf(two, 'dev')).to.equal('[dev] shop-dev is healthy');
  });
});
