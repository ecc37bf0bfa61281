import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { updateObject } from '../../../src/kube/client/update.ts';
import { CONFIG_MAPS } from '../../../src/kube/kinds/resources.data.ts';
import { isConflict, isNotFound, statusError } from '../../../src/kube/values/status.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { FakeClock } from '../../fakes/clock.ts';

interface Counted extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** One object, and writers that come first so many times. */
function cluster({ rivals = 0, exists = true } = {}) {
  let left = rivals;
  let stored: Counted = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', resourceVersion: '0' },
    data: { count: '0' },
  };
  const seen = { reads: 0, writes: 0 };
  const write = (object: Counted): Counted => {
    const resourceVersion = String(Number(stored.metadata.resourceVersion) + 1);
    stored = { ...object, metadata: { ...object.metadata, resourceVersion } };
    return stored;
  };
  const client = {
    async get() {
      seen.reads += 1;
      if (!exists) throw statusError('NotFound', 'there is none');
      return stored;
    },
    async update(_resource: unknown, object: Counted) {
      seen.writes += 1;
      if (left-- > 0) write({ ...stored, data: { count: String(Number(stored.data?.count) + 10) } });
      if (object.metadata.resourceVersion !== stored.metadata.resourceVersion)
        throw statusError('Conflict', 'it has been modified');
      return write(object);
    },
  } as unknown as KubeClient;
  const options = { client, resource: CONFIG_MAPS, key: { namespace: 'default', name: 'a' } };
  return { options, seen, known: stored };
}

const plusOne = (current: Counted): Counted => ({
  ...current,
  data: { count: String(Number(current.data?.count) + 1) },
});

describe('an update under optimistic concurrency', () => {
  it('makes the change again on what another has written, so that neither is lost', async () => {
    const { options, seen } = cluster({ rivals: 1 });
    const { data } = await updateObject({ ...options, change: plusOne });
    expect(data?.count).to.equal('11');
    expect(seen).to.deep.equal({ reads: 2, writes: 2 });
  });

  it('begins with the object that is known already', async () => {
    const { options, seen, known } = cluster();
    await updateObject({ ...options, known, change: plusOne });
    expect(seen).to.deep.equal({ reads: 0, writes: 1 });
  });

  it('writes nothing when nothing changes', async () => {
    const { options, seen } = cluster();
    const { data } = await updateObject({ ...options, change: () => undefined });
    expect(data?.count).to.equal('0');
    expect(seen.writes).to.equal(0);
  });

  it('pauses longer after each conflict but the first, and gives up after twenty', async () => {
    const { options, seen } = cluster({ rivals: 100 });
    const clock = new FakeClock();
    const outcome = updateObject({ ...options, change: plusOne, clock }).catch((error: unknown) => error);
    await clock.advance(5 * (19 * 20) * 0.5 + 1);
    expect(isConflict(await outcome)).to.equal(true);
    expect(seen.writes).to.equal(21);
  });

  it('rejects when the object is gone', async () => {
    const { options } = cluster({ exists: false });
    const outcome = await updateObject({ ...options, change: plusOne }).catch((error: unknown) => error);
    expect(isNotFound(outcome)).to.equal(true);
  });
});
