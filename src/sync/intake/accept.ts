import { rfc3339 } from '../../base/clock.ts';
import { ProblemError } from '../../base/errors.ts';
import { fullName } from '../../model/names.ts';
import { describeChange, differing, digestOf, termsInForce } from '../../model/terms.ts';
import type { Environment } from '../../model/types.ts';
import { describePolicy } from '../../promotion/gates/policy.ts';
import { enforce } from './environmentobject.ts';
import { situationOf } from './govern.ts';
import type { RegisterOptions } from './register.ts';
import { admit } from './terms.ts';

/** A person's word for exactly one proposal: what was shown is what is put in force, or nothing is. */
export function accept(
  options: RegisterOptions,
  asked: Environment,
  { proposal: id, by }: { readonly proposal?: string; readonly by: string },
): Promise<{ readonly message: string }> {
  return options.claims.run(async () => {
    await options.environments.read();
    const situation = await situationOf(options, asked);
    const environment = situation?.environment ?? asked;
    const name = fullName(environment);
    const proposal = environment.status?.proposal;
    if (situation === undefined || proposal === undefined) {
      throw new ProblemError({
        reason: 'NothingProposed',
        message: `No change of ${name} waits for a person's word.`,
        remedy: `pilotage status ${name} shows its terms.`,
      });
    }
    const before = termsInForce(environment);
    const change = describeChange(before, proposal.terms, describePolicy);
    if (id !== proposal.id || digestOf(before, proposal.terms) !== id) {
      throw new ProblemError({
        reason: id === undefined ? 'WhichProposal' : 'ProposalChanged',
        message: `${id === undefined ? 'A word is for one proposal' : `${id} is not what is proposed now`}; pilotage.yaml of ${proposal.branch} asks for ${change}.`,
        remedy: `If that is meant: pilotage accept ${name} ${digestOf(before, proposal.terms)}`,
      });
    }
    const { terms, refused } = admit(situation, proposal.terms, differing(before, proposal.terms));
    if (refused[0]) throw new ProblemError(refused[0]);
    const accepted = { proposal: id, by, at: rfc3339(options.clock.now()) };
    await enforce(options, environment, terms, { accepted });
    return { message: `In force for ${name}: ${change}.` };
  });
}
