import { expect } from 'chai';
import { readIndex } from '../../../src/charts/repository/index.ts';
import { sectionOf } from '../../../src/charts/repository/section.ts';
import { goDialect } from '../../../src/render/helm/dialect.ts';
import { refusal } from '../../fakes/chartservers.ts';

const versions = (...all: string[]) =>
  all
    .map((one) => `  - name: x\n    version: ${one}\n    description: |\n      web:\n    urls: [a]\n`)
    .join('');
const INDEX = `apiVersion: v1\nentries:\n  web-ui:\n${versions('3.0.0')}  web:\n${versions('1.0.0', '1.1.0')}  "zoo":\n${versions('2.0.0')}generated: now\n`;
const found = (text: string, name: string) =>
  readIndex(sectionOf(Buffer.from(text), name, 'u'), 'u', goDialect)
    .get(name)
    ?.map(({ version }) => version);

describe('the part of an index that is of one chart', () => {
  it('is what the whole says of it', () => {
    const whole = readIndex(Buffer.from(INDEX), 'u', goDialect);
    for (const [name, entries] of whole)
      expect(found(INDEX, name)).deep.equal(entries.map(({ version }) => version));
    expect(whole.size).equal(3);
    expect(found(INDEX.replaceAll('\n', '\r\n'), 'web')).deep.equal(['1.0.0', '1.1.0']);
  });

  it('has nothing of the others, which are not read', () => {
    expect(sectionOf(Buffer.from(`${INDEX}  broken: [`), 'web', 'u').toString()).equal(
      `entries:\n  web:\n${versions('1.0.0', '1.1.0').trimEnd()}\n`,
    );
    expect(found(INDEX, 'none')).equal(undefined);
  });

  it('is the whole where that is small and written otherwise', () => {
    expect(
      found('{"entries": {"web": [{"name": "web", "version": "1.0.0", "urls": ["a"]}]}}', 'web'),
    ).deep.equal(['1.0.0']);
  });

  it('is refused where it is large itself', async () => {
    const large = `entries:\n  web:\n  - description: ${'x'.repeat(2 ** 21)}\n`;
    expect(await refusal((async () => sectionOf(Buffer.from(large), 'web', 'u'))())).match(/^IndexTooLarge/);
  });

  it('is refused where the whole is large and written otherwise', async () => {
    const large = Buffer.from(JSON.stringify({ entries: { web: [] }, padding: ' '.repeat(2 ** 21) }));
    expect(await refusal((async () => sectionOf(large, 'web', 'u'))())).match(/^IndexTooLarge/);
  });
});
