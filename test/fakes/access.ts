import { ProblemError } from '../../src/base/errors.ts';
import type { Access, Question } from '../../src/model/access.ts';
import type { User } from '../../src/model/user.ts';

/** Allows what the function says. */
export function accessOf(may: (user: User, question: Question) => boolean): Access {
  const refusal: Access['refusal'] = async (user, question) =>
    may(user, question)
      ? undefined
      : { reason: 'Forbidden', message: `${user.name} may not ${question.verb} ${question.on}.` };
  return {
    refusal,
    async assert(user, question) {
      const problem = await refusal(user, question);
      if (problem) throw new ProblemError(problem);
    },
  };
}

export const ALL_ALLOWED = accessOf(() => true);
