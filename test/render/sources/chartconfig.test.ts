import { expect } from 'chai';
import { movedSites, withMoved } from '../../../src/render/gotemplate/movedvalues.ts';
import type { Rendered } from '../../../src/render/types.ts';
import { CHART, type Files, refusal, rendered } from '../request.ts';

const POD = (env: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      image: web\n${env}`;
const chart = (template: string, values = '', more: Files = {}): Files => ({
  'Chart.yaml': CHART,
  'values.yaml': values,
  'templates/pod.hbs.yaml': template,
  ...more,
});
const objectsOf = ({ manifests }: Rendered, kind: string) =>
  manifests.filter(({ object }) => object.kind === kind).map(({ object }) => object);
const decoded = (data: unknown, key: string) =>
  Buffer.from((data as Record<string, string>)[key] ?? '', 'base64').toString();
/** The reference in the first container. */
const inPod = (result: Rendered, pattern: RegExp) =>
  pattern.exec(JSON.stringify(objectsOf(result, 'Pod')))?.[1];

describe('{{config "web"}}', () => {
  const template = POD('      envFrom: [{configMapRef: {name: {{config "web"}}}}]\n');
  it('is the name of a ConfigMap that the values fill, and another one when they change', () => {
    const one = rendered(chart(template, 'config: {web: {LOG: debug, COUNT: 3, MAP: {a: 1}}}\n'));
    const [config] = objectsOf(one, 'ConfigMap');
    expect(config?.data).to.deep.equal({ LOG: 'debug', COUNT: '3', MAP: 'a: 1\n' });
    expect(config?.metadata.name).to.match(/^web-web-[0-9a-f]{10}$/);
    expect(inPod(one, /"configMapRef":\{"name":"([^"]+)"/)).to.equal(config?.metadata.name);
    const again = rendered(chart(template, 'config: {web: {COUNT: 3, LOG: debug, MAP: {a: 1}}}\n'));
    const other = rendered(chart(template, 'config: {web: {LOG: info}}\n'));
    expect(objectsOf(again, 'ConfigMap')[0]?.metadata.name).to.equal(config?.metadata.name);
    expect(objectsOf(other, 'ConfigMap')[0]?.metadata.name).to.not.equal(config?.metadata.name);
  });

  it('has the files of a folder of that name, under the values, and is what a key refers to', () => {
    const volume = POD('      env: [{name: A, valueFrom: {configMapKeyRef: {{config "web" "a.ini"}}}}]\n');
    const files = { 'config/web/a.ini': 'x=1\n', 'config/web/b.ini': 'y\n', 'config/web/deep/c': 'z' };
    const one = rendered(chart(volume, 'config: {web: {b.ini: set}}\n', files));
    expect(objectsOf(one, 'ConfigMap')[0]?.data).to.deep.equal({ 'a.ini': 'x=1\n', 'b.ini': 'set' });
    expect(inPod(one, /"configMapKeyRef":(\{[^}]*\})/)).to.match(/"name":"web-web-\w+","key":"a.ini"/);
  });

  it('is refused where nothing says what is in it', () => {
    expect(refusal(chart(template))).to.equal(
      'templates/pod.hbs.yaml:8:39: config: nothing says what is in "web"\n  → Set config.web in values.yaml, or put files into config/web/ of the chart.',
    );
    expect(refusal(chart(template.replace('"web"', '"web" "A"'), 'config: {web: {B: 1}}\n'))).to.contain(
      'under A',
    );
    expect(refusal(chart(template.replace('"web"', '"Web_1"')))).to.contain(
      '"Web_1" cannot be part of a name',
    );
  });
});

describe('{{secret "db" "password"}}', () => {
  const env = '      env: [{name: P, valueFrom: {secretKeyRef: {{secret "db" "password"}}}}]\n';
  const files = chart(POD(env));
  const first = rendered(files);
  const given = { generated: first.generated ?? {} };

  it('is made once where nobody gives it, and the same at the next render', () => {
    const [secret] = objectsOf(first, 'Secret');
    expect(decoded(secret?.data, 'password')).to.match(/^[A-Za-z0-9]{32}$/);
    expect(inPod(first, /"secretKeyRef":\{"name":"([^"]+)","key":"password"/)).to.equal(
      secret?.metadata.name,
    );
    expect(rendered(files, given)).to.deep.equal(first);
    expect(Object.values(first.holders ?? {})).to.deep.include([
      'Secret/db'.replace('db', secret?.metadata.name ?? ''),
    ]);
  });

  it('stays when another template asks for it, and for more', () => {
    const more = {
      ...files,
      'templates/a.yaml.hbs':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  name: {{secret "db"}}\n  user: {{get (secret "db" "user" length=8) "name"}}\n',
    };
    const next = rendered(more, given);
    const [secret] = objectsOf(next, 'Secret');
    expect(decoded(secret?.data, 'password')).to.equal(
      decoded(objectsOf(first, 'Secret')[0]?.data, 'password'),
    );
    expect(decoded(secret?.data, 'user')).to.have.length(8);
    const name = secret?.metadata.name;
    expect(objectsOf(next, 'ConfigMap')[0]?.data).to.deep.equal({ name, user: name });
    expect(inPod(next, /"secretKeyRef":\{"name":"([^"]+)"/)).to.equal(name);
  });

  it('stays when it is given another name', () => {
    const renamed = chart(POD(env.replace('"db"', '"postgres"')));
    const made = rendered(renamed, given);
    const before = given.generated;
    const moved = movedSites(before, Object.keys(before), made.generated ?? {});
    const next = rendered(renamed, { generated: withMoved(before, moved) });
    const [secret] = objectsOf(next, 'Secret');
    expect(secret?.metadata.name).to.match(/^web-postgres-/);
    expect(decoded(secret?.data, 'password')).to.equal(
      decoded(objectsOf(first, 'Secret')[0]?.data, 'password'),
    );
  });

  it('is what the values give, and its name tells nothing of it without the key', () => {
    const values = chart(POD(env), 'secrets: {db: {password: hunter2}}\n');
    const [one] = objectsOf(rendered(values), 'Secret');
    const [two] = objectsOf(rendered(values), 'Secret');
    expect(decoded(one?.data, 'password')).to.equal('hunter2');
    expect(one?.metadata.name).to.not.equal(two?.metadata.name);
  });

  it('is refused without a key that anybody gives or asks for', () => {
    expect(refusal(chart(POD('      envFrom: [{secretRef: {name: {{secret "db"}}}}]\n')))).to.contain(
      'nothing says what is in "db"',
    );
    expect(refusal(chart(POD(env.replace('"password"', '"password" length=0'))))).to.contain(
      'length must be 1 to 1024',
    );
  });
});
