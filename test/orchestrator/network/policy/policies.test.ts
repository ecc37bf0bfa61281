import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import type { PolicySet } from '../../../../src/orchestrator/network/policy/compile.ts';
import type { Nft } from '../../../../src/orchestrator/network/policy/nft.ts';
import { createPolicies, type Policies } from '../../../../src/orchestrator/network/policy/policies.ts';
import { ListWatchServer } from '../../../fakes/listwatch.ts';
import { eventually } from '../proxybench.ts';
import { namespaces, PODS, pod, policy } from './notation.ts';

/** A network that really is one of this machine, so that rules would be set; the nft of this test sets none. */
const PLACE = { proc: String(process.pid), address: '127.0.0.1' };
const OWN = [
  { uid: 'shop/web', address: '10.4.0.1' },
  { uid: 'shop/db', address: '10.4.0.2' },
];
const DB = { matchLabels: { app: 'db' } };
const deny = policy({ podSelector: DB });

describe('network policies on a node', () => {
  let cluster: ListWatchServer;
  let scripts: string[];
  let events: string[];
  let saved: PolicySet | undefined;
  let lack: string | undefined;
  let refusal: Error | undefined;
  let ending: AbortController;
  let own: typeof OWN;
  beforeEach(() => {
    cluster = new ListWatchServer();
    [scripts, events, saved, lack, refusal] = [[], [], undefined, undefined, undefined];
    [ending, own] = [new AbortController(), OWN];
    for (const one of [...namespaces, ...PODS]) cluster.put(one);
  });
  afterEach(() => ending.abort());

  function open(): Policies {
    const nft: Nft = {
      lack: async () => lack,
      async apply(_namespace, script) {
        if (refusal) throw refusal;
        scripts.push(script);
      },
    };
    const policies = createPolicies({
      client: cluster.client(),
      events: { record: (object, _type, reason) => void events.push(`${reason} ${object.metadata.name}`) },
      nodeName: 'n1',
      podCidr: '127.72.0.0/16',
      ownPods: () => own,
      placeOf: async () => PLACE,
      ranges: () => undefined,
      load: () => saved,
      save: (set) => {
        saved = set;
      },
      clock: systemClock,
      logger: silentLogger,
      nft,
    });
    policies.start(ending.signal);
    return policies;
  }

  const isolating = () => scripts.filter((one) => one.includes('hook input'));

  it('read no pods of the cluster while there is none', async () => {
    open();
    await eventually(() => saved !== undefined, 'they are read');
    expect(cluster.requests.filter((one) => one.includes('pods'))).to.deep.equal([]);
  });

  it('set the rules of a pod before it begins, and set them no second time', async () => {
    cluster.put(deny);
    await open().guard('shop/db', PLACE);
    const before = isolating().length;
    expect(before).to.be.greaterThan(0);
    cluster.put(policy({ podSelector: { matchLabels: { app: 'web' } } }, 'two'));
    await eventually(() => isolating().length > before, 'those of another pod are set');
    expect(isolating()).to.have.length(before + 1);
  });

  it('keep a pod from beginning whose rules cannot be set, and no other one', async () => {
    cluster.put(deny);
    refusal = new Error('nft says no');
    const policies = open();
    const failure = await policies.guard('shop/db', PLACE).catch(({ message }: Error) => message);
    expect(failure).to.equal('nft says no');
    await policies.guard('shop/web', PLACE);
  });

  it('take rules away with the last policy of a pod', async () => {
    const stored = cluster.put(deny);
    open();
    await eventually(() => isolating().length > 0, 'they are set');
    cluster.remove(stored);
    await eventually(
      () => scripts.at(-1)?.endsWith('delete table inet pilotage\n') ?? false,
      'they are gone',
    );
  });

  it('set no rules where that cannot be, say so of each policy once, and still decide who is connected by Services', async () => {
    lack = 'install nftables';
    cluster.put(deny);
    const policies = open();
    await policies.guard('shop/db', PLACE);
    await eventually(() => events.length > 0, 'it is said');
    cluster.put(policy({ podSelector: { matchLabels: { app: 'web' } } }, 'two'));
    await eventually(() => events.length > 1, 'and of the next one');
    expect(events).to.deep.equal(['NotEnforced one', 'NotEnforced two']);
    expect(scripts).to.deep.equal([]);
    expect(policies.allows('10.4.0.1', { host: '10.4.0.2', port: 80, podUid: 'shop/db' })).to.equal(false);
  });

  it('know a pod by its address, whatever an EndpointSlice says whose it is, and keep nobody from the node', async () => {
    cluster.put(deny);
    const policies = open();
    await eventually(() => isolating().length > 0, 'they are known');
    for (const podUid of ['', 'other/web', 'shop/db'])
      expect(policies.allows('10.4.0.1', { host: '10.4.0.2', port: 80, podUid })).to.equal(false);
    expect(policies.allows('10.4.0.254', { host: '10.4.0.2', port: 80, podUid: 'shop/db' })).to.equal(true);
    expect(policies.allows('10.4.0.1', { host: '127.0.0.1', port: 443, podUid: '' })).to.equal(true);
  });

  it('hold for a pod of this node that a new agent has not taken up yet', async () => {
    cluster.put(deny);
    open();
    await eventually(() => isolating().length > 0, 'they are known');
    ending.abort();
    [ending, own] = [new AbortController(), []];
    const policies = open();
    const db = { host: '10.4.0.2', port: 80, podUid: 'shop/db' };
    expect(policies.allows('10.4.0.1', db)).to.equal(false);
    expect(policies.allows('constructor', db)).to.equal(true);
  });

  it('ask of a pod on another machine what holds for that pod, whatever pod of this node has its address', async () => {
    cluster.put(deny);
    cluster.put(pod('shop/far', '10.4.0.2', { nodeName: 'n2' }));
    const policies = open();
    await eventually(() => isolating().length > 0, 'they are known');
    const to = (podUid: string, elsewhere = {}) =>
      policies.allows('10.4.0.1', { host: '10.4.0.2', port: 80, podUid, ...elsewhere });
    expect(to('shop/far', { elsewhere: { node: 'n2', far: true } })).to.equal(true);
    expect(to('shop/far')).to.equal(false);
  });

  it('hold as an earlier agent knew them while the API is away', async () => {
    cluster.put(deny);
    open();
    await eventually(() => isolating().length > 0, 'they are known');
    ending.abort();
    ending = new AbortController();
    cluster.down();
    expect(open().allows('10.4.0.1', { host: '10.4.0.2', port: 80, podUid: 'shop/db' })).to.equal(false);
  });
});
