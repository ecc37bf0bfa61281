import { expect } from 'chai';
import type { AuditAttributes } from '../../src/audit/policy.ts';
import { DEFAULT_POLICY, decideAudit } from '../../src/audit/policy.ts';
import { policyOf } from '../../src/audit/policyfile.ts';
import type { Json } from '../../src/kube/values/types.ts';

const user = { username: 'ann', groups: ['dev', 'system:authenticated'] };
const asked = (
  verb: string,
  plural: string,
  more: { group?: string; subresource?: string; namespace?: string; name?: string } = {},
): AuditAttributes => ({
  user,
  verb,
  path: '/api/v1/whatever',
  resource: { group: '', subresource: '', namespace: '', name: '', plural, ...more },
});
const path = (url: string, verb = 'get'): AuditAttributes => ({ user, verb, path: url });
const policy = (...rules: Json[]) => policyOf({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules });
const levelOf = (rule: Json, attributes: AuditAttributes) => decideAudit(policy(rule), attributes).level;

describe('an audit policy', () => {
  it('records nothing where no rule matches', () => {
    expect(levelOf({ level: 'Request', verbs: ['delete'] }, asked('get', 'pods'))).to.equal('None');
  });

  it('goes by the first rule that matches', () => {
    const rules = policy({ level: 'None', users: ['ann'] }, { level: 'Metadata' });
    expect(decideAudit(rules, asked('get', 'pods')).level).to.equal('None');
    expect(decideAudit(rules, { ...asked('get', 'pods'), user: undefined }).level).to.equal('Metadata');
  });

  it('matches users, groups and verbs, all that a rule names', () => {
    const rule = { level: 'Metadata', users: ['ann'], userGroups: ['ops', 'dev'], verbs: ['get', 'list'] };
    expect(levelOf(rule, asked('list', 'pods'))).to.equal('Metadata');
    expect(levelOf(rule, asked('watch', 'pods'))).to.equal('None');
    expect(levelOf(rule, { ...asked('list', 'pods'), user: { username: 'ann', groups: [] } })).to.equal(
      'None',
    );
  });

  const pods = { subresource: 'log', namespace: 'shop', name: 'web' };
  const rows: readonly (readonly [resources: string[], matches: boolean])[] = [
    [[], true],
    [['*'], true],
    [['pods/log'], true],
    [['pods/*'], true],
    [['*/log'], true],
    [['pods'], false],
    [['*/status'], false],
  ];
  for (const [resources, matches] of rows)
    it(`${matches ? 'finds' : 'does not find'} the log of a pod among ${JSON.stringify(resources)}`, () => {
      const level = levelOf(
        { level: 'Request', resources: [{ group: '', resources }] },
        asked('get', 'pods', pods),
      );
      expect(level).to.equal(matches ? 'Request' : 'None');
    });

  it('matches names of objects, and groups exactly', () => {
    const rule = {
      level: 'Request',
      resources: [{ group: 'apps', resources: ['deployments'], resourceNames: ['web'] }],
    };
    expect(levelOf(rule, asked('get', 'deployments', { group: 'apps', name: 'web' }))).to.equal('Request');
    expect(levelOf(rule, asked('get', 'deployments', { group: 'apps', name: 'db' }))).to.equal('None');
    expect(levelOf(rule, asked('get', 'deployments', { name: 'web' }))).to.equal('None');
  });

  it('takes the empty namespace for objects that are in none', () => {
    const rule = { level: 'Metadata', namespaces: ['', 'shop'] };
    expect(levelOf(rule, asked('get', 'nodes'))).to.equal('Metadata');
    expect(levelOf(rule, asked('get', 'pods', { namespace: 'other' }))).to.equal('None');
    expect(levelOf(rule, path('/version'))).to.equal('None');
  });

  it('matches paths, to their end or up to a star', () => {
    const rule = { level: 'Metadata', nonResourceURLs: ['/version', '/healthz*'] };
    expect(levelOf(rule, path('/healthz/etcd'))).to.equal('Metadata');
    expect(levelOf(rule, path('/version/x'))).to.equal('None');
    expect(levelOf(rule, asked('get', 'pods'))).to.equal('None');
  });

  it('leaves out the stages of the policy and of the rule, and managed fields as the nearer of the two says', () => {
    const rules = policyOf({
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      omitStages: ['RequestReceived'],
      omitManagedFields: true,
      rules: [{ level: 'Request', omitStages: ['ResponseStarted'], omitManagedFields: false }],
    });
    const { omitStages, omitManagedFields } = decideAudit(rules, asked('get', 'pods'));
    expect([...omitStages]).to.deep.equal(['RequestReceived', 'ResponseStarted']);
    expect(omitManagedFields).to.equal(false);
  });
});

describe('the built-in audit policy', () => {
  const level = (attributes: AuditAttributes) => decideAudit(DEFAULT_POLICY, attributes).level;

  it('records every write without its body', () => {
    for (const verb of ['create', 'update', 'patch', 'delete', 'deletecollection'])
      expect(level(asked(verb, 'widgets', { group: 'example.com' })), verb).to.equal('Metadata');
  });

  it('records every reading of Secrets, and nothing else that is only read', () => {
    for (const verb of ['get', 'list', 'watch']) {
      expect(level(asked(verb, 'secrets')), verb).to.equal('Metadata');
      expect(level(asked(verb, 'configmaps')), verb).to.equal('None');
    }
  });

  it('records what goes into a pod, whatever its method', () => {
    for (const subresource of ['exec', 'attach', 'portforward', 'proxy'])
      expect(level(asked('get', 'pods', { subresource })), subresource).to.equal('Metadata');
  });
});

describe('an audit policy that is refused', () => {
  const refusals: readonly (readonly [what: string, policy: Json, why: RegExp])[] = [
    [
      'has no rules',
      { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [] },
      /rules: the policy has no rules/,
    ],
    ['is of another kind', { apiVersion: 'v1', kind: 'ConfigMap' }, /it is "ConfigMap" of "v1"/],
  ];
  for (const [what, value, why] of refusals)
    it(`one that ${what}`, () => {
      expect(() => policyOf(value)).to.throw(why);
    });

  const rules: readonly (readonly [what: string, rule: Json, why: RegExp])[] = [
    ['has no level', {}, /rules\[0\]\.level: must be one of None/],
    ['misspells a member', { level: 'None', user: ['ann'] }, /rules\[0\]: user is not known/],
    [
      'names a stage that is none',
      { level: 'None', omitStages: ['Done'] },
      /"Done" is none of RequestReceived/,
    ],
    [
      'is about resources and paths at once',
      { level: 'None', namespaces: ['shop'], nonResourceURLs: ['/version'] },
      /cannot apply to both regular resources and non-resource URLs/,
    ],
    ['has a star amid a path', { level: 'None', nonResourceURLs: ['/a*b'] }, /must be the final character/],
    [
      'has a path without its slash',
      { level: 'None', nonResourceURLs: ['healthz'] },
      /must begin with a '\/'/,
    ],
    [
      'has names of objects without a resource',
      { level: 'None', resources: [{ resourceNames: ['web'] }] },
      /using resourceNames requires at least one resource/,
    ],
  ];
  for (const [what, rule, why] of rules)
    it(`one whose rule ${what}`, () => {
      expect(() => policy(rule)).to.throw(why);
    });
});
