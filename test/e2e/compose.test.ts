import { expect } from 'chai';
import { fetchText, Pilotage, type Work } from './harness.ts';

describe('e2e: a compose file', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  let work: Work;
  before(async () => {
    pilotage = await Pilotage.start();
    work = await pilotage.repository('visits', '../../../examples/compose');
  });
  after(() => pilotage?.stop());

  const urlIn = (text: string): string => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';
  const said = async (): Promise<string> => {
    const { code, stderr } = await work.push();
    expect(code, stderr).to.equal(0);
    return stderr;
  };

  it('delivers its services at the first push, one after the other, and they reach one another', async () => {
    const text = await said();
    expect(text).to.contain('visits-dev is healthy');
    expect(text.indexOf('Deployment visits-dev/counter')).to.be.lessThan(
      text.indexOf('Deployment visits-dev/web'),
    );
    const url = urlIn(text);
    expect((await fetchText(`${url}/visit`)).text).to.equal('Hello: visitor 1\n');
  });

  it('takes variables from the values of the environment', async () => {
    await work.write('values/dev.yaml', 'GREETING: Bonjour\n');
    await work.commit('a greeting');
    const url = urlIn(await said());
    expect((await fetchText(url)).text).to.equal('Bonjour\n');
  });

  it('leaves what runs alone when a key is misspelt, and says where', async () => {
    await work.edit('compose.yaml', (text) => text.replace('expose:', 'exposes:'));
    await work.commit('a mistake');
    const { stderr } = await work.push();
    expect(stderr.replace(/ *\nremote: {5,}/g, ' ')).to.match(
      /compose\.yaml:\d+:\d+: exposes is not a key of services\.counter/,
    );
    const { stdout } = await pilotage.cli('status');
    expect((await fetchText(urlIn(stdout))).text).to.equal('Bonjour\n');
  });
});
