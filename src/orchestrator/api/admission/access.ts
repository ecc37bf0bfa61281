import type { Awaitable } from '../../../base/awaitable.ts';
import type {
  AccessCheck,
  AccessDecision,
  AskAccess,
  ServiceAccountName,
} from '../../../kube/cel/library/authorization.ts';
import type { User } from '../../../kube/client/client.ts';
import { serviceAccount } from '../../../kube/client/serviceaccount.ts';
import { parseFieldSelector } from '../../../kube/rules/fieldselectors.ts';
import type { Attributes, Authorizer, Decision } from '../authorization.ts';

export interface AccessWorld {
  readonly authorize: Authorizer;
}

/** What the expressions about one request ask of its author's rights, each question once. */
export interface Access {
  readonly ask: AskAccess;
  /**
   * What `evaluate` returns. It is called again after each answer that it has to wait for, since evaluation does not wait: it may
   * do nothing but evaluate.
   */
  settle<T>(evaluate: () => T): Awaitable<T>;
}

/** Ends an evaluation that asks what is not answered yet. */
class Unanswered extends Error {
  readonly answer: Promise<void>;
  constructor(answer: Promise<void>) {
    super('the authorizer has not answered yet');
    this.answer = answer;
  }
}

export function createAccess(authorize: Authorizer, user: User): Access {
  const answers = new Map<string, AccessDecision>();
  const ask: AskAccess = (account, check) => {
    const question = JSON.stringify([account, check]);
    const known = answers.get(question);
    if (known) return known;
    const answer = decide(authorize, account ? accountUser(account) : user, attributesOf(check));
    if (answer instanceof Promise)
      throw new Unanswered(answer.then((late) => void answers.set(question, late)));
    answers.set(question, answer);
    return answer;
  };
  const settle = <T>(evaluate: () => T): Awaitable<T> => {
    try {
      return evaluate();
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      return error.answer.then(() => settle(evaluate));
    }
  };
  return { ask, settle };
}

function decide(authorize: Authorizer, user: User, attributes: Attributes): Awaitable<AccessDecision> {
  try {
    const answer = authorize(user, attributes);
    return answer instanceof Promise ? answer.then(decisionOf, failed) : decisionOf(answer);
  } catch (error) {
    return failed(error);
  }
}

const decisionOf = ({ allowed, reason = '' }: Decision): AccessDecision => ({ allowed, reason });
const failed = (error: unknown): AccessDecision => ({
  allowed: false,
  reason: '',
  error: error instanceof Error ? error.message : String(error),
});

/** Nobody has signed in: it is not among those who are authenticated (apiserver `authentication/serviceaccount` UserInfo). */
const accountUser = ({ namespace, name }: ServiceAccountName): User => serviceAccount(namespace, name);

function attributesOf(check: AccessCheck): Attributes {
  if ('path' in check) return check;
  const { verb, group, resource, fieldSelector } = check;
  const optional = (part: 'subresource' | 'namespace' | 'name') =>
    check[part] === '' ? {} : { [part]: check[part] };
  return {
    verb,
    group,
    resource,
    ...optional('subresource'),
    ...optional('namespace'),
    ...optional('name'),
    // One that cannot be read narrows nothing.
    ...(fieldSelector !== '' && parseFieldSelector(fieldSelector).ok ? { fieldSelector } : {}),
    // Nobody knows what would be written.
    isUnread: true,
  };
}
