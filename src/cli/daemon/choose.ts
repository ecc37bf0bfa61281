import type { StatusReport } from '../../model/faces.ts';

/** `prod` alone means the environment where one delivery only has one of that name, and none is itself called so. */
export function fullName(report: StatusReport, name: string | undefined): string | undefined {
  if (!name || name.includes('/') || report.deliveries.some((delivery) => delivery.name === name))
    return name;
  const [only, ...others] = report.deliveries.filter(({ environments }) =>
    environments.some((environment) => environment.name === name),
  );
  return only && others.length === 0 ? `${only.name}/${name}` : name;
}

/** The part of a report that `shop` or `shop/prod` names. */
export function choose(report: StatusReport, name: string | undefined): StatusReport {
  if (!name) return report;
  const [delivery, environment] = name.split('/', 2);
  return {
    ...report,
    deliveries: report.deliveries
      .filter((candidate) => candidate.name === delivery)
      .map((found) => ({
        ...found,
        environments: found.environments.filter(
          ({ name: own }) => environment === undefined || own === environment,
        ),
      })),
  };
}
