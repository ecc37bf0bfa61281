import { resolve } from 'node:path';
import { expect } from 'chai';
import type { UpOptions } from '../../../src/cli/context.ts';
import { readSurroundings } from '../../../src/config.ts';
import { run } from '../harness.ts';

describe('pilotage up', () => {
  const up = async (...flags: readonly string[]) => {
    let started: UpOptions | undefined;
    const runDaemon = async (options: UpOptions) => {
      started = options;
      return 0;
    };
    const { stderr } = await run(['up', '--data-dir', '/nowhere', ...flags], {}, { runDaemon });
    return { started, stderr };
  };

  it('refuses to send the token over a network without TLS, unless told to', async () => {
    const address = ['--http', '0.0.0.0:7080'];
    expect((await up(...address)).started?.encryption).to.deep.equal({ type: 'own' });
    const { started, stderr } = await up(...address, '--no-tls');
    expect(started).to.equal(undefined);
    expect(stderr).to.contain('without TLS').and.contain('--insecure');
    expect((await up(...address, '--insecure')).started?.encryption).to.deep.equal({ type: 'none' });
    expect((await up()).started?.encryption).to.deep.equal({ type: 'none' });
  });

  it('takes the path of a file from the folder that it is run in', async () => {
    expect((await up()).started?.admissionFile).to.equal(undefined);
    const { started } = await up('--admission-config', 'admission.yaml');
    expect(started?.admissionFile).to.equal(resolve('admission.yaml'));
  });

  it('serves Ingresses at ports of its own, where it is told, or not at all', async () => {
    const asked = async (...flags: readonly string[]) => (await up(...flags)).started?.ingress;
    expect(await asked()).to.deep.equal({
      http: { host: '127.0.0.1', port: 7081, given: false },
      https: { host: '127.0.0.1', port: 7444, given: false },
      log: false,
    });
    expect(await asked('--ingress', '0.0.0.0:80', '--ingress-log')).to.deep.equal({
      http: { host: '0.0.0.0', port: 80, given: true },
      https: { host: '0.0.0.0', port: 7444, given: false },
      log: true,
    });
    expect((await asked('--ingress-tls', '10.0.0.1:443'))?.https).to.deep.equal({
      host: '10.0.0.1',
      port: 443,
      given: true,
    });
    expect(await asked('--no-ingress')).to.equal(undefined);
  });

  for (const flags of [['--ingress-tls', '127.0.0.1:443'], ['--ingress-log']])
    it(`refuses ${flags[0]} where Ingresses are not to be served: it was dropped without a word`, async () => {
      const { started, stderr } = await up('--no-ingress', ...flags);
      expect(started).to.equal(undefined);
      expect(stderr).to.contain(`Leave ${flags[0]} or --no-ingress out.`);
    });

  it('takes a strategy of scheduling, and no word that is none', async () => {
    expect((await up()).started?.scheduling).to.equal(undefined);
    expect((await up('--scheduling', 'binpack')).started?.scheduling).to.equal('binpack');
    const { started, stderr } = await up('--scheduling', 'tightly');
    expect(started).to.equal(undefined);
    expect(stderr).to.contain('Allowed choices are spread, binpack, random');
  });

  it('looks for a container engine where DOCKER_HOST says and at the usual places, or where it is told', async () => {
    const found = readSurroundings({ DOCKER_HOST: 'unix:///run/mine.sock', XDG_RUNTIME_DIR: '/run/user/1' });
    expect(found.engineSockets).to.deep.equal([
      '/run/mine.sock',
      '/var/run/docker.sock',
      '/run/podman/podman.sock',
      '/run/user/1/podman/podman.sock',
    ]);
    expect(readSurroundings({ DOCKER_HOST: 'tcp://elsewhere:2375' }).engineSockets).to.have.length(2);
    expect((await up()).started?.engineSockets).to.have.length(2);
    const given = async (path: string) => (await up('--engine', path)).started?.engineSockets;
    expect(await given('unix:///run/other.sock')).to.deep.equal(['/run/other.sock']);
    expect(await given('other.sock')).to.deep.equal([resolve('other.sock')]);
    expect(await given('none')).to.deep.equal([]);
  });

  it('may be asked by the names that it is given', async () => {
    const { started } = await up('--http', 'builder:7080', '--insecure', '--http-name', 'Pilot.example');
    expect(started?.httpNames).to.include.members(['builder', 'pilot.example']);
  });
});
