import { expect } from 'chai';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { type Action, step } from '../../../../src/orchestrator/node/pod/lifecycle.ts';
import { podStatus } from '../../../../src/orchestrator/node/pod/status.ts';
import type { ContainerView, Ending, PodView } from '../../../../src/orchestrator/node/pod/view.ts';
import type { Attempt, AttemptState } from '../../../../src/orchestrator/node/runtime/runtime.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

/**
 * A container in one word: `-` never started, `starting`, `up` runs and is ready, `unready`, `sick` (failed its liveness probe), `stopping`,
 * `exit:N` ended just now with that code, `lost`, `planned` (ended with its node), `blocked` (could not be begun). `exit:1@3/40`: attempt 3, whose back-off is 40 s.
 */
function container(name: string, word: string): ContainerView {
  const [, kind = '', code = '0', attempt = '0', backOff = '0'] =
    /^([a-z-]+)(?::(\d+))?(?:@(\d+)\/(\d+))?$/.exec(word) ?? [];
  const plain: ContainerView = { name, started: false, ready: false, starting: false, stopping: false };
  const state: Record<string, AttemptState> = {
    exit: { type: 'exited', exitCode: Number(code), finishedAt: NOW },
    lost: { type: 'lost', finishedAt: NOW },
    planned: { type: 'exited', exitCode: 143, finishedAt: NOW, planned: true },
  };
  const current: Attempt = {
    ref: { pod: 'uid', container: name, attempt: Number(attempt) },
    startedAt: NOW - 1000,
    backOffMs: Number(backOff) * 1000,
    restarts: Number(attempt),
    image: { reference: 'host', digest: '' },
    state: state[kind] ?? { type: 'running' },
    id: `test://uid/${name}/${attempt}`,
  };
  switch (kind) {
    case '-':
      return plain;
    case 'blocked':
      return {
        ...plain,
        blocked: { reason: 'ErrImagePull', message: 'no', failures: 1, retryAt: NOW + 10_000 },
      };
    case 'up':
      return { ...plain, current, started: true, ready: true };
    case 'sick':
      return { ...plain, current, started: true, ready: true, unhealthy: { message: 'it is sick' } };
    case 'starting':
      return { ...plain, starting: true };
    case 'stopping':
      return { ...plain, current, stopping: true };
    default:
      return { ...plain, current };
  }
}

/** `init words | words`, as in `exit:0 - | -`: init containers i0, i1 …, containers c0, c1 …. */
function view(words: string, policy: Pod['spec']['restartPolicy'] = 'Always', ending?: Ending): PodView {
  const [init = '', main = ''] = words.includes('|') ? words.split('|') : ['', words];
  const make = (text: string, letter: string) =>
    text
      .split(' ')
      .filter(Boolean)
      .map((word, n) => container(`${letter}${n}`, word));
  const initContainers = make(init, 'i');
  const containers = make(main, 'c');
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid' },
    spec: {
      restartPolicy: policy,
      initContainers: initContainers.map(({ name }) => ({ name })),
      containers: containers.map(({ name }) => ({ name })),
    },
  };
  const rest = { startTime: NOW - 5000, podIP: '127.1.0.1', hostIP: '127.0.0.1', wildcards: [] };
  return { pod, initContainers, containers, ephemeralContainers: [], ...rest, ...(ending ? { ending } : {}) };
}

/** The same, its init containers going on beside the others. */
function withSidecars(words: string, policy: Pod['spec']['restartPolicy'] = 'Always'): PodView {
  const plain = view(words, policy);
  const initContainers = plain.initContainers.map(({ name }) => ({ name, restartPolicy: 'Always' as const }));
  return { ...plain, pod: { ...plain.pod, spec: { ...plain.pod.spec, initContainers } } };
}

/** The same, with the ephemeral containers e0, e1 …. */
function debugged(plain: PodView, words: string): PodView {
  const ephemeralContainers = words.split(' ').map((word, i) => container(`e${i}`, word));
  const names = ephemeralContainers.map(({ name }) => ({ name, image: 'host' }));
  const pod = { ...plain.pod, spec: { ...plain.pod.spec, ephemeralContainers: names } };
  return { ...plain, pod, ephemeralContainers };
}

const show = (action: Action): string => {
  if (action.type === 'finish') return 'finish';
  return `${action.type} ${action.type === 'kill' ? action.ref.container : action.container}`;
};
const actions = (one: PodView): string => step(one, NOW).actions.map(show).join(', ');
const phase = (one: PodView) => podStatus(one, undefined, NOW).phase;
const deleted: Ending = { reason: 'deleted', deadline: NOW + 30_000 };

