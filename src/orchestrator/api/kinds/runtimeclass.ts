import type { RuntimeClass } from '../../../kube/kinds/objects.data.ts';
import { RUNTIME_CLASS } from '../../../kube/kinds/runtimeclass.ts';
import { AGE, column, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_RUNTIME_CLASS: ServedRow = {
  kind: RUNTIME_CLASS,
  strategy: { ...PLAIN, createOnUpdate: true },
  columns: [NAME, column<RuntimeClass>('Handler', ({ handler }) => handler), AGE],
  subresources: [],
};
