import { expect } from 'chai';
import { ProblemError } from '../../../src/base/errors.ts';
import type { WebAnswer, WebRequest } from '../../../src/charts/web/ask.ts';
import { patient } from '../../../src/charts/web/patience.ts';
import { answer } from '../../fakes/chartservers.ts';

const CUT_SHORT = new ProblemError({ reason: 'DownloadCutShort', message: 'it broke off' });
const UNREACHABLE = new ProblemError({ reason: 'Unreachable', message: 'no such host' });

describe('a request that fails for a moment', () => {
  /** The pauses, and the status or reason in the end. */
  async function asked(
    outcomes: readonly (WebAnswer | ProblemError)[],
    request: Partial<WebRequest> = {},
  ): Promise<readonly (number | string)[]> {
    const pauses: number[] = [];
    const left = [...outcomes];
    const ask = patient(
      async () => {
        const next = left.length > 1 ? left.shift() : left[0];
        if (!next || next instanceof ProblemError) throw next;
        return next;
      },
      async (ms) => void pauses.push(ms),
    );
    const end = await ask({ url: 'https://a.example.com/', most: 1, ...request }).then(
      ({ status }) => status,
      (error: ProblemError) => error.problem.reason,
    );
    return [...pauses, end];
  }
  const busy = (retryAfter?: string) => answer(429, '', retryAfter ? { 'retry-after': retryAfter } : {});

  it('is asked again after pauses that grow, and answered', async () => {
    expect(await asked([answer(503, ''), answer(502, ''), answer(200, 'a')])).to.deep.equal([500, 1000, 200]);
  });

  it('waits as long as the server asks for', async () => {
    expect(await asked([busy('7'), answer(200, 'a')])).to.deep.equal([7000, 200]);
  });

  it('is given up on where the server wants a pause of minutes, and after four attempts', async () => {
    expect(await asked([busy('600')])).to.deep.equal([429]);
    expect(await asked([busy()])).to.deep.equal([500, 1000, 2000, 429]);
  });

  it('is asked again where the answer broke off', async () => {
    expect(await asked([CUT_SHORT, answer(200, 'a')])).to.deep.equal([500, 200]);
  });

  it('is not repeated where it is a write, was refused, or nobody is there', async () => {
    expect(await asked([answer(503, '')], { method: 'PUT' })).to.deep.equal([503]);
    for (const status of [401, 404, 500]) expect(await asked([answer(status, '')])).to.deep.equal([status]);
    expect(await asked([UNREACHABLE])).to.deep.equal(['Unreachable']);
  });
});
