import type { Again } from '../../base/queue.ts';
import { keyOf, splitKey } from '../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { createInformer } from '../../kube/client/informer.ts';
import type { Secret, ServiceAccount } from '../../kube/kinds/objects.data.ts';
import { SECRETS, SERVICE_ACCOUNTS } from '../../kube/kinds/resources.data.ts';
import { isNotFound, notFoundAsUndefined } from '../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from './context.ts';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';
/** As long as a TokenRequest may ask for: 136 years. */
const SECONDS = 2 ** 32;

/**
 * Fills Secrets of the type `kubernetes.io/service-account-token`, and deletes those whose account is gone (Kubernetes
 * `pkg/controller/serviceaccount/tokens_controller.go`). The token is an ordinary one that is bound to the Secret: it dies with it.
 */
export function createTokenSecretController(context: ControllerContext): Controller {
  const { client, clock, logger, informers, authority } = context;
  const { serviceAccounts } = informers;
  const secrets = createInformer({
    client,
    resource: SECRETS,
    clock,
    logger,
    fieldSelector: `type=${TYPE}`,
  });
  const secretsOf = secrets.index((secret) => [accountKey(secret)]);

  async function reconcile(key: string): Promise<Again> {
    const secret = secrets.get(splitKey(key));
    if (!secret || secret.metadata.deletionTimestamp) return undefined;
    const account = await accountOf(secret);
    try {
      if (!account) await remove(secret);
      else await fill(secret, account);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return undefined;
  }

  /** The cache may lag behind an account that was just created: the API decides. */
  async function accountOf({ metadata }: Secret): Promise<ServiceAccount | undefined> {
    const { namespace = '', annotations = {} } = metadata;
    const at = { namespace, name: annotations[NAME] ?? '' };
    if (at.name === '') return undefined;
    const found =
      serviceAccounts.get(at) ?? (await client.get(SERVICE_ACCOUNTS, at).catch(notFoundAsUndefined));
    const uid = annotations[UID];
    return uid === undefined || uid === '' || uid === found?.metadata.uid ? found : undefined;
  }

  async function remove({ metadata: { namespace = '', name = '', uid = '' } }: Secret): Promise<void> {
    logger.info({ namespace, secret: name }, 'deleting the token of a service account that is gone');
    await client.delete(SECRETS, { namespace, name }, { preconditions: { uid } });
  }

  async function fill(secret: Secret, account: ServiceAccount): Promise<void> {
    const { metadata, data = {} } = secret;
    const { namespace = '' } = metadata;
    const known = {
      'ca.crt': base64(authority.certificate),
      namespace: base64(namespace),
    };
    const isComplete =
      data.token && metadata.annotations?.[UID] && Object.entries(known).every(([k, v]) => data[k] === v);
    if (isComplete) return;
    const token = data.token || base64(await request(secret, account));
    const annotations = { ...metadata.annotations, [UID]: account.metadata.uid ?? '' };
    await client.update(
      SECRETS,
      { ...secret, metadata: { ...metadata, annotations }, data: { ...data, ...known, token } },
      { fieldManager: MANAGER },
    );
  }

  async function request({ metadata: secret }: Secret, { metadata }: ServiceAccount): Promise<string> {
    const { name = '', namespace = '', uid = '' } = metadata;
    const bound = { apiVersion: 'v1', kind: 'Secret', name: secret.name ?? '', uid: secret.uid ?? '' };
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name, namespace, uid },
      spec: { audiences: [], expirationSeconds: SECONDS, boundObjectRef: bound },
    };
    const answer: unknown = await client.create(SERVICE_ACCOUNTS, body, { namespace, subresource: 'token' });
    return (answer as { readonly status: { readonly token: string } }).status.token;
  }

  return createController({
    name: 'tokensecrets',
    clock,
    logger,
    watches: [
      watch(secrets, ({ metadata }) => [keyOf(metadata)]),
      watch(serviceAccounts, ({ metadata }) =>
        secretsOf(keyOf(metadata)).map((secret) => keyOf(secret.metadata)),
      ),
    ],
    reconcile,
  });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The account that a Secret is about, as `keyOf` writes it. */
const accountKey = ({ metadata: { namespace = '', annotations } }: Secret): string =>
  keyOf({ namespace, name: annotations?.[NAME] ?? '' });
