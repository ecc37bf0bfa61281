import { expect } from 'chai';
import { problemOf } from '../../src/base/errors.ts';
import { bootstrapAccount, bootstrapUrl } from '../../src/cli/bootstrap.ts';

describe('the first administrator from the command line', () => {
  /** A person who types these lines, and what the daemon is then asked. */
  async function typing(lines: readonly string[], isTerminal = true) {
    const posted: unknown[] = [];
    const rest = [...lines];
    const daemon = {
      async post<T>(path: string, body: object): Promise<T> {
        posted.push([path, body]);
        return {} as T;
      },
    };
    const outcome = await bootstrapAccount(daemon, 'ada', async () => rest.shift() ?? '', isTerminal).then(
      (password) => password,
      (error: unknown) => problemOf(error).reason,
    );
    return { outcome, posted };
  }
  const PASSWORD = 'correct horse battery';
  const asked = ['/bootstrap', { code: 'c0-de', name: 'ada', password: PASSWORD }];

  it('is made with the code, or with the address that brought it', async () => {
    for (const given of ['c0-de', ' c0-de ', bootstrapUrl('https://deploy.example.com', { code: 'c0-de' })]) {
      const { outcome, posted } = await typing([given, PASSWORD, PASSWORD]);
      expect(posted, given).to.deep.equal([asked]);
      expect(outcome).to.equal(PASSWORD);
    }
  });

  it('is not made with a password that was typed in two ways', async () => {
    const { outcome, posted } = await typing(['c0-de', PASSWORD, 'another']);
    expect(outcome).to.equal('BadRequest');
    expect(posted).to.deep.equal([]);
  });

  it('keeps the code behind the part of an address that no server and no log sees', () => {
    expect(bootstrapUrl('http://127.0.0.1:7080', { code: 'x' })).to.equal(
      'http://127.0.0.1:7080/bootstrap#x',
    );
  });
});
