import { expect } from 'chai';
import { TemplateError } from '../../../src/render/gotemplate/errors.ts';
import { execute } from '../../../src/render/gotemplate/execute.ts';
import { createLookups } from '../../../src/render/gotemplate/lookups.ts';
import { parse } from '../../../src/render/gotemplate/parse.ts';
import { TemplateSpace } from '../../../src/render/gotemplate/space.ts';
import type { Value } from '../../../src/render/gotemplate/values.ts';
import { helmFunctions } from '../../../src/render/helm/functions.ts';
import { shortStacks } from '../gotemplate/run.ts';

/** Renders `main` beside what other files define, as a chart's templates are. */
function render(main: string, partials = '', data: Value = null): string {
  const space = new TemplateSpace('gotpl');
  const executing = helmFunctions({
    base: {},
    space,
    lookups: createLookups({}),
    helm: 4,
    budget: { spend: () => {} },
  });
  space.define(parse('_h.tpl', partials, executing.functions));
  space.define(parse('main', main, executing.functions));
  return execute(space, 'main', data, executing).text;
}

const failure = (main: string, partials = ''): TemplateError => {
  try {
    render(main, partials);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('nothing failed');
};

describe('tpl and include', () => {
  shortStacks();

  it('execute a text of comments in the text of another tpl, not that other text again', () => {
    expect(render('{{ tpl "x{{ tpl \\"{{/* c */}}\\" . }}y" . }}')).to.equal('xy');
    expect(render('[{{ tpl "p{{ tpl \\" {{/* c */}} \\" . }}q" . }}]')).to.equal('[p  q]');
  });

  it('let a text of tpl define and include, but not for others', () => {
    const text =
      '{{ tpl "{{ define \\"own\\" }}mine{{ end }}{{ include \\"own\\" . }}{{ include \\"given\\" . }}" . }}';
    expect(render(text, '{{ define "given" }} given{{ end }}')).to.equal('mine given');
    expect(failure(`${text}{{ include "own" . }}`, '{{ define "given" }}{{ end }}').detail).to.contain(
      'no template "own" associated with template "gotpl"',
    );
  });

  it('end with an error where they call themselves without end', () => {
    const deep = /exceeded maximum template depth/;
    expect(failure('{{ include "x" . }}', '{{ define "x" }}{{ include "x" . }}{{ end }}').detail).to.match(
      deep,
    );
    expect(
      failure('{{ include "x" . }}', '{{ define "x" }}{{ tpl "{{ include \\"x\\" . }}" . }}{{ end }}').detail,
    ).to.match(deep);
    expect(
      failure(
        '{{ include "x" . }}',
        '{{ define "x" }}{{ if 1 }}{{ tpl (print "{{ include `x` . }}") . | print }}{{ end }}{{ end }}',
      ).detail,
    ).to.match(deep);
    expect(render('still {{ print "fine" }}')).to.equal('still fine');
  });

  it('tell where an error inside of tpl arose, and each call that led there', () => {
    const error = failure(
      '\n{{ include "x" . }}',
      '{{ define "x" }}{{ tpl "{{ fail \\"no\\" }}" . }}{{ end }}',
    );
    expect(error.place).to.include({ template: 'gotpl', line: 1, action: 'fail "no"' });
    expect(error.chain.map(({ template, line }) => `${template}:${line}`)).to.deep.equal([
      'main:2',
      '_h.tpl:1',
    ]);
  });
});
