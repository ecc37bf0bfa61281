import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { type LookupAnswers, lookupKey } from '../../../src/render/recorded.ts';
import type { Rendered, RenderRequest } from '../../../src/render/types.ts';
import { type Files, refusal, rendered } from '../request.ts';

const CHART: Files = {
  'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'templates/_helpers.tpl': '{{- define "password" }}{{ randAlphaNum 16 }}{{ end }}\n',
  'templates/secret.yaml': `{{- $ca := genCAWithKey "ca" 10 (genPrivateKey "ecdsa") }}
{{- $cert := genSignedCertWithKey "web" nil (list "web.shop") 10 $ca (genPrivateKey "ecdsa") }}
apiVersion: v1
kind: Secret
metadata:
  name: db
stringData:
  first: {{ include "password" . }}
  second: {{ include "password" . }}
  id: {{ uuidv4 }}
  time: {{ now | date "2006-01-02T15:04:05" | quote }}
  ca: {{ $ca.Cert | toJson }}
  cert: {{ $cert.Cert | toJson }}
  seen: {{ (lookup "v1" "Secret" .Release.Namespace "seen").kind | default "none" }}
`,
};

const dataOf = ({ manifests }: Rendered): Record<string, string> =>
  (manifests[0]?.object as { stringData?: Record<string, string> } | undefined)?.stringData ?? {};
const render = (files: Files = CHART, more: Partial<RenderRequest> = {}): Rendered => rendered(files, more);

describe('a chart of Helm that makes passwords and certificates', () => {
  it('renders the same once what it made is known, and something else while it is not', () => {
    const first = render();
    const again = render(CHART, { generated: first.generated ?? {} });
    expect(again).deep.equal(first);
    const { first: one, second, ca, cert } = dataOf(first);
    expect(one)
      .match(/^[A-Za-z0-9]{16}$/)
      .and.not.equal(second);
    expect(new X509Certificate(cert ?? '').verify(new X509Certificate(ca ?? '').publicKey)).equal(true);
    expect(dataOf(render()).first).not.equal(one);
  });

  it('is refused at its line where it makes too many to be kept, and tells of others which objects hold them', () => {
    const secret = `{{ range until 50000 }}{{ $x := uuidv4 }}{{ end }}${CHART['templates/secret.yaml']}`;
    const result = refusal({ ...CHART, 'templates/secret.yaml': secret });
    expect(result).contain('more than 1000 values').and.contain('templates/secret.yaml:1');
    const { generated = {}, holders = {} } = render();
    expect(holders).deep.equal(
      Object.fromEntries(Object.keys(generated).map((site) => [site, ['Secret/db']])),
    );
  });

  it('keeps it when other templates come before, and lines move', () => {
    const first = render();
    const moved = {
      ...CHART,
      'templates/a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: {{ include "password" . }}}\n',
      'templates/secret.yaml': `{{/* new */}}\n{{ if false }}{{ randAlphaNum 16 }}{{ end }}${CHART['templates/secret.yaml']}`,
    };
    const { manifests } = render(moved, { generated: first.generated ?? {} });
    const secret = manifests.find(({ object }) => object.kind === 'Secret');
    expect(secret?.object).deep.equal(first.manifests[0]?.object);
  });

  it('tells what it looks up, and is given the answer', () => {
    const lookup = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop-dev', name: 'seen' };
    const offline = render();
    expect(dataOf(offline).seen).equal('none');
    expect(offline.lookups).deep.equal([lookup]);
    expect(render(CHART, { lookups: {} })).deep.include({ manifests: [], lookups: [lookup] });
    const answers: LookupAnswers = { [lookupKey(lookup)]: { object: { kind: 'Secret' } } };
    const answered = render(CHART, { lookups: answers });
    expect(answered.lookups).equal(undefined);
    expect(dataOf(answered).seen).equal('Secret');
  });
});
