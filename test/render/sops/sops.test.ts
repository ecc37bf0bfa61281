import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect } from 'chai';
import { formatProblem, type Result, unwrap } from '../../../src/base/errors.ts';
import { parseYaml } from '../../../src/kube/values/yaml.ts';
import { dataKey, sealKey } from '../../../src/render/sops/keys.ts';
import type { SealRule } from '../../../src/render/sops/metadata.ts';
import { openSealed, readSealed } from '../../../src/render/sops/open.ts';
import { seal } from '../../../src/render/sops/seal.ts';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const KEY = Buffer.alloc(32, 7);
const SECRETS: SealRule = {
  name: 'encrypted_regex',
  value: '^(?:data|stringData|password)$',
  isSealed: (path) => path.some((key) => ['data', 'stringData', 'password'].includes(key)),
};
const random = (size: number): Uint8Array => Buffer.alloc(size, ++counter);
let counter = 0;

const TEXT = `# who may read
apiVersion: v1
kind: Secret
metadata: {name: db, labels: {app: db}}
stringData:
  password: "it's \\u00e4 secret" # of the database
  port: 5432
  ratio: 0.5
  tls: true
  empty: ""
  none: null
  since: 2024-01-02
  lines: |
    first
    second

  flow: {a: [x, "y"]}
type: Opaque
`;

async function sealed(text: string, more: Partial<Parameters<typeof seal>[1]> = {}): Promise<string> {
  const options = { file: 'db.yaml', key: KEY, age: [], rule: SECRETS, now: NOW, random, ...more };
  return unwrap(seal(text, options));
}

const refusal = <T>(result: Result<T>): string =>
  result.ok ? 'taken' : result.problems.map(formatProblem).join('\n');

function opened(text: string, key: Uint8Array = KEY) {
  const file = unwrap(readSealed(text, 'db.yaml'));
  if (!file) throw new Error('the text is not sealed');
  return openSealed(file, key);
}

const read = (text: string) => unwrap(parseYaml(text, 'x.yaml'));

describe('a file of SOPS', () => {
  it('means after sealing and opening what it meant before, and shows nothing between', async () => {
    const text = await sealed(TEXT);
    for (const secret of ['secret', '5432', '0.5', 'first', 'second']) expect(text).not.to.contain(secret);
    expect(text).to.contain('# of the database').and.to.contain('kind: Secret');
    const again = unwrap(opened(text));
    expect(read(again.text)).to.deep.equal(read(TEXT));
    expect(again.secrets).to.include.members([
      'it\u2019s \u00e4 secret'.replace('\u2019', "'"),
      '5432',
      'first\nsecond\n',
    ]);
  });

  it('is opened line by line, so that errors name the line of the sealed file', async () => {
    const text = await sealed(TEXT);
    const lines = unwrap(opened(text)).text.split('\n');
    const line = (wanted: string) => lines.findIndex((each) => each.includes(wanted));
    expect(line('type: Opaque')).to.equal(
      text.split('\n').findIndex((each) => each.includes('type: Opaque')),
    );
  });

  it('may be JSON, and hold several documents', async () => {
    const json = '{"stringData": {"a": "x", "b": 1}, "kind": "Secret"}';
    expect(read(unwrap(opened(await sealed(json))).text)).to.deep.equal(JSON.parse(json));
    const two = 'stringData: {a: x}\n---\nkind: ConfigMap\ndata: {a: z}\n';
    expect(
      unwrap(opened(await sealed(two)))
        .text.trimStart()
        .split('---')
        .map((part) => read(part)),
    ).to.deep.equal(two.split('---').map((part) => read(part)));
  });

  it('keeps the seals of what an edit leaves alone', async () => {
    const text = await sealed('data: {a: x, b: y}\n');
    const before = unwrap(readSealed(text, 'db.yaml'));
    const after = await sealed('data: {a: x, b: z}\n', before ? { before } : {});
    const [first, second] = [text, after].map((each) =>
      [...each.matchAll(/"(ENC[^"]+)"/g)].map(([, seal]) => seal),
    );
    expect(second?.[0]).to.equal(first?.[0]);
    expect(second?.[1]).not.to.equal(first?.[1]);
  });

  it('is refused when a value was moved, changed, taken away or added by hand', async () => {
    const text = await sealed('data:\n  a: x\n  b: y\nkind: Secret\n');
    const swapped = text.replace('  a:', '  c:').replace('  b:', '  a:').replace('  c:', '  b:');
    expect(refusal(opened(swapped))).to.contain('data.b was changed, or moved from another place');
    expect(refusal(opened(text.replace('kind: Secret', 'kind: ConfigMap')))).to.contain(
      'was changed by hand',
    );
    expect(refusal(opened(text.replace(/ {2}b: .*\n/, '')))).to.contain('was changed by hand');
    expect(refusal(opened(text.replace('data:\n', 'data:\n  c: plain\n')))).to.contain(
      'db.yaml:2:6: data.c is not sealed',
    );
  });

  it('is refused with another key', async () => {
    expect(refusal(opened(await sealed('data: {a: x}\n'), Buffer.alloc(32, 8)))).to.contain(
      'data.a was changed',
    );
  });

  it('is not sealed twice, and without anchors', async () => {
    const twice = seal(await sealed('data: {a: x}\n'), {
      file: 'a.yaml',
      key: KEY,
      age: [],
      rule: SECRETS,
      now: NOW,
      random,
    });
    expect(refusal(twice)).to.contain('The file is sealed already');
    const anchored = seal('data: &x {a: b}\nmore: *x\n', {
      file: 'a.yaml',
      key: KEY,
      age: [],
      rule: SECRETS,
      now: NOW,
      random,
    });
    expect(refusal(anchored)).to.contain('a.yaml:1:8: ').and.to.contain('no anchors');
  });

  it('is opened by each key that it was sealed for, and says for whom where none is here', async () => {
    const [mine, theirs, stranger] = await Promise.all([1, 2, 3].map(() => generateX25519Identity()));
    const recipients = await Promise.all(
      [mine, theirs].map((identity) => identityToRecipient(identity ?? '')),
    );
    const text = await sealed('data: {a: x}\n', { age: await sealKey(KEY, recipients) });
    const file = unwrap(readSealed(text, 'db.yaml'));
    if (!file) throw new Error('the text is not sealed');
    for (const identity of [mine, theirs])
      expect(
        Buffer.from(unwrap(await dataKey(file.metadata, 'db.yaml', [stranger ?? '', identity ?? '']))),
      ).to.deep.equal(KEY);
    const none = refusal(await dataKey(file.metadata, 'db.yaml', [stranger ?? '']));
    expect(none).to.contain('No private key that is here opens this file').and.to.contain(recipients[0]);
  });
});
