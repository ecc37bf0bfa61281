import { expect } from 'chai';
import type { Rendered } from '../../src/render/types.ts';
import { chart, type Files, refusal, rendered } from './request.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';
const withData = (data: string, values = '') => chart(`${CONFIG}data:\n${data}`, values);
const dataOf = (data: string, values = '') => rendered(withData(data, values)).manifests[0]?.object.data;

describe('a Handlebars template', () => {
  it('writes values, never HTML entities', () => {
    expect(dataOf('  a: "{{Values.a}}"\n', "a: x=<y>&'z'\n")).to.deep.equal({ a: "x=<y>&'z'" });
  });

  it('sees the release of the cluster, without what its vendor adds', () => {
    const capabilities = { kubeVersion: 'v1.33.1+k3s1', apiVersions: [] };
    const template =
      '  a: "{{Capabilities.KubeVersion.Version}} {{Capabilities.KubeVersion.Minor}} {{Capabilities.KubeVersion.GitVersion}}"\n';
    const { manifests } = rendered(withData(template), { capabilities });
    expect(manifests[0]?.object.data).to.deep.equal({ a: 'v1.33.1 33 v1.33.1+k3s1' });
  });

  it('takes {} and 0 and [] for false, as Go does', () => {
    const values = 'map: {}\nzero: 0\nlist: []\nfull: {a: 1}\n';
    const test = (name: string) => `  ${name}: {{#if Values.${name}}}"yes"{{else}}"no"{{/if}}\n`;
    expect(dataOf(['map', 'zero', 'list', 'full'].map(test).join(''), values)).to.deep.equal({
      map: 'no',
      zero: 'no',
      list: 'no',
      full: 'yes',
    });
  });

  it('walks maps by key, whatever the order of the file', () => {
    const template = '  all: "{{#each Values.m as |value key|}}{{key}}={{value}};{{/each}}"\n';
    expect(dataOf(template, 'm: {b: 2, "10": x, a: 1}\n')).to.deep.equal({ all: '10=x;a=1;b=2;' });
    expect(dataOf(template, 'm: {a: 1, b: 2, "10": x}\n')).to.deep.equal({ all: '10=x;a=1;b=2;' });
  });

  it('finds Values inside #each and #with, as $ does in Go', () => {
    expect(
      dataOf('  a: "{{#each Values.l}}{{this}}{{Values.s}}{{/each}}"\n', 'l: [1, 2]\ns: x\n'),
    ).to.deep.equal({
      a: '1x2x',
    });
  });

  it('may ask for what is absent where absence is the question', () => {
    const template = '  a: "{{default "d" Values.no.such.path}}"\n  b: "{{#if Values.no.such}}x{{/if}}"\n';
    expect(dataOf(template)).to.deep.equal({ a: 'd', b: '' });
  });

  it('says where a missing value is used, and what was meant', () => {
    expect(refusal(withData('  a: {{Values.replicaCuont}}\n', 'replicaCount: 3\n'))).to.equal(
      'templates/all.yaml.hbs:6:8: Values.replicaCuont is not defined\n  → Did you mean replicaCount?',
    );
  });

  it('names the first segment of a path that is missing', () => {
    expect(refusal(withData('  a: {{Values.image.tag.x}}\n', 'image: {}\n'))).to.contain(
      'Values.image.tag is not defined',
    );
  });

  it('refuses to print a map', () => {
    expect(refusal(withData('  a: {{Values.m}}\n', 'm: {a: 1}\n'))).to.contain(
      'Values.m is a map and cannot be printed\n  → Write {{nindent 2 (toYaml Values.m)}}',
    );
  });

  it('sees no prototype', () => {
    for (const path of ['constructor', '__proto__', 'toString', 'm.constructor.constructor']) {
      expect(refusal(withData(`  a: {{Values.${path}}}\n`, 'm: {}\n'))).to.contain('is not defined');
    }
  });

  it('names an unknown helper, and the one that was meant', () => {
    expect(refusal(withData('  a: {{quot Values.a}}\n'))).to.contain(
      'templates/all.yaml.hbs:6:6: There is no helper named quot\n  → Did you mean quote?',
    );
  });

  it('names an unknown partial', () => {
    expect(
      refusal(
        chart(`${CONFIG}{{> lables}}`, '', { 'templates/_h.hbs': '{{#*inline "labels"}}a{{/inline}}' }),
      ),
    ).to.contain('There is no partial named lables\n  → Did you mean labels?');
  });

  it('says that Handlebars has no pipes', () => {
    expect(refusal(withData('  a: {{Values.a | quote}}\n'))).to.match(
      /all\.yaml\.hbs:6: .*\n[\s\S]*has no pipes/,
    );
  });

  it('stops loops within loops, with the place of the one that is too much', () => {
    const loop = '{{#each (until 3000)}}'.repeat(3) + '{{/each}}'.repeat(3);
    expect(refusal(chart(`a: ${loop}`))).to.match(/\.hbs:1:\d+.*too many steps/);
  });

  it('stops templates that call each other without end', () => {
    const helpers = { 'templates/_h.hbs': '{{#*inline "a"}}{{include "a"}}{{/inline}}' };
    expect(refusal(chart(`${CONFIG}data:\n  a: {{include "a"}}\n`, '', helpers))).to.contain(
      'nested more than 200 deep',
    );
  });

  it('runs what was compiled for another render with nothing of that render', () => {
    const text = withData('  who: {{include "who"}}\n  image: {{image "web"}}\n');
    const first = { ...text, 'templates/_who.hbs': '{{#*inline "who"}}first{{/inline}}' };
    const second = { ...text, 'templates/_who.hbs': '{{#*inline "who"}}second{{/inline}}' };
    const data = (files: Files, image: string) =>
      rendered(files, { images: { web: image } }).manifests[0]?.object.data;
    expect(data(first, 'one')).to.deep.equal({ who: 'first', image: 'one' });
    expect(data(second, 'two')).to.deep.equal({ who: 'second', image: 'two' });
    expect(refusal(text)).to.contain('no template is defined under the name "who"');
  });

  describe('makes once what would differ at every render', () => {
    const secret = (data: string) =>
      chart(`apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n${data}`);
    const both = '  a: {{randAlphaNum 16}}\n  b: {{randAlphaNum 16}}\n  at: {{now}}\n';
    const textsOf = ({ manifests }: Rendered) => manifests[0]?.object.stringData as Record<string, string>;

    it('and gives it again to the next render, wherever its line has moved', () => {
      const first = rendered(secret(both));
      expect(Object.values(textsOf(first)).join(' ')).to.match(/^\w{16} \w{16} \d{4}-\d\d-\d\dT\S+Z$/);
      expect(Object.values(first.holders ?? {})).to.deep.equal([['Secret/db'], ['Secret/db'], ['Secret/db']]);
      const moved = `  # first\n  c: x\n  b: {{randAlphaNum 16}}\n  a: {{randAlphaNum 16}}\n`;
      const again = rendered(secret(moved), { generated: first.generated ?? {} });
      const { a, b } = textsOf(first);
      expect(textsOf(again)).to.deep.equal({ c: 'x', a, b });
      expect(rendered(secret(both), { generated: first.generated ?? {} })).to.deep.equal(first);
    });

    it('in structured templates too, and certificates that depend on each other', () => {
      const { 'templates/all.yaml.hbs': _, ...files } = secret('');
      const template =
        'apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  {{#with (genCA "ca" 365) as |ca|}}:\n    ca: "{{ca.Cert}}"\n    <<: {{pick (genSignedCert "web" (list) (list "web.org") 30 ca) "Cert"}}\n';
      const first = rendered({ ...files, 'templates/a.hbs.yaml': template });
      expect(textsOf(first).Cert).to.match(/^-----BEGIN CERTIFICATE-----/);
      expect(textsOf(first).ca).to.not.equal(textsOf(first).Cert);
      const again = rendered(
        { ...files, 'templates/a.hbs.yaml': template },
        { generated: first.generated ?? {} },
      );
      expect(again).to.deep.equal(first);
    });
  });

  it('takes the message of required and fail as it is', () => {
    expect(refusal(withData('  a: {{required "a host is needed" Values.host}}\n'))).to.contain(
      '6:6: a host is needed',
    );
    expect(refusal(withData('  a: {{fail "not on Mondays"}}\n'))).to.contain('6:6: not on Mondays');
  });

  describe('{{image "web"}}', () => {
    const files = (values = '') => withData('  a: {{image "web"}}\n', values);
    it('is what the delivery builds', () => {
      expect(
        rendered(files('images: {web: other}\n'), { images: { web: 'built:1' } }).manifests[0]?.object.data,
      ).to.deep.equal({
        a: 'built:1',
      });
    });
    it('is what the values name where nothing is built', () => {
      expect(
        dataOf('  a: {{image "web"}}\n', 'images: {web: {repository: r.org/web, tag: "1"}}\n'),
      ).to.deep.equal({
        a: 'r.org/web:1',
      });
    });
    it('says what to do when nothing is known', () => {
      expect(refusal(files())).to.contain('spec.images.web: {path: app}');
    });
  });

  describe('partials', () => {
    const helpers = {
      'templates/_helpers.hbs':
        '{{#*inline "labels"}}\napp: {{Release.Name}}\ntier: {{Values.tier}}\n{{/inline}}\n',
    };
    it('are indented as the line that calls them', () => {
      const template = `${CONFIG}  labels:\n    {{> labels}}\n`;
      const { manifests } = rendered(chart(template, 'tier: front\n', helpers));
      expect(manifests[0]?.object.metadata.labels).to.deep.equal({ app: 'web', tier: 'front' });
    });
    it('can be included as text, for indenting and sums', () => {
      const template = `${CONFIG}  labels:{{nindent 4 (include "labels")}}\ndata:\n  sum: {{sha256sum (include "labels")}}\n`;
      const { manifests } = rendered(chart(template, 'tier: front\n', helpers));
      expect(manifests[0]?.object.metadata.labels).to.deep.equal({ app: 'web', tier: 'front' });
    });
    it('that call an unknown partial are named too', () => {
      const wrong = {
        'templates/_h.hbs':
          '{{#*inline "a"}}\n{{> selectr}}\n{{/inline}}\n{{#*inline "selector"}}x{{/inline}}\n',
      };
      expect(refusal(chart(CONFIG, '', wrong))).to.contain(
        'templates/_h.hbs:2:1: There is no partial named selectr\n  → Did you mean selector?',
      );
    });
    it('name their own file and line in errors', () => {
      expect(refusal(chart(`${CONFIG}  labels:\n    {{> labels}}\n`, '', helpers))).to.contain(
        'templates/_helpers.hbs:3:9: Values.tier is not defined',
      );
    });
  });

  it('reads files of the chart', () => {
    const files = chart(
      `${CONFIG}data:\n  a: {{toJson (filesGet "conf/a.ini")}}\n  count: "{{len (filesGlob "conf/*")}}"\n`,
      '',
      {
        'conf/a.ini': 'x\ny\n',
        'conf/b.ini': '',
      },
    );
    expect(rendered(files).manifests[0]?.object.data).to.deep.equal({ a: 'x\ny\n', count: '2' });
  });

  it('expands templates in values with tpl', () => {
    expect(dataOf('  a: {{tpl Values.host this}}\n', 'host: "{{Release.Name}}.example.org"\n')).to.deep.equal(
      {
        a: 'web.example.org',
      },
    );
  });

  it('renders NOTES.hbs', () => {
    expect(rendered(chart(CONFIG, '', { 'templates/NOTES.hbs': 'Open {{Release.Name}}.' })).notes).to.equal(
      'Open web.',
    );
  });
});
