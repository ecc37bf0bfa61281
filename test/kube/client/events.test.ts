import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { createEventRecorder } from '../../../src/kube/client/events.ts';
import { EVENTS, PODS } from '../../../src/kube/kinds/resources.data.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { fakeApi } from '../../orchestrator/node/fakeapi.ts';

describe('event recorder', () => {
  const record = () => {
    const api = fakeApi();
    const clock = new FakeClock();
    const recorder = createEventRecorder({
      client: api.client,
      clock,
      logger: silentLogger,
      component: 'test',
      host: 'here',
    });
    const pod = api.put(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'shop', uid: 'uid' },
      spec: { containers: [] },
    });
    return { api, clock, recorder, pod };
  };

  it('tells what happened to which object, in its namespace', async () => {
    const { api, recorder, pod } = record();
    recorder.record(pod, 'Warning', 'Unhealthy', 'it is sick', 'spec.containers{web}');
    await recorder.flush();
    const [event] = api.list(EVENTS);
    expect(event).to.deep.include({
      type: 'Warning',
      reason: 'Unhealthy',
      message: 'it is sick',
      count: 1,
      reportingComponent: 'test',
    });
    expect(event?.metadata.namespace).to.equal('shop');
    expect(event?.involvedObject).to.deep.include({
      kind: 'Pod',
      name: 'web',
      uid: 'uid',
      fieldPath: 'spec.containers{web}',
    });
  });

  it('counts the same words about the same object instead of repeating them', async () => {
    const { api, clock, recorder, pod } = record();
    recorder.record(pod, 'Warning', 'BackOff', 'again');
    await clock.advance(60_000);
    recorder.record(pod, 'Warning', 'BackOff', 'again');
    recorder.record(pod, 'Warning', 'BackOff', 'something else');
    await recorder.flush();
    const events = api.list(EVENTS).map(({ message, count, firstTimestamp, lastTimestamp }) => ({
      message,
      count,
      firstTimestamp,
      lastTimestamp,
    }));
    expect(events).to.deep.equal([
      {
        message: 'again',
        count: 2,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:01:00Z',
      },
      {
        message: 'something else',
        count: 1,
        firstTimestamp: '2026-01-01T00:01:00Z',
        lastTimestamp: '2026-01-01T00:01:00Z',
      },
    ]);
  });

  it('never fails the recorder: without an API the event is lost', async () => {
    const { api, recorder, pod } = record();
    api.isDown = true;
    recorder.record(pod, 'Normal', 'Started', 'it runs');
    await recorder.flush();
    expect(api.list(EVENTS)).to.deep.equal([]);
  });
});
