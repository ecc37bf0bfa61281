import { expect } from 'chai';
import { ok, type Result } from '../../../src/base/errors.ts';
import { SECRETS } from '../../../src/kube/kinds/resources.data.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { systemChance } from '../../../src/render/chance.ts';
import { createMade } from '../../../src/render/gotemplate/made.ts';
import { type Lookup, lookupKey } from '../../../src/render/recorded.ts';
import type { Rendered, RenderRequest } from '../../../src/render/types.ts';
import type { LookedUp } from '../../../src/sync/cluster/lookup.ts';
import { recordedRender } from '../../../src/sync/pass/recordedrender.ts';
import { readKept, writeKept } from '../../../src/sync/state/generated.ts';
import { forgetValues, generatedReport } from '../../../src/sync/state/renewal.ts';
import { createFakeCluster, type FakeCluster } from '../../fakes/cluster.ts';
import { filesOf } from '../../fakes/filetree.ts';

const request: RenderRequest = {
  ...{ tree: filesOf({ 'k8s/a.yaml': 'a' }), path: 'k8s', app: 'web', namespace: 'shop-dev' },
  ...{ delivery: 'shop', environment: 'dev', revision: 'a'.repeat(40), valuesFiles: [], images: {} },
  capabilities: { kubeVersion: 'v1.35.0', apiVersions: [] },
};
const configMap = (name: string): Lookup => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'shop-dev',
  name,
});

const now = () => new Date('2026-06-01T00:00:00Z');

