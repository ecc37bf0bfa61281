import { expect } from 'chai';
import { compilePolicies } from '../../../../src/orchestrator/network/policy/compile.ts';
import { rulesetOf } from '../../../../src/orchestrator/network/policy/ruleset.ts';
import { compiled, namespaces, PODS, policy } from './notation.ts';

const AROUND = { node: ['10.4.0.254', '10.4.255.254'], relayed: ['10.6.0.0/16', '10.7.0.0/16'] };
const NOWHERE = { node: [], relayed: [] };

/** Without what every chain begins with. */
const statements = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.endsWith('accept') && !/lo"|established|icmpv6/.test(line));

describe('the rules of a pod in its own network', () => {
  it('are none for a pod that nothing isolates: its table is removed, whether or not it was there', () => {
    expect(rulesetOf({}, AROUND)).to.equal('table inet pilotage {}\ndelete table inet pilotage\n');
  });

  it('drop what is not allowed, but never what a pod says to itself, answers, and IPv6 finding its neighbours', () => {
    const text = rulesetOf({ ingress: [], egress: [] }, AROUND);
    expect(text.split('\n').slice(0, 3)).to.deep.equal([
      'table inet pilotage {}',
      'delete table inet pilotage',
      'table inet pilotage {',
    ]);
    for (const hook of ['input', 'output'])
      expect(text).to.contain(`type filter hook ${hook} priority 0; policy drop;`);
    const always = ['iifname "lo" accept', 'oifname "lo" accept', 'ct state established,related accept'];
    for (const one of [...always, 'nd-neighbor-solicit']) expect(text).to.contain(one);
  });

  it('let the node come in, and a pod out to the node and to Services, where the agent decides', () => {
    expect(statements(rulesetOf({ ingress: [], egress: [] }, AROUND))).to.deep.equal([
      'ip saddr { 10.4.0.254, 10.4.255.254 } accept',
      'ip daddr { 10.4.0.254, 10.4.255.254, 10.6.0.0/16, 10.7.0.0/16 } accept',
    ]);
  });

  it('leave the direction alone that nothing isolates', () => {
    expect(rulesetOf({ ingress: [] }, AROUND)).to.not.contain('output');
    expect(rulesetOf({ egress: [] }, AROUND)).to.not.contain('input');
  });

  it('name single addresses in one set, ranges and what they except each by itself, and ports by their protocol', () => {
    const blocks = [
      { cidr: '10.0.0.0/8', except: ['10.9.0.0/16'] },
      { cidr: 'fd00::/8' },
      { cidr: '0.0.0.0/0' },
    ];
    const from = [{ podSelector: {} }, ...blocks.map((ipBlock) => ({ ipBlock }))];
    const ports = [{ port: 80, endPort: 90 }, { port: 'dns', protocol: 'UDP' }, { protocol: 'SCTP' }];
    const web = { podSelector: { matchLabels: { app: 'web' } } };
    const set = compiled(policy({ podSelector: {}, ingress: [{ from, ports }, { from: [web] }] }));
    const peers = [
      'ip saddr { 10.4.0.1, 10.4.0.2 }',
      'ip saddr 10.0.0.0/8 ip saddr != 10.9.0.0/16',
      'ip6 saddr fd00::/8',
      'meta nfproto ipv4',
    ];
    const matches = ['tcp dport 80-90', 'udp dport 53', 'meta l4proto sctp'];
    expect(statements(rulesetOf(set.rules['shop/db'] ?? {}, NOWHERE))).to.deep.equal([
      ...matches.flatMap((port) => peers.map((peer) => `${peer} ${port} accept`)),
      'ip saddr { 10.4.0.1 } accept',
    ]);
  });

  it('let nobody in by the address of a pod on another node, where blocks count as ever', () => {
    const web = { podSelector: { matchLabels: { app: 'web' } } };
    const block = { ipBlock: { cidr: '10.0.0.0/8' } };
    const rules = policy({ podSelector: {}, ingress: [{ from: [web] }, { from: [web, block] }] });
    const elsewhere = compilePolicies([rules], PODS, namespaces, 'n2');
    expect(statements(rulesetOf(elsewhere.rules['shop/db'] ?? {}, NOWHERE))).to.deep.equal([
      'ip saddr 10.0.0.0/8 accept',
    ]);
  });

  it('are a plain "accept" where everything may pass', () => {
    expect(statements(rulesetOf({ ingress: [{}] }, NOWHERE))).to.deep.equal(['accept']);
  });
});
