import { expect } from 'chai';
import { unsupportedBy } from '../../../../../src/orchestrator/node/runtime/process/unsupported.ts';
import { plainSecurity } from '../notation.ts';

const NONE = { type: 'none' } as const;
const USER = { type: 'uid', uid: 1234, lowPorts: true } as const;

describe('what a process cannot honour', () => {
  it('is nothing where a pod asks for nothing', () => {
    expect(unsupportedBy(plainSecurity, {}, NONE)).to.deep.equal([]);
  });

  const fields: readonly [string, Parameters<typeof unsupportedBy>[0]][] = [
    ['runAsUser', { ...plainSecurity, user: 1 }],
    ['runAsGroup', { ...plainSecurity, group: 1 }],
    ['privileged', { ...plainSecurity, privileged: true }],
    ['readOnlyRootFilesystem', { ...plainSecurity, readOnlyRoot: true }],
    ['capabilities.add', { ...plainSecurity, addCapabilities: ['SYS_ADMIN'] }],
    ['seccompProfile', { ...plainSecurity, seccomp: { profile: 'own.json' } }],
  ];
  for (const [name, security] of fields) {
    it(`is securityContext.${name}, and why`, () => {
      const [said, ...more] = unsupportedBy(security, {}, USER);
      expect(said?.startsWith(`securityContext.${name} is ignored: `), said).to.equal(true);
      expect(more).to.deep.equal([]);
    });
  }

  it('names the user that a process has instead', () => {
    expect(unsupportedBy({ ...plainSecurity, user: 1 }, {}, USER)[0]).to.contain('the user 1234');
    expect(unsupportedBy({ ...plainSecurity, user: 1 }, {}, NONE)[0]).to.contain('the user of Pilotage');
  });

  it('is not what its confinement does anyway', () => {
    const security = {
      ...plainSecurity,
      noNewPrivileges: true,
      dropCapabilities: ['ALL'],
      addCapabilities: ['NET_BIND_SERVICE'],
    };
    expect(unsupportedBy(security, {}, USER)).to.deep.equal([]);
    expect(unsupportedBy(security, {}, NONE)).to.have.length(3);
  });

  it('is what its pod asks of a network, a kernel and users of its own', () => {
    const hostPorts = [{ hostIP: '', hostPort: 1, containerPort: 1, protocol: 'tcp' as const }];
    const said = unsupportedBy(plainSecurity, { sysctls: { 'a.b': '1' }, hostPorts, ownUsers: true }, USER);
    expect(said.map((one) => one.split(' is ignored')[0])).to.deep.equal([
      'the sysctls of the pod',
      'hostPort',
      'hostUsers: false',
    ]);
  });
});
