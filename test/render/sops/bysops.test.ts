import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { unwrap } from '../../../src/base/errors.ts';
import { parseYaml } from '../../../src/kube/values/yaml.ts';
import { bytesOf } from '../../../src/render/sops/cipher.ts';
import { identitiesIn } from '../../../src/render/sops/identities.ts';
import { leavesOf } from '../../../src/render/sops/leaves.ts';
import { openFile } from '../../../src/render/sops/tree.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/sops/bysops/${name}`, import.meta.url), 'utf8');

describe('a file that sops(1) has sealed', () => {
  const sealed = fixture('sealed.yaml');

  it('is opened as sops opens it: comments in lists, zeros with a sign, and times readable or none', async () => {
    const opened = unwrap(await openFile(sealed, 'x.yaml', identitiesIn(fixture('identity.txt'))));
    const values = (text: string) => unwrap(parseYaml(text, 'x.yaml'));
    expect(values(opened?.text ?? '')).to.deep.equal(values(fixture('plain.yaml')));
  });

  it('keeps a comment that is an item of a list sealed, as a comment on its line', async () => {
    const opened = unwrap(await openFile(sealed, 'x.yaml', identitiesIn(fixture('identity.txt'))));
    const line = sealed
      .split('\n')
      .findIndex((each) => each.includes(',type:comment]') && each.includes('- ENC'));
    expect(line).to.be.greaterThan(0);
    expect(opened?.text.split('\n')[line]).to.equal(sealed.split('\n')[line]?.replace('- ENC', '#ENC'));
    expect(opened?.secrets).not.to.include(' first');
  });

  const counted: readonly [string, string][] = [
    ['-0.0', '-0'],
    ['1_000.50', '1000.5'],
    ['.1_0', '.1_0'],
    ['089', '89'],
    ['0x_', '0x_'],
    ['0o17', '15'],
    ['2024-02-30', '2024-02-30'],
    ['2024-2-3', '2024-02-03T00:00:00Z'],
    ['2001-12-14 21:59:43.10', '2001-12-14T21:59:43.1Z'],
    ['2001-12-14 21:59:43.10 -5', '2001-12-14 21:59:43.10 -5'],
    ['2001-12-14t21:59:43.10-05:00', '2001-12-14T21:59:43.1-05:00'],
    ['2001-12-14T21:59:43+00:00', '2001-12-14T21:59:43Z'],
    ['2001-12-14T21:59:43', '2001-12-14T21:59:43'],
    ['2001-12-14T24:00:00Z', '2001-12-14T24:00:00Z'],
  ];
  for (const [written, bytes] of counted)
    it(`counts ${written} for its message authentication code as ${bytes}`, () => {
      const [leaf] = leavesOf(`a: ${written}\n`, 'x.yaml').leaves;
      expect(bytesOf(leaf?.value ?? '').toString()).to.equal(bytes);
    });

  it('has numbers that are none of JSON as Go writes them', () => {
    const written = [Infinity, -Infinity, NaN, 1e21, 1e-7].map((value) => bytesOf(value).toString());
    expect(written).to.deep.equal(['+Inf', '-Inf', 'NaN', '1000000000000000000000', '0.0000001']);
  });
});
