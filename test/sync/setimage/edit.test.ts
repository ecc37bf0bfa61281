import { expect } from 'chai';
import { formatProblem, ok, unwrap } from '../../../src/base/errors.ts';
import { type FileTree, readText } from '../../../src/base/filetree.ts';
import { SCHEMA_VERSION } from '../../../src/kube/schema/version.ts';
import { parseImageChange } from '../../../src/model/imagereference.ts';
import { systemChance } from '../../../src/render/chance.ts';
import { handlebars } from '../../../src/render/handlebars/engine.ts';
import { render } from '../../../src/render/render.ts';
import { containersOf } from '../../../src/sync/setimage/containers.ts';
import { type EditParts, editImage } from '../../../src/sync/setimage/edit.ts';
import { filesOf } from '../../fakes/filetree.ts';

const parts: EditParts = {
  reads: (_tree, file) => file.startsWith('app/'),
  async render(tree, explain) {
    const rendered = await render(
      {
        ...{ tree, path: 'app', app: 'app', delivery: 'shop', environment: 'dev', namespace: 'shop-dev' },
        ...{ valuesFiles: [], overrides: {}, composeImages: {}, images: {}, identities: [] },
        revision: '0'.repeat(40),
        capabilities: { kubeVersion: SCHEMA_VERSION, apiVersions: [] },
        ...(explain ? { explain } : {}),
      },
      handlebars,
      systemChance,
    );
    if (!rendered.ok) return rendered;
    const { manifests, explanation } = rendered.value;
    const containers = containersOf(manifests.map(({ object }) => object));
    return ok({ containers, ...(explanation ? { explanation } : {}) });
  },
};

const workload = (name: string, ...containers: readonly string[]): string =>
  [
    ...['apiVersion: apps/v1', 'kind: Deployment', `metadata: {name: ${name}}`, 'spec:'],
    ...[`  selector: {matchLabels: {app: ${name}}}`, '  template:'],
    ...[`    metadata: {labels: {app: ${name}}}`, '    spec:', '      containers:'],
    ...containers.map((line) => `        - ${line}`),
    '',
  ].join('\n');

const CHART = { 'app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n' };
const SHA = `sha256:${'a'.repeat(64)}`;

async function edited(files: Readonly<Record<string, string>>, image: string) {
  const tree = filesOf(files);
  const result = await editImage(parts, tree, unwrap(parseImageChange(image)));
  if (!result.ok) return { changed: {}, refusal: result.problems.map(formatProblem).join('\n'), edits: [] };
  const { tree: after, edits } = result.value;
  return { changed: changes(tree, after), refusal: '', edits };
}
const changes = (before: FileTree, after: FileTree): Readonly<Record<string, string>> =>
  Object.fromEntries(
    before.paths
      .filter((path) => before.digest(path) !== after.digest(path))
      .map((path) => [path, readText(after, path) ?? '']),
  );

