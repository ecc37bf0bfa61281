import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import type { ConfigMap } from '../../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS } from '../../../src/kube/kinds/resources.data.ts';
import { recordApply } from '../../../src/kube/ownership/managedfields.ts';
import { builtinSchema } from '../../../src/kube/schema/schema.ts';
import { statusError } from '../../../src/kube/values/status.ts';
import { type KubeObject, refOf } from '../../../src/kube/values/types.ts';
import { FIELD_MANAGER } from '../../../src/model/types.ts';
import { observe } from '../../../src/sync/cluster/observe.ts';
import type { Desired } from '../../../src/sync/plan/types.ts';
import { createMemory } from '../../../src/sync/state/memory.ts';
import type { FakeClock } from '../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../../orchestrator/api/harness.ts';
import { configMap, service } from '../../orchestrator/api/notation.ts';

const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop-dev', name: 'a' };
const KEY = '/ConfigMap/shop-dev/a';
const intent = (value: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'shop-dev', name: 'a' },
  data: { key: value },
});
const desired = (value: string): Desired => ({
  ref,
  resource: CONFIG_MAPS,
  object: intent(value),
  app: 'shop',
  origin: { file: 'a.yaml' },
  stage: 0,
});

/** As the server has it after we applied it. */
function stored(value: string, resourceVersion: string): ConfigMap {
  const schema = builtinSchema({ group: '', version: 'v1', kind: 'ConfigMap' });
  if (!schema) throw new Error('ConfigMap is built in');
  const time = '2026-01-01T00:00:00Z';
  const applied = recordApply({
    live: undefined,
    applied: intent(value),
    manager: FIELD_MANAGER,
    force: false,
    time,
    schema,
  });
  if (!applied.ok) throw new Error('nothing is there that could conflict');
  const object = applied.object as ConfigMap;
  return { ...object, metadata: { ...object.metadata, uid: 'u', resourceVersion } };
}

describe('observing before a plan', () => {
  let live: ConfigMap;
  let asked: number;
  const client = {
    get: async () => live,
    apply: async (_resource: unknown, object: ConfigMap) => {
      asked += 1;
      return { ...live, data: object.data };
    },
  } as unknown as KubeClient;
  const { agreements } = createMemory();
  const outcomeOf = async (...wanted: readonly Desired[]) => {
    const { observed } = await observe(client, wanted, [], new AbortController().signal, agreements);
    return observed.get(KEY)?.trial?.outcome;
  };

  beforeEach(() => {
    live = stored('one', '1');
    asked = 0;
    agreements.clear();
  });

  it('proves without the server what agrees, and remembers the proof', async () => {
    expect(await outcomeOf(desired('one'))).to.equal('same');
    expect(agreements.get(KEY)).to.deep.equal({ intent: intent('one'), uid: 'u', resourceVersion: '1' });
    // Were it proved again, the server would have to be asked: nobody owns these fields.
    live = { ...intent('one'), metadata: { ...intent('one').metadata, uid: 'u', resourceVersion: '1' } };
    expect(await outcomeOf(desired('one'))).to.equal('same');
    expect(asked).to.equal(0);
  });

  it('trusts no proof of another revision of the live object', async () => {
    await outcomeOf(desired('one'));
    live = { ...stored('one', '2'), data: { key: 'drifted' } };
    expect(await outcomeOf(desired('one'))).to.equal('differs');
    expect(asked).to.equal(1);
    expect(agreements.size).to.equal(0);
  });

  it('trusts no proof of another intent', async () => {
    await outcomeOf(desired('one'));
    expect(await outcomeOf(desired('two'))).to.equal('differs');
    expect(asked).to.equal(1);
  });

  it('forgets the proof of what is not wanted any more', async () => {
    await outcomeOf(desired('one'));
    await outcomeOf();
    expect(agreements.size).to.equal(0);
  });

  it('compares with the revision that was tried, where somebody writes in between', async () => {
    const label = { metadata: { ...live.metadata, labels: { written: 'meanwhile' } } };
    const read = live;
    live = { ...live, ...label, metadata: { ...label.metadata, resourceVersion: '2' } };
    const late = {
      ...client,
      get: async () => (asked === 0 ? { ...read, data: {} } : live),
    } as unknown as KubeClient;
    const { observed } = await observe(late, [desired('one')], [], new AbortController().signal);
    expect(observed.get(KEY)?.trial?.outcome).to.equal('same');
    expect(observed.get(KEY)?.live?.metadata.resourceVersion).to.equal('2');
  });

  it('tries a PUT anew that is refused because somebody writes in between', async () => {
    const annotations = { 'pilotage.dev/replace': 'true' };
    const whole = { ...intent('one'), metadata: { ...intent('one').metadata, annotations } };
    live = { ...whole, metadata: { ...whole.metadata, uid: 'u', resourceVersion: '2' } };
    const read = { ...live, metadata: { ...live.metadata, resourceVersion: '1' } };
    const late = {
      get: async () => (asked === 0 ? read : live),
      update: async (_resource: unknown, object: ConfigMap) => {
        asked += 1;
        if (object.metadata.resourceVersion !== '2') throw statusError('Conflict', 'it was modified');
        return { ...live, data: object.data };
      },
    } as unknown as KubeClient;
    const { observed } = await observe(
      late,
      [{ ...desired('one'), object: whole }],
      [],
      new AbortController().signal,
    );
    expect(observed.get(KEY)?.trial?.outcome).to.equal('same');
    expect(asked).to.equal(2);
  });

  it('takes what it has where somebody writes all the time', async () => {
    const moving = {
      ...client,
      apply: async () => {
        asked += 1;
        return { ...live, metadata: { ...live.metadata, resourceVersion: String(asked + 1) }, data: {} };
      },
    } as unknown as KubeClient;
    const { observed } = await observe(moving, [desired('two')], [], new AbortController().signal);
    expect(observed.get(KEY)?.trial?.outcome).to.equal('differs');
    expect(asked).to.equal(3);
  });
});

describe('observing what was just applied', () => {
  let api: TestApi<FakeClock>;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.dispose());

  const manifests: readonly KubeObject[] = [
    configMap('a', { key: 'value' }),
    { ...service('web', { app: 'web' }), spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace: 'default', name: 'web' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'main', image: 'web:1', resources: { limits: { cpu: '1000m' } } }] },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'default', name: 'key' },
      stringData: { key: 'value' },
    },
  ];
  for (const object of manifests) {
    it(`proves without a request that it agrees, whatever the server has filled in: ${object.kind}`, async () => {
      const client = api.client();
      const resource = await client.resourceFor(object);
      if (!resource) throw new Error(`${object.kind} is built in`);
      await client.apply(resource, object, { fieldManager: FIELD_MANAGER });
      const silent = {
        ...client,
        apply: () => Promise.reject(new Error('a dry run was asked for')),
      } as KubeClient;
      const wanted = { ref: refOf(object), resource, object, app: 'shop', origin: { file: 'a' }, stage: 0 };
      const { observed } = await observe(silent, [wanted], [], new AbortController().signal);
      expect([...observed.values()].map(({ trial }) => trial?.outcome)).to.deep.equal(['same']);
    });
  }
});
