/** The whole answer, in the place of a field. */
export const WHOLE = '(answer)';

/** Every field of a reply, the answer itself and fields of fields included: `reply.results[].domain`. */
export function fieldsOf(value: unknown, path = ''): string[] {
	const here = [path || WHOLE];
	if (Array.isArray(value))
		return [...here, ...value.slice(0, 1).flatMap((one) => fieldsOf(one, `${path}[]`))];
	if (typeof value !== 'object' || value === null) return here;
	return [
		...here,
		...Object.entries(value).flatMap(([name, one]) =>
			fieldsOf(one, path ? `${path}.${name}` : name),
		),
	];
}

type Container = Record<string, unknown> | unknown[];

/** A reply with one field replaced. Names of fields may hold dots and brackets, so the place is found, not parsed. */
export function withField(value: unknown, field: string, put: unknown, path = ''): unknown {
	if (field === (path || WHOLE)) return put;
	if (typeof value !== 'object' || value === null) return value;
	const next = (name: string) => (path ? `${path}.${name}` : name);
	if (Array.isArray(value)) {
		const [first, ...rest] = value as Container[];
		const changed = withField(first, field, put, `${path}[]`);
		return changed === undefined ? rest : [changed, ...rest];
	}
	return Object.fromEntries(
		Object.entries(value)
			.map(([name, one]) => [name, withField(one, field, put, next(name))] as const)
			.filter(([, one]) => one !== undefined),
	);
}
