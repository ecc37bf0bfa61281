import { expect } from 'chai';
import { ValueReads } from '../../../src/charts/valuereads.ts';
import { handlebars } from '../../../src/render/handlebars/engine.ts';
import { CHART, type Files, refusal, rendered } from '../request.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

/** A chart of one structured template. */
const chart = (template: string, values = '', more: Files = {}): Files => ({
  'Chart.yaml': CHART,
  'values.yaml': values,
  'templates/all.hbs.yaml': template,
  ...more,
});
const objects = (files: Files) => rendered(files).manifests.map(({ object }) => object);
/** Of a template that makes one ConfigMap; its data may be anything here. */
const dataOf = (data: string, values = '', more: Files = {}) =>
  (
    objects(
      chart(`apiVersion: x.org/v1\nkind: Any\nmetadata: {name: a}\n${data}`, values, more),
    )[0] as unknown as {
      data: unknown;
    }
  ).data;

describe('a structured template', () => {
  it('gives a value its type without quotes, and text with quotes or text around', () => {
    const data =
      'data: {i: {{Values.i}}, s: "{{Values.i}}", t: {{Values.i}}m, b: {{Values.b}}, l: {{Values.l}}}\n';
    expect(dataOf(data, 'i: 3\nb: false\nl: [1, {a: 2}]\n')).to.deep.equal({
      ...{ i: 3, s: '3', t: '3m', b: false, l: [1, { a: 2 }] },
    });
  });

  it('has a map wherever it is, whatever the indentation around it', () => {
    const data = 'data:\n          deep:\n              m: {{Values.m}}\n              x: 1\n';
    expect(dataOf(data, 'm: {a: "x\\ny: z", b: {c: "1"}}\n')).to.deep.equal({
      deep: { m: { a: 'x\ny: z', b: { c: '1' } }, x: 1 },
    });
  });

  it('reads what is no expression as a manifest is read', () => {
    const data = 'data: {mode: 0644, yes: yes, text: "yes", none: ~, time: 2026-01-01, big: 1e3}\n';
    expect(dataOf(`${data}# {{ Values.x }} is a comment, and so is this {{\n`)).to.deep.equal({
      ...{ mode: 420, true: true, text: 'yes', none: null, time: '2026-01-01', big: 1000 },
    });
  });

  it('finds its expressions in lists in brackets, in folded text, under anchors and in keys', () => {
    const data =
      'data:\n  list: [{{Values.a}}, "{{Values.a}}-{{Values.b}}"]\n  text: >-\n    one {{Values.a}}\n    two {{Values.b}}\n' +
      '  first: &it {x: {{Values.a}}}\n  second: *it\n  "{{Values.b}}/{{Release.Name}}": 1\n';
    expect(dataOf(data, 'a: 1\nb: z\n')).to.deep.equal({
      list: [1, '1-z'],
      text: 'one 1 two z',
      first: { x: 1 },
      second: { x: 1 },
      'z/web': 1,
    });
  });

  it('has blocks as keys, among members, for a value and with else', () => {
    const data =
      'data:\n  {{#if Values.all}}:\n    a: 1\n    b: 2\n  {{else if Values.other}}:\n    c: 3\n  {{else}}:\n    d: 4\n' +
      '  size:\n    {{#if Values.all}}: 3\n    {{else}}: 1\n  gone:\n    {{#unless Values.all}}: x\n  {{#with Values.m as |it|}}:\n    w: {{it.k}}\n';
    expect(dataOf(data, 'all: true\nm: {k: v}\n')).to.deep.equal({ a: 1, b: 2, size: 3, w: 'v' });
    expect(dataOf(data, 'other: 1\n')).to.deep.equal({ c: 3, size: 1, gone: 'x' });
    expect(dataOf(data)).to.deep.equal({ d: 4, size: 1, gone: 'x' });
  });

  it('has blocks as items, and as documents', () => {
    const template =
      '{{#each Values.names as |port name|}}:\n  apiVersion: x.org/v1\n  kind: Any\n  metadata: {name: {{name}}}\n  list:\n' +
      '    - {{#each ../list}}: {i: {{this}}, of: "{{@index}}/{{@../key}}", port: {{port}}}\n    - last\n{{else}}:\n  apiVersion: x.org/v1\n  kind: None\n  metadata: {name: none}\n';
    const [b, c, ...others] = objects(
      chart(template.replace('../list', 'Values.list'), 'names: {c: 2, b: 1}\nlist: [7, 8]\n'),
    );
    expect(others).to.deep.equal([]);
    expect([b?.metadata.name, c?.metadata.name]).to.deep.equal(['b', 'c']);
    expect(c?.list).to.deep.equal([{ i: 7, of: '0/c', port: 2 }, { i: 8, of: '1/c', port: 2 }, 'last']);
    expect(objects(chart(template))[0]?.kind).to.equal('None');
  });

  it('merges maps by <<: what is written beside it wins, of two the first', () => {
    const data =
      'data:\n  m:\n    <<: [{{Values.a}}, {{Values.b}}]\n    x: own\n  none:\n    <<: {{optional Values.no}}\n  l:\n    - <<: {{Values.l}}\n    - 3\n';
    expect(dataOf(data, 'a: {x: a, w: a}\nb: {w: b, z: b}\nl: [1, 2]\n')).to.deep.equal({
      m: { x: 'own', w: 'a', z: 'b' },
      l: [1, 2, 3],
    });
  });

  it('leaves out keys and items of which nothing is there, and keeps 0, false and a null that is written', () => {
    const data =
      'data:\n  a: {{optional Values.a}}\n  b: {{optional Values.b}}\n  zero: {{optional Values.zero}}\n  flag: {{optional Values.flag}}\n' +
      '  nil: null\n  empty: []\n  l:\n    - {{optional Values.a}}\n    - {{#if Values.a}}: x\n  mixed: [{{optional Values.a}}, w]\n';
    expect(dataOf(data, 'b: {}\nzero: 0\nflag: false\n')).to.deep.equal({
      zero: 0,
      flag: false,
      nil: null,
      empty: [],
      mixed: ['w'],
    });
  });

  it('writes text by every block of Handlebars inside quotes', () => {
    const data =
      'data: {host: "{{#if Values.sub}}{{Values.sub}}.{{/if}}x.org{{#each Values.l}} {{@index}}{{this}}{{/each}}"}\n';
    expect(dataOf(data, 'sub: www\nl: [a, b]\n')).to.deep.equal({ host: 'www.x.org 0a 1b' });
    expect(dataOf(data)).to.deep.equal({ host: 'x.org' });
  });

  describe('with partials', () => {
    const text = {
      'templates/_h.hbs': '{{#*inline "labels"}}\napp: {{Release.Name}}\ntier: {{tier}}\n{{/inline}}\n',
    };
    const yaml = { 'templates/_h.hbs.yaml': 'labels:\n  app: "{{Release.Name}}"\n  tier: {{tier}}\n' };
    for (const [kind, helpers] of Object.entries({ text, yaml })) {
      it(`of ${kind} has what they give as a value, as text, and in a text template`, () => {
        const data =
          'data:\n  m: {{> labels tier="x"}}\n  more:\n    <<: {{> labels Values}}\n    own: 1\n  text: |-\n    {{> labels tier="y"}}\n';
        const result = dataOf(
          data.replace('{{> labels tier="y"}}', '{{include "labels" Values}}'),
          'tier: v\n',
          helpers,
        );
        expect(result).to.deep.equal({
          m: { app: 'web', tier: 'x' },
          more: { app: 'web', tier: 'v', own: 1 },
          text: 'app: web\ntier: v',
        });
        const written = chart('', 'tier: v\n', {
          ...helpers,
          'templates/text.yaml.hbs': `${CONFIG}data:\n  {{> labels Values}}\n`,
        });
        expect(objects(written)[0]?.data).to.deep.equal({ app: 'web', tier: 'v' });
      });
    }
    it('names one that is not there', () => {
      expect(refusal(chart(`${CONFIG}data: {{> lables}}\n`, '', yaml))).to.contain(
        'templates/all.hbs.yaml:4:7: There is no partial named lables\n  → Did you mean labels?',
      );
    });
    it('stops those that call each other without end', () => {
      const endless = { 'templates/_h.hbs.yaml': 'a:\n  b: {{> a}}\n' };
      expect(refusal(chart(`${CONFIG}data: {{> a}}\n`, '', endless))).to.contain('nested more than 200 deep');
    });
  });

  describe('says at file, line and column', () => {
    const cases: Readonly<Record<string, readonly [template: string, values: string, said: string]>> = {
      'which value is missing': [
        'data: {a: {{Values.lgo}}}\n',
        'log: x\n',
        ':4:13: Values.lgo is not defined\n  → Did you mean log?',
      ],
      'which helper is unknown': [
        'data:\n  a: "x {{qoute 1}}"\n',
        '',
        ':5:9: There is no helper named qoute\n  → Did you mean quote?',
      ],
      'what failed in a text of two lines': [
        'data:\n  a: |\n    one {{Release.Name}}\n    two {{fail "no"}}\n',
        '',
        ':7:9: no',
      ],
      'that a map stands in a text': [
        'data: {a: "{{Values.m}}"}\n',
        'm: {x: 1}\n',
        ':4:12: Values.m is a map, and stands in a text',
      ],
      'that << needs a map': [
        'data:\n  <<: {{Values.m}}\n',
        'm: x\n',
        ':5:3: << takes a map, or a list of maps, and Values.m is text',
      ],
      'that a key is given twice': ['data: {a: 1, a: 2}\n', '', ':4:14: a is given twice'],
      'that rounds give a key twice': [
        'data:\n  {{#each Values.l}}:\n    name: {{this}}\n',
        'l: [a, b]\n',
        ':6:5: name is given twice: here and at templates/all.hbs.yaml:6:5\n  → Where each is an item of a list, put a dash before the block: - {{#each …}}:',
      ],
      'that a block gives no members': [
        'data:\n  a: 1\n  {{#if Values.m}}: {{Values.m}}\n',
        'm: x\n',
        ':6:21: #if stands among the members of a map, and gives text',
      ],
      'that an else follows nothing': ['data:\n  {{else}}: {a: 1}\n', '', ':5:3: {{else}} follows a block'],
      'that a block has no end': [
        'data:\n  {{#if 1}}: {a: 1}\n  {{/if}}: 2\n',
        '',
        ':6:3: {{/if}} ends nothing\n  → A block of a structured template ends with its indentation.',
      ],
      'that a block is a key': ['data:\n  {{#if 1}}\n    a: 1\n', '', 'A block is a key and has no end'],
      'which block is meant': [
        'data:\n  {{#unles 1}}: {a: 1}\n',
        '',
        ':5:3: {{#unles 1}} is not a block\n  → Did you mean unless?',
      ],
      'that an expression is not closed': ['data:\n  a: {{Values.x\n  b: 1\n', '', 'close it with }}'],
      'that #each needs a collection': [
        'data:\n  {{#each Values.num}}: {a: 1}\n',
        'num: 3\n',
        ':5:3: #each: #each needs a list or a map, got int',
      ],
      'what Handlebars cannot read': [
        'data: {a: {{Values.a | quote}}}\n',
        '',
        ':4:11: Handlebars cannot read this',
      ],
    };
    for (const [title, [template, values, said]] of Object.entries(cases)) {
      it(title, () => expect(refusal(chart(CONFIG + template, values))).to.contain(said));
    }

    it('which value a field cannot have, and which line set it', () => {
      const service =
        'apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {app.kubernetes.io/x: {{Values.num}}}}\nspec:\n  ports:\n    - port: {{Values.service.port}}\n';
      const said = refusal(chart(service, 'num: 1\nservice:\n  port: http\n'));
      expect(said).to.contain(
        'templates/all.hbs.yaml:3:30: Service a: metadata.labels.app.kubernetes.io/x must be a string, and Values.num (values.yaml:1) is an integer\n  → Quotes make it text: "{{Values.num}}"',
      );
      expect(said).to.contain(
        'templates/all.hbs.yaml:6:7: Service a: spec.ports[0].port must be an integer, and Values.service.port (values.yaml:3) is a string',
      );
    });

    it('which field is misspelt, behind a block too', () => {
      const template =
        'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  {{#if 1}}:\n    tpye: ClusterIP\n';
      expect(refusal(chart(template))).to.contain(
        'templates/all.hbs.yaml:6:5: Service a: v1 knows no field spec.tpye',
      );
    });
  });

  it('reads a file with a byte order mark and the line ends of Windows', () => {
    const template = `\uFEFF${CONFIG}data:\n  a: {{Values.a}}\n  b: "{{Values.a}}"\n`.replaceAll(
      '\n',
      '\r\n',
    );
    expect(objects(chart(template, 'a: x\n'))[0]?.data).to.deep.equal({ a: 'x', b: 'x' });
  });

  it('has own keys only, whatever they are called', () => {
    const data = 'data:\n  __proto__: {{Values.m}}\n  constructor: 1\n';
    const made = dataOf(data, 'm: {polluted: true}\n') as object;
    expect(Object.getOwnPropertyNames(made)).to.deep.equal(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(made)).to.equal(Object.prototype);
    expect(refusal(chart(`${CONFIG}data: {a: {{Values.constructor.name}}}\n`))).to.contain('is not defined');
  });

  it('is refused where it makes more than memory should hold', () => {
    const rounds = (depth: number): string =>
      depth === 0 ? `[${'1, '.repeat(300)}1]` : `[{"{{#each Values.l}}": ${rounds(depth - 1)}}]`;
    const values = `l: [${'0, '.repeat(60)}0]\n`;
    expect(refusal(chart(`${CONFIG}data: {a: ${rounds(2)}}\n`, values))).to.contain(
      'more than 300,000 nodes',
    );
    const bomb = 'data:\n  a: &a [x, x, x, x, x, x, x, x, x, x]\n';
    const more = [...'bcdefghi'].reduce((text, name, i) => {
      const below = 'abcdefghi'[i];
      return `${text}  ${name}: &${name} [${Array(10).fill(`*${below}`).join(', ')}]\n`;
    }, bomb);
    expect(refusal(chart(CONFIG + more))).to.contain('the YAML is too large to be read');
  });

  it('tells which values it reads, those of its blocks, keys, texts and helpers among them', () => {
    const reads = new ValueReads();
    const text =
      'a: {{Values.a}}\n{{#if Values.c.x}}:\n  b: "{{Values.b}} x"\n{{else}}:\n  "{{Values.key}}": 1\nm: {<<: {{> h Values.sub}}}\n';
    const helpers = [{ file: '_h.hbs.yaml', text: 'h: {v: {{inner}}}\n' }];
    handlebars.readValues([{ scope: [], helpers, templates: [{ file: 'a.hbs.yaml', text }] }], reads);
    for (const path of ['a', 'c.x', 'b', 'key', 'sub.inner'])
      expect(reads.has(path.split('.')), path).to.equal(true);
    for (const path of ['c.y', 'sub.outer', 'd']) expect(reads.has(path.split('.')), path).to.equal(false);
  });

  it('leaves charts of Helm what they are', () => {
    const helm = {
      'Chart.yaml': CHART,
      'templates/a.yaml': `${CONFIG}data: {a: {{ .Release.Name | quote }}}\n`,
    };
    expect(objects(helm)[0]?.data).to.deep.equal({ a: 'web' });
    const plain = { ...chart(CONFIG), 'templates/b.yaml': CONFIG.replace('name: a', 'name: "{{x}}"') };
    expect(objects(plain).map(({ metadata }) => metadata.name)).to.deep.equal(['a', '{{x}}']);
  });
});
