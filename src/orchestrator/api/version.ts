import { BUILTIN_BUILD } from '../../kube/client/builtinserver.ts';
import { SCHEMA_VERSION } from '../../kube/schema/version.ts';

/** What `/version` tells (apimachinery `version.Info`); kubectl parses the first three. */
export interface ServerVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly platform: string;
}

const [major = '', minor = ''] = SCHEMA_VERSION.slice(1).split('.');

/** The built-in server claims the release whose schemas it serves; clients compare it with their own (`kubectl version`). */
export const SERVER_VERSION: ServerVersion = {
  major,
  minor,
  gitVersion: `${SCHEMA_VERSION}${BUILTIN_BUILD}`,
  platform: 'linux/amd64',
};
