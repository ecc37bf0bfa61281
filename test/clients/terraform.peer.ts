import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { Pilotage } from '../e2e/harness.ts';
import { type Finished, run } from '../e2e/processes.ts';
import { client, fixture, program } from './programs.ts';

/** The folder of a released terraform-provider-kubernetes: Go can require none of its versions by name. */
const provider = process.env.PILOTAGE_TERRAFORM_PROVIDER;

const CHANGED = ['-var=greeting=moin', '-var=replicas=1'];

/** OpenTofu with Terraform's Kubernetes provider. The steps build upon each other. */
(provider ? describe : describe.skip)("Terraform's Kubernetes provider", function () {
  this.timeout(180_000);
  let pilotage: Pilotage;
  let k: ReturnType<typeof client>;
  let dir: string;
  let env: Record<string, string>;

  before(async () => {
    pilotage = await Pilotage.start();
    k = client('kubectl', pilotage.ready.kubeconfig, pilotage.dir);
    // kubernetes_manifest plans by the schema of a kind, so that it has to be there before.
    await k.ok('apply', '-f', fixture('parcels.yaml'));
    dir = join(pilotage.dir, 'terraform');
    await mkdir(dir);
    await cp(fixture('terraform'), dir, { recursive: true });
    const rc = join(pilotage.dir, 'tofu.rc');
    // No registry is asked: the provider is the one that is here.
    const overrides = `dev_overrides { "hashicorp/kubernetes" = ${JSON.stringify(provider)} }`;
    await writeFile(rc, `provider_installation {\n  ${overrides}\n}\n`);
    env = {
      HOME: pilotage.dir,
      TF_CLI_CONFIG_FILE: rc,
      CHECKPOINT_DISABLE: '1',
      KUBE_CONFIG_PATH: pilotage.ready.kubeconfig,
    };
  });
  after(() => pilotage?.stop());

  const tofu = (command: string, ...args: readonly string[]): Promise<Finished> =>
    run(program('tofu'), [`-chdir=${dir}`, command, '-no-color', '-input=false', ...args], {
      env,
      timeout: 150_000,
    });
  const ok = async (command: string, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await tofu(command, ...args);
    expect(code, `tofu ${command}\n${stdout}${stderr}`).to.equal(0);
    return stdout;
  };
  /** Whether there is something to do; what it is, where there should be nothing. */
  const plan = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await tofu('plan', '-detailed-exitcode', ...args);
    expect(code, `${stdout}${stderr}`).to.be.oneOf([0, 2]);
    return code === 0 ? 'nothing' : stdout;
  };
  const field = (kind: string, name: string, path: string): Promise<string> =>
    k.ok('get', kind, name, '-n', 'shop', '-o', `jsonpath={${path}}`);

  it('plans what is not there', async () => {
    expect(await plan()).to.contain('Plan: 17 to add, 0 to change, 0 to destroy.');
  });

  it('applies it, and waits for the Deployment and the Job', async () => {
    expect(await ok('apply', '-auto-approve')).to.contain('Apply complete! Resources: 17 added');
    expect(await field('deployment', 'web', '.status.readyReplicas')).to.equal('2');
    expect(await field('job', 'once', '.status.succeeded')).to.equal('1');
    expect(await field('parcel', 'first', '.spec')).to.equal(
      '{"door":7,"tags":["fragile"],"to":"hello","weight":1}',
    );
  });

  it('plans nothing once it is applied', async () => {
    expect(await plan()).to.equal('nothing');
  });

  it('changes what has changed, in place', async () => {
    expect(await ok('apply', '-auto-approve', ...CHANGED)).to.contain(
      'Resources: 0 added, 4 changed, 0 destroyed',
    );
    expect(await field('configmap', 'web', '.data.greeting')).to.equal('moin');
    expect(await field('configmap', 'raw', '.data.greeting')).to.equal('moin');
    expect(await field('parcel', 'first', '.spec.to')).to.equal('moin');
    expect(await field('deployment', 'web', '.spec.replicas')).to.equal('1');
    expect(await plan(...CHANGED)).to.equal('nothing');
  });

  it('sees what somebody else has changed, and puts it back', async () => {
    await k.ok('patch', 'service', 'web', '-n', 'shop', '-p', '{"spec":{"selector":{"app":"other"}}}');
    await k.ok('label', 'namespace', 'shop', 'team=other', '--overwrite');
    const found = await plan(...CHANGED);
    expect(found).to.contain('0 to add, 2 to change, 0 to destroy');
    await ok('apply', '-auto-approve', ...CHANGED);
    expect(await field('service', 'web', '.spec.selector.app')).to.equal('web');
    expect(await plan(...CHANGED)).to.equal('nothing');
  });

  it('takes over what is already there', async () => {
    const address = 'kubernetes_config_map_v1.web';
    const { code, stderr } = await run(program('tofu'), [`-chdir=${dir}`, 'state', 'rm', address], { env });
    expect(code, stderr).to.equal(0);
    await ok('import', ...CHANGED, address, 'shop/web');
    expect(await plan(...CHANGED)).to.equal('nothing');
  });

  it('destroys it, and nothing is left', async () => {
    expect(await ok('destroy', '-auto-approve')).to.contain('Destroy complete! Resources: 17 destroyed.');
    expect(await k.ok('get', 'namespace', 'shop', '--ignore-not-found')).to.equal('');
  });
});
