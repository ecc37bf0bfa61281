import type { Chance } from '../gotemplate/chance.ts';
import { cryptoFunctions } from '../gotemplate/functions/crypto.ts';
import { dateFunctions } from '../gotemplate/functions/dates.ts';
import { ENCODING } from '../gotemplate/functions/encoding.ts';
import { SPRIG } from '../gotemplate/functions/sprig.ts';
import type { Made } from '../gotemplate/made.ts';
import type { FunctionTable } from '../gotemplate/values.ts';

/** sprig's functions and those of Helm that stand alone: `include` and its like are made for each render. */
export const baseFunctions = ({
  made,
  chance,
}: {
  readonly made: Made;
  readonly chance: Chance;
}): FunctionTable => ({
  ...SPRIG,
  ...ENCODING,
  ...cryptoFunctions({ ...chance, made }),
  // Charts write the time into annotations: asked for anew, it would be another outcome with each render.
  ...dateFunctions({ now: () => new Date(String(made.take('now', [], () => chance.now().toISOString()))) }),
});
