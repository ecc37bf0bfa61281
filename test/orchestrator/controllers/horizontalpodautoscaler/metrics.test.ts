import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import type { MetricSpec } from '../../../../src/kube/kinds/objects.data.ts';
import type { JsonObject } from '../../../../src/kube/values/types.ts';
import { measure } from '../../../../src/orchestrator/controllers/horizontalpodautoscaler/metrics.ts';
import { NOW } from '../notation.ts';
import { cpu } from './notation.ts';

const SCOPE = { namespace: 'shop', selector: 'app=web' };
const at = new Date(NOW).toISOString();
const podMetrics = (name: string, ...containers: readonly (readonly [string, object])[]) => ({
  metadata: { name },
  timestamp: at,
  window: '15.5s',
  containers: containers.map(([container, usage]) => ({ name: container, usage })),
});

/** What is asked of other servers, and what they say. */
function source(items: readonly object[], answer?: JsonObject | Error) {
  const asked: string[] = [];
  const client = {
    list: async (_: unknown, options: object) => {
      asked.push(JSON.stringify(options));
      return { items };
    },
    resourceFor: async () => ({ plural: 'ingresses' }),
  } as unknown as KubeClient;
  const elsewhere = {
    emptyNamespace: () => Promise.reject(new Error('not asked')),
    read: async (group: string, path: string) => {
      asked.push(`${group} ${path}`);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { asked, source: { client, elsewhere } };
}

const QPS = { name: 'qps', selector: { matchLabels: { verb: 'get' } } };
const PODS: MetricSpec = {
  type: 'Pods',
  pods: { metric: QPS, target: { type: 'AverageValue', averageValue: 1 } },
};
const OBJECT: MetricSpec = {
  type: 'Object',
  object: {
    metric: { name: 'hits' },
    describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' },
    target: { type: 'Value', value: 1 },
  },
};
const EXTERNAL: MetricSpec = {
  type: 'External',
  external: { metric: QPS, target: { type: 'Value', value: 1 } },
};

describe('what an autoscaler measures', () => {
  const measured = (name: string, value: number, windowMs = 15_500) => [[name, { value, at: NOW, windowMs }]];

  it('is of a pod what its containers use together, or one of them', async () => {
    const { source: from, asked } = source([
      podMetrics('a', ['main', { cpu: '100500000n' }], ['side', { cpu: '50m' }]),
      podMetrics('silent', ['main', { memory: '1Mi' }]),
      podMetrics('empty'),
    ]);
    expect(await measure(from, cpu(50), SCOPE)).to.deep.equal({ pods: new Map(measured('a', 151) as never) });
    expect(asked).to.deep.equal(['{"namespace":"shop","labelSelector":"app=web"}']);
    const container: MetricSpec = {
      type: 'ContainerResource',
      containerResource: {
        name: 'cpu',
        container: 'side',
        target: { type: 'Utilization', averageUtilization: 50 },
      },
    };
    expect(await measure(from, container, SCOPE)).to.deep.equal({
      pods: new Map(measured('a', 50) as never),
    });
  });

  it('is nothing where nothing is known of any pod', async () => {
    expect(await measure(source([]).source, cpu(50), SCOPE)).to.deep.equal({
      problem: 'no metrics returned from resource metrics API',
    });
  });

  it('is of pods, objects and elsewhere what other servers say', async () => {
    const items = [{ describedObject: { name: 'a' }, timestamp: at, value: '1500m' }];
    const { source: from, asked } = source([], { items });
    expect(await measure(from, PODS, SCOPE)).to.deep.equal({
      pods: new Map(measured('a', 1500, 60_000) as never),
    });
    expect(await measure(from, OBJECT, SCOPE)).to.deep.equal({ values: [1500] });
    expect(await measure(from, EXTERNAL, SCOPE)).to.deep.equal({ values: [1500] });
    expect(asked).to.deep.equal([
      'custom.metrics.k8s.io namespaces/shop/pods/*/qps?labelSelector=app%3Dweb&metricLabelSelector=verb%3Dget',
      'custom.metrics.k8s.io namespaces/shop/ingresses.networking.k8s.io/web/hits',
      'external.metrics.k8s.io namespaces/shop/qps?labelSelector=verb%3Dget',
    ]);
  });

  it('says that nobody serves such metrics, or what went wrong', async () => {
    const problems = async (answer?: Error) => {
      const all = [PODS, OBJECT, EXTERNAL].map((spec) => measure(source([], answer).source, spec, SCOPE));
      return (await Promise.all(all)).map((one) => ('problem' in one ? one.problem : ''));
    };
    const selector =
      '&LabelSelector{MatchLabels:map[string]string{verb: get,},MatchExpressions:[]LabelSelectorRequirement{},}';
    const custom = 'unable to fetch metrics from custom metrics API';
    const external = `unable to get external metric shop/qps/${selector}: unable to fetch metrics from external metrics API`;
    const none = 'no custom metrics API (custom.metrics.k8s.io) registered';
    expect(await problems()).to.deep.equal([
      `${custom}: ${none}`,
      `unable to get metric hits: ${custom}: ${none} on Ingress shop/web`,
      `${external}: the server could not find the requested resource (get qps.external.metrics.k8s.io)`,
    ]);
    expect(await problems(new Error('bad status: 500'))).to.deep.equal([
      `${custom}: bad status: 500`,
      `unable to get metric hits: ${custom}: bad status: 500 on Ingress shop/web`,
      `${external}: bad status: 500`,
    ]);
  });
});
