import { expect } from 'chai';
import { sameInputs } from '../../../src/sync/source/inputs.ts';
import { filesOf } from '../../fakes/filetree.ts';

const file = (spec: string): string =>
  `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: shop}\nspec: {${spec}}\n`;
const DEV = 'environments: [{name: dev, branch: main}]';
const WEB = 'apps: [{name: web, path: web, values: ["values/${environment}.yaml"]}]';
const APPS = `${DEV}, ${WEB}`;
const manifest = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const base = { 'web/a.yaml': manifest('a'), 'values/dev.yaml': 'a: 1\n', 'values/prod.yaml': 'a: 1\n' };

describe('what an environment is rendered from', () => {
  const request = { delivery: 'shop', environment: 'dev', path: '', buildsImages: true };
  const same = (
    before: Readonly<Record<string, string>>,
    after: Readonly<Record<string, string>>,
    more: Partial<typeof request> = {},
  ) => sameInputs({ ...request, ...more }, filesOf(before), filesOf(after));
  const withFile = (spec: string, more = {}) => ({ ...base, 'pilotage.yaml': file(spec), ...more });

  it('is the folder of its app and its own values', () => {
    const before = withFile(APPS);
    expect(same(before, withFile(APPS, { 'README.md': 'x', 'values/prod.yaml': 'a: 2\n' }))).to.equal(true);
    expect(same(before, withFile(APPS, { 'values/dev.yaml': 'a: 2\n' }))).to.equal(false);
    expect(same(before, withFile(APPS, { 'web/a.yaml': manifest('b') }))).to.equal(false);
    expect(same(before, withFile(APPS, { 'web/b.yaml': manifest('b') }))).to.equal(false);
  });

  it('is what the conventions find where no file says anything', () => {
    const before = { 'k8s/a.yaml': manifest('a') };
    expect(same(before, { ...before, 'docs/a.txt': 'x' })).to.equal(true);
    expect(same(before, { ...before, 'k8s/a.yaml': manifest('b') })).to.equal(false);
    expect(same(before, { ...before, 'Chart.yaml': 'name: a' })).to.equal(false);
  });

  it('is what the file says of it, and not what it says of another', () => {
    const prod = (gates: string) => `environments: [{name: dev, branch: main}, {name: prod${gates}}], ${WEB}`;
    const before = withFile(prod(''));
    expect(same(before, withFile(prod(', promotion: {from: dev}')))).to.equal(true);
    expect(same(before, withFile(APPS))).to.equal(true);
    expect(
      same(before, withFile(`environments: [{name: dev, branch: main, namespaces: allow}], ${WEB}`)),
    ).to.equal(false);
    expect(same(before, withFile(`environments: [{name: prod}], ${WEB}`))).to.equal(false);
    expect(same(before, base)).to.equal(false);
    expect(same(before, withFile('nonsense: 1'))).to.equal(false);
  });

  it('is its images: their folders, and all of the file, for what is delivered is left out of them', () => {
    const images = `${APPS}, images: {web: {path: app}}`;
    const before = withFile(images, { 'app/main.js': '1' });
    expect(same(before, { ...before, 'README.md': 'x' })).to.equal(true);
    expect(same(before, { ...before, 'app/main.js': '2' })).to.equal(false);
    expect(same(before, { ...before, 'app/main.js': '2' }, { buildsImages: false })).to.equal(true);
    const renamed = { ...before, 'pilotage.yaml': `${before['pilotage.yaml']}# a comment\n` };
    expect(same(before, renamed)).to.equal(false);
    expect(same(before, renamed, { buildsImages: false })).to.equal(true);
  });

  it('is the commit itself where a template speaks of Pilotage', () => {
    const files = withFile(APPS, { 'web/a.yaml': `${manifest('a')}data: {at: "Pilotage"}\n` });
    expect(same(files, { ...files, 'README.md': 'x' })).to.equal(false);
  });
});
