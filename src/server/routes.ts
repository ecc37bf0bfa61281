import { ProblemError, unwrap } from '../base/errors.ts';
import { unpackTreeText } from '../base/packedtree.ts';
import type { Access, Question } from '../model/access.ts';
import type { ConnectRequest, PreviewWord, TogetherReport } from '../model/faces.ts';
import type { User } from '../model/user.ts';
import type { Actions, EnvironmentName } from './actions.ts';
import { answerChannels } from './channelroutes.ts';
import { decodedSegment, type Fields, fieldsOf, flag, needed, text, texts, whole } from './fields.ts';
import { badRequest, type FaceResponse } from './refusal.ts';
import { setImageRequest } from './setimage.ts';
import { visibleStatus } from './visibility.ts';

/** A request reduced to what routes need; `body` is parsed JSON or undefined. */
export interface FaceRequest {
  readonly method: string;
  /** Without query, undecoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly user: User;
}

type EnvironmentRoute = (
  actions: Actions,
  name: EnvironmentName,
  request: FaceRequest,
  fields: Fields,
  access: Access,
) => Promise<unknown>;

/** `METHOD verb` below `/api/v1/environments/DELIVERY/ENVIRONMENT/`. */
const ENVIRONMENT_ROUTES: Readonly<Record<string, EnvironmentRoute>> = {
  'GET plan': async (actions, name, { query, user }, _fields, access) => {
    const asked = revisionOf(query.get('revision'));
    // Templates of a revision that others wrote may put what they look up where the plan shows it.
    const refusal =
      asked.revision && (await access.refusal(user, { on: 'environment', verb: 'push', ...name }));
    return actions.plan(name, { ...asked, ...(refusal ? { looksUp: false } : {}) });
  },
  'POST plan': async (actions, name, _request, fields) => {
    const tree = unwrap(await unpackTreeText(needed(fields, 'tree')));
    return actions.plan(name, { tree });
  },
  'GET history': (actions, name) => actions.history(name),
  'GET why': (actions, name) => actions.why(name),
  'GET generated': (actions, name) => actions.generated(name),
  'GET explain': (actions, name, { query }) => {
    const [object, field] = [query.get('object'), query.get('field')];
    if (!object) throw badRequest('"object" is missing: KIND/NAME, as deployment/web.');
    return actions.explain(name, { object, ...(field ? { field } : {}) });
  },
  'POST sync': (actions, name, { user }, fields) => {
    const confirmed = {
      acknowledge: fields.acknowledge === true,
      confirmPrune: fields.confirmPrune === true,
      confirmRecreate: fields.confirmRecreate === true,
      ...(fields.override === true ? { override: { reason: text(fields, 'reason') ?? '' } } : {}),
    };
    return actions.sync(name, confirmed, user);
  },
  'POST rollback': (actions, name, { user }, fields) => {
    const number = whole(fields, 'number');
    return actions.rollback(name, number === undefined ? {} : { number }, user);
  },
  'POST pin': (actions, name, { user }, fields) => {
    const reason = text(fields, 'reason') ?? '';
    return actions.pin(name, { ...revisionOf(text(fields, 'revision')), reason }, user);
  },
  'POST unpin': (actions, name, { user }) => actions.unpin(name, user),
  'POST promote': (actions, name, { user }, fields) => {
    const again = fields.again === true ? { again: true } : {};
    const retest = fields.retest === true ? { retest: true } : {};
    const gates = texts(fields, 'skip') ?? [];
    const skip = gates.length > 0 ? { skip: { gates, reason: text(fields, 'reason') ?? '' } } : {};
    const from = text(fields, 'from');
    const leap = from === undefined ? {} : { leap: { from, reason: text(fields, 'reason') ?? '' } };
    return actions.promote(
      name,
      { dryRun: fields.dryRun === true, ...again, ...retest, ...skip, ...leap },
      user,
    );
  },
  'POST hold': (actions, name, { user }, fields) => actions.hold(name, holdFields(fields), user),
  'POST release': (actions, name, { user }) => actions.release(name, user),
  'POST suspend': (actions, name, { user }, fields) =>
    actions.suspend({ scope: 'environment', ...name }, holdFields(fields), user),
  'POST resume': (actions, name, { user }) => actions.resume({ scope: 'environment', ...name }, user),
  'POST backport': (actions, name, { user }, fields) =>
    actions.backport(name, { dryRun: fields.dryRun === true }, user),
  'POST setimage': (actions, name, { user }, fields) => actions.setImage(name, setImageRequest(fields), user),
  'POST approve': (actions, name, { user }, fields) =>
    actions.approve(name, revisionOf(text(fields, 'revision')), user),
  'POST reject': (actions, name, { user }, fields) => {
    const asked = { reason: text(fields, 'reason') ?? '', ...revisionOf(text(fields, 'revision')) };
    return actions.reject(name, { ...asked, ...(fields.off === true ? { off: true } : {}) }, user);
  },
  'POST adopt': (actions, name, { user }, fields) => {
    const namespace = text(fields, 'namespace');
    const objects = texts(fields, 'objects') ?? [];
    const asked = text(fields, 'from');
    const from = FROM.find((one) => one === asked);
    if (asked !== undefined && from === undefined)
      throw badRequest(`"from" must be one of ${FROM.join(', ')}.`);
    return actions.adopt(
      name,
      {
        objects,
        ...(namespace ? { namespace } : {}),
        ...(fields.all === true ? { all: true } : {}),
        ...(from ? { from } : {}),
        ...(fields.restart === true ? { restart: true } : {}),
      },
      user,
    );
  },
  'POST renew': (actions, name, { user }, fields) => {
    const names = fields.all === true ? 'all' : texts(fields, 'names');
    if (names === undefined) throw badRequest('"names" is missing: what is made anew, or "all": true.');
    return actions.renew(name, { names }, user);
  },
  'POST delete': (actions, name, { user }, fields) => {
    const onDelete = text(fields, 'onDelete');
    if (onDelete === 'preview') return actions.delete(name, { onDelete: 'prune', isPreview: true }, user);
    if (onDelete !== 'prune' && onDelete !== 'orphan')
      throw badRequest('"onDelete" must be prune or orphan.');
    return actions.delete(name, { onDelete }, user);
  },
  'POST preview': (actions, name, { user }, fields) => actions.preview(name, previewWord(fields), user),
  'POST dryrun': (actions, name) => actions.dryRun(name),
  'POST confirm': (actions, name, { user }, fields) => {
    const plan = text(fields, 'plan');
    return actions.confirm(name, plan === undefined ? {} : { plan }, user);
  },
  'POST accept': (actions, name, { user }, fields) => {
    const proposal = text(fields, 'proposal');
    return actions.accept(name, proposal === undefined ? {} : { proposal }, user);
  },
};

const FROM = ['helm', 'argocd', 'flux'] as const;

type Verb = Extract<Question, { on: 'environment' }>['verb'];

/** What the user of each route must be allowed to. */
const VERBS: Readonly<Record<string, Verb>> = {
  'GET plan': 'get',
  // It is rendered as what is pushed to its branch would be.
  'POST plan': 'push',
  'GET history': 'get',
  'GET why': 'get',
  'GET generated': 'get',
  'GET explain': 'get',
  'POST sync': 'sync',
  'POST rollback': 'rollback',
  'POST pin': 'pin',
  'POST unpin': 'pin',
  'POST promote': 'promote',
  'POST hold': 'hold',
  'POST release': 'hold',
  'POST suspend': 'suspend',
  'POST resume': 'suspend',
  'POST backport': 'backport',
  'POST setimage': 'setimage',
  'POST approve': 'approve',
  'POST reject': 'reject',
  'POST adopt': 'adopt',
  'POST renew': 'renew',
  'POST delete': 'remove',
  'POST dryrun': 'sync',
  'POST confirm': 'sync',
  'POST accept': 'accept',
  'POST preview': 'sync',
};

function previewWord(fields: Fields): PreviewWord {
  const type = text(fields, 'type');
  if (type === 'sleep' || type === 'wake') return { type };
  const seconds = whole(fields, 'seconds');
  if (type !== 'extend' || seconds === undefined || seconds <= 0)
    throw badRequest('"type" must be sleep, wake, or extend with "seconds".');
  return { type, seconds };
}

/** And what beside that, by what the request asks for. */
const MORE_VERBS: Readonly<Record<string, (fields: Fields) => readonly Verb[]>> = {
  'POST setimage': (fields) => (fields.force === true ? ['skip'] : []),
  'POST promote': (fields) => (fields.skip === undefined && fields.from === undefined ? [] : ['skip']),
  'POST sync': (fields) => (fields.override === undefined ? [] : ['skip']),
};

function holdFields(fields: Fields): { readonly reason: string; readonly until?: string } {
  const until = text(fields, 'until');
  return { reason: text(fields, 'reason') ?? '', ...(until === undefined ? {} : { until }) };
}

/** Of a delivery, or of everything. */
const SUSPENSION_PATH = /^\/api\/v1\/(?:deliveries\/([^/]+)\/)?(suspend|resume)$/;
const RECIPIENTS_PATH = /^\/api\/v1\/deliveries\/([^/]+)\/recipients$/;
const WEBHOOK_PATH = /^\/api\/v1\/deliveries\/([^/]+)\/webhook$/;
const WEBHOOK_ACTS = ['show', 'rotate', 'off', 'test'] as const;
const ENVIRONMENT_PATH = /^\/api\/v1\/environments\/([^/]*)\/([^/]+)\/([a-z]+)$/;

/** Answers one API request; undefined when the path is not the API's. Rejects with ProblemError for a refusal. */
export async function answer(
  actions: Actions,
  access: Access,
  request: FaceRequest,
): Promise<FaceResponse | undefined> {
  const { user } = request;
  if (!request.path.startsWith('/api/v1/')) return undefined;
  const environment = ENVIRONMENT_PATH.exec(request.path);
  if (environment) {
    const [, delivery = '', name = '', verb = ''] = environment;
    const key = `${request.method} ${verb}`;
    const route = ENVIRONMENT_ROUTES[key];
    const verbNeeded = VERBS[key];
    if (!route || !verbNeeded) throw notFound(request);
    const asked = { delivery: decodedSegment(delivery), environment: decodedSegment(name) };
    const target = await completed(actions, access, user, asked);
    const fields = fieldsOf(request.body);
    for (const one of [verbNeeded, ...(MORE_VERBS[key]?.(fields) ?? [])])
      await access.assert(user, { on: 'environment', verb: one, ...target });
    return { status: 200, body: await route(actions, target, request, fields, access) };
  }
  const sealing = RECIPIENTS_PATH.exec(request.path);
  if (sealing && request.method === 'POST') {
    const delivery = decodedSegment(sealing[1] ?? '');
    await access.assert(user, { on: 'delivery', verb: 'push', delivery });
    return { status: 200, body: await actions.recipients(delivery) };
  }
  const webhook = WEBHOOK_PATH.exec(request.path);
  if (webhook && request.method === 'POST') {
    const delivery = decodedSegment(webhook[1] ?? '');
    await access.assert(user, { on: 'delivery', verb: 'connect', delivery });
    const act = WEBHOOK_ACTS.find((one) => one === text(fieldsOf(request.body), 'act'));
    if (!act) throw badRequest(`"act" must be one of ${WEBHOOK_ACTS.join(', ')}.`);
    return { status: 200, body: await actions.webhook(delivery, act) };
  }
  const channels = await answerChannels(actions.channels, access, request);
  if (channels) return channels;
  if (request.method === 'POST' && request.path === '/api/v1/promotions')
    return { status: 200, body: await together(actions, access, request) };
  const suspension = SUSPENSION_PATH.exec(request.path);
  if (suspension && request.method === 'POST') {
    const delivery = suspension[1] === undefined ? undefined : decodedSegment(suspension[1]);
    await access.assert(user, { on: 'delivery', verb: 'suspend', ...(delivery ? { delivery } : {}) });
    const what = delivery ? ({ scope: 'delivery', delivery } as const) : ({ scope: 'everything' } as const);
    const fields = fieldsOf(request.body);
    const body =
      suspension[2] === 'suspend'
        ? await actions.suspend(what, holdFields(fields), user)
        : await actions.resume(what, user);
    return { status: 200, body };
  }
  if (request.method === 'GET' && request.path === '/api/v1/status')
    return { status: 200, body: await visibleStatus(access, user, await actions.status()) };
  if (request.method === 'POST' && request.path === '/api/v1/deliveries') {
    const connection = connectRequest(fieldsOf(request.body));
    const isWord = [...WORDS, ...ADMINISTRATORS, ...OTHER_WORDS].some(
      (word) => connection[word] !== undefined,
    );
    const verb = isWord ? 'allow' : 'connect';
    await access.assert(user, { on: 'delivery', verb, delivery: connection.name });
    return { status: 200, body: await actions.connect(connection, user) };
  }
  throw notFound(request);
}

/** More than anybody promotes at once. */
const MOST_TOGETHER = 20;

/** Several promotions at once: the right to each of them is asked before anything is done. */
async function together(
  actions: Actions,
  access: Access,
  { body, user }: FaceRequest,
): Promise<TogetherReport> {
  const fields = fieldsOf(body);
  const asked = [...new Set(texts(fields, 'environments') ?? [])];
  if (asked.length < 2 || asked.length > MOST_TOGETHER)
    throw badRequest(`"environments" must be a list of 2 to ${MOST_TOGETHER}, as shop/prod each.`);
  const names: EnvironmentName[] = [];
  for (const one of asked) {
    const slash = one.indexOf('/');
    const name = { delivery: slash < 0 ? '' : one.slice(0, slash), environment: one.slice(slash + 1) };
    const target = await completed(actions, access, user, name);
    await access.assert(user, { on: 'environment', verb: 'promote', ...target });
    names.push(target);
  }
  return actions.promoteTogether(names, { dryRun: fields.dryRun === true }, user);
}

/** The delivery, where it was left out: the only one that has such an environment, of those that the user may see. */
async function completed(
  actions: Actions,
  access: Access,
  user: User,
  asked: EnvironmentName,
): Promise<EnvironmentName> {
  if (asked.delivery !== '') return asked;
  const { deliveries } = await visibleStatus(access, user, await actions.status());
  const found = deliveries.filter(({ environments }) =>
    environments.some(({ name }) => name === asked.environment),
  );
  const [only, ...others] = found;
  if (only && others.length === 0) return { ...asked, delivery: only.name };
  throw new ProblemError(
    only
      ? {
          reason: 'Ambiguous',
          message: `Several deliveries have an environment ${asked.environment}.`,
          remedy: `Say which: ${found.map(({ name }) => `${name}/${asked.environment}`).join(', ')}.`,
        }
      : {
          reason: 'NotFound',
          message: `There is no environment ${asked.environment} that you may see.`,
          remedy: 'pilotage status',
        },
  );
}

function connectRequest(fields: Fields): ConnectRequest {
  const name = text(fields, 'name');
  if (!name) throw badRequest('"name" is missing: the name of the delivery.');
  const [url, token, username] = [text(fields, 'url'), text(fields, 'token'), text(fields, 'username')];
  const pollSeconds = whole(fields, 'pollSeconds');
  const previews = whole(fields, 'previews');
  const webhook = text(fields, 'webhook');
  const signers = text(fields, 'signers');
  const requireSignatures = flag(fields, 'requireSignatures');
  const signedSince = texts(fields, 'signedSince');
  return {
    name,
    ...(url === undefined ? {} : { url }),
    ...(token === undefined ? {} : { token }),
    ...(username === undefined ? {} : { username }),
    ...(pollSeconds === undefined ? {} : { pollSeconds }),
    ...(previews === undefined ? {} : { previews }),
    ...wordsOf(fields),
    ...textsOf(fields),
    ...flagsOf(fields),
    ...(webhook === undefined ? {} : { webhook }),
    ...(signers === undefined ? {} : { signers }),
    ...(requireSignatures === undefined ? {} : { requireSignatures }),
    ...(signedSince === undefined ? {} : { signedSince }),
  };
}

const textsOf = (fields: Fields): Pick<ConnectRequest, (typeof TEXT_FIELDS)[number]> =>
  Object.fromEntries(
    TEXT_FIELDS.flatMap((name) => {
      const value = text(fields, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );

const TEXT_FIELDS = [
  ...(['forge', 'forgeToken', 'githubApp', 'githubAppKey'] as const),
  ...(['prometheus', 'prometheusToken'] as const),
  ...(['sshKey', 'hostKey', 'ca', 'clientCert', 'clientKey'] as const),
] as const;

/** What only an administrator says of a delivery, beside what it may use: the agent has the keys of whoever runs the daemon. */
const ADMINISTRATORS = ['forge', 'previews', 'prometheus', 'prometheusToken', 'sshAgent'] as const;

function flagsOf(fields: Fields): Pick<ConnectRequest, 'sshAgent' | 'check'> {
  const [sshAgent, check] = [flag(fields, 'sshAgent'), flag(fields, 'check')];
  return { ...(sshAgent === undefined ? {} : { sshAgent }), ...(check === undefined ? {} : { check }) };
}

/** What a delivery may use from now on, and what not any more. */
function wordsOf(fields: Fields): Pick<ConnectRequest, (typeof WORDS)[number]> {
  return Object.fromEntries(
    WORDS.flatMap((word) => {
      const list = texts(fields, word);
      return list === undefined ? [] : [[word, list]];
    }),
  );
}

/** Whose signatures count is what keeps committers from deploying: only who may allow says it. */
const OTHER_WORDS = ['signers', 'requireSignatures', 'signedSince'] as const;

const WORDS = [
  'allowClusters',
  'forbidClusters',
  'allowNamespaces',
  'forbidNamespaces',
  'allowClusterScoped',
  'forbidClusterScoped',
  'allowRegistries',
  'forbidRegistries',
  'allowBases',
  'forbidBases',
  'allowCharts',
  'forbidCharts',
  'allowHealth',
  'forbidHealth',
] as const;

const revisionOf = (revision: string | null | undefined): { revision?: string } =>
  revision ? { revision } : {};

function notFound(request: FaceRequest): ProblemError {
  return new ProblemError({
    reason: 'NotFound',
    message: `There is no ${request.method} ${request.path} here.`,
  });
}
