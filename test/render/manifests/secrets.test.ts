import { expect } from 'chai';
import { formatProblem } from '../../../src/base/errors.ts';
import { type LookupAnswers, lookupKey } from '../../../src/render/recorded.ts';
import { type Files, refusal, render, rendered } from '../request.ts';

const secret = (indentation: string): Files => ({
  'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'templates/_helpers.tpl': '{{ define "none" }}{{ end }}',
  'templates/secret.yaml': `apiVersion: v1
kind: Secret
metadata:
  name: db
data:
  plain: {{ randAlphaNum 20 }}
  encoded: {{ randAlphaNum 24 | b64enc }}
  quoted: {{ randAscii 60 | quote }}
${indentation}looked: {{ (lookup "v1" "Secret" "shop-dev" "old").data.password }}
`,
});
const HUNTER = Buffer.from('hunter22-of-old').toString('base64');
const lookups: LookupAnswers = {
  [lookupKey({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop-dev', name: 'old' })]: {
    object: { kind: 'Secret', data: { password: HUNTER } },
  },
};

describe('what a render tells people', () => {
  it('shows nothing of what templates made and of Secrets that they looked up, where it fails', () => {
    const { generated = {} } = rendered(secret('  '), { lookups });
    const told = refusal(secret(' '), { generated, lookups });
    expect(told).contain('plain: …').and.contain('encoded: …').and.contain('looked: …');
    for (const { value } of Object.values(generated)) {
      expect(told).not.contain(String(value));
      expect(told).not.contain(Buffer.from(String(value)).toString('base64'));
      expect(told).not.contain(JSON.stringify(value).slice(1, -1));
    }
    expect(told).not.contain(HUNTER);
    expect(told).not.contain('hunter22-of-old');
  });

  it('shows nothing of what a failing render has made itself', () => {
    const failing = {
      ...secret('  '),
      'templates/secret.yaml': '',
      'templates/fail.yaml': '{{ $x := randAlphaNum 30 }}{{ fail (printf "%s and %s" $x (b64enc $x)) }}',
    };
    const result = render(failing);
    expect(result.ok ? '' : result.problems.map(formatProblem).join()).contain('… and …');
  });

  it('shows nothing of them in notes', () => {
    const files = { ...secret('  '), 'templates/NOTES.txt': 'It is {{ randAlphaNum 20 }}.' };
    expect(rendered(files, { lookups }).notes).equal('It is ….');
  });
});
