import { expect } from 'chai';
import { environmentPath, parseDuration } from '../../src/cli/command.ts';
import { parseAddress } from '../../src/cli/commands/up.ts';
import { formatAge, formatTable, shortRevision } from '../../src/cli/output/table.ts';

describe('a duration', () => {
  for (const [text, ms] of [
    ['60s', 60_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1.5s', 1_500],
    ['0s', 0],
  ] as const) {
    it(`${text} is ${ms} ms`, () => {
      expect(parseDuration(text)).to.equal(ms);
    });
  }
  for (const text of ['', '60', 's', '1d', '-5s', '1 s', '5s!', 'x5s', '1e3s']) {
    it(`is not "${text}"`, () => {
      expect(() => parseDuration(text)).to.throw('duration');
    });
  }
});

describe('an address to listen on', () => {
  for (const [text, host, port] of [
    ['127.0.0.1:7080', '127.0.0.1', 7080],
    ['localhost:0', 'localhost', 0],
    ['7080', '127.0.0.1', 7080],
    [':7080', '127.0.0.1', 7080],
    ['[::1]:7080', '::1', 7080],
    ['0.0.0.0:65535', '0.0.0.0', 65_535],
  ] as const) {
    it(`${text} is port ${port} of ${host}`, () => {
      expect(parseAddress(text)).to.deep.equal({ host, port });
    });
  }
  for (const text of [
    '',
    'localhost',
    'localhost:',
    'localhost:http',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '1:2:3 4',
  ]) {
    it(`is not "${text}"`, () => {
      expect(() => parseAddress(text)).to.throw('HOST:PORT');
    });
  }
});

describe('the path of an environment', () => {
  it('leaves the delivery empty where it was left out', () => {
    expect(environmentPath('prod', 'why')).to.equal('/api/v1/environments//prod/why');
    expect(environmentPath('shop/prod', 'why')).to.equal('/api/v1/environments/shop/prod/why');
  });

  it('keeps what is odd within its segment', () => {
    expect(environmentPath('../x/..?y', 'why')).to.equal('/api/v1/environments/../x%2F..%3Fy/why');
  });
});

describe('a table', () => {
  it('aligns columns three apart and leaves no space at the ends of lines', () => {
    expect(
      formatTable(
        ['NAME', 'AGE', 'NOTE'],
        [
          ['a-long-name', '1s', ''],
          ['b', '100s', 'x'],
        ],
      ),
    ).to.equal(['NAME          AGE    NOTE', 'a-long-name   1s', 'b             100s   x'].join('\n'));
  });

  it('is its head where there are no rows', () => {
    expect(formatTable(['NAME', 'AGE'], [])).to.equal('NAME   AGE');
  });
});

describe('an age', () => {
  const now = Date.parse('2026-01-10T00:00:00Z');
  for (const [ms, text] of [
    [0, '0s'],
    [119_000, '119s'],
    [120_000, '2m'],
    [7_200_000, '2h'],
    [172_800_000, '2d'],
    [-5_000, '0s'],
  ] as const) {
    it(`of ${ms} ms is ${text}`, () => {
      expect(formatAge(new Date(now - ms).toISOString(), now)).to.equal(text);
    });
  }

  it('is a dash where nobody knows', () => {
    expect([formatAge(undefined, now), formatAge('soon', now), shortRevision(null)]).to.deep.equal([
      '-',
      '-',
      '-',
    ]);
  });
});
