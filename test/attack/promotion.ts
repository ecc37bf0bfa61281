import { expect } from 'chai';
import { jsonAs } from '../e2e/accounts.ts';
import { eventually, type Pilotage, statusOf, type Work } from '../e2e/harness.ts';

interface Gate {
  readonly gate: string;
  readonly state: string;
  readonly reason: string;
}
export interface Report {
  readonly outcome: string;
  readonly revision: string;
  readonly gates: readonly Gate[];
  readonly problems: readonly {
    readonly reason: string;
    readonly message: string;
    readonly remedy?: string;
  }[];
}

/** Environments that need no build and no pods: what is deployed is a ConfigMap. */
export const PLAIN = (environments: string): string => `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
spec:
  environments:
${environments
  .trim()
  .split('\n')
  .map((line) => `    - ${line.trim()}`)
  .join('\n')}
  apps:
    - {name: app, path: k8s}
`;

export const config = (name: string, value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: "${value}"}\n`;

/** A repository of its own on the target, with one pushed commit. */
export async function plainRepository(target: Pilotage, name: string, environments: string): Promise<Work> {
  const work = await target.repository(name);
  await work.git('rm', '-rq', '.');
  await work.write('pilotage.yaml', PLAIN(environments));
  await work.write('k8s/a.yaml', config('a', 'one'));
  await work.commit('start');
  const { code, stderr } = await work.push();
  expect(code, stderr).to.equal(0);
  return work;
}

/** What runs in an environment of a plain repository. */
export async function valueIn(target: Pilotage, namespace: string, name = 'a'): Promise<string> {
  return (await target.kubectl('-n', namespace, 'get', 'configmap', name, '-o', 'jsonpath={.data.value}'))
    .stdout;
}

export async function deployed(target: Pilotage, name: string, revision: string): Promise<void> {
  const [delivery = '', environment = ''] = name.split('/');
  await eventually(`${name} runs ${revision.slice(0, 7)}`, async () => {
    const status = await statusOf(target, delivery, environment);
    return status?.deployedRevision === revision && status.health === 'Healthy';
  });
}

export const gateOf = ({ gates }: Report, name: string): string =>
  gates.find(({ gate }) => gate === name)?.reason ?? `no gate ${name}`;

/** What a push was told, without the marks and line breaks of the terminal. */
export const told = (stderr: string): string =>
  stderr.replaceAll(/\s*\nremote: +/g, ' ').replaceAll(/\s+/g, ' ');

/** Has the branches read and the environment looked at again, and sees nothing deployed for three seconds after. Resolves with what was said. */
export async function stillHeld(target: Pilotage, name: string): Promise<string> {
  const { code, stdout, stderr } = await target.cli('sync', name, '--wait', '--timeout', '3s');
  expect(code, stdout + stderr).to.not.equal(0);
  return told(stdout + stderr);
}

/** Brings the revision that dev runs to prod, with the approval of `by` where it needs one. */
export async function promoted(target: Pilotage, name: string, by?: string): Promise<void> {
  if (by) await jsonAs<Report>(target, by, 'approve', `${name}/prod`);
  await target.json<Report>('promote', `${name}/prod`);
  const { code, stderr } = await target.cli('wait', `${name}/prod`, '--timeout', '30s');
  expect(code, stderr).to.equal(0);
}

/** Goes on where the branch prod stands on the server. */
export async function checkoutProd(work: Work): Promise<void> {
  await work.git('fetch', '-q', work.remote, 'prod:prod');
  await work.git('checkout', '-q', 'prod');
}