describe('an image that is set', () => {
  it('is written in the value that a template uses as a whole', async () => {
    const files = {
      ...CHART,
      'app/values.yaml': '# web\nimage: "r.example/web:1" # here\n',
      'app/templates/web.yaml': workload('web', '{name: web, image: "{{ .Values.image }}"}'),
    };
    const { changed, refusal, edits } = await edited(files, 'web=r.example/web:2');
    expect(refusal).to.equal('');
    expect(changed).to.deep.equal({ 'app/values.yaml': '# web\nimage: "r.example/web:2" # here\n' });
    expect(edits).to.deep.equal([
      { name: 'web', file: 'app/values.yaml', line: 2, from: 'r.example/web:1', to: 'r.example/web:2' },
    ]);
    expect((await edited(files, 'web=r.example/web:1')).edits).to.deep.equal([]);
  });

  it('is written in name and tag where those stand apart, with the digest behind the tag', async () => {
    const files = {
      ...CHART,
      'app/values.yaml': 'image:\n  repository: r.example/web\n  tag: 1\n',
      'app/templates/web.yaml': workload(
        'web',
        '{name: web, image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"}',
      ),
    };
    expect((await edited(files, `web=other.example/web:2@${SHA}`)).changed).to.deep.equal({
      'app/values.yaml': `image:\n  repository: other.example/web\n  tag: 2@${SHA}\n`,
    });
    expect((await edited(files, `web=r.example/web@${SHA}`)).refusal).to.contain(
      'name a tag beside the digest',
    );
  });

  it('is written in each manifest that has the container, and in no other', async () => {
    const files = {
      'app/a.yaml': workload('a', "{name: web, image: 'web:1'}", '{name: other, image: "web:1"}'),
      'app/b.yaml': workload('b', '{name: web, image: web:1}'),
    };
    const { changed } = await edited(files, 'web=web:2');
    expect(changed['app/a.yaml']).to.contain("image: 'web:2'").and.contain('image: "web:1"');
    expect(changed['app/b.yaml']).to.contain('image: web:2');
    expect(Object.keys((await edited(files, 'deployment/b:web=web:2')).changed)).to.deep.equal([
      'app/b.yaml',
    ]);
  });

  it('is written in the entry of a kustomization', async () => {
    const files = {
      'app/kustomization.yaml':
        'resources: [web.yaml]\nimages:\n  - name: web\n    newName: r.example/web\n    newTag: "1" # built\n',
      'app/web.yaml': workload('web', '{name: web, image: web}'),
    };
    const { changed, refusal } = await edited(files, 'web=r.example/web:2');
    expect(refusal).to.equal('');
    expect(Object.keys(changed)).to.deep.equal(['app/kustomization.yaml']);
    expect(changed['app/kustomization.yaml']).to.contain('newTag: "2" # built');
  });

  it('is written in the file of a compose project', async () => {
    const files = { 'app/compose.yaml': 'services:\n  web:\n    image: r.example/web:1 # here\n' };
    const { changed, refusal } = await edited(files, 'web=r.example/web:2');
    expect(refusal).to.equal('');
    expect(changed['app/compose.yaml']).to.equal('services:\n  web:\n    image: r.example/web:2 # here\n');
  });

  it('is written where markers say, those of Flux too, if the environment reads the file', async () => {
    const marks = (name: string) =>
      `data:\n  all: web:1 # {"pilotage.dev/image": "${name}"}\n  tag: x1 # {"$imagepolicy": "flux-system:${name}:tag"}\n`;
    const map = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n`;
    const files = { 'app/map.yaml': map + marks('web'), 'other/map.yaml': map + marks('web') };
    const { changed, refusal } = await edited(files, 'web=r.example/web:v2');
    expect(refusal).to.equal('');
    expect(changed).to.deep.equal({
      'app/map.yaml': `${map}data:\n  all: r.example/web:v2 # {"pilotage.dev/image": "web"}\n  tag: v2 # {"$imagepolicy": "flux-system:web:tag"}\n`,
    });
    expect((await edited(files, `web=r.example/web@${SHA}`)).refusal).to.contain('app/map.yaml');
  });

  it('is refused where the value is that of another container, and says whose', async () => {
    const files = {
      ...CHART,
      'app/values.yaml': 'tag: one\n',
      'app/templates/web.yaml': workload(
        'web',
        '{name: web, image: "web:{{ .Values.tag }}"}',
        '{name: side, image: "side:{{ .Values.tag }}"}',
      ),
    };
    expect((await edited(files, 'web=web:two')).refusal)
      .to.contain('app/values.yaml:1')
      .and.contain('deployment/web:side');
  });

  it('is refused where it is not found, ambiguous, an anchor, or in pilotage.yaml, each with a remedy', async () => {
    const files = {
      'app/a.yaml': workload('a', '{name: app, image: one:1}', '{name: up, image: &up up:1}'),
      'app/b.yaml': workload('b', '{name: app, image: two:1}'),
    };
    expect((await edited(files, 'nope=web:2')).refusal)
      .to.contain('deployment/a:up')
      .and.contain('"pilotage.dev/image": "nope"');
    expect((await edited(files, 'app=one:2')).refusal).to.contain('deployment/a:app=IMAGE');
    expect((await edited(files, 'up=up:2')).refusal).to.contain('&up');
    const own = { ...files, 'pilotage.yaml': 'a: web:1 # {"pilotage.dev/image": "own"}\n' };
    expect((await edited(own, 'own=web:2')).refusal).to.contain('pilotage.yaml:1');
  });
});
