import { expect } from 'chai';
import { node, placed, pod } from '../notation.ts';

const nowhere = '0/1 nodes are available: ';

describe('the scheduler, by what a node is', () => {
  it('heeds taints as they are tolerated: by key, value and effect', () => {
    const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
    const on = (tolerations: readonly object[], taints: readonly object[] = [taint]) =>
      placed(pod('p', { spec: { tolerations } }), { nodes: [node('a', { spec: { taints } })] });
    const refused = `${nowhere}1 node(s) had untolerated taint {gpu: yes}.`;
    const table: readonly (readonly [object, string])[] = [
      [{ key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }, 'a'],
      [{ key: 'gpu', value: 'yes' }, 'a'],
      [{ key: 'gpu', operator: 'Exists' }, 'a'],
      [{ operator: 'Exists' }, 'a'],
      [{ key: 'gpu', operator: 'Equal', value: 'no' }, refused],
      [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, refused],
      [{ key: 'cpu', operator: 'Exists' }, refused],
    ];
    for (const [toleration, expected] of table)
      expect(on([toleration]), JSON.stringify(toleration)).to.equal(expected);
    expect(on([], [{ ...taint, effect: 'PreferNoSchedule' }])).to.equal('a');
    expect(on([], [{ key: 'gone', effect: 'NoExecute' }])).to.contain('untolerated taint {gone: }');
  });

  it('sends only pods that tolerate it to a node that is cordoned', () => {
    const nodes = [node('a', { spec: { unschedulable: true } })];
    expect(placed(pod('p'), { nodes })).to.equal(`${nowhere}1 node(s) were unschedulable.`);
    const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }];
    expect(placed(pod('p', { spec: { tolerations } }), { nodes })).to.equal('a');
  });

  it('heeds node selectors and what node affinity requires: one term, all of its expressions', () => {
    const nodes = [node('slow', { labels: { disk: 'hdd', cores: '4' } })];
    const refused = `${nowhere}1 node(s) didn't match Pod's node affinity/selector.`;
    const by = (...nodeSelectorTerms: readonly object[]) => ({
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
    });
    const expression = (key: string, operator: string, ...values: readonly string[]) => ({
      matchExpressions: [{ key, operator, values }],
    });
    const field = (operator: string, value: string) => ({
      matchFields: [{ key: 'metadata.name', operator, values: [value] }],
    });
    const table: readonly (readonly [object, string])[] = [
      [{ nodeSelector: { disk: 'hdd' } }, 'slow'],
      [{ nodeSelector: { disk: 'ssd' } }, refused],
      [by(expression('disk', 'In', 'ssd', 'hdd')), 'slow'],
      [by(expression('disk', 'NotIn', 'hdd')), refused],
      [by(expression('disk', 'Exists')), 'slow'],
      [by(expression('gpu', 'DoesNotExist')), 'slow'],
      [by(expression('cores', 'Gt', '2')), 'slow'],
      [by(expression('cores', 'Lt', '2')), refused],
      [by(expression('disk', 'In', 'ssd'), field('In', 'slow')), 'slow'],
      [by({ ...expression('disk', 'In', 'ssd'), ...field('In', 'slow') }), refused],
      [by(field('NotIn', 'slow')), refused],
      [by({}), refused],
      [{ nodeSelector: { disk: 'ssd' }, ...by(expression('disk', 'Exists')) }, refused],
    ];
    for (const [spec, expected] of table)
      expect(placed(pod('p', { spec }), { nodes }), JSON.stringify(spec)).to.equal(expected);
  });

  it('gives a port of a node to one pod, by address and protocol', () => {
    const ported = (name: string, port: object) =>
      pod(name, {
        spec: { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80, ...port }] }] },
      });
    const beside = (there: object, coming: object) =>
      placed(ported('p', coming), { nodes: [node('a')], pods: { a: [ported('q', there)] } });
    const refused = `${nowhere}1 node(s) didn't have free ports for the requested pod ports.`;
    expect(beside({}, {})).to.equal(refused);
    expect(beside({}, { hostPort: 81 })).to.equal('a');
    expect(beside({}, { protocol: 'UDP' })).to.equal('a');
    expect(beside({ hostIP: '127.0.0.1' }, { hostIP: '127.0.0.2' })).to.equal('a');
    expect(beside({ hostIP: '127.0.0.1' }, {})).to.equal(refused);
    expect(beside({}, { hostIP: '127.0.0.1' })).to.equal(refused);
    const sidecar = { name: 's', restartPolicy: 'Always', ports: [{ containerPort: 80, hostPort: 80 }] };
    const withSidecar = pod('p', { spec: { containers: [{ name: 'c' }], initContainers: [sidecar] } });
    expect(placed(withSidecar, { nodes: [node('a')], pods: { a: [ported('q', {})] } })).to.equal(refused);
  });

  it('counts what pods request that are there, extended resources and places of pods too', () => {
    const nodes = [node('a', { has: { 'example.com/gpu': '2' } })];
    const asking = (asks: Record<string, string>, ...there: readonly Record<string, string>[]) =>
      placed(pod('p', { asks }), {
        nodes,
        pods: { a: there.map((one, i) => pod(`q${i}`, { asks: one })) },
      });
    expect(asking({ cpu: '2' }, { cpu: '2' })).to.equal('a');
    expect(asking({ cpu: '2' }, { cpu: '2001m' })).to.equal(`${nowhere}1 Insufficient cpu.`);
    expect(asking({ 'example.com/gpu': '2' })).to.equal('a');
    expect(asking({ 'example.com/gpu': '1' }, { 'example.com/gpu': '2' })).to.equal(
      `${nowhere}1 Insufficient example.com/gpu.`,
    );
    expect(asking({ 'example.com/tpu': '1', cpu: '5' })).to.equal(
      `${nowhere}1 Insufficient cpu, 1 Insufficient example.com/tpu.`,
    );
    expect(asking({ 'example.com/tpu': '0' })).to.equal('a');
    expect(asking({}, ...Array.from({ length: 10 }, () => ({})))).to.equal(`${nowhere}1 Too many pods.`);
  });
});
