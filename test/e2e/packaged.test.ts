import { expect } from 'chai';
import { fetchText, Pilotage, statusOf, type Work } from './harness.ts';

/** Applications that are packaged for other tools, pushed as they are. */
describe('e2e: a repository of other tools', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  before(async () => {
    pilotage = await Pilotage.start();
  });
  after(() => pilotage?.stop());

  const urlIn = (text: string): string => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';
  async function pushed(work: Work): Promise<string> {
    const { code, stderr } = await work.push();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('-dev is healthy');
    return stderr;
  }
  const token = async (): Promise<string> =>
    (await pilotage.kubectl('-n', 'charted-dev', 'get', 'secret', 'greeter', '-o', 'jsonpath={.data.token}'))
      .stdout;

  describe('a Helm chart', () => {
    let work: Work;
    it('is delivered without helm', async () => {
      work = await pilotage.repository('charted', '../../../examples/helm');
      await work.edit('pilotage.yaml', (text) =>
        text.replace('name: greeter}\nspec', 'name: charted}\nspec'),
      );
      await work.commit('its own name');
      const url = urlIn(await pushed(work));
      const greeted = { greeting: 'Hello from dev', token: 24 };
      expect(JSON.parse((await fetchText(url)).text)).to.deep.equal(greeted);
      const labelled = await pilotage.kubectl(
        '-n',
        'charted-dev',
        'get',
        'deploy,svc',
        '-l',
        'team',
        '-o',
        'name',
      );
      expect(labelled.stdout).to.equal('deployment.apps/greeter\nservice/greeter\n');
    });

    it('explains a field of what is deployed: its line, the value and who set it', async () => {
      const { stdout } = await pilotage.cli('explain', 'charted/dev', 'deployment/greeter', 'spec.replicas');
      expect(stdout).to.match(/^spec\.replicas: \d/);
      expect(stdout).to.match(/written by +chart\/templates\/deployment\.yaml:\d+:\d+ +\{\{ /);
      const secret = await pilotage.cli('explain', 'charted/dev', 'secret/greeter', '-o', 'json');
      expect(secret.stdout)
        .to.contain('"***"')
        .and.not.contain(await token());
    });

    it('keeps the password that it has made once, whatever is pushed, until somebody renews it', async () => {
      const first = await token();
      expect(Buffer.from(first, 'base64').toString('utf8')).to.match(/^[A-Za-z0-9]{24}$/);
      await work.edit('values/dev.yaml', (text) => text.replace('Hello', 'Good day'));
      await work.commit('another greeting');
      await pushed(work);
      expect(await token()).to.equal(first);
      expect((await statusOf(pilotage, 'charted', 'dev'))?.sync).to.equal('Synced');
      const { stdout } = await pilotage.cli('generated', 'charted/dev');
      const [name = ''] = /randAlphaNum-[0-9a-f]{8}/.exec(stdout) ?? [];
      expect((await pilotage.cli('generated', 'charted/dev', '--renew', name)).code).to.equal(0);
      expect((await pilotage.cli('wait', 'charted/dev', '--timeout', '60s')).code).to.equal(0);
      expect(await token()).not.to.equal(first);
    });

    it('is refused with template, line and column where a value is missing, and what runs stays', async () => {
      await work.edit('chart/templates/deployment.yaml', (text) =>
        text.replace('.Values.image.tag', '.Values.imge.tag'),
      );
      await work.commit('a mistake');
      const { stderr } = await work.push();
      const said = stderr.replace(/ *\nremote: {5,}/g, ' ');
      expect(said).to.match(
        /chart\/templates\/deployment\.yaml:\d+:\d+: nil pointer evaluating interface \{\}\.tag/,
      );
      expect(said).to.contain('Did you mean image?');
      expect((await statusOf(pilotage, 'charted', 'dev'))?.health).to.equal('Healthy');
    });
  });

  describe('a kustomization', () => {
    let work: Work;
    it('is delivered by the overlay of its environment', async () => {
      work = await pilotage.repository('overlaid', '../../../examples/kustomize');
      await work.edit('pilotage.yaml', (text) =>
        text.replace('name: greeter}\nspec', 'name: overlaid}\nspec'),
      );
      await work.commit('its own name');
      const url = urlIn(await pushed(work));
      expect(JSON.parse((await fetchText(url)).text).greeting).to.equal('Hello from dev');
    });

    it('rolls out a changed ConfigMap, whose name changes with it, and prunes the one before', async () => {
      const maps = async (): Promise<string[]> => {
        const { stdout } = await pilotage.kubectl('-n', 'overlaid-dev', 'get', 'configmaps', '-o', 'name');
        return stdout
          .trim()
          .split('\n')
          .filter((name) => name.includes('greeter'));
      };
      const before = await maps();
      await work.edit('overlays/dev/kustomization.yaml', (text) => text.replace('Hello', 'Good day'));
      await work.commit('another greeting');
      const url = urlIn(await pushed(work));
      expect(JSON.parse((await fetchText(url)).text).greeting).to.equal('Good day from dev');
      expect(await maps())
        .to.have.length(1)
        .and.not.to.deep.equal(before);
    });

    it('is refused with the line where it names a file that is not there', async () => {
      await work.edit('base/kustomization.yaml', (text) => text.replace('service.yaml', 'servce.yaml'));
      await work.commit('a mistake');
      const { stderr } = await work.push();
      expect(stderr.replace(/ *\nremote: {5,}/g, ' ')).to.match(
        /base\/kustomization\.yaml:1:?\d*: .*servce\.yaml/,
      );
    });
  });
});
