import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect } from 'chai';
import { formatProblem, unwrap } from '../../../src/base/errors.ts';
import { systemChance } from '../../../src/render/chance.ts';
import { handlebars } from '../../../src/render/handlebars/engine.ts';
import { renderKey } from '../../../src/render/key.ts';
import { render } from '../../../src/render/render.ts';
import { sealKey } from '../../../src/render/sops/keys.ts';
import { seal } from '../../../src/render/sops/seal.ts';
import { CHART, chart, type Files, request } from '../request.ts';

const KEY = Buffer.alloc(32, 7);
const EVERYTHING = { name: 'unencrypted_suffix', value: '_plain', isSealed: () => true };
const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

async function sealedFor(identity: string, text: string): Promise<string> {
  const age = await sealKey(KEY, [await identityToRecipient(identity)]);
  const options = {
    file: 'x.yaml',
    key: KEY,
    age,
    rule: EVERYTHING,
    now: new Date(0),
    random: (n: number) => Buffer.alloc(n, 1),
  };
  return unwrap(seal(text, options));
}

describe('a render of sealed files', () => {
  let mine: string;
  let theirs: string;
  before(async () => {
    [mine = '', theirs = ''] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
  });
  const rendered = (files: Files, more: object = {}) =>
    render(request(files, { identities: [mine], ...more }), handlebars, systemChance);

  it('does not need those of another environment that lie beside, and fails where one of them takes part', async () => {
    const files = {
      ...chart(`${CONFIG}data: {a: {{quote Values.a}} }\n`),
      'secrets.dev.yaml': await sealedFor(mine, 'a: from-dev\n'),
      'secrets.prod.yaml': await sealedFor(theirs, 'a: from-prod\n'),
    };
    const dev = unwrap(await rendered(files, { valuesFiles: ['secrets.dev.yaml'] }));
    expect(dev.manifests[0]?.object.data).to.deep.equal({ a: 'from-dev' });
    expect(dev.manifests[0]?.sealed).to.deep.equal(['data.a']);
    const prod = await rendered(files, { valuesFiles: ['secrets.prod.yaml'] });
    expect(prod.ok ? '' : formatProblem(prod.problems[0])).to.contain('secrets.prod.yaml: No private key');
    const manifest = await rendered({ 'secret.yaml': await sealedFor(theirs, `${CONFIG}data: {a: b}\n`) });
    expect(manifest.ok).to.equal(false);
  });

  it('hides fields that hold a sealed value in another spelling', async () => {
    const template = `${CONFIG}data:\n  b64: {{b64enc Values.pw}}\n  json: {{quote (toJson Values.pw)}}\n  plain: visible\n`;
    const files = { ...chart(template), 'secrets.yaml': await sealedFor(mine, "pw: 'hun\"ter2'\n") };
    const { manifests } = unwrap(await rendered(files, { valuesFiles: ['secrets.yaml'] }));
    expect(manifests[0]?.sealed).to.have.members(['data.b64', 'data.json']);
  });

  it('shows nothing of a sealed value in what a Helm chart fails with, cut, escaped and quoted as it may be', async () => {
    const token = `qux"zap\u0007${'0123456789'.repeat(12)}`;
    const secrets = await sealedFor(mine, JSON.stringify({ token, below: { first: 1, token } }));
    const actions = [
      'genCAWithKey "x" 1 .Values.token',
      'fail (printf "%s %q" .Values.token .Values.token)',
      'semverCompare .Values.token "1.0.0"',
      'tpl (printf "%s{{ nothing }}" .Values.token) .',
      'add1 .Values.below | fail',
      'required (toJson .Values.below) nil',
    ];
    for (const action of actions) {
      const files = { 'Chart.yaml': CHART, 'templates/a.yaml': `{{ ${action} }}`, 's.json': secrets };
      const result = await rendered(files, { valuesFiles: ['s.json'] });
      const text = result.ok ? '' : result.problems.map(formatProblem).join('\n');
      expect(text, action)
        .to.contain('templates/a.yaml:1')
        .and.not.to.match(/qux|zap|0123/);
    }
  });

  it('gives templates the revision by what the files say before they are opened, as its key does', async () => {
    const files = {
      ...chart(`${CONFIG}data: {a: {{quote (tpl Values.a)}} }\n`),
      's.yaml': await sealedFor(mine, 'a: "{{Pilotage.revision}}"\n'),
    };
    const of = (revision: string) => ({ valuesFiles: ['s.yaml'], revision });
    const [one, two] = [await rendered(files, of('a'.repeat(40))), await rendered(files, of('b'.repeat(40)))];
    expect(one).to.deep.equal(two);
    expect(renderKey(request(files, of('a'.repeat(40))))).to.equal(
      renderKey(request(files, of('b'.repeat(40)))),
    );
  });
});
