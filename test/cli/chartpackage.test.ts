import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from './harness.ts';

describe('chart package', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cli-'));
    mkdirSync(join(dir, 'shop/templates'), { recursive: true });
    writeFileSync(join(dir, 'shop/Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
    writeFileSync(join(dir, 'shop/templates/a.yaml.hbs'), 'kind: A\n');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const pack = (...more: string[]) =>
    run(['chart', 'package', join(dir, 'shop'), '-d', join(dir, 'out'), ...more]);

  it('writes the archive where it is told to, and says where', async () => {
    const { code, stdout, stderr } = await pack('--version', '1.2.0');
    expect([code, stderr, stdout]).to.deep.equal([0, '', `${join(dir, 'out/shop-1.2.0.tgz')}\n`]);
    expect(readdirSync(join(dir, 'out'))).to.deep.equal(['shop-1.2.0.tgz']);
  });

  it('packs a version once: again with the same content, never with another', async () => {
    expect((await pack()).code).to.equal(0);
    expect((await pack()).code).to.equal(0);
    const before = readFileSync(join(dir, 'out/shop-1.0.0.tgz'));
    writeFileSync(join(dir, 'shop/values.yaml'), 'a: 1\n');
    const { code, stderr } = await pack();
    expect([code, stderr.includes('exists already, with other content; nothing was written')]).to.deep.equal([
      1,
      true,
    ]);
    expect(readFileSync(join(dir, 'out/shop-1.0.0.tgz')).equals(before)).to.equal(true);
  });

  it('writes nothing of a chart that cannot be read', async () => {
    writeFileSync(join(dir, 'shop/Chart.yaml'), 'apiVersion: v2\nname: shop\n');
    const { code, stderr } = await pack();
    expect([code, stderr.includes('Chart.yaml')]).to.deep.equal([1, true]);
    expect(readdirSync(dir)).to.deep.equal(['shop']);
  });
});
