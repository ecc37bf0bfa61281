import { expect } from 'chai';
import type { NetworkPolicy, Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { isAllowed } from '../../../../src/orchestrator/network/policy/allowed.ts';
import { compilePolicies, type PolicySet } from '../../../../src/orchestrator/network/policy/compile.ts';
import { allows, compiled, namespaces, PODS, pod, policy } from './notation.ts';

const DB = { matchLabels: { app: 'db' } };
const WEB = { matchLabels: { app: 'web' } };
const OTHER = { matchLabels: { team: 'other' } };
const deny = policy({ podSelector: DB });
const to = (port: string) => `shop/web > shop/db:${port}`;

/** What is said, the policies, what passes, what does not. */
const CASES: readonly [string, readonly NetworkPolicy[], readonly string[], readonly string[]][] = [
  ['let everything pass where there is none', [], [to('1'), '10.9.0.1 > shop/db:1'], []],
  [
    'let nothing come to a pod that one selects, and everything leave it',
    [deny],
    ['shop/db > shop/web:1', 'shop/web > other/web:1'],
    [to('8080'), '10.9.0.1 > shop/db:1', to('53/UDP')],
  ],
  [
    'select every pod of their namespace, and of no other, by an empty selector',
    [policy({ podSelector: {} })],
    ['shop/web > other/web:1'],
    [to('1'), 'other/web > shop/web:1'],
  ],
  [
    'let nothing leave a pod, and everything come to it, by the type Egress',
    [policy({ podSelector: DB, policyTypes: ['Egress'] })],
    [to('1')],
    ['shop/db > shop/web:1', 'shop/db > 10.9.0.1:1'],
  ],
  [
    'let everybody in by a rule that names nobody',
    [policy({ podSelector: DB, ingress: [{}] })],
    ['other/job > shop/db:1', '10.9.0.1 > shop/db:53/UDP'],
    [],
  ],
  [
    'take empty lists of peers and ports for none',
    [policy({ podSelector: DB, ingress: [{ from: [], ports: [] }] })],
    ['other/job > shop/db:1'],
    [],
  ],
  [
    'find pods in their own namespace where a peer names none',
    [policy({ podSelector: DB, ingress: [{ from: [{ podSelector: WEB }] }] })],
    [to('1')],
    ['other/web > shop/db:1'],
  ],
  [
    'find all pods of the namespaces that a peer selects',
    [policy({ podSelector: DB, ingress: [{ from: [{ namespaceSelector: OTHER }] }] })],
    ['other/web > shop/db:1', 'other/job > shop/db:1'],
    [to('1')],
  ],
  [
    'ask of one peer both of its selectors',
    [policy({ podSelector: DB, ingress: [{ from: [{ namespaceSelector: OTHER, podSelector: WEB }] }] })],
    ['other/web > shop/db:1'],
    ['other/job > shop/db:1', to('1')],
  ],
  [
    'take either of two peers',
    [policy({ podSelector: DB, ingress: [{ from: [{ namespaceSelector: OTHER }, { podSelector: WEB }] }] })],
    ['other/job > shop/db:1', to('1')],
    ['10.9.0.1 > shop/db:1'],
  ],
  [
    'leave out of a block what it excepts, pods among it',
    [
      policy({
        podSelector: DB,
        ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.4.0.1/32', '10.9.0.0/16'] } }] }],
      }),
    ],
    ['10.8.0.1 > shop/db:1', 'other/web > shop/db:1'],
    [to('1'), '10.9.1.1 > shop/db:1', '11.0.0.1 > shop/db:1'],
  ],
  [
    'know ports by number, range, name and protocol, TCP where none is said',
    [
      policy({
        podSelector: DB,
        ingress: [
          {
            ports: [
              { port: 80 },
              { port: 90, endPort: 92 },
              { port: 'http' },
              { port: 'dns', protocol: 'UDP' },
            ],
          },
        ],
      }),
    ],
    ['80', '90', '92', '8080', '53/UDP'].map(to),
    ['81', '80/UDP', '93', '8080/UDP', '53'].map(to),
  ],
  [
    'let every port of a protocol pass where a rule names that alone',
    [policy({ podSelector: DB, ingress: [{ ports: [{ protocol: 'UDP' }] }] })],
    [to('7/UDP')],
    [to('7')],
  ],
  [
    'open nothing by the name of a port that the pod does not have',
    [policy({ podSelector: DB, ingress: [{ ports: [{ port: 'none' }] }] })],
    [],
    [to('8080')],
  ],
  [
    'ask for the port of the pod that is gone to, by its name, and let nobody out elsewhere by it',
    [policy({ podSelector: DB, egress: [{ ports: [{ port: 'http' }] }] })],
    ['shop/db > shop/web:8080', 'shop/db > other/job:8080'],
    ['shop/db > shop/web:80', 'shop/db > 10.9.0.1:8080'],
  ],
  [
    'let pass what any of several does',
    [
      deny,
      policy({ podSelector: {}, ingress: [{ from: [{ podSelector: WEB }], ports: [{ port: 80 }] }] }, 'two'),
    ],
    [to('80')],
    [to('81'), 'other/web > shop/db:80'],
  ],
  [
    'are asked of both ends: what leaves the one and what comes to the other',
    [
      policy({ podSelector: DB, ingress: [{ from: [{ podSelector: WEB }] }] }),
      policy({ podSelector: WEB, egress: [{ ports: [{ port: 80 }] }] }, 'two'),
    ],
    [to('80')],
    [to('81')],
  ],
];

describe('network policies', () => {
  for (const [title, policies, passing, stopped] of CASES)
    it(title, () => {
      const set = compiled(...policies);
      for (const text of passing) expect(allows(set, text), text).to.equal(true);
      for (const text of stopped) expect(allows(set, text), text).to.equal(false);
    });

  it('are about no pod of the network of its node, and find none that has ended: its address may be of another', () => {
    const ended: Pod = { ...pod('shop/old'), status: { phase: 'Succeeded', podIP: '10.4.0.7' } };
    const onNode = pod('shop/node', '10.4.0.8', { hostNetwork: true });
    const among = policy({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] });
    const set = compilePolicies([among], [...PODS, ended, onNode], namespaces, 'n1');
    expect(Object.keys(set.rules).sort()).to.deep.equal(['shop/db', 'shop/web']);
    for (const address of ['10.4.0.7', '10.4.0.8'])
      expect(allows(set, `${address} > shop/db:1`)).to.equal(false);
  });

  it('select a pod before it has an address', () => {
    const set = compilePolicies([deny], [pod('shop/db')], namespaces, 'n1');
    expect(set).to.deep.equal({ rules: { 'shop/db': { ingress: [] } }, addresses: {} });
  });

  it('tell a pod from one on another machine that has the same address, wherever the one is that they name', () => {
    const far = pod('other/far', '10.4.0.1', { nodeName: 'n2' });
    const lets = (app: string) =>
      policy({
        podSelector: DB,
        ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app } } }] }],
      });
    const passes = (set: PolicySet, uid: string) =>
      isAllowed(
        set,
        { uid, address: '10.4.0.1' },
        { uid: 'shop/db', address: '10.4.0.2' },
        { protocol: 'TCP', port: 80 },
      );
    for (const [app, passing, stopped] of [
      ['web', 'shop/web', 'other/far'],
      ['far', 'other/far', 'shop/web'],
    ] as const) {
      const set = compilePolicies([lets(app)], [...PODS, far], namespaces, 'n1');
      expect(passes(set, passing)).to.equal(true);
      expect(passes(set, stopped)).to.equal(false);
      expect(set.addresses['10.4.0.1']).to.equal('shop/web');
    }
  });
});
