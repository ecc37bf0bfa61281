import { apiVersionOf, type Resource } from '../../kube/values/types.ts';

/**
 * What charts see as `.Capabilities.APIVersions`: `apps/v1` and `apps/v1/Deployment` for everything that the cluster serves, as Helm lists it
 * (`GetVersionSet` of pkg/action/action.go). Sorted, as equal clusters must give equal renders.
 */
export const servedVersions = (
  served: readonly Pick<Resource, 'group' | 'version' | 'kind'>[],
): readonly string[] =>
  [
    ...new Set(
      served.flatMap((one) => {
        const version = apiVersionOf(one);
        return [version, `${version}/${one.kind}`];
      }),
    ),
  ].sort();
