import { expect } from 'chai';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { SECRETS } from '../../../../src/kube/kinds/resources.data.ts';
import { pullFor } from '../../../../src/orchestrator/node/pod/pulls.ts';
import type { PullOptions, PullResult } from '../../../../src/orchestrator/node/runtime/runtime.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { fakeApi } from '../fakeapi.ts';

const pod = (...names: readonly string[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { containers: [], imagePullSecrets: names.map((name) => ({ name })) },
});

const image = { reference: 'app:1', digest: 'sha256:1' };

describe('events of a pull', () => {
  async function events(
    pull: (clock: FakeClock, options: PullOptions) => Promise<PullResult>,
  ): Promise<readonly string[]> {
    const clock = new FakeClock();
    const told: string[] = [];
    await pullFor({
      pod: pod(),
      client: fakeApi().client,
      container: { name: 'web', image: 'app:1' },
      ref: { pod: 'uid', container: 'web', attempt: 0 },
      runtime: { pullImage: (_reference, options = {}) => pull(clock, options) },
      clock,
      recordEvent: (_type, reason, message, container) => told.push(`${container} ${reason}: ${message}`),
      signal: new AbortController().signal,
    });
    return told;
  }

  it('say that an image is there', async () =>
    expect(await events(async () => ({ ok: true, image, size: 1 }))).to.deep.equal([
      'web Pulled: Container image "app:1" already present on machine',
    ]));

  it('say nothing of images that are not pulled: directories, the programs of the machine', async () =>
    expect(await events(async () => ({ ok: true, image }))).to.deep.equal([]));

  it('say when a pull begins and how it ended, and every ten seconds how far it is', async () => {
    const MIB = 2 ** 20;
    const told = await events(async (clock, { onProgress }) => {
      onProgress?.({ done: 0 });
      await clock.advance(9_000);
      onProgress?.({ done: MIB, total: 4 * MIB });
      await clock.advance(1_500);
      onProgress?.({ done: 2 * MIB, total: 4 * MIB });
      await clock.advance(1_000);
      onProgress?.({ done: 3 * MIB, total: 4 * MIB });
      return { ok: true, image, size: 99 };
    });
    expect(told).to.deep.equal([
      'web Pulling: Pulling image "app:1"',
      'web Pulling: Pulling image "app:1": 2.0 of 4.0 MiB',
      'web Pulled: Successfully pulled image "app:1" in 11.500s. Image size: 99 bytes.',
    ]);
  });

  it('leave what went wrong to the reason for which the container waits', async () =>
    expect(
      await events(async (_clock, { onProgress }) => {
        onProgress?.({ done: 0 });
        return { ok: false, reason: 'ErrImagePull', message: 'no' };
      }),
    ).to.deep.equal(['web Pulling: Pulling image "app:1"']));
});

describe('credentials of a pull', () => {
  const config = { auths: { 'registry.example': { username: 'u', password: 's3cret' } } };
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  /** Of a pod that names these Secrets, of which `own` is there; the registry refuses whoever asks. */
  async function refused(
    names: readonly string[],
    reference: string,
    text = JSON.stringify(config),
    isDown = false,
  ) {
    const api = fakeApi();
    api.isDown = isDown;
    api.put(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'own', namespace: 'shop' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': base64(text) },
    });
    const events: string[] = [];
    let passwords: readonly string[] = [];
    const result = await pullFor({
      pod: pod(...names),
      client: api.client,
      container: { name: 'web', image: reference },
      ref: { pod: 'uid', container: 'web', attempt: 0 },
      runtime: {
        async pullImage(_reference, { credentials } = {}) {
          passwords = ((await credentials?.()) ?? []).map(({ password }) => password);
          return { ok: false, reason: 'ErrImagePull', message: 'no', isUnauthorized: true };
        },
      },
      clock: new FakeClock(),
      recordEvent: (_type, reason, message) => events.push(`${reason}: ${message}`),
      signal: new AbortController().signal,
    });
    return {
      passwords,
      events,
      message: result.ok ? '' : result.message,
      isUnanswered: !result.ok && result.isUnanswered,
    };
  }

  it('are those of the Secrets that the pod names, for the registry of the image', async () => {
    const { passwords, message } = await refused(['own'], 'registry.example/app');
    expect(passwords).to.deep.equal(['s3cret']);
    expect(message).to.equal(
      'no. the credentials for registry.example in imagePullSecrets (own) were refused',
    );
  });

  it('are none of other registries, and the fault says so', async () => {
    const { passwords, message } = await refused(['own'], 'other.example/app');
    expect(passwords).to.deep.equal([]);
    expect(message).to.equal('no. imagePullSecrets (own) have no credentials for other.example');
  });

  it('are missing where the pod names no Secret, and the fault says what to do', async () =>
    expect((await refused([], 'registry.example/app')).message).to.contain(
      'name a Secret with credentials (kubectl create secret docker-registry) in imagePullSecrets',
    ));

  it('of a Secret that is not there are done without, with an event', async () => {
    const { passwords, events, message } = await refused(['gone', 'own'], 'registry.example/app');
    expect(passwords).to.deep.equal(['s3cret']);
    expect(events).to.deep.equal([
      'FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (gone); attempting to pull the image may not succeed.',
    ]);
    expect(message).to.contain('Secret "gone" cannot be read');
  });

  it('of a Secret that the API cannot say now leave open what a pull would come to', async () => {
    const away = await refused(['own'], 'registry.example/app', undefined, true);
    expect(away.isUnanswered).to.equal(true);
    expect((await refused(['gone'], 'registry.example/app')).isUnanswered).to.equal(undefined);
  });

  it('of a Secret that cannot be read are done without, and nothing of it is shown', async () => {
    const { message } = await refused(['own'], 'registry.example/app', '{"auths": s3cret');
    expect(message).to.contain('Secret "own" is no JSON').and.not.contain('s3cret');
  });
});