describe('the condition Initialized', () => {
  const message = (one: PodView) =>
    podStatus(one, undefined, NOW).conditions?.find(({ type }) => type === 'Initialized')?.message;

  it('names an init container until it has ended well, while it runs too', () => {
    expect(message(view('up - | -'))).to.equal('containers with incomplete status: [i0 i1]');
    expect(message(view('exit:0 up | -'))).to.equal('containers with incomplete status: [i1]');
    const [first] = podStatus(view('up - | -'), undefined, NOW).initContainerStatuses ?? [];
    expect(first?.ready).to.equal(false);
  });

  it('names a sidecar until it has started', () => {
    expect(message(withSidecars('up - | -'))).to.equal('containers with incomplete status: [i1]');
  });
});

describe('step of a pod', () => {
  const cases: [string, Pod['spec']['restartPolicy'], string, string][] = [
    ['- -', 'Always', 'start c0, start c1', 'Pending'],
    ['up unready', 'Always', '', 'Running'],
    ['- - | -', 'Always', 'start i0', 'Pending'],
    ['exit:0 - | -', 'Always', 'start i1', 'Pending'],
    ['exit:0 exit:0 | -', 'Always', 'start c0', 'Pending'],
    ['exit:1 | -', 'OnFailure', 'start i0', 'Pending'],
    ['exit:1 | -', 'Never', '', 'Failed'],
    ['exit:0', 'Always', 'start c0', 'Running'],
    ['exit:0', 'OnFailure', '', 'Succeeded'],
    ['exit:1', 'OnFailure', 'start c0', 'Running'],
    ['exit:1', 'Never', '', 'Failed'],
    ['exit:0 exit:0', 'Never', '', 'Succeeded'],
    ['exit:0 exit:3', 'Never', '', 'Failed'],
    ['exit:0 up', 'Never', '', 'Running'],
    ['lost', 'Always', 'start c0', 'Running'],
    ['planned:0@3/300', 'Always', 'start c0', 'Running'],
    ['lost', 'Never', '', 'Failed'],
    ['sick up', 'Always', 'stop c0', 'Running'],
    ['stopping', 'Always', '', 'Running'],
    ['blocked up', 'Always', '', 'Pending'],
    ['exit:1@2/20', 'Always', '', 'Running'],
  ];
  for (const [words, policy, expected, expectedPhase] of cases) {
    it(`${words} (${policy}) → ${expected || 'nothing'}; phase ${expectedPhase}`, () => {
      expect(actions(view(words, policy))).to.equal(expected);
      expect(phase(view(words, policy))).to.equal(expectedPhase);
    });
  }

  it('starts containers when the sidecar is up, and from then on each without regard to the other', () => {
    expect(actions(withSidecars('- | -'))).to.equal('start i0');
    expect(actions(withSidecars('unready | -'))).to.equal('');
    expect(actions(withSidecars('up | -'))).to.equal('start c0');
    expect(actions(withSidecars('exit:1 | exit:1'))).to.equal('start i0, start c0');
    expect(actions(withSidecars('up | exit:0', 'Never'))).to.equal('stop i0');
  });

  it('stops what runs of a pod that ends, starts nothing more, and finishes when all is still', () => {
    expect(actions(view('up - exit:1', 'Always', deleted))).to.equal('stop c0');
    expect(actions(view('stopping', 'Always', deleted))).to.equal('');
    expect(actions(view('exit:0 -', 'Always', deleted))).to.equal('finish');
  });

  it('kills what was told to stop when the deadline has come nearer since', () => {
    const removed: Ending = { reason: 'unknown to the API', deadline: NOW - 2_000 };
    expect(actions(view('stopping', 'Always', removed))).to.equal('kill c0');
    expect(step(view('stopping', 'Always', deleted), NOW).wakeAt).to.equal(NOW + 32_000);
  });

  it('starts nothing twice, and finishes no pod while something is being started', () => {
    expect(actions(view('starting up'))).to.equal('');
    expect(actions(view('starting', 'Always', deleted))).to.equal('');
    expect(actions(view('starting up', 'Always', deleted))).to.equal('stop c1');
  });

  it('wakes when the back-off of a container is over', () => {
    expect(step(view('exit:1@2/20'), NOW)).to.deep.equal({ actions: [], wakeAt: NOW + 20_000 });
    expect(step(view('blocked'), NOW).wakeAt).to.equal(NOW + 10_000);
  });

  it('never starts a number again: the next attempt is one more', () => {
    expect(step(view('exit:1@4/0'), NOW).actions).to.deep.include({
      type: 'start',
      container: 'c0',
      attempt: 5,
      backOffMs: 10_000,
      restarts: 5,
    });
  });
});

