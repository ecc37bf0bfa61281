import { expect } from 'chai';
import { complaints } from './notation.ts';

const RULE =
  'subjects: [{kind: Group, group: {name: g}}], nonResourceRules: [{verbs: ["*"], nonResourceURLs: ["*"]}]';
const schema = (spec: string, name = 'a'): string =>
  `{apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: FlowSchema, metadata: {name: ${name}}, spec: {priorityLevelConfiguration: {name: l}, ${spec}}}`;
const level = (spec: string, name = 'a'): string =>
  `{apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: PriorityLevelConfiguration, metadata: {name: ${name}}, spec: {${spec}}}`;
const queues = (queuing: string): string =>
  level(`type: Limited, limited: {limitResponse: {type: Queue, queuing: {${queuing}}}}`);

const FLAWS: readonly [title: string, object: string, complaint: string][] = [
  [
    'the first place',
    schema('matchingPrecedence: 1'),
    "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
  ],
  [
    'a rule for nobody',
    schema('rules: [{nonResourceRules: [{verbs: ["*"], nonResourceURLs: ["*"]}]}]'),
    'spec.rules[0].subjects: Required value: subjects must contain at least one value',
  ],
  [
    'a subject of two sorts',
    schema(`rules: [{${RULE.replace('group: {name: g}', 'group: {name: g}, user: {name: u}')}}]`),
    "spec.rules[0].subjects[0].user: Forbidden: user is forbidden when subject kind is not 'User'",
  ],
  [
    'a verb that does not exist',
    schema(`rules: [{${RULE.replace('verbs: ["*"]', 'verbs: [watches]')}}]`),
    'spec.rules[0].nonResourceRules[0].verbs: Unsupported value: ["watches"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
  ],
  [
    'a wildcard in the midst of a path',
    schema(`rules: [{${RULE.replace('nonResourceURLs: ["*"]', 'nonResourceURLs: ["/a*/b"]')}}]`),
    'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*/b": wildcard can only do suffix matching',
  ],
  [
    'a catch-all that does not catch all',
    schema('', 'catch-all'),
    'spec: Invalid value: {"priorityLevelConfiguration":{"name":"l"},"matchingPrecedence":1000}: spec of \'catch-all\' must equal the fixed value',
  ],
  [
    'a second exempt level',
    level('type: Exempt'),
    "spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'",
  ],
  [
    'a limited level without limits',
    level('type: Limited'),
    'spec.limited: Required value: must not be empty when type is Limited',
  ],
  [
    'a hand larger than the deck',
    queues('queues: 4, handSize: 6'),
    'spec.limited.limitResponse.queuing.handSize: Invalid value: 6: should not be greater than queues (4)',
  ],
  [
    'more hands than the hash can deal',
    queues('queues: 1024, handSize: 8'),
    'spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 1024 and handSize 8 should not be greater than 60',
  ],
];

describe('the kinds of flowcontrol', () => {
  for (const [title, object, complaint] of FLAWS) {
    it(`refuse ${title}`, () => expect(complaints(object)).to.deep.equal([complaint]));
  }

  it('accept what is well, with defaults that fit together', () => {
    expect(complaints(schema(`rules: [{${RULE}}]`))).to.deep.equal([]);
    expect(complaints(queues(''))).to.deep.equal([]);
    const exempt = 'type: Exempt, exempt: {lendablePercent: 50}';
    expect(complaints(level(exempt, 'exempt')), 'what the exempt level lends may be chosen').to.deep.equal(
      [],
    );
  });
});
