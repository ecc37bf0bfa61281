import { expect } from 'chai';
import type { ServiceAccount } from '../../src/kube/kinds/objects.data.ts';
import { SERVICE_ACCOUNTS } from '../../src/kube/kinds/resources.data.ts';
import type { Json, JsonObject } from '../../src/kube/values/types.ts';
import type { Bench } from './kubeclient.ts';
import { newConfigMap, refusal } from './notation.ts';

interface TokenRequest extends Record<string, unknown> {
  readonly spec: { readonly audiences: readonly string[]; readonly expirationSeconds: number };
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/** TokenRequests of service accounts (KEP-1205). */
export function tokens(bench: Bench): void {
  async function account(): Promise<ServiceAccount> {
    const metadata = { name: bench.name('account'), namespace: bench.namespace };
    return bench.client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  }
  async function ask(name: string, spec: Json, metadata: JsonObject = {}): Promise<TokenRequest> {
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name, namespace: bench.namespace, ...metadata },
      spec,
    };
    const answer: unknown = await bench.client.create(SERVICE_ACCOUNTS, request, {
      namespace: bench.namespace,
      subresource: 'token',
    });
    return answer as TokenRequest;
  }
  const claimsOf = ({ status }: TokenRequest) =>
    JSON.parse(Buffer.from(status.token.split('.')[1] ?? '', 'base64url').toString('utf8'));

  it('gives an hour for this API to a request that says nothing', async () => {
    const { metadata } = await account();
    const answer = await ask(metadata.name ?? '', {});
    expect(answer.spec.expirationSeconds).to.equal(3600);
    const claims = claimsOf(answer);
    expect(claims).to.deep.include({
      aud: answer.spec.audiences,
      sub: `system:serviceaccount:${bench.namespace}:${metadata.name}`,
    });
    expect(claims['kubernetes.io']).to.deep.equal({
      namespace: bench.namespace,
      serviceaccount: { name: metadata.name, uid: metadata.uid },
    });
    expect(claims.exp - claims.iat).to.equal(3600);
  });

  it('gives the audiences and the time that are asked for', async () => {
    const { metadata } = await account();
    const answer = await ask(metadata.name ?? '', { audiences: ['vault', 'bank'], expirationSeconds: 601 });
    const claims = claimsOf(answer);
    expect(claims.aud).to.deep.equal(['vault', 'bank']);
    expect(claims.exp - claims.iat).to.equal(601);
  });

  it('refuses less than ten minutes and more than 2^32 seconds', async () => {
    const { metadata } = await account();
    for (const [seconds, why] of [
      [599, 'may not specify a duration less than 10 minutes'],
      [2 ** 32 + 1, 'may not specify a duration larger than 2^32 seconds'],
    ] as const) {
      const error = await refusal(ask(metadata.name ?? '', { expirationSeconds: seconds }));
      expect(error.message).to.equal(
        `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: ${seconds}: ${why}`,
      );
      expect(error.status).to.deep.include({ reason: 'Invalid', code: 422 });
    }
  });

  it('refuses the token of an account that does not exist', async () => {
    const error = await refusal(ask('nobody', {}));
    expect(error.message).to.equal('serviceaccounts "nobody" not found');
  });

  it('binds a token to a Secret, and refuses one that does not exist or has another uid', async () => {
    const { metadata } = await account();
    const boundTo = (name: string, uid?: string) =>
      ask(metadata.name ?? '', {
        boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name, ...(uid ? { uid } : {}) },
      });
    expect((await refusal(boundTo('absent'))).message).to.equal('secrets "absent" not found');
    const name = bench.name('bound');
    const secret = await bench.client.create(
      { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: bench.namespace } },
    );
    const { uid = '' } = secret.metadata;
    expect(claimsOf(await boundTo(name, uid))['kubernetes.io'].secret).to.deep.equal({ name, uid });
    const error = await refusal(boundTo(name, 'another'));
    expect(error.status).to.deep.include({ reason: 'Conflict', code: 409 });
    expect(error.message).to.contain(
      `the UID in the bound object reference (another) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  });

  it('binds no token to an object of any other kind', async () => {
    const { metadata } = await account();
    const { metadata: map } = await newConfigMap(bench, bench.name('map'));
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: map.name ?? '' };
    const error = await refusal(ask(metadata.name ?? '', { boundObjectRef: ref }));
    expect(error.message).to.equal('cannot bind token to object of type /v1, Kind=ConfigMap');
    expect(error.status).to.deep.include({ reason: 'BadRequest', code: 400 });
  });

  it('refuses a request that names another account than its path', async () => {
    const { metadata } = await account();
    const error = await refusal(ask(metadata.name ?? '', {}, { uid: 'another' }));
    expect(error.status).to.deep.include({ reason: 'Conflict', code: 409 });
    expect(error.message).to.contain(
      `the UID in the token request (another) does not match the UID of the service account (${metadata.uid})`,
    );
  });
}
