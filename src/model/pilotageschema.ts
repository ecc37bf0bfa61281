import type { GateGrammar } from './gategrammar.ts';
import { fileRule } from './pilotagegrammar.ts';

/** JSON Schema of `pilotage.yaml` for editors. What it cannot say (cycles, unknown names) the reader says, with file and line. */
export const pilotageSchema = (gates: readonly GateGrammar[]) => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'pilotage.yaml',
  ...fileRule(gates).schema,
});
