/**
 * How many members of each group are missing when each person stands for one group alone, in the best distribution of people
 * (bipartite matching by augmenting paths); groups that lack nobody are left out. `people`: the groups of each. Pure.
 */
export function unfilled(
  groups: Readonly<Record<string, number>>,
  people: readonly (readonly string[])[],
): Readonly<Record<string, number>> {
  const places = Object.entries(groups).flatMap(([group, needed]) => Array<string>(needed).fill(group));
  /** Place → person. */
  const taken = new Map<number, number>();

  function seat(person: number, seen: Set<number>): boolean {
    for (const [place, group] of places.entries()) {
      if (seen.has(place) || !people[person]?.includes(group)) continue;
      seen.add(place);
      const other = taken.get(place);
      if (other !== undefined && !seat(other, seen)) continue;
      taken.set(place, person);
      return true;
    }
    return false;
  }

  for (const person of people.keys()) seat(person, new Set());
  const missing: Record<string, number> = {};
  for (const [place, group] of places.entries())
    if (!taken.has(place)) missing[group] = (missing[group] ?? 0) + 1;
  return missing;
}
