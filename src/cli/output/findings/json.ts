import type { Format } from './format.ts';

/** For scripts: a list, each with its rule, severity, place, message and remedy. */
export const json: Format = ({ findings }) => JSON.stringify(findings);
