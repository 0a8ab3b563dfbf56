import { Cancelled, passOn, sentences } from '../errors';
import { isObject, type JsonObject } from '../json';
import type { Job, PartNames, Plan, Result, Source, State, Vendor } from './job';

type Names = ReadonlyMap<string, string>;

/** How the parts of a job get names, if that is wanted. */
const namesOf = ({ kinds }: Vendor, { type, settings }: Job): PartNames | undefined =>
	settings.endpointNames ? kinds[type].names : undefined;

/**
 * Rows with the names of what they are about, each beside its id; null where there is none.
 * @param fields of a row that hold its id and its name
 */
export function namedRows<Row extends object>(
	rows: Row[],
	fields: Pick<PartNames, 'id' | 'name'>,
	names: Names,
): Row[] {
	return rows.map((row) => {
		const entries = Object.entries(row).filter(([field]) => field !== fields.name);
		const place = entries.findIndex(([field]) => field === fields.id);
		const name = names.get(String(entries[place]?.[1])) ?? null;
		return Object.fromEntries(entries.toSpliced(place + 1, 0, [fields.name, name])) as Row;
	});
}

/** Names that the results of a job have brought along. */
function namesIn({ results }: Result, { id, name }: PartNames): Array<[string, string]> {
	return (results ?? []).flatMap((row) => {
		const { [id]: part, [name]: named } = row;
		const known = typeof part === 'string' && typeof named === 'string' && named !== '';
		return known ? [[part, named]] : [];
	});
}

/** Ids of all parts that a job's item will tell of. */
function partsOf(result: Result, state: State['jobs'][number], { id }: PartNames): string[] {
	const rows: JsonObject[] = (result.parts ?? []).filter(isObject);
	const reasons = result.reasons ?? state.status?.errors ?? [];
	return [...rows.map((row) => row[id]), ...reasons.map(({ part }) => part)].filter(
		(part): part is string => typeof part === 'string' && part !== '',
	);
}

/** Asks for names. That it fails changes nothing but that they are missing. */
async function lookUp(
	{ connection }: Source,
	parts: string,
	{ lookUp: ask }: PartNames,
	ids: string[],
): Promise<{ names: Names; hint?: string }> {
	if (ids.length === 0) return { names: new Map() };
	try {
		return { names: await ask(connection.lastly, ids) };
	} catch (error) {
		if (error instanceof Cancelled) return await passOn(error);
		const { message, details } = connection.faultOf(error);
		const why = sentences(message, details.hint);
		return {
			names: new Map(),
			hint: `The names of the ${parts} could not be looked up: ${why}`,
		};
	}
}

/**
 * Puts the names of parts into what was fetched of jobs that have ended: each part is looked up once, however many
 * jobs it belongs to, unless a job's results have named it.
 *
 * @returns the results in the same order, and what to tell the user where names are missing
 * @throws {Cancelled} when the execution is stopped
 */
export async function withNames(
	source: Source,
	plan: Plan,
	state: State,
	results: Result[],
): Promise<{ results: Result[]; hint?: string }> {
	const { vendor } = source;
	const wanted = new Map<
		PartNames,
		{ parts: string; ids: Set<string>; known: Map<string, string> }
	>();
	plan.jobs.forEach((job, index) => {
		const names = namesOf(vendor, job);
		if (names === undefined) return;
		const { parts = '' } = vendor.kinds[job.type];
		const one = wanted.get(names) ?? { parts, ids: new Set(), known: new Map() };
		wanted.set(names, one);
		for (const id of partsOf(results[index], state.jobs[index], names)) one.ids.add(id);
		for (const [id, name] of namesIn(results[index], names)) one.known.set(id, name);
	});
	const hints: string[] = [];
	for (const [names, { parts, ids, known }] of wanted) {
		const missing = [...ids].filter((id) => !known.has(id));
		const found = await lookUp(source, parts, names, missing);
		for (const [id, name] of found.names) known.set(id, name);
		if (found.hint !== undefined) hints.push(found.hint);
	}
	const named = results.map((result, index) => {
		const names = namesOf(vendor, plan.jobs[index]);
		if (names === undefined) return result;
		const known = wanted.get(names)?.known ?? new Map<string, string>();
		return {
			...result,
			names: known,
			parts: result.parts && namedRows(result.parts, names, known),
		};
	});
	return { results: named, hint: hints.length > 0 ? hints.join(' ') : undefined };
}
