import { Fault } from '../errors';
import { isObject, numberOf, type JsonObject } from '../json';

/**
 * The import job that was started. The newest service answers flat, with status 201 and all four fields; older ones
 * have no `job_status`, or a `reply` around the others.
 *
 * @returns the reply, with `job_id` as text, `job_status` as text or null, and both counts as number or null
 * @throws {Fault} where it holds no id, so that nobody can follow the import
 */
export function startedImport(json: JsonObject): JsonObject {
	const reply = isObject(json.reply) ? json.reply : json;
	const { job_id: id, job_status: status } = reply;
	const isId = typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id));
	if (!isId || String(id).trim() === '') {
		throw new Fault('Cortex accepted Submit Import, but its answer holds no job_id', {
			meaning: 'unexpected',
		});
	}
	return {
		...reply,
		job_id: String(id).trim(),
		job_status: typeof status === 'string' && status.trim() !== '' ? status : null,
		assets_count: numberOf(reply.assets_count),
		vulnerabilities_count: numberOf(reply.vulnerabilities_count),
	};
}
