import { isObject, type JsonObject } from '../shared/transport/answer';

/** Epoch milliseconds as ISO text; null for anything else. */
function isoTime(value: unknown): string | null {
	const epoch = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof epoch !== 'number' || Number.isNaN(new Date(epoch).getTime())) return null;
	return new Date(epoch).toISOString();
}

/** The fields of a job that people use, flat, under the same names for v1 and v2. */
export function simplifiedJob(record: JsonObject): JsonObject {
	const created = isObject(record.created) ? record.created : {};
	const category = isObject(record.category) ? record.category.name : record.category;
	return {
		id: record.id ?? null,
		title: record.title ?? null,
		scriptId: record.scriptId ?? null,
		scriptType: record.scriptType ?? null,
		platform: record.platform ?? null,
		category: category ?? null,
		severity: record.severity ?? null,
		createdAt: isoTime(created.dateTime),
		updatedAt: isoTime(record.updatedDateTime),
		correlationUuid: record.correlationUuid ?? null,
		...(record.sortValues === undefined ? {} : { sortValues: record.sortValues }),
	};
}
