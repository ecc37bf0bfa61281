import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { type Deferred, deferred } from '../../../../src/base/deferred.ts';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import type { Service } from '../../../../src/kube/kinds/objects.data.ts';
import {
  CONFIG_MAPS,
  LEASES,
  NAMESPACES,
  PODS,
  SERVICES,
} from '../../../../src/kube/kinds/resources.data.ts';
import type {
  AdmissionAttributes,
  AdmissionPlugin,
} from '../../../../src/orchestrator/api/admission/plugin.ts';
import { ADMINS } from '../../../../src/orchestrator/api/auth/authorizer.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { createAuthorizer } from '../authorization.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { configMap, pod, refusal, service } from '../notation.ts';

const key = { namespace: 'default', name: 'a' };
const patchOf = (data: Record<string, string>) => ({ type: 'merge', body: { data } }) as const;

/** A plug-in that lets the writes it is told of wait until they are released, one after another. */
class Waiting {
  /** Which writes wait; what a plug-in is asked about again waits again. */
  waits: (attributes: AdmissionAttributes) => boolean = () => false;
  readonly #held: Deferred[] = [];

  readonly validating: AdmissionPlugin = {
    name: 'Waiting',
    validate: (attributes) => (this.waits(attributes) ? this.#hold() : undefined),
  };
  readonly mutating: AdmissionPlugin = {
    name: 'WaitingToChange',
    mutate: ({ object, ...attributes }) =>
      this.waits({ object, ...attributes }) ? this.#hold().then(() => object) : object,
  };

  #hold(): Promise<void> {
    const held = deferred();
    this.#held.push(held);
    return held.promise;
  }

  /** The number of writes that wait now. */
  get count(): number {
    return this.#held.length;
  }

  release(): void {
    this.#held.shift()?.resolve();
  }

  /** Until `count` writes wait. */
  async until(count: number): Promise<void> {
    while (this.count < count) await nextTurn();
  }
}

