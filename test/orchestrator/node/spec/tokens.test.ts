import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import type { KubeObject } from '../../../../src/kube/values/types.ts';
import { createPodTokens } from '../../../../src/orchestrator/node/spec/tokens.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { pod } from './notation.ts';

describe('the tokens of a pod', () => {
  let clock: FakeClock;
  let asked: KubeObject[];
  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
  });
  const tokens = () => {
    const create = async (_: unknown, object: KubeObject & { spec: { expirationSeconds: number } }) => {
      asked.push(object);
      const end = clock.now() + object.spec.expirationSeconds * 1000;
      return { status: { token: `jwt-${asked.length}`, expirationTimestamp: new Date(end).toISOString() } };
    };
    return createPodTokens({ client: { create } as unknown as KubeClient, clock });
  };
  const web = (...projections: { path: string; audience?: string; expirationSeconds?: number }[]) =>
    pod({
      serviceAccountName: 'robot',
      volumes: [
        { name: 'all', projected: { sources: projections.map((one) => ({ serviceAccountToken: one })) } },
      ],
    });

  it('are asked for in the name of its account, bound to it', async () => {
    const found = await tokens().of(web({ path: 'token', audience: 'vault', expirationSeconds: 700 }));
    expect([...found]).to.deep.equal([['700 vault', 'jwt-1']]);
    expect(asked[0]).to.deep.include({
      metadata: { name: 'robot', namespace: 'shop' },
      spec: {
        audiences: ['vault'],
        expirationSeconds: 700,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web-1', uid: 'uid' },
      },
    });
  });

  it('are kept until four fifths of their life are over, and then replaced', async () => {
    const all = tokens();
    const one = web({ path: 'token', expirationSeconds: 1000 });
    expect(all.isDue(one)).to.equal(true);
    await all.of(one);
    await clock.advance(799_000);
    expect(all.isDue(one)).to.equal(false);
    expect([...(await all.of(one)).values()]).to.deep.equal(['jwt-1']);
    await clock.advance(2_000);
    expect(all.isDue(one)).to.equal(true);
    expect([...(await all.of(one)).values()]).to.deep.equal(['jwt-2']);
  });

  it('of a long life are replaced every day', async () => {
    const all = tokens();
    const one = web({ path: 'token', expirationSeconds: 365 * 86_400 });
    await all.of(one);
    await clock.advance(86_400_000);
    expect(all.isDue(one)).to.equal(true);
  });

  it('are one for each audience and life, and none without a volume', async () => {
    const all = tokens();
    await all.of(web({ path: 'a' }, { path: 'b' }, { path: 'c', audience: 'vault' }));
    expect(asked).to.have.length(2);
    expect((await all.of(pod())).size).to.equal(0);
    expect(all.isDue(pod())).to.equal(false);
  });
});
