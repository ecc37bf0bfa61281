import { expect } from 'chai';
import type { HorizontalPodAutoscaler } from '../../../src/kube/kinds/objects.data.ts';
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  DEPLOYMENTS,
  EVENTS,
  REPLICATION_CONTROLLERS,
  V2_HORIZONTAL_POD_AUTOSCALERS,
} from '../../../src/kube/kinds/resources.data.ts';
import { eventually } from './cluster.ts';
import { deployment, useShop } from './shop.ts';

const SHIPS = { group: 'sea.io', version: 'v1', plural: 'ships', kind: 'Ship', namespaced: true };

describe('an autoscaler on the built-in control plane', function () {
  this.timeout(20_000);
  const shop = useShop();
  const key = (name: string) => ({ namespace: 'shop', name });
  const create = (
    name: string,
    scaleTargetRef: HorizontalPodAutoscaler['spec']['scaleTargetRef'],
    spec: Partial<HorizontalPodAutoscaler['spec']> = {},
  ) =>
    shop.cluster.client.create(V2_HORIZONTAL_POD_AUTOSCALERS, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: key(name),
      spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 4, ...spec },
    });
  const reasons = async (name: string) => {
    const { status } = await shop.cluster.client.get(V2_HORIZONTAL_POD_AUTOSCALERS, key(name));
    return Object.fromEntries((status?.conditions ?? []).map(({ type, reason }) => [type, reason]));
  };
  const events = async (name: string) =>
    (await shop.cluster.client.list(EVENTS, { namespace: 'shop' })).items
      .filter(({ involvedObject }) => involvedObject.name === name)
      .map(({ reason, message }) => `${reason}: ${message}`);
  const ref = (kind: string, name: string, apiVersion = 'apps/v1') => ({ apiVersion, kind, name });

  it('brings a Deployment up to what is asked for at least, and says so', async () => {
    await shop.apply(deployment('few', 'v1', 1));
    await create('few', ref('Deployment', 'few'));
    await eventually(
      () => shop.cluster.client.get(DEPLOYMENTS, key('few')),
      ({ spec, status }) => spec.replicas === 2 && status?.availableReplicas === 2,
    );
    const found = await eventually(
      () => shop.cluster.client.get(V2_HORIZONTAL_POD_AUTOSCALERS, key('few')),
      ({ status }) => status?.lastScaleTime !== undefined,
    );
    expect(found.status).to.include({ currentReplicas: 1, desiredReplicas: 2 });
    expect(await reasons('few')).to.deep.equal({ AbleToScale: 'SucceededRescale' });
    await eventually(
      () => events('few'),
      (all) =>
        all.includes(
          'SuccessfulRescale: New size: 2; reason: Current number of replicas below Spec.MinReplicas',
        ),
    );
  });

  it('says that it cannot tell while nothing is measured', async () => {
    await shop.apply(deployment('silent', 'v1', 3));
    await create('silent', ref('Deployment', 'silent'));
    expect(
      await eventually(
        () => reasons('silent'),
        ({ ScalingActive }) => ScalingActive !== undefined,
      ),
    ).to.deep.equal({
      AbleToScale: 'SucceededGetScale',
      ScalingActive: 'FailedGetResourceMetric',
    });
    const about = /^FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics/;
    await eventually(
      () => events('silent'),
      (all) => all.some((one) => about.test(one)),
    );
  });

  it('scales whatever has a scale: older kinds, and custom ones', async () => {
    const { client } = shop.cluster;
    const { spec } = deployment('old', 'v1');
    await client.create(REPLICATION_CONTROLLERS, {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: key('old'),
      spec: { replicas: 5, selector: { app: 'old' }, template: spec.template },
    });
    await create('old', ref('ReplicationController', 'old', 'v1'));
    await eventually(
      () => client.get(REPLICATION_CONTROLLERS, key('old')),
      (one) => one.spec?.replicas === 4,
    );

    await client.create(CUSTOM_RESOURCE_DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'ships.sea.io' },
      spec: {
        group: 'sea.io',
        scope: 'Namespaced',
        names: { plural: 'ships', kind: 'Ship' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            subresources: { scale: { specReplicasPath: '.spec.crew', statusReplicasPath: '.status.crew' } },
          },
        ],
      },
    } as never);
    await client.create(SHIPS, {
      apiVersion: 'sea.io/v1',
      kind: 'Ship',
      metadata: key('ark'),
      spec: { crew: 9 },
    });
    await create('ark', ref('Ship', 'ark', 'sea.io/v1'));
    await eventually(
      () => client.get(SHIPS, key('ark')),
      ({ spec }) => (spec as { crew: number }).crew === 4,
    );
  });

  it('says that its target is not there, or is nothing that can be scaled', async () => {
    await create('lost', ref('Deployment', 'nowhere'));
    await create('odd', ref('Oddity', 'web', 'sea.io/v1'));
    await create('fixed', ref('ConfigMap', 'web', 'v1'));
    for (const name of ['lost', 'odd', 'fixed']) {
      expect(
        await eventually(
          () => reasons(name),
          ({ AbleToScale }) => AbleToScale !== undefined,
        ),
      ).to.deep.equal({
        AbleToScale: 'FailedGetScale',
      });
    }
    const told = await eventually(
      async () => [...(await events('lost')), ...(await events('odd'))],
      (all) => all.length === 2,
    );
    expect(told).to.deep.equal([
      'FailedGetScale: deployments.apps "nowhere" not found',
      'FailedGetScale: no matches for kind "Oddity" in group "sea.io"',
    ]);
  });

  it('does nothing where another one is responsible for the same pods', async () => {
    await shop.apply(deployment('shared', 'v1', 3));
    await shop.rolledOut('shared');
    await create('first', ref('Deployment', 'shared'));
    await eventually(
      () => reasons('first'),
      ({ ScalingActive }) => ScalingActive !== undefined,
    );
    await create('second', ref('Deployment', 'shared'));
    await eventually(
      () => reasons('second'),
      ({ ScalingActive }) => ScalingActive === 'AmbiguousSelector',
    );
    await eventually(
      () => events('second'),
      (all) =>
        all.includes(
          'AmbiguousSelector: pods by selector app=shared are controlled by multiple HPAs: [{first shop} {second shop}]',
        ),
    );
  });
});