describe('a write that admission lets wait', () => {
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  let waiting: Waiting;
  const start = async (plugins: (waiting: Waiting) => AdmissionPlugin[]) => {
    waiting = new Waiting();
    plane = await startTestApi({ plugins: plugins(waiting) });
    client = plane.client();
  };
  beforeEach(() => start(({ validating }) => [validating]));
  afterEach(() => plane.dispose());

  for (const phase of ['mutating', 'validating'] as const) {
    it(`loses no update of another writer (${phase} plug-in)`, async () => {
      await plane.dispose();
      await start((all) => [all[phase]]);
      await client.create(CONFIG_MAPS, configMap('a'));
      let asked = 0;
      waiting.waits = ({ object }) => (object.data as { slow?: string }).slow !== undefined && ++asked === 1;
      const slow = client.patch(CONFIG_MAPS, key, patchOf({ slow: '1' }));
      await waiting.until(1);
      await client.patch(CONFIG_MAPS, key, patchOf({ quick: '1' }));
      waiting.release();
      expect((await slow).data).to.deep.equal({ slow: '1', quick: '1' });
      expect(asked).to.equal(2);
    });
  }

  it('loses no update when both writers wait', async () => {
    await client.create(CONFIG_MAPS, configMap('a'));
    waiting.waits = ({ operation }) => operation === 'UPDATE';
    const patches = ['1', '2'].map((k) => client.patch(CONFIG_MAPS, key, patchOf({ [k]: k })));
    await waiting.until(2);
    waiting.waits = () => false;
    waiting.release();
    waiting.release();
    await Promise.all(patches);
    expect((await client.get(CONFIG_MAPS, key)).data).to.deep.equal({ 1: '1', 2: '2' });
  });

  it('is refused as a conflict when its client named the version that another write has replaced', async () => {
    const read = await client.create(CONFIG_MAPS, configMap('a'));
    waiting.waits = ({ object }) => (object.data as { slow?: string }).slow !== undefined;
    const slow = client.update(CONFIG_MAPS, { ...read, data: { slow: '1' } });
    await waiting.until(1);
    await client.patch(CONFIG_MAPS, key, patchOf({ quick: '1' }));
    waiting.release();
    expect(await refusal(slow)).to.match(/^Conflict: .*the object has been modified/);
    expect((await client.get(CONFIG_MAPS, key)).data).to.deep.equal({ quick: '1' });
  });

  it('is refused when its namespace is deleted meanwhile', async () => {
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    waiting.waits = ({ operation, kind }) => operation === 'CREATE' && kind.kind === 'ConfigMap';
    const inShop = { ...configMap('a'), metadata: { name: 'a', namespace: 'shop' } };
    const created = client.create(CONFIG_MAPS, inShop);
    const applied = client.apply(CONFIG_MAPS, inShop, { fieldManager: 'test' });
    await waiting.until(2);
    await client.delete(NAMESPACES, { name: 'shop' });
    waiting.release();
    waiting.release();
    const why =
      'Forbidden: configmaps "a" is forbidden: unable to create new content in namespace shop because it is being terminated';
    expect(await refusal(created)).to.equal(why);
    expect(await refusal(applied)).to.equal(why);
    expect((await client.list(CONFIG_MAPS, { namespace: 'shop' })).items).to.deep.equal([]);
  });

  it('of a create is refused when another create of that name comes first', async () => {
    waiting.waits = ({ object }) => object.metadata.labels?.slow !== undefined;
    const slow = client.create(CONFIG_MAPS, configMap('a', {}, { slow: 'yes' }));
    await waiting.until(1);
    const quick = await client.create(CONFIG_MAPS, configMap('a'));
    waiting.release();
    expect(await refusal(slow)).to.equal('AlreadyExists: configmaps "a" already exists');
    expect(await client.get(CONFIG_MAPS, key)).to.equal(quick);
  });

  it('of an apply that creates is merged with what another has created first', async () => {
    waiting.waits = ({ operation, object }) =>
      operation === 'CREATE' && object.metadata.labels?.slow !== undefined;
    const slow = client.apply(CONFIG_MAPS, configMap('a', { slow: '1' }, { slow: 'yes' }), {
      fieldManager: 'slow',
    });
    await waiting.until(1);
    await client.create(CONFIG_MAPS, configMap('a', { quick: '1' }));
    waiting.release();
    expect((await slow).data).to.deep.equal({ quick: '1', slow: '1' });
  });

  it('of a PUT that creates updates what another has created first', async () => {
    const lease = (holderIdentity: string) => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: key,
      spec: { holderIdentity },
    });
    waiting.waits = ({ operation, object }) =>
      operation === 'CREATE' && (object.spec as { holderIdentity: string }).holderIdentity === 'slow';
    const slow = client.update(LEASES, lease('slow'));
    await waiting.until(1);
    const { metadata } = await client.update(LEASES, lease('quick'));
    waiting.release();
    const updated = await slow;
    expect(updated.metadata.uid).to.equal(metadata.uid);
    expect(updated.spec?.holderIdentity).to.equal('slow');
  });

  it('is given another address when its own was given away meanwhile', async () => {
    await plane.dispose();
    const asked: string[] = [];
    const recording: AdmissionPlugin = {
      name: 'Recording',
      validate: ({ kind, object }) => {
        if (kind.kind === 'Service') asked.push((object as Service).spec.clusterIP ?? '');
      },
    };
    await start(({ validating }) => [recording, validating]);
    waiting.waits = ({ object }) => object.metadata.name === 'slow';
    const slow = client.create(SERVICES, service('slow'));
    await waiting.until(1);
    const [given = ''] = asked;
    await client.create(SERVICES, service('quick', { clusterIP: given }));
    waiting.waits = () => false;
    waiting.release();
    const { spec } = await slow;
    expect(spec.clusterIP)
      .to.match(/^127\.213\./)
      .and.not.equal(given);
    expect(asked.at(-1)).to.equal(spec.clusterIP);
  });

  it('binds a pod once', async () => {
    await client.create(PODS, pod('a'));
    const bind = (name: string) =>
      client.create(
        PODS,
        { apiVersion: 'v1', kind: 'Binding', metadata: key, target: { kind: 'Node', name } },
        { subresource: 'binding' },
      );
    waiting.waits = ({ subresource }) => subresource === 'binding';
    const [first, second] = ['one', 'two'].map(bind);
    await waiting.until(2);
    waiting.waits = () => false;
    waiting.release();
    waiting.release();
    await first;
    expect(await refusal(second ?? Promise.resolve())).to.match(
      /^Conflict: .*already assigned to node "one"/,
    );
  });

  it('deletes only the version that it has judged: a finalizer that was added meanwhile is kept', async () => {
    await client.create(CONFIG_MAPS, configMap('a'));
    waiting.waits = ({ operation }) => operation === 'DELETE';
    const deleted = client.delete(CONFIG_MAPS, key);
    await waiting.until(1);
    await client.patch(CONFIG_MAPS, key, {
      type: 'merge',
      body: { metadata: { finalizers: ['test/keep'] } },
    });
    waiting.waits = () => false;
    waiting.release();
    await deleted;
    const { metadata } = await client.get(CONFIG_MAPS, key);
    expect(metadata.finalizers).to.deep.equal(['test/keep']);
    expect(metadata.deletionTimestamp).to.be.a('string');
  });

  it('waits for an authorizer too, which is asked again about what has changed', async () => {
    await plane.dispose();
    const rules = createAuthorizer();
    const asked: (string | undefined)[] = [];
    const gate = deferred();
    plane = await startTestApi({
      authorizer: async (user, attributes) => {
        if ('live' in attributes && attributes.verb === 'patch') {
          asked.push(attributes.live?.metadata.labels?.owner);
          if (asked.length === 1) await gate.promise;
          if (attributes.live?.metadata.labels?.owner === 'other')
            return { allowed: false, reason: 'not yours' };
        }
        return rules(user, attributes);
      },
    });
    client = plane.client();
    await client.create(CONFIG_MAPS, configMap('a', {}, { owner: 'mine' }));
    const patched = client.as({ name: 'ann', groups: [ADMINS] }).patch(CONFIG_MAPS, key, patchOf({ k: 'v' }));
    while (asked.length === 0) await nextTurn();
    await client.update(CONFIG_MAPS, configMap('a', {}, { owner: 'other' }));
    gate.resolve();
    expect(await refusal(patched)).to.include('not yours');
    expect(asked).to.deep.equal(['mine', 'other']);
  });
});

