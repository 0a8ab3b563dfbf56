import { isObject, isoTime, type JsonObject } from '../json';

/** The fields of a job that people use, flat, under the same names for v1 and v2. */
export function simplifiedJob(record: JsonObject): JsonObject {
	const { category, updatedDateTime } = record;
	const created = isObject(record.created) ? record.created.dateTime : record.created;
	const createdAt = isoTime(created);
	const job: JsonObject = {
		id: record.id ?? null,
		title: record.title ?? null,
		scriptId: record.scriptId ?? null,
		scriptType: record.scriptType ?? null,
		platform: record.platform ?? null,
		category: (isObject(category) ? category.name : category) ?? null,
		severity: record.severity ?? null,
		createdAt,
		// Most jobs are never updated.
		updatedAt: updatedDateTime === created ? createdAt : isoTime(updatedDateTime),
		correlationUuid: record.correlationUuid ?? null,
	};
	if (record.sortValues !== undefined) job.sortValues = record.sortValues;
	return job;
}