describe('a render that is recorded', () => {
  let home: FakeCluster;
  const asked: string[] = [];
  beforeEach(async () => {
    home = createFakeCluster();
    asked.length = 0;
    const metadata = { name: PILOTAGE_NAMESPACE };
    const [namespaces] = (await home.client.resources()).filter(({ plural }) => plural === 'namespaces');
    if (namespaces) await home.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  });

  const lookUp = async (lookup: Lookup) => {
    asked.push(lookup.name);
    return { answer: { object: { data: lookup.name } } };
  };
  const renderWith = (render: (request: RenderRequest) => Promise<Result<Rendered>>) =>
    recordedRender({ render, home: home.client, lookUp, now, keeps: true, requestedAt: undefined })(request);

  /** Looks up each of `names` once the one before it is known. */
  const chain =
    (names: readonly string[]) =>
    async ({ lookups = {} }: RenderRequest): Promise<Result<Rendered>> => {
      const next = names.find((name) => lookups[lookupKey(configMap(name))] === undefined);
      return ok({ manifests: [], warnings: [], ...(next ? { lookups: [configMap(next)] } : {}) });
    };
  const reasonOf = (result: Result<Rendered>) => (result.ok ? 'rendered' : result.problems[0].reason);

  it('is rendered again until all is answered, and asks nothing of that again', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    expect(reasonOf(await renderWith(chain(names)))).equal('rendered');
    expect(asked).deep.equal(names);
    expect(reasonOf(await renderWith(chain(names)))).equal('rendered');
    expect(asked).deep.equal(names);
  });

  it('is given up where each answer leads to another question', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `n${i}`);
    expect(reasonOf(await renderWith(chain(names)))).equal('TooManyLookups');
    expect(asked).length(6);
  });

  it('is given up where it looks up too many objects', async () => {
    const lookups = Array.from({ length: 101 }, (_, i) => configMap(`n${i}`));
    expect(reasonOf(await renderWith(async () => ok({ manifests: [], warnings: [], lookups })))).equal(
      'TooManyLookups',
    );
    expect(asked).deep.equal([]);
  });

  it('is given up where what it looks up is too large, before all of that is there', async () => {
    const lookups = Array.from({ length: 100 }, (_, i) => configMap(`n${i}`));
    const large = async (lookup: Lookup) => {
      await lookUp(lookup);
      return { answer: { object: { data: 'x'.repeat(1_000_000) } } };
    };
    const render = async () => ok({ manifests: [], warnings: [], lookups });
    const parts = { render, home: home.client, lookUp: large, now, keeps: true, requestedAt: undefined };
    expect(reasonOf(await recordedRender(parts)(request))).equal('LookupsTooLarge');
    expect(asked.length).below(20);
  });

  let count = 0;
  const making = async ({ generated = {} }: RenderRequest): Promise<Result<Rendered>> => {
    const made = createMade(generated, systemChance);
    made.enter('shop/templates/a.yaml');
    const value = String(made.take('randAlphaNum', [], () => `value ${++count}`));
    return ok({ manifests: [], warnings: [], notes: value, generated: made.used() });
  };

  /** Makes a value where the object that holds it is not there, and repeats what it has where it is, as many charts do. */
  const reading =
    (make: () => string) =>
    async ({ generated = {}, lookups = {} }: RenderRequest): Promise<Result<Rendered>> => {
      const answer = lookups[lookupKey(configMap('own'))];
      if (!answer) return ok({ manifests: [], warnings: [], lookups: [configMap('own')] });
      const { data } = 'object' in answer ? answer.object : {};
      if (typeof data === 'string') return ok({ manifests: [], warnings: [], notes: data });
      const made = createMade(generated, systemChance);
      const notes = String(made.take('randAlphaNum', [], make));
      const used = made.used();
      const holders = Object.fromEntries(Object.keys(used).map((site) => [site, ['ConfigMap/own']]));
      return ok({ manifests: [], warnings: [], notes, generated: used, holders });
    };

  it('makes a value anew that its template reads back from its own object, once a person asks for it', async () => {
    let live: string | undefined;
    let next = 0;
    const own = async (): Promise<LookedUp> => ({
      answer: { object: live === undefined ? {} : { data: live } },
    });
    const sync = async (revision: string): Promise<string | undefined> => {
      const render = reading(() => `value ${++next}`);
      const parts = { render, home: home.client, lookUp: own, now, keeps: true, requestedAt: revision };
      const result = await recordedRender(parts)(request);
      live = result.ok ? result.value.notes : undefined;
      return live;
    };
    expect([await sync('1'), await sync('2')]).deep.equal(['value 1', 'value 1']);
    const of = { ...request, branch: 'main', namespace: 'shop-dev' } as never;
    const [report] = await generatedReport(home.client, of);
    expect(await forgetValues(home.client, of, 'all')).deep.equal({
      renewed: [report?.name],
      unused: [],
    });
    expect([await sync('3'), await sync('4')]).deep.equal(['value 2', 'value 2']);
  });

  it('drops the oldest values that nothing uses where all would be too much to keep', async () => {
    const value = (since: string, size: number) => ({
      ...{ function: 'f', template: 't', id: since, since },
      value: 'ä'.repeat(size / 2),
    });
    const values = { a: value('2', 400_000), b: value('1', 400_000), c: value('3', 400_000) };
    const write = (holders: Record<string, string[]>) =>
      writeKept(home.client, request, 'web', { values: {}, holders: {} }, { values, holders });
    let refused: unknown;
    await write({ a: [], b: [], c: [] }).catch((error: unknown) => {
      refused = error;
    });
    expect(String(refused)).contain('more than one MiB');
    await write({ c: ['Secret/c'] });
    expect(Object.keys((await readKept(home.client, request, 'web')).values)).deep.equal(['a', 'c']);
  });

  /** A render whose template has one call, with these arguments. */
  const at =
    (template: string, ...args: readonly string[]) =>
    async (one: RenderRequest) => {
      const made = createMade(one.generated ?? {}, systemChance);
      made.enter(template);
      const notes = String(made.take('randAlphaNum', args, () => template));
      const holders = Object.fromEntries(Object.keys(made.used()).map((site) => [site, ['Secret/db']]));
      return ok({ manifests: [], warnings: [], notes, generated: made.used(), holders });
    };

  it('warns of objects whose values are made anew because their call has other arguments', async () => {
    const warnings = async (length: string) => {
      const result = await renderWith(at('shop/templates/a.yaml', length));
      return result.ok ? result.value.warnings.map(({ reason, message }) => [reason, message]) : [];
    };
    expect(await warnings('16')).deep.equal([]);
    expect(await warnings('16')).deep.equal([]);
    const [[reason, message] = []] = await warnings('32');
    expect(reason).equal('GeneratedAnew');
    expect(message).contain('Secret/db');
  });

  it('keeps what a template has made when its file is renamed, now and later', async () => {
    const a = 'shop/templates/a.yaml';
    const b = 'shop/templates/b.yaml';
    for (const template of [a, b, b]) {
      const result = await renderWith(at(template));
      expect(result.ok && [result.value.notes, result.value.warnings]).deep.equal([a, []]);
    }
    expect(Object.values((await readKept(home.client, request, 'web')).values)).length(1);
  });

  it('leaves a Secret as it is live that its template makes only where there is none, when the record of it is lost', async () => {
    const own: Lookup = { ...configMap('db'), kind: 'Secret' };
    let next = 0;
    const ifNotThere = async (one: RenderRequest): Promise<Result<Rendered>> => {
      const answer = one.lookups?.[lookupKey(own)];
      if (!answer) return ok({ manifests: [], warnings: [], lookups: [own] });
      if ('object' in answer && Object.keys(answer.object).length > 0)
        return ok({ manifests: [], warnings: [] });
      const made = createMade(one.generated ?? {}, systemChance);
      const password = String(made.take('randAlphaNum', [], () => `value ${++next}`));
      const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, data: { password } };
      const holders = Object.fromEntries(Object.keys(made.used()).map((site) => [site, ['Secret/db']]));
      const manifests = [{ object, app: 'web', origin: { file: 't', line: 1 } }];
      return ok({ manifests, warnings: [], generated: made.used(), holders });
    };
    let live: object = {};
    const sync = async (requestedAt: string) => {
      const delivered = async () => ({
        answer: { object: live as never },
        isDelivered: Object.keys(live).length > 0,
      });
      const parts = {
        render: ifNotThere,
        home: home.client,
        lookUp: delivered,
        now,
        keeps: true,
        requestedAt,
      };
      const result = await recordedRender(parts)(request);
      live = (result.ok && result.value.manifests[0]?.object) || {};
      return [(live as KubeObject).data, result.ok && result.value.warnings.map(({ reason }) => reason)];
    };
    expect(await sync('1')).deep.equal([{ password: 'value 1' }, []]);
    expect(await sync('2')).deep.equal([{ password: 'value 1' }, []]);
    const { secret } = await readKept(home.client, request, 'web');
    await home.client.delete(SECRETS, { namespace: PILOTAGE_NAMESPACE, name: secret?.metadata.name ?? '' });
    expect(await sync('3')).deep.equal([{ password: 'value 1' }, ['GeneratedElsewhere']]);
    expect(await sync('4')).deep.equal([{ password: 'value 1' }, ['GeneratedElsewhere']]);
  });

  it('uses what somebody else has kept meanwhile', async () => {
    let other: Result<Rendered> | undefined;
    const both = async (one: RenderRequest) => {
      const result = await making(one);
      other ??= await renderWith(making);
      return result;
    };
    const result = await renderWith(both);
    expect(result.ok && result.value.notes).equal(other?.ok && other.value.notes);
  });

  it('is given up where what it made cannot be kept because others always come first', async () => {
    const always = async (one: RenderRequest) => {
      const { items } = await home.client.list(SECRETS, { namespace: PILOTAGE_NAMESPACE });
      for (const { metadata } of items)
        await home.client.delete(SECRETS, { namespace: PILOTAGE_NAMESPACE, name: metadata.name ?? '' });
      await renderWith(making);
      return making({ ...one, generated: {} });
    };
    expect(reasonOf(await renderWith(always))).equal('GeneratedContended');
  });

  it('keeps nothing where nothing was made', async () => {
    await renderWith(async () => ok({ manifests: [], warnings: [] }));
    expect(home.writes).deep.equal(['create Namespace pilotage']);
  });
});
