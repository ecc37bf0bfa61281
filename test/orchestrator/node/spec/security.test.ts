import { expect } from 'chai';
import { securityOf } from '../../../../src/orchestrator/node/spec/security.ts';
import { plainSecurity } from '../runtime/notation.ts';
import { pod } from './notation.ts';

describe('what a pod says of security', () => {
  it('is nothing where it says nothing, or only what is so anyway', () => {
    expect(securityOf(pod(), { name: 'web' })).to.deep.equal(plainSecurity);
    const quiet = { name: 'web', securityContext: { allowPrivilegeEscalation: true, privileged: false } };
    expect(securityOf(pod({ securityContext: {} }), quiet)).to.deep.equal(plainSecurity);
  });

  it('holds for its containers, which may say otherwise', () => {
    const securityContext = {
      runAsUser: 5,
      runAsGroup: 6,
      runAsNonRoot: true,
      supplementalGroups: [7],
      fsGroup: 8,
    };
    const own = { runAsUser: 9, runAsNonRoot: false };
    expect(securityOf(pod({ securityContext }), { name: 'web', securityContext: own })).to.deep.include({
      user: 9,
      group: 6,
      nonRoot: false,
      groups: [7, 8],
    });
  });

  it('is the seccomp profile of the container, else of its pod', () => {
    const local = { type: 'Localhost' as const, localhostProfile: 'a/b.json' };
    const of = (pods: object, own: object = {}) =>
      securityOf(pod({ securityContext: pods }), { name: 'web', securityContext: own }).seccomp;
    expect(of({ seccompProfile: { type: 'Unconfined' } })).to.equal('any');
    expect(of({ seccompProfile: { type: 'Unconfined' } }, { seccompProfile: local })).to.deep.equal({
      profile: 'a/b.json',
    });
    expect(of({ seccompProfile: { type: 'RuntimeDefault' } })).to.equal(undefined);
  });

  it('names capabilities as engines do', () => {
    const capabilities = { add: ['NET_ADMIN'], drop: ['CAP_CHOWN', 'ALL'] };
    const securityContext = { capabilities, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false };
    expect(securityOf(pod(), { name: 'web', securityContext })).to.deep.include({
      addCapabilities: ['NET_ADMIN'],
      dropCapabilities: ['CHOWN', 'ALL'],
      readOnlyRoot: true,
      noNewPrivileges: true,
    });
  });
});