describe('a container that ended with its node', () => {
  const planned = view('planned:0@3/300');

  it('begins anew at once, and counts neither as a restart nor for the back-off', () => {
    expect(step(planned, NOW).actions).to.deep.equal([
      { type: 'start', container: 'c0', attempt: 4, backOffMs: 300_000, restarts: 3 },
    ]);
  });

  it('waits to be created, and shows no end of its own', () => {
    const status = podStatus(planned, undefined, NOW).containerStatuses?.[0];
    expect(status?.state).to.deep.equal({ waiting: { reason: 'ContainerCreating' } });
    expect(status?.lastState).to.deep.equal({});
    expect(status?.restartCount).to.equal(3);
  });
});

describe('before the Services have been read', () => {
  const unread = (words: string, servicesUnread: 'kept' | 'none'): PodView => ({
    ...view(words),
    servicesUnread,
  });

  it('starts nothing that has not run, and says what it waits for', () => {
    expect(actions(unread('-', 'kept'))).to.equal('');
    expect(actions(unread('planned', 'kept'))).to.equal('');
    const status = podStatus(unread('-', 'none'), undefined, NOW).containerStatuses?.[0];
    expect(status?.state?.waiting).to.deep.equal({
      reason: 'ContainerCreating',
      message: 'it waits until this node has read the Services of its namespace',
    });
  });

  it('starts what crashed again with the addresses that an earlier agent kept', () => {
    expect(actions(unread('exit:1', 'kept'))).to.equal('start c0');
    expect(actions(unread('exit:1', 'none'))).to.equal('');
  });
});

describe('status of a pod', () => {
  it('shows CrashLoopBackOff with the end before as lastState while it waits', () => {
    const status = podStatus(view('exit:1@2/20'), undefined, NOW).containerStatuses?.[0];
    expect(status?.state?.waiting?.reason).to.equal('CrashLoopBackOff');
    expect(status?.lastState?.terminated?.exitCode).to.equal(1);
    expect(status?.restartCount).to.equal(2);
  });

  it('names the containers that are not ready', () => {
    const { conditions } = podStatus(view('up unready'), undefined, NOW);
    expect(conditions?.find((one) => one.type === 'Ready')).to.deep.include({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [c1]',
    });
  });

  it('moves lastTransitionTime only with the status, and leaves conditions of others alone', () => {
    const other = { type: 'example.com/Ready', status: 'True' } as const;
    const first = podStatus(view('up'), { conditions: [other] }, NOW);
    const second = podStatus(view('up'), first, NOW + 60_000);
    expect(second).to.deep.equal(first);
    expect(second.conditions).to.deep.include(other);
  });

  it('stays initialized when a sidecar ends', () => {
    const { conditions, phase } = podStatus(withSidecars('exit:143 | exit:0', 'Never'), undefined, NOW);
    expect(phase).to.equal('Succeeded');
    expect(conditions?.find((one) => one.type === 'Initialized')).to.include({ status: 'True' });
  });

  it('does not go back from a final phase', () => {
    expect(podStatus(view('-', 'Never'), { phase: 'Failed' }, NOW).phase).to.equal('Failed');
  });
});

describe('an ephemeral container', () => {
  const statuses = (one: PodView) => podStatus(one, undefined, NOW).ephemeralContainerStatuses;

  it('is started once, whatever the policy and its end', () => {
    expect(actions(debugged(view('up'), '-'))).to.equal('start e0');
    expect(actions(debugged(view('up'), 'exit:1'))).to.equal('');
    expect(statuses(debugged(view('up'), 'exit:1'))?.[0]?.state?.terminated?.exitCode).to.equal(1);
  });

  it('does not wait for init containers, and may look at one that hangs', () => {
    expect(actions(debugged(view('up | -'), '-'))).to.equal('start e0');
  });

  it('decides neither the phase nor the readiness of its pod, and is never ready', () => {
    expect(phase(debugged(view('up'), 'exit:1'))).to.equal('Running');
    expect(phase(debugged(view('exit:0', 'Never'), 'up'))).to.equal('Succeeded');
    expect(statuses(debugged(view('up'), 'up'))?.[0]).to.include({ name: 'e0', ready: false });
  });

  it('ends with its pod', () => {
    expect(actions(debugged(view('exit:0', 'Never'), 'up'))).to.equal('stop e0');
    const ending = { reason: 'deleted', deadline: NOW + 1000 } as const;
    expect(actions(debugged(view('exit:0', 'Never', ending), 'up'))).to.equal('stop e0');
  });
});
