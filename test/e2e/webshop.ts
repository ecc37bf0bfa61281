import { expect } from 'chai';
import { Pilotage } from './harness.ts';
import { fixture, Kubectl } from './kubectl.ts';

export const web = fixture('web.yaml');

export interface Listed<T> {
  readonly items: readonly T[];
}
export interface Named {
  readonly metadata: { readonly name: string; readonly uid: string };
}

/** A Pilotage for the tests of the suite that calls it, whose namespace `shop` runs `web`. */
export function useWebShop() {
  let pilotage: Pilotage;
  let k: Kubectl;
  const rolledOut = (name: string) => k.ok('rollout', 'status', `deployment/${name}`, '--timeout=30s');
  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'shop');
    expect(await k.lines('apply', '-f', web)).to.deep.equal([
      'configmap/web created',
      'deployment.apps/web created',
      'service/web created',
    ]);
    expect(await rolledOut('web')).to.contain('successfully rolled out');
  });
  after(() => pilotage.stop());
  return {
    get pilotage() {
      return pilotage;
    },
    get k() {
      return k;
    },
    rolledOut,
  };
}
