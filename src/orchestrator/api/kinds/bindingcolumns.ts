import type { ClusterRoleBinding, RoleBinding, Subject } from '../../../kube/kinds/objects.data.ts';
import { AGE, type Column, column, NAME, wide } from './columns.ts';

type Binding = RoleBinding | ClusterRoleBinding;

const subjects = (title: string, kind: string, nameOf: (subject: Subject) => string): Column =>
  wide<Binding>(title, ({ subjects = [] }) =>
    subjects
      .filter((subject) => subject.kind === kind)
      .map(nameOf)
      .join(', '),
  );

/** What `kubectl get` prints of both kinds of bindings. */
export const BINDING_COLUMNS: readonly Column[] = [
  NAME,
  column<Binding>('Role', ({ roleRef }) => `${roleRef?.kind}/${roleRef?.name}`),
  AGE,
  subjects('Users', 'User', ({ name }) => name),
  subjects('Groups', 'Group', ({ name }) => name),
  subjects('ServiceAccounts', 'ServiceAccount', ({ namespace = '', name }) => `${namespace}/${name}`),
];
