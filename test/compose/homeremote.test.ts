import { expect } from 'chai';
import { problemOf } from '../../src/base/errors.ts';
import { createLifetime } from '../../src/base/lifetime.ts';
import { silentLogger } from '../../src/base/log.ts';
import { openRemoteHome } from '../../src/compose/home-remote.ts';
import type { Instance } from '../../src/model/instance.ts';
import { FakeClock } from '../fakes/clock.ts';

const ANYWHERE = { host: '127.0.0.1', port: 0 };
const NOTHING_ASKED = {
  admissionFile: undefined,
  scheduling: undefined,
  oidcFile: undefined,
  auditPolicyFile: undefined,
  ingress: undefined,
  apiGiven: false,
  engineGiven: false,
  acceptLoss: false,
};

/** What is asked of the built-in cluster → the option that says so. */
const OF_BUILTIN = {
  '--admission-config': { admissionFile: '/etc/admission.yaml' },
  '--scheduling': { scheduling: 'binpack' as const },
  '--oidc': { oidcFile: '/etc/oidc.yaml' },
  '--audit-policy': { auditPolicyFile: '/etc/audit.yaml' },
  '--ingress': {
    ingress: { http: { ...ANYWHERE, given: true }, https: { ...ANYWHERE, given: false }, log: false },
  },
  '--ingress-tls': {
    ingress: { http: { ...ANYWHERE, given: false }, https: { ...ANYWHERE, given: true }, log: false },
  },
  '--ingress-log': {
    ingress: { http: { ...ANYWHERE, given: false }, https: { ...ANYWHERE, given: false }, log: true },
  },
  '--engine': { engineGiven: true },
  '--accept-loss': { acceptLoss: true },
  '--api': { apiGiven: true },
};

describe('a home in another cluster', () => {
  for (const [flag, asked] of Object.entries(OF_BUILTIN)) {
    it(`has nothing that ${flag} could be for: whoever gives it hears so`, async () => {
      const common = { clock: new FakeClock(), logger: silentLogger };
      const opening = openRemoteHome({
        ...common,
        dataDir: '/nowhere',
        instance: {} as Instance,
        release: undefined,
        kubeconfigs: [],
        context: 'prod',
        asked: { ...NOTHING_ASKED, ...asked },
        parts: createLifetime(common),
      });
      const problem = await opening.then(() => undefined, problemOf);
      expect(problem?.reason).to.equal('HomeElsewhere');
      expect(problem?.message).to.contain(`${flag} is for`).and.contain('context prod');
      expect(problem?.remedy).to.contain(`leave ${flag} out`);
    });
  }
});
