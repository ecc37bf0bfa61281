import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { formatProblem, unwrap } from '../../../src/base/errors.ts';
import { parseYaml } from '../../../src/kube/values/yaml.ts';
import { systemChance } from '../../../src/render/chance.ts';
import { handlebars } from '../../../src/render/handlebars/engine.ts';
import { render } from '../../../src/render/render.ts';
import { bytesOf } from '../../../src/render/sops/cipher.ts';
import { identitiesIn } from '../../../src/render/sops/identities.ts';
import { leavesOf } from '../../../src/render/sops/leaves.ts';
import { openFile } from '../../../src/render/sops/tree.ts';
import { request } from '../request.ts';
import { tree } from '../tree.ts';

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

describe('a file of lines that sops(1) has sealed', () => {
  const identities = identitiesIn(fixture('identity.txt'));
  /** What is kept of comments is sealed, and differs. */
  const uncommented = (text: string): string => text.replace(/^[#;].*\n/gm, '');
  const edited = (name: string, from: string | RegExp, to: string): string => {
    const text = fixture(name).replace(from, to);
    expect(text).to.not.equal(fixture(name));
    return text;
  };
  const refusal = async (name: string, text: string): Promise<string> => {
    const opened = await openFile(text, name, identities);
    return opened.ok ? 'nothing' : opened.problems.map(formatProblem).join('\n');
  };

  for (const format of ['env', 'ini'])
    it(`is opened as sops opens it: .${format}`, async () => {
      const opened = unwrap(await openFile(fixture(`sealed.${format}`), `x.${format}`, identities));
      expect(uncommented(opened?.text ?? '').trimEnd()).to.equal(
        uncommented(fixture(`plain.${format}`)).trimEnd(),
      );
      expect(opened?.text).to.not.match(/sops|lastmodified/);
    });

  it('tells what was secret of it', async () => {
    const opened = unwrap(await openFile(fixture('sealed.env'), 'x.env', identities));
    expect(opened?.secrets).to.deep.equal(['one=two "three" # four', ' x ', 'a\nb']);
  });

  it('is refused where a value was changed, moved or laid open, at its line', async () => {
    const env = (from: string | RegExp, to: string) => refusal('x.env', edited('sealed.env', from, to));
    expect(await env('LEVEL_unencrypted=info', 'LEVEL_unencrypted=debug')).to.contain(
      'changed by hand after',
    );
    expect(await env('PASSWORD=', 'OTHER=')).to.match(/^x\.env:2:\d+: OTHER was changed, or moved/);
    expect(await env(/^PASSWORD=.*$/m, 'PASSWORD=open')).to.match(/^x\.env:2:\d+: PASSWORD is not sealed/);
    const ini = await refusal(
      'x.ini',
      edited('sealed.ini', 'host_unencrypted = h', 'host_unencrypted = "h"'),
    );
    expect(ini).to.match(/^x\.ini:\d+: This line of a sealed file cannot be read/);
  });

  it('is left as it is where it is not of sops, and named where no key opens it', async () => {
    expect(unwrap(await openFile('A=b\n', 'x.env', identities))).to.equal(undefined);
    const opened = await openFile(fixture('sealed.ini'), 'x.ini', []);
    expect(opened.ok ? '' : opened.problems[0].message).to.contain('No private key that is here opens');
  });

  it('goes into the Secrets of a kustomization opened, and not at all where it cannot be', async () => {
    const files = tree({
      'kustomization.yaml':
        'secretGenerator: [{name: s, envs: [a.env], files: [a.ini], options: {disableNameSuffixHash: true}}]\n',
      'a.env': fixture('sealed.env'),
      'a.ini': fixture('sealed.ini'),
    });
    const opened = await render({ ...request(files), identities }, handlebars, systemChance);
    const [secret] = unwrap(opened).manifests;
    const { data } = (secret ?? { object: { data: {} } }).object as { data: Record<string, string> };
    const password = Buffer.from(data.PASSWORD ?? '', 'base64').toString();
    expect(password).to.equal('one=two "three" # four');
    expect(Buffer.from(data['a.ini'] ?? '', 'base64').toString()).to.contain('user             = ada');
    const sealed = await render(request(files), handlebars, systemChance);
    expect(sealed.ok ? 'delivered' : sealed.problems.map(({ message }) => message).join()).to.contain(
      'No private key that is here opens',
    );
  });
});
