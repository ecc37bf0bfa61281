import { expect } from 'chai';
import { builtinKind } from '../../../src/kube/kinds/builtin.ts';
import { NAMESPACES } from '../../../src/kube/kinds/resources.data.ts';
import { isObject } from '../../../src/kube/values/equal.ts';
import { gvkOf } from '../../../src/kube/values/types.ts';
import type { FakeClock } from '../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../../orchestrator/api/harness.ts';
import { renderStory, STORIES } from './story.ts';

/** Members that an API server has dropped: it knows no field of that name. */
function dropped(written: unknown, stored: unknown, path: string): readonly string[] {
  if (Array.isArray(written))
    return written.flatMap((item, i) =>
      dropped(item, Array.isArray(stored) ? stored[i] : undefined, `${path}[${i}]`),
    );
  if (!isObject(written)) return stored === undefined ? [path] : [];
  return Object.entries(written).flatMap(([key, value]) =>
    dropped(value, isObject(stored) ? stored[key] : undefined, `${path}.${key}`),
  );
}

describe('the objects of a compose project', () => {
  let api: TestApi<FakeClock>;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.dispose());

  for (const name of STORIES)
    it(`are valid, and lose no field: ${name}`, async () => {
      const client = api.client();
      const namespace = name;
      await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, {});
      for (const { object } of renderStory(name).manifests) {
        const { namespace: _, ...metadata } = object.metadata;
        const resource = builtinKind(gvkOf(object))?.resource;
        if (!resource) throw new Error(`no kind ${object.kind}`);
        const stored = await client.create(resource, { ...object, metadata }, { namespace });
        expect(dropped({ ...object, metadata }, stored, object.kind)).to.deep.equal([]);
      }
    });
});
