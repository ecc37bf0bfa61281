import { expect } from 'chai';
import type { KubeObject } from '../../../../src/kube/values/types.ts';
import { humanDuration } from '../../../../src/orchestrator/api/kinds/humanduration.ts';
import { SERVED_KINDS } from '../../../../src/orchestrator/api/kinds/servedkinds.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

const columnsOf = (row: string) =>
  SERVED_KINDS.find(({ kind }) => `${kind.resource.group}/${kind.resource.kind}` === row)?.columns ?? [];

const cells = (row: string, object: object): Record<string, unknown> =>
  Object.fromEntries(columnsOf(row).map((column) => [column.name, column.cell(object as KubeObject, NOW)]));

const pod = (status: object, metadata: object = {}, spec: object = {}) => ({
  metadata: { name: 'p', creationTimestamp: '2026-01-01T11:59:00Z', ...metadata },
  spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec },
  status,
});
const container = (state: object, more: object = {}) => ({
  name: 'a',
  ready: false,
  restartCount: 0,
  state,
  ...more,
});

describe('the columns of kubectl get', () => {
  const statuses: readonly (readonly [string, object])[] = [
    ['Pending', pod({ phase: 'Pending' })],
    [
      'ContainerCreating',
      pod({ phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })] }),
    ],
    [
      'CrashLoopBackOff',
      pod({ phase: 'Running', containerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } })] }),
    ],
    [
      'Error',
      pod({
        phase: 'Failed',
        containerStatuses: [container({ terminated: { exitCode: 1, reason: 'Error' } })],
      }),
    ],
    ['ExitCode:3', pod({ phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 3 } })] })],
    [
      'Signal:9',
      pod({ phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })] }),
    ],
    ['Terminating', pod({ phase: 'Running' }, { deletionTimestamp: '2026-01-01T11:59:59Z' })],
    [
      'Init:0/2',
      pod(
        { phase: 'Pending', initContainerStatuses: [container({ running: {} })] },
        {},
        { initContainers: [{}, {}] },
      ),
    ],
    [
      'Init:Error',
      pod({
        phase: 'Pending',
        initContainerStatuses: [container({ terminated: { exitCode: 1, reason: 'Error' } })],
      }),
    ],
    ['Evicted', pod({ phase: 'Failed', reason: 'Evicted' })],
  ];
  for (const [expected, object] of statuses) {
    it(`show a pod as ${expected}`, () => {
      expect(cells('/Pod', object).Status).to.equal(expected);
    });
  }

  it('count ready containers and restarts, with the time of the last', () => {
    const running = { running: { startedAt: '2026-01-01T11:59:00Z' } };
    const object = pod({
      phase: 'Running',
      containerStatuses: [
        container(running, {
          ready: true,
          restartCount: 3,
          lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T11:55:00Z' } },
        }),
        container(running),
      ],
    });
    expect(cells('/Pod', object)).to.deep.include({
      Ready: '1/2',
      Restarts: '3 (5m ago)',
      Age: '60s',
      Node: '<none>',
    });
  });

  it('count sidecars among the containers, and show what a pod does once its init containers are through', () => {
    const spec = { initContainers: [{ name: 'once' }, { name: 'side', restartPolicy: 'Always' }] };
    const once = container({ terminated: { exitCode: 0 } }, { name: 'once', restartCount: 1 });
    const side = (state: object, more: object = {}) =>
      container(state, { name: 'side', restartCount: 2, ...more });
    const up = { ready: true, started: true };
    const shown = (initContainerStatuses: object[], more: object) => {
      const { Status, Ready, Restarts } = cells('/Pod', pod({ initContainerStatuses, ...more }, {}, spec));
      return `${Status} ${Ready} ${Restarts}`;
    };
    const conditions = [{ type: 'Initialized', status: 'True' }];
    const main = container({ running: {} }, { ready: true });
    expect(shown([once, side({ running: {} })], { phase: 'Pending' })).to.equal('Init:1/2 0/3 3');
    expect(
      shown([once, side({ running: {} }, up)], {
        phase: 'Running',
        containerStatuses: [main, main],
        conditions,
      }),
    ).to.equal('Running 3/3 2');
    const ended = container({ terminated: { exitCode: 0, reason: 'Completed' } });
    expect(
      shown([once, side({ terminated: { exitCode: 143, reason: 'Error' } })], {
        phase: 'Succeeded',
        containerStatuses: [ended, ended],
        conditions,
      }),
    ).to.equal('Completed 0/3 2');
  });

  it('show what a service is reached by', () => {
    const service = (spec: object) => ({ metadata: { name: 's' }, spec, status: {} });
    const cluster = {
      type: 'ClusterIP',
      clusterIP: '127.0.9.1',
      ports: [
        { port: 80, protocol: 'TCP' },
        { port: 53, nodePort: 30053, protocol: 'UDP' },
      ],
    };
    expect(cells('/Service', service(cluster))).to.deep.include({
      Type: 'ClusterIP',
      'Cluster-IP': '127.0.9.1',
      'External-IP': '<none>',
      'Port(s)': '80/TCP,53:30053/UDP',
    });
    expect(cells('/Service', service({ type: 'LoadBalancer' }))['External-IP']).to.equal('<pending>');
    expect(
      cells('/Service', service({ type: 'ExternalName', externalName: 'example.com' }))['External-IP'],
    ).to.equal('example.com');
  });

  it('show a node with its roles and whether it takes pods', () => {
    const node = {
      metadata: { name: 'n', labels: { 'node-role.kubernetes.io/control-plane': '' } },
      spec: { unschedulable: true },
      status: { conditions: [{ type: 'Ready', status: 'False' }], nodeInfo: { kubeletVersion: 'v1' } },
    };
    expect(cells('/Node', node)).to.deep.include({
      Status: 'NotReady,SchedulingDisabled',
      Roles: 'control-plane',
      Version: 'v1',
    });
  });

  it('name three endpoints and count the rest', () => {
    const slice = (count: number) => ({
      metadata: { name: 'e' },
      endpoints: Array.from({ length: count }, (_, i) => ({ addresses: [`10.0.0.${i + 1}`] })),
      ports: [{ port: 80 }],
    });
    expect(cells('discovery.k8s.io/EndpointSlice', slice(0)).Endpoints).to.equal('<unset>');
    expect(cells('discovery.k8s.io/EndpointSlice', slice(5))).to.deep.include({
      Ports: '80',
      Endpoints: '10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...',
    });
  });

  it('never fail on an object that says little', () => {
    for (const { resource } of SERVED_KINDS.map(({ kind }) => kind)) {
      const row = `${resource.group}/${resource.kind}`;
      const bare = {
        metadata: { name: 'bare' },
        spec: { containers: [], template: { spec: { containers: [] } } },
      };
      expect(() => cells(row, bare), row).not.to.throw();
    }
  });
});

describe('durations', () => {
  const second = 1000;
  const [minute, hour, day] = [60 * second, 3600 * second, 86_400 * second];
  const rows: readonly (readonly [number, string])[] = [
    [-5 * second, '<invalid>'],
    [0, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [2 * minute + 5 * second, '2m5s'],
    [10 * minute + 5 * second, '10m'],
    [179 * minute, '179m'],
    [3 * hour + minute, '3h1m'],
    [9 * hour + minute, '9h'],
    [47 * hour, '47h'],
    [2 * day + hour, '2d1h'],
    [8 * day + hour, '8d'],
    [729 * day, '729d'],
    [3 * 365 * day + 2 * day, '3y2d'],
    [10 * 365 * day, '10y'],
  ];
  for (const [ms, expected] of rows) {
    it(`print ${ms / second} s as ${expected}`, () => {
      expect(humanDuration(ms)).to.equal(expected);
    });
  }
});
