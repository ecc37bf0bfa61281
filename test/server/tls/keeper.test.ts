import { expect } from 'chai';
import { ProblemError } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { Presented } from '../../../src/server/tls/certificate.ts';
import { keepCertificate } from '../../../src/server/tls/keeper.ts';
import { FakeClock } from '../../fakes/clock.ts';

const MINUTE = 60_000;
const named = (name: string): Presented => ({ certificate: { cert: name, key: `key of ${name}` } });

/** A server that remembers what it was given, and whoever reads the files. */
function world() {
  const presented: unknown[] = [];
  const warned: unknown[] = [];
  const clock = new FakeClock();
  const files: { now: Presented | ProblemError } = { now: named('first') };
  const logger = { ...silentLogger, warn: (fields: object) => void warned.push(fields) };
  const server = {
    setSecureContext: (options: object) => void presented.push(options),
    addContext: () => {},
  };
  const read = async () => {
    if (files.now instanceof ProblemError) throw files.now;
    return files.now;
  };
  return { presented, warned, clock, files, keep: () => keepCertificate(server, { read, clock, logger }) };
}

const expired = new ProblemError({ reason: 'BadCertificate', message: 'expired' });

describe('the certificate of a server that runs', () => {
  it('is another one within a minute after it was renewed, and is not set again while it stays', async () => {
    const { presented, clock, files, keep } = world();
    const end = await keep();
    await clock.advance(5 * MINUTE);
    expect(presented).to.deep.equal([named('first').certificate]);
    files.now = named('second');
    await clock.advance(MINUTE);
    expect(presented).to.deep.equal([named('first').certificate, named('second').certificate]);
    end();
  });

  it('stays where the new one would let nobody in, and that is told once', async () => {
    const { presented, warned, clock, files, keep } = world();
    const end = await keep();
    files.now = expired;
    await clock.advance(5 * MINUTE);
    expect(presented).to.have.length(1);
    expect(warned).to.deep.equal([{ problem: expired.problem }]);
    files.now = named('third');
    await clock.advance(MINUTE);
    expect(presented.at(-1)).to.deep.equal(named('third').certificate);
    end();
  });

  it('is refused at the start where there is none', async () => {
    const { files, keep } = world();
    files.now = expired;
    expect(await keep().catch((error: unknown) => error)).to.equal(expired);
  });

  it('is looked at no more once the server ends', async () => {
    const { clock, keep } = world();
    (await keep())();
    expect(clock.pending).to.equal(0);
  });
});
