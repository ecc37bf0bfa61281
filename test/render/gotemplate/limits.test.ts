import { expect } from 'chai';
import { TemplateError } from '../../../src/render/gotemplate/errors.ts';
import { sprint } from '../../../src/render/gotemplate/format/sprint.ts';
import { sprintf } from '../../../src/render/gotemplate/format/sprintf.ts';
import { GoError, type Value } from '../../../src/render/gotemplate/values.ts';
import { type Run, render, shortStacks, steps } from './run.ts';

const refused = (text: string, why: RegExp, run: Run = {}): void => {
  expect(() => render({ t: text }, run)).to.throw(TemplateError, why);
};

const repeated = (open: string, close: string, count: number): string =>
  `${open.repeat(count)}1${close.repeat(count)}`;

describe('limits of Go templates', () => {
  shortStacks();

  const RECURSIONS: Readonly<Record<string, string>> = {
    template: '{{define "x"}}{{template "x" .}}{{end}}{{template "x" .}}',
    include: '{{define "x"}}{{include "x" .}}{{end}}{{include "x" .}}',
    'include in blocks':
      '{{define "x"}}{{if true}}{{range list 1}}{{with .}}{{include "x" .}}{{end}}{{end}}{{end}}{{end}}{{include "x" .}}',
    'include in parentheses': '{{define "x"}}{{ print (print (include "x" .)) }}{{end}}{{include "x" .}}',
  };
  for (const [name, text] of Object.entries(RECURSIONS))
    it(`end endless recursion by ${name} with an error before the stack does`, () => {
      refused(text, /exceeded maximum template depth \(1000\)$/);
      expect(render({ t: 'still {{ print "fine" }}' }).text).to.equal('still fine');
    });

  it('let a template call itself as often as charts do', () => {
    const countdown =
      '{{define "x"}}{{if gt . 0}}{{include "x" (add . -1)}}{{end}}{{.}}{{end}}{{include "x" 150}}';
    expect(render({ t: countdown }).text).to.match(/^012.*149150$/);
  });

  it('refuse what is nested too deeply while it is parsed', () => {
    refused(`{{${repeated('(', ')', 100_000)}}}`, /max expression depth exceeded/);
    refused(`{{${repeated('(print ', ')', 100_000)}}}`, /max expression depth exceeded/);
    refused(repeated('{{if 1}}', '{{end}}', 100_000), /blocks are nested more than 400 levels deep/);
    refused(
      `{{if 0}}${'{{else if 0}}'.repeat(100_000)}{{end}}`,
      /blocks are nested more than 400 levels deep/,
    );
    refused(repeated('{{block "x" .}}', '{{end}}', 100_000), /blocks are nested more than 400 levels deep/);
  });

  it('execute what the parser allows', () => {
    expect(render({ t: `{{${repeated('(print ', ')', 390)}}}` }).text).to.equal('1');
    expect(render({ t: repeated('{{if 1}}', '{{end}}', 390) }).text).to.equal('1');
    expect(render({ t: `{{if 0}}${'{{else if 0}}'.repeat(390)}{{else}}1{{end}}` }).text).to.equal('1');
  });

  const LOOPS: readonly string[] = [
    '{{range 1000000000}}{{end}}',
    '{{range 1000000000}}x{{end}}',
    '{{define "x"}}{{range 9}}{{template "y"}}{{end}}{{end}}{{define "y"}}{{range 99999}}{{.}}{{end}}{{end}}{{template "x"}}',
    '{{$s := "0123456789"}}{{range 40}}{{$s = print $s $s}}{{end}}{{$s}}',
    '{{$s := "0123456789"}}{{range 40}}{{$s = printf "%s%s" $s $s}}{{end}}',
    '{{$l := list 1}}{{range 60}}{{$l = list $l $l}}{{end}}{{print $l}}',
    '{{$s := printf "%0999999d" 1}}{{range 1000000}}{{len $s}}{{end}}',
    '{{range 1000000}}{{printf "%0999999d" 1}}{{end}}',
  ];
  for (const text of LOOPS)
    it(`stop ${text.slice(0, 60)} when the budget is used up`, () => {
      refused(text, /more than 100000 steps/, { budget: steps(100_000) });
    });

  it('tell where the budget was used up', () => {
    refused(
      'a\n{{ range 1000000 }}{{ print . }}{{ end }}',
      /^template: t:2:\d+: executing "t" at <.*>: .*more than 1000 steps$/,
      {
        budget: steps(1000),
      },
    );
  });

  it('charge one step for each node and for each 64 characters, so that twice as much costs twice as much', () => {
    const cost = (text: string): number => {
      const budget = steps(1_000_000);
      render({ t: text }, { budget });
      return budget.spent();
    };
    expect(cost('{{range 1000}}{{.}}{{end}}')).to.be.within(2000, 6000);
    expect(cost('x'.repeat(64_000))).to.be.within(1000, 1100);
    expect(cost('{{range 2000}}{{.}}{{end}}') / cost('{{range 1000}}{{.}}{{end}}')).to.be.closeTo(2, 0.1);
  });

  it('refuse to print a map that holds itself', () => {
    const map = new Map<string, Value>();
    map.set('self', map);
    expect(() => sprint([map])).to.throw(GoError, /nested too deeply/);
    refused('{{ . }}', /nested too deeply/, { data: map });
  });

  it('read no number of a format beyond a million, as fmt does', () => {
    expect(sprintf('%99999999999d', [1n])).to.equal('%!(NOVERB)%!(EXTRA int=1)');
    expect(sprintf('%*d', [9_999_999n, 1n])).to.equal('%!(BADWIDTH)1');
  });

  it('take names of the prototype for names like any others', () => {
    const data = new Map<string, Value>([['constructor', 'mine']]);
    expect(render({ t: '{{ .constructor }}{{ .__proto__ }}{{ .toString }}' }, { data }).text).to.equal(
      'mine<no value><no value>',
    );
    refused('{{ constructor }}', /function "constructor" not defined/);
    refused('{{ hasOwnProperty "x" }}', /function "hasOwnProperty" not defined/);
    expect(render({ t: '{{ (dict "__proto__" 1).__proto__ }}' }).text).to.equal('1');
  });
});
