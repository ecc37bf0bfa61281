import { expect } from 'chai';
import { execute, executeTree } from '../../../src/render/gotemplate/execute.ts';
import { parse } from '../../../src/render/gotemplate/parse.ts';
import { TemplateSpace } from '../../../src/render/gotemplate/space.ts';
import type { Value } from '../../../src/render/gotemplate/values.ts';
import { endless, render } from './run.ts';

/** Each line of the output behind the place that wrote it. */
function traced(files: Readonly<Record<string, string>>, data: Value = null): readonly string[] {
  const { text, sources, files: names } = render(files, { data });
  return text.split('\n').map((line, i) => `${names[sources[i]?.file ?? -1]}:${sources[i]?.line} ${line}`);
}

const options = { functions: {}, budget: endless, missingKey: 'zero' } as const;

describe('the output of Go templates', () => {
  it('remembers for each line the template and line that began it', () => {
    const lines = traced(
      {
        'a.yaml': 'a: 1\n{{- range .items }}\n- {{ . }}\n{{- end }}\n{{ template "t" . }}\nlast',
        '_t.tpl': '\n\n{{ define "t" }}x\ny: {{ print "1\\n2" }}{{ end }}',
      },
      new Map([['items', ['p', 'q']]]),
    );
    expect(lines).to.deep.equal([
      'a.yaml:1 a: 1',
      'a.yaml:3 - p',
      'a.yaml:3 - q',
      '_t.tpl:3 x',
      '_t.tpl:4 y: 1',
      '_t.tpl:4 2',
      'a.yaml:6 last',
    ]);
  });

  it('has a source for each line, even for none', () => {
    expect(render({ a: '' }).sources).to.have.length(1);
    expect(render({ a: '\n\n' }).sources).to.have.length(3);
    expect(render({ a: '{{ print "" }}' }).sources).to.have.length(1);
  });

  it('is the same each time, from trees that are shared', () => {
    const trees = parse('a', '{{range $i, $e := .}}{{$i}}{{if $e}}{{$e}}{{end}}{{end}}', {});
    const frozen = JSON.stringify([...trees], (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    );
    const once = (data: Value): string => {
      const space = new TemplateSpace();
      space.define(trees);
      return execute(space, 'a', data, options).text;
    };
    expect(once(['x', 'y'])).to.equal('0x1y');
    expect(once(['z'])).to.equal('0z');
    expect(once(['x', 'y'])).to.equal('0x1y');
    expect(
      JSON.stringify([...trees], (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)),
    ).to.equal(frozen);
  });
});

describe('a space of templates', () => {
  const define = (space: TemplateSpace, name: string, text: string): void =>
    space.define(parse(name, text, {}));
  const run = (space: TemplateSpace, name: string): string => execute(space, name, null, options).text;

  it('has the latest definition, but never an empty one over another', () => {
    const space = new TemplateSpace();
    define(space, 'a', '{{define "x"}}one{{end}}');
    define(space, 'b', '{{define "x"}}two{{end}}');
    define(space, 'c', '{{define "x"}} {{/* nothing */}}\n{{end}}');
    expect(run(space, 'x')).to.equal('two');
    expect(space.has('a')).to.equal(true);
    expect(space.has('nope')).to.equal(false);
  });

  it('gives a fork all that it has, and takes nothing from it', () => {
    const space = new TemplateSpace();
    define(space, 'a', '{{template "x"}}{{define "x"}}old{{end}}');
    const fork = space.fork();
    define(fork, 'b', '{{template "a"}}{{define "x"}}new{{end}}');
    expect(run(fork, 'b')).to.equal('new');
    expect(run(space, 'a')).to.equal('old');
    expect(space.has('b')).to.equal(false);
  });

  it('runs a tree that it would not define, as tpl needs it for a text of spaces', () => {
    const space = new TemplateSpace();
    define(space, 'main', 'main text');
    const fork = space.fork();
    const trees = parse('main', '  \n', {});
    fork.define(trees);
    const tree = trees.get('main');
    expect(tree && executeTree(fork, tree, null, options).text).to.equal('  \n');
    expect(run(fork, 'main')).to.equal('main text');
  });
});
