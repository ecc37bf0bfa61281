/** The one place where "may I?" is answered for the HTTP face, the git host and the CLI: by the authorizer that kubectl meets too. */
import { type Problem, ProblemError } from '../base/errors.ts';
import type { User as KubeUser } from '../kube/client/client.ts';
import type { Access, Question } from '../model/access.ts';
import { environmentObjectName } from '../model/names.ts';
import { PILOTAGE_GROUP, PILOTAGE_NAMESPACE } from '../model/types.ts';
import { isAdministrator, kubernetesUserOf, type User } from '../model/user.ts';

/** As SubjectAccessReview has them (`authorization.k8s.io/v1` ResourceAttributes). */
export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name?: string;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason?: string;
}

/** The authorizer of the home cluster. */
export type Decide = (user: KubeUser, attributes: ResourceAttributes) => Promise<Decision>;

export function createAccess(decide: Decide): Access {
  const refusal = async (user: User, question: Question): Promise<Problem | undefined> => {
    if (isAdministrator(user)) return undefined;
    const outside = outOfScope(user, question);
    if (outside) return outside;
    const { allowed } = await decide(authenticated(user), attributesOf(question));
    return allowed ? undefined : forbidden(user, question);
  };
  return {
    refusal,
    async assert(user, question) {
      const problem = await refusal(user, question);
      if (problem) throw new ProblemError(problem);
    },
  };
}

/** The authorizer is asked past the authentication that would have added the group. */
function authenticated(user: User): KubeUser {
  const { name, groups } = kubernetesUserOf(user);
  return { name, groups: [...groups, 'system:authenticated'] };
}

export function attributesOf(question: Question): ResourceAttributes {
  const common = { verb: question.verb, group: PILOTAGE_GROUP, namespace: PILOTAGE_NAMESPACE };
  switch (question.on) {
    case 'environment': {
      const name = environmentObjectName(question.delivery, question.environment);
      return { ...common, resource: 'environments', name };
    }
    case 'delivery': {
      const { delivery: name } = question;
      return { ...common, resource: 'deliveries', ...(name === undefined ? {} : { name }) };
    }
    default:
      return { ...common, resource: question.on };
  }
}

/** A token that is limited to deliveries, environments or verbs does nothing else, and administers nobody. */
function outOfScope({ name, scope }: User, question: Question): Problem | undefined {
  if (scope === undefined) return undefined;
  const { deliveries, environments, verbs } = scope;
  const asked = partsOf(question);
  const inside =
    asked !== undefined &&
    (verbs?.includes(question.verb) ?? true) &&
    (deliveries?.includes(asked.delivery ?? '') ?? true) &&
    (asked.whole || (environments?.includes(asked.environment ?? '') ?? true));
  if (inside) return undefined;
  return {
    reason: 'Forbidden',
    message: `The token of ${name} is not for ${question.verb} on ${describe(question)}.`,
    remedy: 'Use another token, or make one with a wider scope: pilotage token create.',
  };
}

interface Parts {
  readonly delivery?: string;
  readonly environment?: string;
  /** Of a whole delivery: environments do not narrow it, unless more than reading is asked. */
  readonly whole: boolean;
}

function partsOf(question: Question): Parts | undefined {
  if (question.on === 'environment') return { ...question, whole: false };
  if (question.on === 'environments') return { whole: false };
  if (question.on !== 'delivery') return undefined;
  const whole = question.verb === 'get' || question.verb === 'pull';
  return question.delivery === undefined ? { whole } : { delivery: question.delivery, whole };
}

const forbidden = ({ name }: User, question: Question): Problem => ({
  reason: 'Forbidden',
  message: `${name} may not ${question.verb} ${describe(question)}.`,
  remedy: `An administrator can give a role: pilotage role grant ROLE --user ${name}${whereOf(question)}`,
});

function describe(question: Question): string {
  if (question.on === 'environment') return `${question.delivery}/${question.environment}`;
  if (question.on === 'delivery')
    return question.delivery === undefined ? 'deliveries' : `delivery ${question.delivery}`;
  return question.on;
}

function whereOf(question: Question): string {
  if (question.on === 'environment')
    return ` --delivery ${question.delivery} --environment ${question.environment}`;
  return question.on === 'delivery' && question.delivery ? ` --delivery ${question.delivery}` : '';
}
