import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { Pilotage } from './harness.ts';
import type { Finished } from './processes.ts';

/** Kubeconfig of the kube-apiserver that scripts/test-kubernetes.mjs has started. */
export const { CONTRACT_KUBECONFIG: peer = '' } = process.env;

interface Kubeconfig {
  readonly clusters: { name: string; cluster: { server: string } }[];
  readonly users: { name: string; user: { token: string } }[];
  readonly contexts: { name: string; context: { cluster: string; user: string } }[];
}

/** A Pilotage for the tests of the suite that calls it, which may deliver to that server. */
export function useFarPilotage() {
  let pilotage: Pilotage;
  let kubeconfig: string;
  /** Pushes that still tell of a rollout: without controllers it never ends, and delivery does not depend on a listener. */
  const pushes: Promise<Finished>[] = [];
  before(async () => {
    if (peer === '') throw new Error('start this through: npm run test:kubernetes');
    pilotage = await Pilotage.start([], async (dir) => (kubeconfig = await writeContexts(dir)));
  });
  after(async () => {
    await pilotage?.stop();
    await Promise.all(pushes);
  });
  return {
    get pilotage() {
      return pilotage;
    },
    /** The file of its contexts. */
    get kubeconfig() {
      return kubeconfig;
    },
    pushes,
    async expectEmptyPlan(environment: string): Promise<void> {
      const { code, stdout, stderr } = await pilotage.cli('diff', environment);
      expect(code, stdout + stderr).to.equal(0);
    },
  };
}

/** The peer as context `far`, and `lost`, where nobody listens. */
export async function writeContexts(dir: string, token?: string): Promise<string> {
  const { clusters, users } = JSON.parse(readFileSync(peer, 'utf8')) as Kubeconfig;
  const [cluster, user] = [clusters[0], users[0]];
  const file = join(dir, 'clusters.yaml');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'far', cluster: cluster?.cluster },
      { name: 'lost', cluster: { ...cluster?.cluster, server: 'https://127.0.0.1:1' } },
    ],
    users: [{ name: 'admin', user: { ...user?.user, ...(token ? { token } : {}) } }],
    contexts: ['far', 'lost'].map((name) => ({ name, context: { cluster: name, user: 'admin' } })),
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