describe('concurrent updates that each add one key', () => {
  /** A turn of the event loop or none, by the parity of a counter: writers overtake each other in many orders. */
  const uneven = (): AdmissionPlugin => {
    let count = 0;
    const maybeWait = async () => {
      for (let turns = count++ % 5; turns > 0; turns--) await nextTurn();
    };
    return {
      name: 'Uneven',
      mutate: ({ object }) => (count % 3 === 0 ? object : maybeWait().then(() => object)),
      validate: () => (count % 2 === 0 ? undefined : maybeWait()),
    };
  };

  for (const [what, plugins] of [
    ['nothing waits', []],
    ['plug-ins wait now and then', [uneven()]],
  ] as const) {
    for (const writers of [1, 2, 7, 40]) {
      it(`end with ${writers} keys of ${writers} writers (${what})`, async () => {
        const plane = await startTestApi({ plugins });
        const client = plane.client();
        await client.create(CONFIG_MAPS, configMap('a'));
        const names = Array.from({ length: writers }, (_, i) => `k${i}`);
        await Promise.all(
          names.map((name, i) =>
            i % 2 === 0
              ? client.patch(CONFIG_MAPS, key, patchOf({ [name]: name }))
              : client.apply(CONFIG_MAPS, configMap('a', { [name]: name }), { fieldManager: name }),
          ),
        );
        const { data = {} } = await client.get(CONFIG_MAPS, key);
        expect(Object.keys(data).sort()).to.deep.equal(names.sort());
        await plane.dispose();
      });
    }
  }
});
