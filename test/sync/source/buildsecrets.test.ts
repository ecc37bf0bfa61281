import { expect } from 'chai';
import { formatProblem } from '../../../src/base/errors.ts';
import { NAMESPACES, SECRETS } from '../../../src/kube/kinds/resources.data.ts';
import { buildSecretReader, dockerConfigOf } from '../../../src/sync/source/buildsecrets.ts';
import { createFakeCluster } from '../../fakes/cluster.ts';

describe('the Secrets of builds', () => {
  const cluster = createFakeCluster();
  const read = buildSecretReader(cluster.client);
  const named = (name: string, delivery = 'shop') => ({
    name,
    delivery,
    place: { file: 'pilotage.yaml', line: 9 },
  });
  before(async () => {
    await cluster.client.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'pilotage' },
    });
    await cluster.client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'npm',
        namespace: 'pilotage',
        annotations: { 'pilotage.dev/builds': 'other, shop' },
      },
      data: { token: Buffer.from('s3cr3t').toString('base64') },
    });
  });

  it('are for the deliveries that a person has named', async () => {
    const secret = await read(named('npm'));
    expect(secret.ok && secret.value.token?.toString()).to.equal('s3cr3t');
  });

  it('are refused to every other delivery, with what would allow them', async () => {
    const secret = await read(named('npm', 'thief'));
    expect(!secret.ok && formatProblem(secret.problems[0])).to.equal(
      'pilotage.yaml:9: the Secret npm is not for builds of thief\n' +
        '  → Whoever may write it says for which deliveries it is: kubectl -n pilotage annotate secret npm pilotage.dev/builds=thief.',
    );
  });

  it('that are missing are named, with where they belong', async () => {
    const secret = await read(named('gone'));
    expect(!secret.ok && secret.problems[0].message).to.equal(
      'there is no Secret gone in the namespace pilotage',
    );
  });

  it('of a registry have to hold its credentials', async () => {
    const config = await dockerConfigOf(read, named('npm'));
    expect(!config.ok && config.problems[0].message).to.equal('the Secret npm has no .dockerconfigjson');
  });
});
