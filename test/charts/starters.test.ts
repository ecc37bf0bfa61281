import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { readText } from '../../src/base/filetree.ts';
import { starterFiles } from '../../src/charts/starter.ts';
import { chartFrom, imageOf, STARTERS } from '../../src/charts/starters.ts';
import { podTemplateOf } from '../../src/kube/kinds/podspec/places.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import { refusal, rendered } from '../render/request.ts';
import { tree, treeOnDisk } from '../render/tree.ts';

const CHARTS = new URL('../../charts/', import.meta.url).pathname;
const names = Object.keys(STARTERS);
const starter = (name: string) => treeOnDisk(CHARTS + name);
const objectsOf = (name: string, overrides: Record<string, unknown> = {}): KubeObject[] => {
  const files = chartFrom(starter(name), 'shop');
  const images = { [imageOf(files['values.yaml'] ?? '')]: 'local/app:1' };
  return rendered(tree(files), { images, overrides }).manifests.map(({ object }) => object);
};

interface PodTemplate {
  readonly spec: {
    readonly automountServiceAccountToken: boolean;
    readonly securityContext: object;
    readonly containers: readonly { readonly securityContext: object; readonly resources: object }[];
  };
}
/** What the workloads among them make pods of. */
const podsOf = (objects: readonly KubeObject[]): PodTemplate[] =>
  objects.flatMap((object) => {
    const [group = ''] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : [];
    const template = podTemplateOf({ group, kind: object.kind }, object);
    return template ? [template as unknown as PodTemplate] : [];
  });

describe('the charts to start from', () => {
  it('are the folders of charts/', () => {
    expect(readdirSync(CHARTS).sort()).to.deep.equal([...names].sort());
  });

  it('share their helpers, character for character', () => {
    const helpers = names.map((name) => readText(starter(name), 'templates/_helpers.hbs.yaml'));
    expect(new Set(helpers).size).to.equal(1);
  });

  for (const name of names) {
    describe(name, () => {
      it('renders as it is written', () => {
        expect(objectsOf(name).map(({ kind }) => kind)).to.deep.equal(KINDS[name]);
      });

      it('runs as an ordinary user, without privileges, with limits, and never with a token of the API', () => {
        for (const { spec } of podsOf(objectsOf(name))) {
          expect(spec.automountServiceAccountToken).to.equal(false);
          expect(spec.securityContext).to.include({ runAsNonRoot: true });
          for (const container of spec.containers) {
            expect(container.securityContext).to.deep.include({
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            });
            expect(container.resources).to.have.keys('requests', 'limits');
          }
        }
      });

      it('refuses a value that it does not know', () => {
        const files = tree(chartFrom(starter(name), 'shop'));
        expect(refusal(files, { overrides: { replcas: 3 } })).to.contain('replcas');
      });

      it('is delivered to every environment by what pilotage init writes of it', () => {
        const files = starterFiles(starter(name), { name: 'shop', image: { path: 'app' } });
        const image = imageOf(files['chart/values.yaml'] ?? '');
        expect(files['pilotage.yaml']).to.contain(`    ${image}: {path: "app"}`);
        for (const environment of ['dev', 'preprod', 'prod'])
          rendered(tree(files), {
            ...{ images: { [image]: 'local/app:1' }, path: 'chart', environment },
            valuesFiles: [`chart/values/${environment}.yaml`],
          });
      });
    });
  }

  it('have the name that they are given, and refuse one that no object could have', () => {
    const metadata = (name: string) => chartFrom(starter('web'), name)['Chart.yaml'];
    expect(metadata('shop')).to.contain('name: shop\n').and.contain('description: The chart of shop\n');
    for (const name of ['Shop', '1shop', 'shop_1', 'shop-', '..', '', 'a'.repeat(54)])
      expect(() => metadata(name), name).to.throw('cannot be the name of a chart');
  });

  it('let the program be root where its Dockerfile says so, in no other way', () => {
    const files = (rootedBy?: string) =>
      starterFiles(starter('web'), { name: 'shop', ...(rootedBy ? { rootedBy } : {}) })['chart/values.yaml'];
    expect(files()).to.contain('runAsNonRoot: true\n').and.not.contain('USER');
    expect(files('Dockerfile'))
      .to.contain('# Dockerfile sets no USER')
      .and.contain('podSecurityContext: {}\n');
  });

  it('mount the configuration as variables, and roll when it changes', () => {
    for (const name of names.filter((one) => one !== 'static')) {
      const [first, second] = [
        objectsOf(name, { config: { A: '1' } }),
        objectsOf(name, { config: { A: '2' } }),
      ];
      expect(JSON.stringify(first), name).to.contain('"envFrom":[{"configMapRef":{"name":"web"}}]');
      const [before, after] = [first, second].map((objects) => JSON.stringify(podsOf(objects)));
      if (name !== 'cronjob') expect(before, name).to.not.equal(after);
    }
  });

  it('leave out a database that is elsewhere, and say when nobody says where', () => {
    const elsewhere = { database: { enabled: false, secret: 'db' }, databaseHost: 'db.example.org' };
    expect(objectsOf('site-with-database', elsewhere).map(({ kind }) => kind)).to.deep.equal([
      'Deployment',
      'Service',
    ]);
    const files = tree(chartFrom(starter('site-with-database'), 'shop'));
    const nowhere = refusal(files, { images: { web: 'a:1' }, overrides: { database: { enabled: false } } });
    expect(nowhere).to.contain('databaseHost says where the database is');
  });
});

const KINDS: Readonly<Record<string, readonly string[]>> = {
  web: ['Deployment', 'Service'],
  worker: ['Deployment'],
  cronjob: ['CronJob'],
  stateful: ['Service', 'StatefulSet'],
  static: ['ConfigMap', 'Deployment', 'Service'],
  'site-with-database': ['Deployment', 'Service', 'Secret', 'Service', 'StatefulSet'],
};
