import { expect } from 'chai';
import { valuesTable, withTable } from '../../src/charts/readme.ts';
import { commentsOf } from '../../src/charts/valuescomments.ts';
import { valueRows } from '../../src/charts/valuesdocs.ts';
import type { JsonObject } from '../../src/kube/values/types.ts';
import { parseYaml } from '../../src/kube/values/yaml.ts';

function rows(text: string, schema: JsonObject = {}) {
  const values = parseYaml(text, 'values.yaml');
  if (!values.ok) throw new Error(values.problems[0].message);
  return valueRows(values.value as JsonObject, schema, commentsOf(text));
}
/** `path: type = default (description)` */
const lines = (text: string, schema?: JsonObject): string[] =>
  rows(text, schema).map((row) => `${row.path}: ${row.type} = ${row.default} (${row.description})`);

describe('the table of values of a chart', () => {
  it('has a row for each value, maps by their members, lists as one', () => {
    const text = 'a: 1\nb:\n  c: x\n  d: {e: true}\nl: [1, {x: 1}]\nm: {}\nf: 1.5\nz: null\n';
    expect(lines(text)).to.deep.equal([
      'a: int = `1` ()',
      'b.c: string = `"x"` ()',
      'b.d.e: bool = `true` ()',
      'l: list = `[1,{"x":1}]` ()',
      'm: object = `{}` ()',
      'f: float = `1.5` ()',
      'z:  = `null` ()',
    ]);
  });

  it('takes descriptions from comments as helm-docs has them', () => {
    const text = `# not for the table
a: 1
# for readers of the file
# -- How many
# of them
b: 1
# -- (quantity) How large
# @default -- half of the node
c: ""

# -- far away

d: 1
# e.f -- Named from elsewhere
e:
  f: 1
# @ignored
g: 1
`;
    expect(lines(text)).to.deep.equal([
      'a: int = `1` ()',
      'b: int = `1` (How many of them)',
      'c: quantity = half of the node (How large)',
      'd: int = `1` ()',
      'e.f: int = `1` (Named from elsewhere)',
    ]);
  });

  it('lists a map that a comment describes as a whole, and of its members those with words of their own', () => {
    const text = '# -- All of it\na:\n  b: 1\n  # -- This too\n  c: 2\nx: {\n  # -- in braces\n  k: 1}\n';
    expect(lines(text)).to.deep.equal([
      'a: object = `{"b":1,"c":2}` (All of it)',
      'a.c: int = `2` (This too)',
      'x.k: int = `1` (in braces)',
    ]);
  });

  it('takes from the schema what comments do not say, and values that nothing sets', () => {
    const schema = {
      $defs: { port: { type: 'integer', description: 'A port.' } },
      properties: {
        port: { $ref: '#/$defs/port' },
        type: { enum: ['A|B', 'C'], description: 'Which.' },
        host: { type: ['string', 'null'], description: 'Where.' },
        loop: { $ref: '#/properties/loop' },
      },
    };
    expect(lines('# -- Mine\nport: 80\n', schema)).to.deep.equal([
      'port: int = `80` (Mine)',
      'type: string =  (Which. One of `A|B`, `C`.)',
      'host: string =  (Where.)',
    ]);
  });

  it('quotes keys with dots, bars, backticks and line breaks so that the table stays one', () => {
    const table = valuesTable(rows('a:\n  "b.c|d": "x`|\\ny"\n'));
    expect(table).to.contain('| a."b.c\\|d" | string | `` "x`\\|\\ny" `` | |');
  });

  it('parts sections where comments name some', () => {
    const table = valuesTable(rows('a: 1\n# -- B\n# @section -- Network\nb:\n  c: 1\n'));
    expect(table.split('\n').filter((line) => /^(###|\| [ab])/.test(line))).to.deep.equal([
      '### Network',
      '| b | object | `{"c":1}` | B |',
      '### Other values',
      '| a | int | `1` | |',
    ]);
  });
});

describe('the README of a chart', () => {
  const table = valuesTable(rows('a: 1\n'));
  const chart = { name: 'web', description: 'A web service' };
  const made = (readme: string | undefined, next = table): string => {
    const result = withTable(readme, next, chart);
    if (!result.ok) throw new Error(result.problems[0].message);
    return result.value;
  };

  it('is begun where there is none, and keeps what a person writes around the table', () => {
    const first = made(undefined);
    expect(first).to.match(/^# web\n\nA web service\n\n## Values\n\n<!-- values/);
    const edited = `Mine.\n\n${first}\nMore.\n`;
    const second = made(edited, valuesTable(rows('a: 2\n')));
    expect(second).to.equal(edited.replace('`1`', '`2`'));
    expect(made(second, valuesTable(rows('a: 2\n')))).to.equal(second);
  });

  it('gets the table at its end where it has no marks', () => {
    expect(made('# Mine\n\n')).to.equal(`# Mine\n\n## Values\n\n${table}\n`);
  });

  it('is left alone where one of the marks is missing', () => {
    const [begin = ''] = table.split('\n');
    expect(() => made(`# Mine\n${begin}\nold`)).to.throw('without its end; nothing was written');
    expect(() => made('# Mine\n<!-- /values -->\n')).to.throw('without its beginning');
  });
});
