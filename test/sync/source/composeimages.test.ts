import { expect } from 'chai';
import { formatProblem } from '../../../src/base/errors.ts';
import type { AppEntry } from '../../../src/model/deliveryfile.ts';
import { composeBuilds, composeReferences } from '../../../src/sync/source/composeimages.ts';
import { filesOf } from '../../fakes/filetree.ts';

const app = (name: string, path = ''): AppEntry => ({
  name,
  source: { type: 'folder', path },
  values: [],
  dependsOn: [],
  place: { file: 'pilotage.yaml' },
});
const builds = (files: Record<string, string>, apps = [app('shop')], images = {}) =>
  composeBuilds({ tree: filesOf(files), delivery: 'shop', environment: 'dev' }, apps, {
    environments: [],
    images,
    warnings: [],
  });
const entries = (...args: Parameters<typeof builds>) => {
  const result = builds(...args);
  return result.ok ? result.value.entries : result.problems.map(formatProblem).join('\n');
};
const DOCKERFILE = 'FROM scratch\n';

describe('the images of compose projects', () => {
  it('are what build says: a folder, a Dockerfile, a stage and arguments, at their line', () => {
    const compose =
      'services:\n  web:\n    build: {context: ./web, dockerfile: ./Dockerfile.web, target: run, args: {A: "1", B: }}\n  db: {image: db}\n';
    expect(entries({ 'compose.yaml': compose, 'web/a': '', '.env': 'B=two\n' })).to.deep.equal({
      web: {
        path: 'web',
        container: {
          dockerfile: 'Dockerfile.web',
          target: 'run',
          args: { A: '1', B: 'two' },
          secrets: {},
          place: { file: 'compose.yaml', line: 3, column: 5 },
        },
      },
    });
  });

  it('run as processes where the service says so', () => {
    const of = (process: string) => `services: {web: {build: ., x-pilotage: {process: ${process}}}}`;
    expect(entries({ 'compose.yaml': of('true') })).to.deep.equal({ web: { path: '' } });
    expect(entries({ 'compose.yaml': of('npm ci') })).to.deep.equal({ web: { path: '', build: 'npm ci' } });
  });

  it('are not built where pilotage.yaml names the image of the service', () => {
    const files = { 'compose.yaml': 'services: {web: {build: .}}' };
    expect(entries(files, [app('shop')], { web: { path: 'app' } })).to.deep.equal({});
  });

  it('are not built where pilotage.yaml has the name that the image would have', () => {
    const files = { 'compose.yaml': 'services: {my_web: {build: .}}' };
    expect(entries(files, [app('shop')], { 'my-web': { path: 'app' } })).to.deep.equal({});
  });

  it('take no sealed argument, which they would show', () => {
    const sealed = 'PW: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n';
    const compose = 'services:\n  web:\n    build: {context: ., args: {PW: "$PW"}}\n';
    const said = entries({ 'compose.yaml': compose, 'values.yaml': sealed }, [
      { ...app('shop'), values: ['values.yaml'] },
    ]);
    expect(said)
      .to.contain('compose.yaml:3:5: the build argument PW of web is sealed')
      .and.contain('secret of the build');
  });

  it('are refused where two would have one name', () => {
    const files = {
      'a/compose.yaml': 'services: {b-c: {build: .}}',
      'b/compose.yaml': 'services: {c: {build: .}}',
    };
    const said = 'would be called a-b-c, as b-c of the app a is';
    expect(entries(files, [app('a', 'a'), app('a-b', 'b')])).to.contain(`c of the app a-b ${said}`);
    const other = [app('a', 'a'), app('x', 'b')];
    expect(entries(files, other, { 'x-c': { path: 'app' } })).to.contain('x-c, as one of pilotage.yaml is');
  });

  it('are none of services that no profile asks for, and of other sources', () => {
    expect(
      entries({ 'compose.yaml': 'services: {web: {image: a}, debug: {build: ., profiles: [debug]}}' }),
    ).to.deep.equal({});
    expect(entries({ 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\n' })).to.deep.equal({});
  });

  it('are told apart by their apps where there are several', () => {
    const files = {
      'a/compose.yaml': 'services: {Web: {build: .}}',
      'b/compose.yaml': 'services: {Web: {build: .}}',
    };
    const result = builds(files, [app('a', 'a'), app('b', 'b')]);
    if (!result.ok) throw new Error(result.problems[0].message);
    expect(Object.keys(result.value.entries)).to.deep.equal(['a-web', 'b-web']);
    expect(composeReferences(result.value, 'b', { 'a-web': 'ref/a', 'b-web': 'ref/b' })).to.deep.equal({
      Web: 'ref/b',
    });
  });

  it('take secrets that a person has made for builds, by name', () => {
    const files = {
      'compose.yaml':
        'services: {web: {build: {context: ., secrets: [npm]}}}\nsecrets: {npm: {external: true, name: npm-token}}\n',
      Dockerfile: DOCKERFILE,
    };
    expect(entries(files)).to.have.nested.property('web.container.secrets.npm.name', 'npm-token');
  });

  it('are refused with their line where they cannot be built', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['{context: ./nowhere}', 'the build context nowhere of web is not in the repository'],
      ['{context: ../other}', 'the build context of web is outside of the repository'],
      [
        '{context: ., dockerfile: ../Dockerfile}',
        'the Dockerfile ../Dockerfile of web is outside of its build context',
      ],
      ['{context: ., dockerfile_inline: "FROM a"}', 'dockerfile_inline: is not built'],
      ['{context: ., secrets: [npm]}', 'the build secret npm is not external'],
    ];
    for (const [build, said] of cases) {
      const text = `services:\n  web:\n    build: ${build}\nsecrets: {npm: {file: a}}\n`;
      expect(entries({ 'compose.yaml': text, a: '' }))
        .to.contain(said)
        .and.contain('compose.yaml:3');
    }
  });
});
