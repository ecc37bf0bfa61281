import { expect } from 'chai';
import { parsed, rememberingParser } from '../../../src/render/helm/parsed.ts';

describe('templates that were parsed', () => {
  const large = (name: string): string => `{{/* ${name.repeat(600_000)} */}}`;

  it('are remembered by name and text, and forgotten before they take much memory', () => {
    const parse = rememberingParser();
    const first = parse('a', '{{ 1 }}', 4);
    expect(parse('a', '{{ 1 }}', 4)).to.equal(first);
    expect(parse('b', '{{ 1 }}', 4)).to.not.equal(first);
    parse('c', large('c'), 4);
    expect(parse('a', '{{ 1 }}', 4)).to.equal(first);
    parse('d', large('d'), 4);
    expect(parse('a', '{{ 1 }}', 4)).to.not.equal(first);
  });

  it('are shared by nobody where they are texts of one render', () => {
    const trees = rememberingParser()('a', '{{ 1 }}', 4);
    expect(rememberingParser()('a', '{{ 1 }}', 4)).to.not.equal(trees);
    expect(parsed('a', '{{ 1 }}', 4)).to.not.equal(trees);
  });
});
