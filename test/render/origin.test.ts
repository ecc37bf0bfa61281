import { expect } from 'chai';
import { chart, refusal, rendered } from './request.ts';

const config = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
const origins = (template: string, values = '', more = {}) =>
  rendered(chart(template, values, more)).manifests.map(
    ({ object, origin }) => `${object.metadata.name} ${origin.file}:${origin.line}`,
  );

describe('the origin of an object', () => {
  it('is the line of the template on which its document starts', () => {
    expect(origins(`# about\n${config('a')}---\n{{#if true}}\n${config('b')}{{/if}}\n`)).to.deep.equal([
      'a templates/all.yaml.hbs:2',
      'b templates/all.yaml.hbs:8',
    ]);
  });

  it('is the same line for everything that one loop writes', () => {
    const template = `{{#each Values.names}}\n---\n${config('{{this}}')}{{/each}}\n---\n${config('z')}`;
    expect(origins(template, 'names: [a, b]\n')).to.deep.equal([
      'a templates/all.yaml.hbs:3',
      'b templates/all.yaml.hbs:3',
      'z templates/all.yaml.hbs:9',
    ]);
  });

  it('is the line of the partial that wrote it', () => {
    const helpers = { 'templates/_h.hbs': `{{#*inline "cm"}}\n${config('{{this}}')}{{/inline}}\n` };
    expect(origins('{{> cm "a"}}\n', '', helpers)).to.deep.equal(['a templates/_h.hbs:2']);
  });

  it('survives values of many lines before it', () => {
    const template = `${config('a')}data: {{nindent 2 (toYaml Values.big)}}\n---\n${config('b')}`;
    expect(origins(template, 'big: {a: x, b: x, c: x, d: x}\n')[1]).to.equal('b templates/all.yaml.hbs:7');
  });
});

describe('output that is not valid YAML', () => {
  it('names the line of the template and shows the rendered lines around it', () => {
    const template = `${config('a')}data:\n{{#if true}}\n  a: 1\n bad: [\n{{/if}}\n`;
    const text = refusal(chart(template));
    expect(text).to.match(/^templates\/all\.yaml\.hbs:(7|8)/);
    expect(text).to.contain('not valid YAML');
    expect(text).to.contain(' | data:');
    expect(text).to.match(/>\s*\d+ \|/);
  });

  it('names the document that is no object', () => {
    expect(refusal(chart(`${config('a')}---\nhello: world\n`))).to.contain(
      'templates/all.yaml.hbs:6: This document is no Kubernetes object',
    );
  });

  it('names the object that has no name', () => {
    expect(refusal(chart('apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n'))).to.contain(
      'This ConfigMap has no name',
    );
  });
});

describe('objects that are written twice', () => {
  it('are refused, naming both places', () => {
    const other = `\n${config('a')}data: {b: c}\n`;
    expect(refusal(chart(config('a'), '', { 'templates/b.yaml.hbs': other }))).to.contain(
      'templates/b.yaml.hbs:2: ConfigMap shop-dev/a is written twice: here and at templates/all.yaml.hbs:1',
    );
  });
});
