import type { GrantReport, RoleReport, TokenReport, UserReport } from '../model/identityfaces.ts';
import type { DeliveryRole, RoleGrant, Token, UserObject } from '../model/types.ts';

/** Objects as the HTTP face shows them: never a digest, never a hash. */

export const userReport = ({ metadata, spec, status }: UserObject): UserReport => ({
  name: metadata.name ?? '',
  emails: spec.emails ?? [],
  groups: spec.groups ?? [],
  disabled: spec.disabled ?? false,
  provider: spec.provider ?? 'local',
  ...(spec.displayName ? { displayName: spec.displayName } : {}),
  ...(status?.lastSignIn ? { lastSignIn: status.lastSignIn } : {}),
});

export function tokenReport({ metadata, spec, status }: Token): TokenReport {
  const { digest: _, ...told } = spec;
  return {
    ...told,
    name: metadata.name ?? '',
    ...(status?.lastUsed ? { lastUsed: status.lastUsed } : {}),
  };
}

export const roleReport = ({ metadata, spec }: DeliveryRole): RoleReport => ({
  name: metadata.name ?? '',
  deliveries: spec.deliveries ?? [],
  environments: spec.environments ?? [],
  administers: spec.administers ?? false,
  ...(spec.description ? { description: spec.description } : {}),
  ...(spec.clusterRole ? { clusterRole: spec.clusterRole } : {}),
});

export const grantReport = ({ metadata, spec, status }: RoleGrant): GrantReport => ({
  ...spec,
  name: metadata.name ?? '',
  ...(status?.message ? { message: status.message } : {}),
});
