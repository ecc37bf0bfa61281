import { expect } from 'chai';
import type {
  Pod,
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../../src/kube/kinds/objects.data.ts';
import { DEPLOYMENTS, POD_DISRUPTION_BUDGETS, PODS } from '../../../src/kube/kinds/resources.data.ts';
import { DELETION_MS, decide } from '../../../src/orchestrator/controllers/disruption/decide.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';
import { ago, NOW, pod } from './notation.ts';

const budget = (
  spec: PodDisruptionBudget['spec'],
  status?: Partial<PodDisruptionBudgetStatus>,
): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace: 'shop', generation: 3 },
  spec,
  ...(status
    ? { status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0, ...status } }
    : {}),
});
const ready = (n: number): Pod[] => Array.from({ length: n }, (_, i) => pod(`p${i}`, { ready: 10 }));

/** `healthy/desired of expected: allowed`. */
function verdict(spec: PodDisruptionBudget['spec'], pods: readonly Pod[], replicas = pods.length): string {
  const { status } = decide({ budget: budget(spec), pods, scale: { replicas } }, NOW);
  const { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed } = status;
  return `${currentHealthy}/${desiredHealthy} of ${expectedPods}: ${disruptionsAllowed}`;
}

describe('a PodDisruptionBudget', () => {
  it('allows what is healthy beyond what must be available', () => {
    expect(verdict({ minAvailable: 2 }, ready(3))).to.equal('3/2 of 3: 1');
    expect(verdict({ minAvailable: 5 }, ready(3))).to.equal('3/5 of 3: 0');
    expect(verdict({ minAvailable: '50%' }, ready(3), 5)).to.equal('3/3 of 5: 0');
    expect(verdict({ maxUnavailable: 1 }, ready(3))).to.equal('3/2 of 3: 1');
    expect(verdict({ maxUnavailable: '34%' }, ready(3))).to.equal('3/1 of 3: 2');
    expect(verdict({ maxUnavailable: 9 }, ready(3))).to.equal('3/0 of 3: 3');
  });

  it('allows nothing while it selects nothing', () => {
    expect(verdict({ minAvailable: 0 }, [])).to.equal('0/0 of 0: 0');
  });

  it('counts neither what is not ready nor what is leaving', () => {
    const pods = [...ready(2), pod('slow'), pod('leaving', { ready: 5, leaving: true })];
    expect(verdict({ minAvailable: 1 }, pods)).to.equal('2/1 of 4: 1');
  });

  it('does not count what was evicted and is still there, for two minutes', () => {
    const disruptedPods = { p0: ago(30), p1: ago(DELETION_MS / 1000 + 1), gone: ago(1) };
    const observed = {
      budget: budget({ minAvailable: 1 }, { disruptedPods }),
      pods: ready(3),
      scale: { replicas: 3 },
    };
    const { status, recheckAt } = decide(observed, NOW);
    expect(status).to.deep.include({
      currentHealthy: 2,
      disruptedPods: { p0: ago(30) },
      observedGeneration: 3,
    });
    expect(recheckAt).to.equal(NOW - 30_000 + DELETION_MS);
  });

  it('says by a condition whether it allows any, whose time changes with that alone', () => {
    const first = decide(
      { budget: budget({ minAvailable: 1 }), pods: ready(3), scale: { replicas: 3 } },
      NOW,
    ).status;
    expect(first.conditions?.[0]).to.include({
      type: 'DisruptionAllowed',
      status: 'True',
      reason: 'SufficientPods',
    });
    const again = { budget: budget({ minAvailable: 1 }, first), pods: ready(3), scale: { replicas: 3 } };
    expect(decide(again, NOW + 60_000).status).to.deep.equal(first);
  });

  it('allows nothing, and says why, where it is not known how many pods are wanted', () => {
    const { status } = decide(
      {
        budget: budget({ maxUnavailable: 1 }),
        pods: ready(3),
        scale: { problem: 'found no controllers for pod "p0"' },
      },
      NOW,
    );
    expect(status).to.include({ disruptionsAllowed: 0 });
    expect(status.conditions?.[0]).to.include({
      reason: 'SyncFailed',
      message: 'found no controllers for pod "p0"',
    });
  });
});

describe('the disruption controller', function () {
  this.timeout(20_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
    await cluster.addNode('n1');
    await cluster.createNamespace('shop');
  });
  after(() => cluster.stop());

  it('counts the pods of a Deployment for their budget, which refuses what would be too much', async () => {
    const { client } = cluster;
    const key = { namespace: 'shop', name: 'web' };
    const labels = { app: 'web' };
    const containers = [{ name: 'main', image: 'shop/web:1' }];
    await client.create(DEPLOYMENTS, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: key,
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    });
    await client.create(POD_DISRUPTION_BUDGETS, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: key,
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    });
    const budgetNow = () => client.get(POD_DISRUPTION_BUDGETS, key);
    await eventually(budgetNow, ({ status }) => status?.disruptionsAllowed === 1);
    const { items } = await client.list(PODS, { namespace: 'shop' });
    const evict = (name = '') =>
      client.create(
        PODS,
        { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace: 'shop', name } } as never,
        { subresource: 'eviction' },
      );
    const outcomes = await Promise.allSettled(items.map(({ metadata }) => evict(metadata.name)));
    expect(outcomes.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    await eventually(
      budgetNow,
      ({ status }) => status?.disruptionsAllowed === 1 && status.disruptedPods === undefined,
    );
  });
});
