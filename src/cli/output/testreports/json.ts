import type { TestFormat } from './format.ts';

/** For scripts: a chart each, its suites, their tests and what did not hold. */
export const json: TestFormat = ({ charts }) => JSON.stringify(charts);
