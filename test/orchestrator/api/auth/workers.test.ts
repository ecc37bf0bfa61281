import { expect } from 'chai';
import { WORKERS } from '../../../../src/orchestrator/api/auth/workers.data.ts';
import { worker } from '../../../../src/orchestrator/api/auth/workers.ts';
import type { Attributes, RequestVerb } from '../../../../src/orchestrator/api/authorization.ts';
import { createAuthorizer } from '../authorization.ts';
import { CASES } from './workercases.data.ts';

const authorize = createAuthorizer();

/** `patch pods/status shop/web`, `get secrets shop`, `create namespaces`: a namespace of its own for what has one; names of signers have a slash. */
function attributesOf(text: string): Attributes {
  const [verb = '', what = '', where = ''] = text.split(' ');
  const parts = what.split('/');
  const grouped = (parts[0] ?? '').includes('.') || ['apps', 'batch', 'policy'].includes(parts[0] ?? '');
  const [resource = '', subresource] = grouped ? parts.slice(1) : parts;
  const [namespace = '', name = ''] =
    where.includes('/') && resource !== 'signers' ? where.split('/') : ['', where];
  return {
    verb: verb as RequestVerb,
    group: grouped ? (parts[0] ?? '') : '',
    resource,
    ...(subresource === undefined ? {} : { subresource: parts.slice(grouped ? 2 : 1).join('/') }),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
  };
}

describe('what works in the cluster', () => {
  for (const [user, [may, mayNot]] of Object.entries(CASES)) {
    it(`as ${user} may what it needs and nothing else`, () => {
      const allowed = (text: string) => authorize(worker(user), attributesOf(text)).allowed;
      expect(may.filter((text) => !allowed(text))).to.deep.equal([]);
      expect(mayNot.filter(allowed)).to.deep.equal([]);
    });
  }

  it('is in this list, whoever has rules', () => {
    expect(Object.keys(CASES).sort()).to.deep.equal(Object.keys(WORKERS).sort());
  });

  it('is nobody outside of this process, whoever bears the name, but for those that Kubernetes knows', () => {
    const bearer = (name: string) => ({ name, groups: ['system:authenticated'] });
    const may = (name: string, text: string) => authorize(bearer(name), attributesOf(text)).allowed;
    expect(may('system:apiserver', 'create namespaces kube-system')).to.equal(false);
    expect(may('system:pilotage:sync', 'get secrets shop/password')).to.equal(false);
    expect(may('system:kube-scheduler', 'create pods/binding shop/web')).to.equal(true);
  });

  it('is told whose rules do not allow it', () => {
    expect(authorize(worker('system:kube-scheduler'), attributesOf('list secrets'))).to.deep.equal({
      allowed: false,
      reason: 'nothing in the rules of system:kube-scheduler allows it',
    });
  });
});
