import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AdoptionReport, PlanReport } from '../../src/model/faces.ts';
import { Pilotage, Work } from '../e2e/harness.ts';
import { client, fixture } from './programs.ts';

const HOOK = `apiVersion: batch/v1
kind: Job
metadata: {name: "{{ .Release.Name }}-migrate", annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
spec:
  template: {spec: {restartPolicy: Never, containers: [{name: main, image: host, command: ["true"]}]}}
`;
const FILE = (name: string, namespace: string) => `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: ${name}}
spec:
  environments:
    - {name: prod, branch: main, namespace: ${namespace}}
  apps:
    - {name: web, chart: chart}
`;

/** What Helm has installed, by the real helm, with a hook that has run: taken over while its pods run. */
for (const helm of ['helm3', 'helm4']) {
  describe(`a release of ${helm} that is taken over`, function () {
    this.timeout(120_000);
    const name = `shop-${helm}`;
    let pilotage: Pilotage;
    let h: ReturnType<typeof client>;
    let work: Work;

    before(async () => {
      pilotage = await Pilotage.start();
      h = client(helm, pilotage.ready.kubeconfig, pilotage.dir);
      const dir = join(pilotage.dir, 'work', name);
      await mkdir(dir, { recursive: true });
      await cp(fixture('chart'), join(dir, 'chart'), { recursive: true });
      await writeFile(join(dir, 'chart', 'templates', 'hook.yaml'), HOOK);
      await writeFile(join(dir, 'pilotage.yaml'), FILE(name, name));
      await h.ok(
        'install',
        'web',
        join(dir, 'chart'),
        '-n',
        name,
        '--create-namespace',
        '--wait',
        '--timeout=60s',
      );
      work = new Work(dir, `${pilotage.ready.git}/${name}.git`);
      await work.git('init', '--quiet', '--initial-branch=main');
      await work.commit('first');
    });
    after(() => pilotage.stop());

    const ok = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await pilotage.cli(...args);
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
      return stdout;
    };
    const running = async (): Promise<unknown> => {
      const { stdout } = await pilotage.kubectl('get', 'pods,jobs,deployments', '-n', name, '-o', 'json');
      const { items } = JSON.parse(stdout) as {
        items: { metadata: { name: string; uid: string }; spec: object }[];
      };
      return items.map(({ metadata, spec }) => [metadata.name, metadata.uid, spec]);
    };

    it('is reported object by object, and is as it was', async () => {
      const before = await running();
      await work.push('main');
      await ok('connect', name, '--allow-namespace', name);
      const report = await pilotage.json<AdoptionReport>('adopt', `${name}/prod`);
      expect(report.objects.map(({ state, diff }) => [state, ...diff])).to.deep.equal(
        Array.from({ length: report.objects.length }, () => ['matches']),
      );
      expect(report.objects).to.have.length(11);
      expect(report.tools.map(({ activity, left }) => [activity, ...left])).to.deep.equal([['suspended']]);
      expect(await running()).to.deep.equal(before);
    });

    it('goes on with the same pods, runs no hook again, and the plan is empty', async () => {
      const before = await running();
      await ok('adopt', `${name}/prod`, '--all');
      await ok('wait', `${name}/prod`);
      expect(await running()).to.deep.equal(before);
      const plan = await pilotage.json<PlanReport>('diff', `${name}/prod`);
      expect(plan.steps.filter(({ action }) => action !== 'unchanged')).to.deep.equal([]);
      expect(plan.empty).to.equal(true);
    });

    it('leaves no field to helm', async () => {
      const { stdout } = await pilotage.kubectl(
        ...[
          'get',
          'deployments,services,configmaps,ingresses',
          '-n',
          name,
          '-l',
          '!none',
          '--show-managed-fields',
        ],
        ...['-o', 'jsonpath={range .items[*]}{.metadata.name}={.metadata.managedFields[*].manager} {end}'],
      );
      expect(stdout).to.contain('web=pilotage').and.not.to.contain('helm');
    });
  });
}
