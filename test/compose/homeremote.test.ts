import { expect } from 'chai';
import { problemOf } from '../../src/base/errors.ts';
import { createLifetime } from '../../src/base/lifetime.ts';
import { silentLogger } from '../../src/base/log.ts';
import { openRemoteHome } from '../../src/compose/home-remote.ts';
import type { Instance } from '../../src/model/instance.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('a home in another cluster', () => {
  it('has no admission and no scheduler that could be configured here: whoever asks for it hears so', async () => {
    const common = { clock: new FakeClock(), logger: silentLogger };
    const opening = (options: { readonly admissionFile?: string; readonly scheduling?: 'binpack' }) =>
      openRemoteHome({
        ...common,
        dataDir: '/nowhere',
        instance: {} as Instance,
        release: undefined,
        kubeconfigs: [],
        context: 'prod',
        admissionFile: options.admissionFile,
        scheduling: options.scheduling,
        parts: createLifetime(common),
      }).then(() => undefined, problemOf);
    const problem = await opening({ admissionFile: '/etc/admission.yaml' });
    expect(problem?.reason).to.equal('HomeElsewhere');
    expect(problem?.message).to.contain('--admission-config').and.contain('context prod');
    const other = await opening({ scheduling: 'binpack' });
    expect(other?.reason).to.equal('HomeElsewhere');
    expect(other?.message).to.contain('--scheduling').and.contain('context prod');
  });
});
