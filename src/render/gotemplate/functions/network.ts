import type { FunctionTable } from '../values.ts';
import { define } from './define.ts';

/** A render asks no network: this is the answer that Helm gives unless it is run with --enable-dns. */
export const NETWORK: FunctionTable = {
  getHostByName: define(['string'], () => ''),
};
