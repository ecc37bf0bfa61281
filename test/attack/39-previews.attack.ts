import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { main, type Pilotage, statusOf, type Work } from '../e2e/harness.ts';
import { run } from '../e2e/processes.ts';
import type { Attack } from './attack.ts';
import { plain } from './deliver.ts';

const CANARY = 'canary-of-dev-41d2';

/** A delivery whose feature branches have previews, and which has sealed a value for dev. */
async function begun(target: Pilotage, name: string, previews = ''): Promise<Work> {
  const work = await target.repository(name);
  await work.edit('pilotage.yaml', (text) =>
    text.replace(
      '  images:',
      `  previews: {branches: ["feature/*"], host: "{slug}.test"${previews}}\n  images:`,
    ),
  );
  await work.commit('previews');
  await work.push();
  await work.git('checkout', '--quiet', '-b', 'feature/evil');
  return work;
}

async function evil(work: Work): Promise<string> {
  await work.commit('evil');
  return plain((await work.push('feature/evil')).stderr);
}

function expectIn(said: string, what: RegExp): string {
  const found = what.exec(said)?.[0];
  if (!found) throw new Error(`not said: ${what}\n${said.slice(-3_000)}`);
  return found;
}

export const attacks: readonly Attack[] = [
  {
    input: 'a feature branch whose chart puts what was sealed for dev into a ConfigMap',
    async run(target) {
      const work = await begun(target, 'previewsealed');
      const env = {
        ...{ PILOTAGE_DATA_DIR: target.dataDir, HOME: target.dir, TMPDIR: target.dir },
        EDITOR: `cp ${join(target.dir, 'unsealed.yaml')}`,
      };
      await writeFile(join(target.dir, 'unsealed.yaml'), `greeting: ${CANARY}\n`);
      for (const args of [
        ['secrets', 'init', 'previewsealed'],
        ['secrets', 'edit', 'secrets.yaml'],
      ]) {
        const { code, stderr } = await run(process.execPath, [main, ...args], { cwd: work.dir, env });
        if (code !== 0) throw new Error(stderr);
      }
      if ((await readFile(join(work.dir, 'secrets.yaml'), 'utf8')).includes(CANARY))
        throw new Error('not sealed');
      const naming = (text: string) => text.replace('{branches:', '{secrets: [keys], branches:');
      await work.edit('pilotage.yaml', (text) => naming(text).replace('.yaml"]', '.yaml", secrets.yaml]'));
      const said = await evil(work);
      const objects = async () => (await target.kubectl('get', 'configmaps', '-A', '-o', 'json')).stdout;
      if ((await objects()).includes(CANARY)) throw new Error('the preview has opened it');
      // The same where the default branch says so: otherwise this proves nothing.
      await work.git('checkout', '--quiet', 'main');
      await work.edit('pilotage.yaml', naming);
      await work.commit('previews may');
      await work.push('main');
      await work.git('checkout', '--quiet', 'feature/evil');
      await evil(work);
      if (!(await objects()).includes(CANARY)) throw new Error('nobody could have opened it');
      return expectIn(said, /\[preview-feature-evil\] failed: [^\n]{0,80}/);
    },
  },
  {
    input: 'a feature branch that names its own environment, policy, namespace and promotion',
    async run(target) {
      const work = await begun(target, 'previewpolicy');
      await work.edit('pilotage.yaml', (text) =>
        text
          .replace('{branches:', '{max: 100, ttl: 30d, from: prod, branches:')
          .replace(
            '    - {name: dev,',
            '    - {name: evil, namespace: previewpolicy-dev, branch: other}\n    - {name: dev,',
          ),
      );
      const said = await evil(work);
      if (await statusOf(target, 'previewpolicy', 'evil')) throw new Error('it has made an environment');
      const { stdout } = await target.kubectl(
        ...['-n', 'pilotage', 'get', 'environment', 'previewpolicy.preview-feature-evil'],
        ...['-o', 'jsonpath={.spec.preview.base} {.spec.preview.ttlSeconds}'],
      );
      if (stdout !== 'dev 259200') throw new Error(`its own policy counts: ${stdout}`);
      return expectIn(said, /under `environments` and `previews` is not looked at/);
    },
  },
  {
    input:
      'a feature branch whose manifests take the host of dev, write to its namespace, and bind rights over quotas',
    async run(target) {
      const work = await begun(target, 'previewreach');
      const write = (name: string, object: object) =>
        work.write(`chart/templates/${name}.yaml`, JSON.stringify(object));
      const found: string[] = [];
      await write('cm', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'x', namespace: 'previewreach-dev' },
      });
      found.push(expectIn(await evil(work), /names the namespace previewreach-dev/));
      await write('cm', {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'x' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', name: 'default' }],
      });
      found.push(expectIn(await evil(work), /binds no ClusterRole/));
      await write('cm', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mine' } });
      found.push(expectIn(await evil(work), /namespace mine is not one that/));
      await write('cm', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'x' },
        spec: {
          rules: [
            {
              host: 'shop.example.com',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Prefix',
                    backend: { service: { name: 'web', port: { number: 8080 } } },
                  },
                ],
              },
            },
          ],
        },
      });
      await evil(work);
      const { stdout } = await target.kubectl('get', 'ingress', '-A', '-o', 'jsonpath={..host}');
      if (!stdout.includes('feature-evil.test') || stdout.includes('shop.example.com'))
        throw new Error(`it answers for ${stdout}`);
      return `${found.join('; ')}; answers for its own host alone`;
    },
  },
  {
    input: 'forty feature branches in one push',
    async run(target) {
      const work = await begun(target, 'previewmany', ', max: 2');
      await work.commit('many');
      const names = Array.from({ length: 40 }, (_, i) => `HEAD:refs/heads/feature/n${i}`);
      await work.push(...names);
      const { stdout } = await target.cli('preview', 'list', 'previewmany');
      const made = stdout.match(/^previewmany\/preview-/gm)?.length ?? 0;
      const waiting = stdout.match(/waits for a place/g)?.length ?? 0;
      if (made !== 2 || waiting !== 38) throw new Error(`${made} made, ${waiting} wait`);
      return '2 made, 38 wait';
    },
  },
];
