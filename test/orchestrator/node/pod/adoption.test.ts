import { expect } from 'chai';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import type { PodRuntime } from '../../../../src/orchestrator/node/runtime/runtime.ts';
import { settle } from '../../../fakes/clock.ts';
import { until } from '../helpers.ts';
import { useFakePods, WEB } from './fakepods.ts';

/** Longer than until an adoption is tried again. */
const RETRY_MS = 6_000;

describe('a pod that cannot be adopted at first', () => {
  const node = useFakePods();
  /** The agent knows not what runs in the pod while it is true. */
  let isSilent: boolean;

  /** An engine that answers, and whose list of containers does not come. */
  function silent(): PodRuntime {
    const runtime = node.machine.open();
    return {
      ...runtime,
      attempts: async (pod) => {
        if (isSilent) throw new Error('the engine is busy');
        return runtime.attempts(pod);
      },
    };
  }

  beforeEach(async () => {
    isSilent = true;
    expect(node.machine.calls).to.deep.equal(['start main/0']);
    await node.stopPods();
  });

  it('is taken as new by nobody: its containers run on, and it has started when it did', async () => {
    const before = node.status()?.startTime;
    await node.clock.advance(60_000);
    await node.startPods(silent());
    node.api.put(PODS, { ...WEB, metadata: { ...WEB.metadata, labels: { changed: 'meanwhile' } } });
    await settle();
    expect(node.pods.list()).to.have.length(0);
    isSilent = false;
    await node.clock.advance(RETRY_MS);
    await settle();
    expect(node.pods.find('uid-web')?.record.pod.metadata.labels).to.deep.equal({ changed: 'meanwhile' });
    expect(node.machine.calls).to.deep.equal(['start main/0']);
    expect(node.status()?.containerStatuses?.[0]).to.deep.include({ restartCount: 0, started: true });
    expect(node.status()?.startTime).to.equal(before);
  });

  it('is taken as new by nobody after its sandbox got another address', async () => {
    isSilent = false;
    await node.startPods(silent());
    isSilent = true;
    node.machine.move('uid-web');
    await settle();
    node.api.put(PODS, { ...WEB, metadata: { ...WEB.metadata, labels: { changed: 'meanwhile' } } });
    await settle();
    expect(node.pods.list()).to.have.length(0);
    isSilent = false;
    await node.clock.advance(RETRY_MS);
    await settle();
    expect(node.machine.calls).to.deep.equal(['start main/0', 'start main/1']);
  });

  it('and is deleted meanwhile ends once it has been adopted', async () => {
    await node.startPods(silent());
    node.api.remove(PODS, 'web');
    await settle();
    expect(await node.machine.open().pods()).to.deep.equal(['uid-web']);
    isSilent = false;
    await node.clock.advance(RETRY_MS);
    await until(
      'its end',
      async () => (await node.machine.open().pods()).length === 0 && node.pods.list().length === 0,
    );
  });
});
