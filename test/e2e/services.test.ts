import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { ask, startLoad } from '../../src/cli/demo/load.ts';
import { eventually, Pilotage } from './harness.ts';
import { describeWithKubectl, fixture, Kubectl } from './kubectl.ts';

/** The privilege to bind low ports is taken from whoever has it: nothing here may need it. */
const WITHOUT_PRIVILEGE = ['setpriv', '--bounding-set=-net_bind_service'];
const isPrivileged = process.getuid?.() === 0;
/** Many container engines let anybody bind any port: then there is nothing to fall back from. */
const NEEDS_PRIVILEGE = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8')) > 80;

describeWithKubectl('e2e: services', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    pilotage = await Pilotage.start(isPrivileged ? WITHOUT_PRIVILEGE : []);
    k = await Kubectl.inNamespace(pilotage, 'net');
    await k.ok('apply', '-f', fixture('web.yaml'));
    await rolledOut();
  });
  after(() => pilotage.stop());

  const rolledOut = () => k.ok('rollout', 'status', 'deployment/web', '--timeout=40s');
  const clusterIP = (name: string) => k.jsonpath(`service/${name}`, '.spec.clusterIP');
  /** The pods that answered `count` requests on connections of their own. */
  const answering = async (url: string, count = 10): Promise<ReadonlySet<unknown>> => {
    const pods = new Set<unknown>();
    for (let request = 0; request < count; request++) {
      const answer = await ask(url);
      expect(answer).to.not.have.property('failure');
      if ('body' in answer) pods.add(answer.body.pod);
    }
    return pods;
  };
  const podNames = async () =>
    (await k.lines('get', 'pods', '-l', 'app=web', '-o', 'name')).map((name) => name.slice('pod/'.length));

  it('spreads requests to the cluster IP and to the node port over the pods that are ready', async () => {
    const port = await k.jsonpath('service/web', '.spec.ports[0].nodePort');
    const urls = [`http://${await clusterIP('web')}:8000`, `http://127.0.0.1:${port}`];
    const pods = await podNames();
    for (const url of urls) {
      await eventually(`${url} is open`, async () => 'body' in (await ask(url)));
      expect([...(await answering(url))]).to.have.members(pods);
    }
  });

  it('tells pods where each service is', async () => {
    await k.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'asks' },
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'host', command: ['env'] }] },
    });
    await k.ok('wait', 'pod/asks', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=20s');
    expect(await k.lines('logs', 'asks')).to.include.members([
      `WEB_SERVICE_HOST=${await clusterIP('web')}`,
      'WEB_SERVICE_PORT=8000',
      'WEB_SERVICE_PORT_HTTP=8000',
    ]);
  });

  it('sends nobody to a pod that its selector leaves out, and again when it takes it in', async () => {
    const url = `http://${await clusterIP('web')}:8000`;
    const [first = '', ...others] = await podNames();
    await k.ok(
      'patch',
      'service',
      'web',
      '-p',
      JSON.stringify({ spec: { selector: { app: 'web', chosen: 'yes' } } }),
    );
    await eventually('nobody is left', async () => 'failure' in (await ask(url)));
    await k.ok('label', 'pod', first, 'chosen=yes');
    await eventually('the chosen one answers', async () => 'body' in (await ask(url)));
    expect([...(await answering(url))]).to.deep.equal([first]);
    await k.ok('patch', 'service', 'web', '-p', JSON.stringify({ spec: { selector: { chosen: null } } }));
    await eventually('all answer', async () => (await answering(url)).size === 1 + others.length);
  });

  it('replaces every pod under load without one failed request, kept connections and fresh ones alike', async () => {
    await k.ok('scale', 'deployment', 'web', '--replicas=3');
    await rolledOut();
    const url = `http://${await clusterIP('web')}:8000`;
    const load = startLoad({ url, pairs: 4, pauseMs: 5, pause });
    await k.ok('set', 'env', 'deployment/web', 'VERSION=two');
    await rolledOut();
    await eventually('the old pods are gone', async () => (await podNames()).length === 3);
    const report = await load.stop();
    expect(report.failures, report.firstFailure).to.equal(0);
    expect(Object.keys(report.versions)).to.have.members(['one', 'two']);
    const kept = new Agent({ keepAlive: true });
    for (const agent of [kept, false] as const) expect(await ask(url, agent)).to.include({ version: 'two' });
    kept.destroy();
  });

  it('serves a port that needs a privilege at another one, and says so on the Service and to the pods', async () => {
    await k.ok('expose', 'deployment', 'web', '--name=low', '--port=80', '--target-port=http');
    const found = NEEDS_PRIVILEGE ? await substituteOf('low') : `${await clusterIP('low')}:80`;
    await eventually('it answers', async () => 'body' in (await ask(`http://${found}`)));
    const echo = ['sh', '-c', 'echo $LOW_SERVICE_HOST:$LOW_SERVICE_PORT'];
    await k.ok('run', 'told', '--image=host', '--restart=Never', '--command', '--', ...echo);
    await k.ok('wait', 'pod/told', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=20s');
    expect(await k.ok('logs', 'told')).to.equal(found);
  });

  /** Where a Service that cannot be bound says that it is served. */
  async function substituteOf(service: string): Promise<string> {
    const type = 'pilotage.dev/Reachable';
    await k.ok('wait', `service/${service}`, `--for=condition=${type}=false`, '--timeout=20s');
    const condition = `.status.conditions[?(@.type=='${type}')]`;
    expect(await k.jsonpath(`service/${service}`, `${condition}.reason`)).to.equal('ServedElsewhere');
    const message = await k.jsonpath(`service/${service}`, `${condition}.message`);
    return /:80 cannot be bound \(EACCES\); it is served at (\S+) instead/.exec(message)?.[1] ?? message;
  }

  it('says on the Service what it cannot carry, and closes what is deleted', async () => {
    await k.ok('create', 'service', 'clusterip', 'gone', '--tcp=9000:http');
    await k.ok('patch', 'service', 'gone', '-p', '{"spec":{"selector":{"app":"web"}}}');
    const url = `http://${await clusterIP('gone')}:9000`;
    await eventually('it answers', async () => 'body' in (await ask(url)));
    await k.ok(
      'patch',
      'service',
      'gone',
      '--type=json',
      '-p',
      '[{"op":"replace","path":"/spec/ports/0/protocol","value":"SCTP"}]',
    );
    await k.ok('wait', 'service/gone', '--for=condition=pilotage.dev/Reachable=false', '--timeout=20s');
    expect(await k.ok('get', 'service', 'gone', '-o', 'yaml')).to.contain(
      'SCTP is not carried, only TCP and UDP',
    );
    await k.ok('delete', 'service', 'gone', 'web');
    await eventually('it is closed', async () => 'failure' in (await ask(url)));
    expect(
      await k.ok('get', 'endpointslices', '-l', 'kubernetes.io/service-name=web', '-o', 'name'),
    ).to.equal('');
  });
});
