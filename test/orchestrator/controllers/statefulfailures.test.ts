import { expect } from 'chai';
import type { PersistentVolumeClaim } from '../../../src/kube/kinds/objects.data.ts';
import {
  CONFIG_MAPS,
  EVENTS,
  PERSISTENT_VOLUME_CLAIMS,
  RESOURCE_QUOTAS,
} from '../../../src/kube/kinds/resources.data.ts';
import { eventually } from './cluster.ts';
import { CLAIMS, statefulSet, useStatefulShop } from './statefulshop.ts';

describe('controllers on the built-in control plane: what keeps a stateful set from its pods', function () {
  this.timeout(20_000);
  const { shop, apply, get, rolledOut } = useStatefulShop();

  const messagesAbout = (name: string, isComplete: (messages: readonly string[]) => boolean) =>
    eventually(async () => {
      const { items } = await shop.cluster.client.list(EVENTS, { namespace: 'shop' });
      const about = items.filter(({ involvedObject }) => involvedObject?.name === name);
      return about.map(({ reason, message }) => `${reason}: ${message}`);
    }, isComplete);
  const quota = (name: string, hard: Readonly<Record<string, string>>) => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name, namespace: 'shop' },
    spec: { hard },
  });

  it('says why a claim cannot be made, and with it the pod, and goes on when it can', async () => {
    const used = (await shop.cluster.client.list(PERSISTENT_VOLUME_CLAIMS, { namespace: 'shop' })).items
      .length;
    const hard = { persistentvolumeclaims: String(used) };
    await shop.cluster.client.create(RESOURCE_QUOTAS, quota('claims', hard));
    await apply(statefulSet('poor', 'v1', { replicas: 1, ...CLAIMS }));
    const messages = await messagesAbout('poor', (all) => all.length >= 2);
    expect(messages.find((text) => text.includes('Claim'))).to.match(
      /^FailedCreate: Create Claim data-poor-0 for Pod poor-0 in StatefulSet poor failed error: .*exceeded quota: claims/,
    );
    expect(messages.find((text) => !text.includes('Claim'))).to.match(
      /^FailedCreate: Create Pod poor-0 in StatefulSet poor failed error: failed to create PVC data-poor-0: .*exceeded quota/,
    );
    expect((await get('poor')).status?.replicas).to.equal(0);
    await shop.cluster.client.delete(RESOURCE_QUOTAS, { namespace: 'shop', name: 'claims' });
    await rolledOut('poor');
  });

  it('says why a pod cannot be made', async () => {
    await shop.cluster.client.create(RESOURCE_QUOTAS, quota('pods', { 'count/pods': '0' }));
    await apply(statefulSet('none', 'v1', { replicas: 1 }));
    const [message] = await messagesAbout('none', (all) => all.length > 0);
    expect(message).to.match(
      /^FailedCreate: Create Pod none-0 in StatefulSet none failed error: .*exceeded quota/,
    );
    await shop.cluster.client.delete(RESOURCE_QUOTAS, { namespace: 'shop', name: 'pods' });
    await rolledOut('none');
  });

  it('says of a claim that somebody else manages that its retention policy does not hold, and leaves it to them', async () => {
    const [template] = CLAIMS.volumeClaimTemplates;
    const lender = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lender', namespace: 'shop' } };
    const { uid = '' } = (await shop.cluster.client.create(CONFIG_MAPS, lender)).metadata;
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'lender', uid, controller: true };
    const metadata = { name: 'data-lent-0', namespace: 'shop', ownerReferences: [owner] };
    await shop.cluster.client.create(PERSISTENT_VOLUME_CLAIMS, {
      ...template,
      metadata,
    } as PersistentVolumeClaim);
    const policy = { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Retain', whenDeleted: 'Delete' } };
    await apply(statefulSet('lent', 'v1', { replicas: 1, ...CLAIMS, ...policy }));
    await messagesAbout('lent', (all) =>
      all.some((text) =>
        text.startsWith(
          'ConflictingController: PersistentVolumeClaim data-lent-0 has a conflicting OwnerReference',
        ),
      ),
    );
  });
});
