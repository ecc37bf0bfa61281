import { expect } from 'chai';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { settle } from '../../../fakes/clock.ts';
import { until } from '../helpers.ts';
import { useFakePods } from './fakepods.ts';

describe('a pod whose sandbox got another address', () => {
  const node = useFakePods();

  it('is reported there, and its containers are started again', async () => {
    expect(node.status()?.podIP).to.equal('10.0.0.1');
    node.machine.move('uid-web');
    await settle();
    expect(node.status()).to.deep.include({ phase: 'Running', podIP: '10.0.0.2' });
    expect(node.status()?.containerStatuses?.[0]?.restartCount).to.equal(1);
    expect(node.machine.calls).to.deep.equal(['start main/0', 'start main/1']);
    expect(node.events).to.include('SandboxChanged');
  });

  it('and that was deleted meanwhile ends', async () => {
    node.machine.move('uid-web');
    node.api.remove(PODS, 'web');
    await until(
      'its end',
      async () => (await node.machine.open().pods()).length === 0 && node.pods.list().length === 0,
    );
  });
});
