import { expect } from 'chai';
import { createLogger } from '../../src/base/log.ts';

function written(isTTY: boolean): { lines: string[]; logger: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  return { lines, logger: createLogger('warn', { isTTY, write: (line: string) => void lines.push(line) }) };
}

describe('the log', () => {
  it('is JSON for programs', () => {
    const { lines, logger } = written(false);
    logger.warn({ delivery: 'shop' }, 'history not kept');
    expect(JSON.parse(lines[0] ?? '')).to.include({ level: 40, delivery: 'shop', msg: 'history not kept' });
  });

  it('is a sentence on a terminal: when, how bad, what, why, of what', () => {
    const { lines, logger } = written(true);
    logger.warn({ release: 'shop.dev.3', error: 'disk full' }, 'history not kept');
    logger.info({}, 'not worth a line');
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(
      /^\d\d:\d\d:\d\d warn {2}history not kept: disk full \(release: shop\.dev\.3\)\n$/,
    );
  });
});
