import { expect } from 'chai';
import { SECRETS } from '../../src/kube/kinds/resources.data.ts';
import { notTold } from '../../src/model/notified.ts';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE } from '../../src/model/types.ts';
import { toldOf } from '../../src/notify/decide/told.ts';
import { keyOf, startNotifying } from './harness.ts';

const ONE = '1'.repeat(40);
const well = { wantedRevision: ONE, deployedRevision: ONE };
const degraded = { ...well, health: 'Degraded', message: 'web: crash loop\npassword=hunter2' } as const;
const MINUTE = 60_000;
const URL_ = 'https://hooks.example.com/T0/SECRET';

describe('telling channels', () => {
  let at: Awaited<ReturnType<typeof startNotifying>>;
  beforeEach(async () => {
    at = await startNotifying();
    await at.actions.add({ name: 'chat', kind: 'slack', deliveries: ['shop'], settings: { url: URL_ } });
  });
  afterEach(() => at.dispose());

  const rules = [{ to: 'chat', on: ['failed', 'degraded', 'recovered'] as const }];
  const isTold = async (name: string) => at.sent.length > 0 && (await owed(name)).length === 0;
  const owes = async (name: string) => (await owed(name)).length > 0;
  const lost = async (name: string) => notTold(await at.home.get(ENVIRONMENTS, keyOf(name)));
  const aWhile = async (): Promise<void> => {
    const end = at.api.clock.now() + 3 * MINUTE;
    await at.until(() => at.api.clock.now() >= end, 10_000);
  };
  const owed = async (name: string) => toldOf(await at.home.get(ENVIRONMENTS, keyOf(name)))?.owed ?? [];

  it('tells trouble and recovery once each, the first line of the cause alone, and keeps nothing owed', async () => {
    await at.environment('prod', rules);
    await at.becomes('prod', degraded);
    await at.until(() => isTold('prod'));
    await at.becomes('prod', well);
    await at.until(async () => at.sent.length > 1 && (await isTold('prod')));
    await aWhile();
    expect(at.sent.map(({ text }) => text.split('\n')[0])).to.deep.equal([
      'shop/prod is degraded: web: crash loop',
      'shop/prod has recovered and is healthy',
    ]);
    expect(JSON.stringify(at.sent)).not.to.contain('hunter2');
    expect(await owed('prod')).to.deep.equal([]);
  });

  it('tells of many environments in one message', async () => {
    at.state.answer = async () => 503;
    for (let i = 0; i < 14; i++) {
      await at.environment(`e${i}`, rules);
      await at.becomes(`e${i}`, degraded);
    }
    for (let i = 0; i < 14; i++) await at.until(() => owes(`e${i}`));
    await aWhile();
    at.state.answer = async () => 200;
    await at.until(() => isTold('e0'));
    await aWhile();
    expect(at.sent).to.have.length(1);
    expect(at.sent[0]?.text).to.contain('and 4 more');
  });

  it('tells after a restart what was owed, and nothing twice', async () => {
    at.state.answer = async () => 503;
    await at.environment('prod', rules);
    await at.becomes('prod', degraded);
    await at.until(() => owes('prod'));
    await at.stop();
    at.state.answer = async () => 200;
    at.start();
    await at.until(() => isTold('prod'));
    await at.stop();
    at.start();
    await aWhile();
    expect(at.sent).to.have.length(1);
  });

  it('takes what was sent off the record although the first write fails, so that a restart sends it to nobody', async () => {
    at.state.afterTaken = () => {
      at.writes.failing = 1;
    };
    await at.environment('prod', rules);
    await at.becomes('prod', degraded);
    await at.until(() => isTold('prod'));
    expect(at.writes.count).to.equal(2);
    await at.stop();
    at.start();
    await aWhile();
    expect(at.sent).to.have.length(1);
    expect(at.writes.count).to.equal(2);
  });

  it('says what was lost although the first write fails', async () => {
    at.writes.failing = 1;
    await at.environment('dev', [{ to: 'nowhere', on: ['degraded'] }]);
    await at.becomes('dev', degraded);
    await at.until(async () => (await lost('dev')) !== undefined);
    expect(await lost('dev')).to.contain('1 notification was not sent: there is no channel nowhere');
    expect(await owed('dev')).to.deep.equal([]);
  });

  it('asks a channel that fails again, less often each time, and says after a day that it has given up', async () => {
    let asked = 0;
    at.state.answer = async () => {
      asked++;
      return 500;
    };
    await at.environment('prod', rules);
    await at.becomes('prod', degraded);
    await at.until(async () => (await lost('prod')) !== undefined, 10 * MINUTE);
    expect(asked).to.be.within(20, 110);
    expect(await owed('prod')).to.deep.equal([]);
    expect(await lost('prod')).to.equal(
      '1 notification was not sent: channel chat: hooks.example.com answers 500',
    );
    expect((await at.actions.list())[0]?.last?.ok).to.equal(false);
  }).timeout(20_000);

  it('keeps no other channel waiting for one that hangs', async () => {
    await at.actions.add({
      name: 'slow',
      kind: 'slack',
      deliveries: ['*'],
      settings: { url: 'https://slow.example.com/' },
    });
    let release = (_status: number): void => {};
    const hung = new Promise<number>((resolve) => {
      release = resolve;
    });
    at.state.answer = ({ url }) => (url.includes('slow') ? hung : Promise.resolve(200));
    await at.environment('prod', [{ to: 'slow', on: ['degraded'] }, ...rules]);
    await at.becomes('prod', degraded);
    await at.until(() => at.sent.length > 0);
    expect(at.sent.map(({ url }) => url)).to.deep.equal([URL_]);
    release(500);
  });

  it('tells nothing to a channel that is not for the delivery or not there, and says so', async () => {
    await at.actions.add({ name: 'theirs', kind: 'slack', deliveries: ['billing'], settings: { url: URL_ } });
    await at.environment('prod', [{ to: 'theirs', on: ['degraded'] }]);
    await at.environment('dev', [{ to: 'nowhere', on: ['degraded'] }]);
    await at.becomes('prod', degraded);
    await at.becomes('dev', degraded);
    for (const name of ['prod', 'dev']) await at.until(async () => (await lost(name)) !== undefined);
    expect(at.sent).to.deep.equal([]);
    expect(await lost('prod')).to.contain('is not for this delivery');
    expect(await lost('dev')).to.contain('there is no channel nowhere');
  });

  it('shows the address of a channel to nobody, and forgets it with the channel', async () => {
    at.state.answer = async () => 404;
    const refusal = await at.actions.test('chat').catch((error: Error) => error.message);
    expect(refusal).to.equal('hooks.example.com answers 404');
    expect(JSON.stringify(await at.actions.list())).not.to.contain('SECRET');
    await at.actions.remove('chat');
    const { items } = await at.home.list(SECRETS, { namespace: PILOTAGE_NAMESPACE });
    expect(JSON.stringify(items)).not.to.contain(Buffer.from(URL_).toString('base64'));
    expect(items.map(({ metadata }) => metadata.name)).not.to.include('notify-chat');
  });

  it('refuses a channel that could not be meant', async () => {
    const refused = (settings: Record<string, string>, kind = 'slack') =>
      at.actions.add({ name: 'x', kind, deliveries: ['*'], settings }).then(
        () => 'taken',
        (error: Error) => error.message,
      );
    expect(await refused({})).to.contain('needs url');
    expect(await refused({ url: 'file:///etc/passwd' })).to.contain('is not one of kind slack');
    expect(await refused({ url: URL_, token: 'x' })).to.contain('has no token');
    const mail = { url: 'smtp://mail', from: 'a@example.com', to: 'b@example.com>\r\nDATA' };
    expect(await refused(mail, 'email')).to.contain('is not an address of mail');
    expect(await refused({ url: URL_ }, 'pigeon')).to.contain('not a kind');
  });
});
