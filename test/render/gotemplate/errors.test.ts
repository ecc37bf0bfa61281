import { expect } from 'chai';
import { TemplateError } from '../../../src/render/gotemplate/errors.ts';
import { GoError, type Value } from '../../../src/render/gotemplate/values.ts';
import { type Run, render } from './run.ts';

function failure(files: Readonly<Record<string, string>>, run: Run = {}): TemplateError {
  try {
    render(files, run);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('the template has no error');
}

const image: Value = new Map([['image', null]]);

describe('errors of Go templates', () => {
  it('tell the place in bytes, as Go does, and what was at work there', () => {
    const error = failure({ 'a.yaml': 'one\né {{ .image.tag }}' }, { data: image });
    expect(error.message).to.equal(
      'template: a.yaml:2:12: executing "a.yaml" at <.image.tag>: nil pointer evaluating interface {}.tag',
    );
    expect(error.place).to.deep.equal({
      template: 'a.yaml',
      line: 2,
      column: 12,
      executing: 'a.yaml',
      action: '.image.tag',
    });
    expect(error.detail).to.equal('nil pointer evaluating interface {}.tag');
    expect(error.chain).to.deep.equal([]);
  });

  it('tell the place where they arose and the includes that led there', () => {
    const error = failure(
      {
        'a.yaml': '{{ include "outer" . }}',
        '_h.tpl':
          '{{ define "outer" }}\n{{ include "inner" . }}{{ end }}{{ define "inner" }}\n\n{{ .image.tag }}{{ end }}',
      },
      { data: image },
    );
    expect(error.place).to.include({ template: '_h.tpl', line: 4, executing: 'inner', action: '.image.tag' });
    expect(error.detail).to.equal('nil pointer evaluating interface {}.tag');
    expect(error.chain.map(({ template, line, action }) => `${template}:${line} ${action}`)).to.deep.equal([
      'a.yaml:1 include "outer" .',
      '_h.tpl:2 include "inner" .',
    ]);
    expect(error.message).to.equal(
      'template: a.yaml:1:3: executing "a.yaml" at <include "outer" .>: error calling include: ' +
        'template: _h.tpl:2:3: executing "outer" at <include "inner" .>: error calling include: ' +
        'template: _h.tpl:4:9: executing "inner" at <.image.tag>: nil pointer evaluating interface {}.tag',
    );
  });

  it('keep the chain of a function that words the error of a template anew', () => {
    const wrap = {
      params: [],
      call: () => {
        const cause = failure({ 'inner.tpl': '{{ .image.tag }}' }, { data: image });
        throw new GoError(`error during tpl: ${cause.message}`, { cause });
      },
    };
    const error = failure({ 'a.yaml': '{{ wrap }}' }, { functions: { wrap } });
    expect(error.place).to.include({ template: 'inner.tpl', action: '.image.tag' });
    expect(error.chain).to.have.length(1);
    expect(error.message).to.contain('error calling wrap: error during tpl: template: inner.tpl:1:9');
  });

  it('of the parser tell the column besides, which Go does not', () => {
    const error = failure({ 'a.yaml': 'a\n  {{ if }}' });
    expect(error.message).to.equal('template: a.yaml:2: missing value for if');
    expect(error.place).to.include({ template: 'a.yaml', line: 2, column: 8 });
  });

  it('of a function that is broken are not taken for errors of the template', () => {
    const broken = {
      params: [],
      call: () => {
        throw new TypeError('a bug');
      },
    };
    expect(() => render({ a: '{{ broken }}' }, { functions: { broken } })).to.throw(TypeError, 'a bug');
  });

  it('name a template that is not there by the name of the root', () => {
    const error = failure({ a: '{{ include "nope" . }}' });
    expect(error.detail).to.equal('no template "nope" associated with template "gotpl"');
  });
});
