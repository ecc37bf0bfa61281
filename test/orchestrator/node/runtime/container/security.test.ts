import { expect } from 'chai';
import {
  rootProblem,
  securityConfig,
  userOf,
} from '../../../../../src/orchestrator/node/runtime/container/security.ts';
import type { ContainerSecurity } from '../../../../../src/orchestrator/node/runtime/spec.ts';
import { plainSecurity } from '../notation.ts';

const security = (more: Partial<ContainerSecurity> = {}): ContainerSecurity => ({
  ...plainSecurity,
  ...more,
});

describe('the security of a container', () => {
  it('is left to engine and image where the pod says nothing', () => {
    expect(securityConfig(security())).to.deep.equal({});
    expect(userOf(security(), 'app')).to.deep.equal({});
  });

  it('is asked of the engine as the pod says', () => {
    const asked = security({
      groups: [5],
      privileged: true,
      readOnlyRoot: true,
      noNewPrivileges: true,
      addCapabilities: ['NET_ADMIN'],
      dropCapabilities: ['ALL'],
    });
    expect(securityConfig(asked)).to.deep.equal({
      Privileged: true,
      ReadonlyRootfs: true,
      SecurityOpt: ['no-new-privileges'],
      GroupAdd: ['5'],
      CapAdd: ['NET_ADMIN'],
      CapDrop: ['ALL'],
    });
  });

  it('names the user, and for a group alone the one of the image', () => {
    expect(userOf(security({ user: 7 }), 'app')).to.deep.equal({ User: '7' });
    expect(userOf(security({ user: 7, group: 9 }), 'app')).to.deep.equal({ User: '7:9' });
    expect(userOf(security({ group: 9 }), 'app:app')).to.deep.equal({ User: 'app:9' });
    expect(userOf(security({ group: 9 }), '')).to.deep.equal({ User: '0:9' });
  });

  const ROOT = 'container has runAsNonRoot and image will run as root';
  const NAMED =
    'container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root';
  for (const [user, image, problem] of [
    [0, '5', "container's runAsUser breaks non-root policy"],
    [5, '', undefined],
    [undefined, '', ROOT],
    [undefined, '0:0', ROOT],
    [undefined, 'app', NAMED],
    [undefined, '5:5', undefined],
  ] as const)
    it(`with runAsNonRoot, user ${user} and an image of "${image}" ${problem ? 'is refused' : 'is enough'}`, () => {
      const asked = security({ nonRoot: true, ...(user === undefined ? {} : { user }) });
      expect(rootProblem(asked, { Config: { User: image } })).to.equal(problem);
      expect(rootProblem({ ...asked, nonRoot: false }, { Config: { User: image } })).to.equal(undefined);
    });
});
