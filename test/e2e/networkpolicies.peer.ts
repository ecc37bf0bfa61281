import { expect } from 'chai';
import { connectEngine } from '../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { BUSYBOX, ensureBusybox } from '../orchestrator/node/runtime/container/busybox.ts';
import { eventually, Pilotage } from './harness.ts';
import { fixture, Kubectl } from './kubectl.ts';

const SOCKET = process.env.CONTAINER_ENGINE ?? '';

describe('e2e: network policies of containers', function () {
  this.timeout(120_000);
  let pilotage: Pilotage;
  let k: Kubectl;
  /** Of the pod `web`, past all Services. */
  let address: string;

  before(async () => {
    await ensureBusybox(await connectEngine(SOCKET));
    pilotage = await Pilotage.start([], undefined, undefined, ['--engine', SOCKET]);
    k = await Kubectl.inNamespace(pilotage, 'boxes');
    await k.ok('apply', '-f', fixture('networkpolicies.yaml'));
    const pods = ['web', 'process', 'friend', 'stranger'].map((name) => `pod/${name}`);
    await k.ok('wait', ...pods, '--for=condition=Ready', '--timeout=40s');
    address = await k.jsonpath('pod/web', '.status.podIP');
  });
  after(() => pilotage.stop());
  afterEach(() => k.ok('delete', 'networkpolicies', '--all'));

  const fetching = (url: string) => ['timeout', '2', 'wget', '-q', '-O', '-', url];
  async function reaches(pod: string, url: string): Promise<boolean> {
    const { code, stdout } = await k.run('exec', pod, '--', ...fetching(url));
    return code === 0 && /^a (container|process)/.test(stdout);
  }
  /** Rules follow what the API says after a moment. */
  const comes = (what: string, pod: string, url: string, isReached: boolean) =>
    eventually(what, async () => (await reaches(pod, url)) === isReached);

  const policy = (name: string, spec: object) =>
    k.apply({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec });
  const WEB = { matchLabels: { app: 'web' } };
  const FRIEND = { matchLabels: { role: 'friend' } };
  const direct = () => `http://${address}:8080/`;

  it('let everybody in where none selects a pod, and the node says that it holds to them', async () => {
    for (const url of [direct(), 'http://web/']) expect(await reaches('stranger', url), url).to.equal(true);
    const condition = '.status.conditions[?(@.type=="pilotage.dev/NetworkPolicies")]';
    const [node = ''] = await k.lines('get', 'nodes', '-o', 'name');
    await eventually('the condition', async () => (await k.jsonpath(node, `${condition}.status`)) === 'True');
  });

  it('keep everybody out of a pod, by its address and by its Service, but the node, which probes it', async () => {
    await policy('deny', { podSelector: WEB, policyTypes: ['Ingress'] });
    await comes('nobody by the address', 'stranger', direct(), false);
    for (const pod of ['stranger', 'friend'])
      for (const url of [direct(), 'http://web/']) expect(await reaches(pod, url), url).to.equal(false);
    expect(await k.jsonpath('pod/web', '.status.containerStatuses[0].ready')).to.equal('true');
    await k.ok('delete', 'networkpolicies', 'deny');
    await comes('everybody again', 'stranger', direct(), true);
    expect(await reaches('stranger', 'http://web/')).to.equal(true);
  });

  it('let in whom a rule names by a label and a named port, and nobody else', async () => {
    await policy('deny', { podSelector: {}, policyTypes: ['Ingress'] });
    await policy('allow', {
      podSelector: WEB,
      ingress: [{ from: [{ podSelector: FRIEND }], ports: [{ port: 'http' }] }],
    });
    await comes('not the stranger', 'stranger', direct(), false);
    await comes('the friend', 'friend', direct(), true);
    expect(await reaches('friend', 'http://web/')).to.equal(true);
    expect(await reaches('stranger', 'http://web/')).to.equal(false);
    // A label makes a friend of it.
    await k.ok('label', 'pod', 'stranger', 'role=friend');
    await comes('the new friend', 'stranger', direct(), true);
    expect(await reaches('stranger', 'http://web/')).to.equal(true);
    await k.ok('label', 'pod', 'stranger', 'role-');
    await comes('a stranger again', 'stranger', direct(), false);
  });

  it('keep a pod from all others, and let it ask for names; then let it out to where a rule leads', async () => {
    await policy('alone', { podSelector: FRIEND, policyTypes: ['Egress'] });
    await comes('nobody by the address', 'friend', direct(), false);
    for (const url of ['http://web/', 'http://process/'])
      expect(await reaches('friend', url), url).to.equal(false);
    const told = await k.ok('exec', 'friend', '--', 'nslookup', 'web.boxes.svc.cluster.local');
    expect(told).to.match(/Address.*10\./);
    expect(await reaches('stranger', 'http://web/')).to.equal(true);
    await policy('out', {
      podSelector: FRIEND,
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: WEB }] }],
    });
    await comes('the web', 'friend', direct(), true);
    expect(await reaches('friend', 'http://web/')).to.equal(true);
    expect(await reaches('friend', 'http://process/')).to.equal(false);
  });

  it('hold for a pod of processes where containers come to it, and say of which pods they do not hold', async () => {
    await policy('deny', { podSelector: { matchLabels: { app: 'process' } }, policyTypes: ['Ingress'] });
    await comes('nobody', 'stranger', 'http://process/', false);
    const events = [
      'get',
      'events',
      '--field-selector',
      'involvedObject.kind=NetworkPolicy,reason=NotEnforced',
    ];
    await eventually('the event', async () =>
      (await k.ok(...events, '-o', 'wide')).includes('pods of processes share'),
    );
  });

  it('hold from the first moment of a pod', async () => {
    const both = { matchExpressions: [{ key: 'role', operator: 'In', values: ['new', 'friend'] }] };
    await policy('alone', { podSelector: both, policyTypes: ['Egress'] });
    await comes('nobody, for whom is there already', 'friend', direct(), false);
    const script = `timeout 2 wget -q -O - ${direct()} || echo denied`;
    const container = {
      name: 'main',
      image: BUSYBOX,
      env: [{ name: 'PATH', value: '/bin' }],
      command: ['/bin/sh', '-c', script],
    };
    await k.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'new', labels: { role: 'new' } },
      spec: { restartPolicy: 'Never', containers: [container] },
    });
    await k.ok('wait', 'pod/new', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=25s');
    expect(await k.lines('logs', 'new'))
      .to.include('denied')
      .and.not.include('a container');
  });

  it('hold while the agent is killed, and follow the next one', async () => {
    await policy('deny', { podSelector: WEB, policyTypes: ['Ingress'] });
    await comes('nobody', 'stranger', direct(), false);
    const agent = await pilotage.agentPid();
    process.kill(agent, 'SIGKILL');
    await eventually('the next agent', async () => (await pilotage.agentPid()) !== agent);
    await eventually('a command', async () => (await k.run('exec', 'stranger', '--', 'id')).code === 0);
    for (const url of [direct(), 'http://web/']) expect(await reaches('stranger', url), url).to.equal(false);
    await k.ok('delete', 'networkpolicies', '--all');
    await comes('everybody again', 'stranger', direct(), true);
  });
});
