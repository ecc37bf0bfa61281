import { ProblemError } from '../base/errors.ts';
import type { Question } from '../model/access.ts';
import { DELIVERY_VERBS, ENVIRONMENT_VERBS } from '../model/kinds/deliveryrole.ts';

/** `pilotage can VERB [DELIVERY[/ENVIRONMENT]]` as a question. @throws ProblemError BadRequest for a verb that there is not */
export function questionOf(verb: string, delivery = '', environment = ''): Question {
  const ofEnvironment = ENVIRONMENT_VERBS.find((one) => one === verb);
  const ofDelivery = DELIVERY_VERBS.find((one) => one === verb);
  if (environment !== '' && delivery !== '' && ofEnvironment)
    return { on: 'environment', verb: ofEnvironment, delivery, environment };
  if (environment === '' && ofDelivery)
    return { on: 'delivery', verb: ofDelivery, ...(delivery ? { delivery } : {}) };
  if (environment === '' && delivery === '' && ofEnvironment)
    return { on: 'environments', verb: ofEnvironment };
  const [what, verbs] =
    environment === '' ? ['a delivery', DELIVERY_VERBS] : ['an environment', ENVIRONMENT_VERBS];
  throw new ProblemError({
    reason: 'BadRequest',
    message: `"${verb}" is nothing that is done to ${what}.`,
    remedy: `Known: ${verbs.join(', ')}.`,
  });
}
