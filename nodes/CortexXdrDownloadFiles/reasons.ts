import { isObject, numberOf, textOf, type JsonObject } from '../shared/json';
import type { EndpointRow } from '../shared/cortex/actionStatus';
import { ENDPOINT_STATUSES, meaningOf } from '../shared/cortex/statuses';

export const NOT_IN_ACTION = 'The action holds no endpoint with this id.';

/** For an endpoint that nothing more is known of. */
export const NO_LINK = 'Cortex gave no link to its files, and could not be asked why.';

const word = (status: string) => status.trim() || 'no status';

/** The paths of files that were not there, each with what Cortex says of it. */
function missingFiles(reason: unknown): string[] {
	const files: unknown = isObject(reason) ? reason.missing_files : undefined;
	if (!Array.isArray(files)) return [];
	return files.filter(isObject).flatMap(({ path, description }) => {
		const [where, why] = [path, description].map((one) =>
			typeof one === 'string' ? one.trim() : '',
		);
		if (where === '') return why === '' ? [] : [why];
		return [why === '' ? where : `${where} (${why})`];
	});
}

/**
 * Why an endpoint has no retrieved files to download, in words.
 * @param row the endpoint as get_action_status knows it
 */
export function whyNotRetrieved(row: EndpointRow | undefined): string {
	if (!row) return NOT_IN_ACTION;
	const { status, error, error_reason: reason } = row;
	const { finished, succeeded } = meaningOf(ENDPOINT_STATUSES, status);
	if (!finished) return `Not finished yet (${word(status)}): use Wait for Job first.`;
	if (succeeded) {
		return `Cortex gives no link to its files, although it ended well (${word(status)}). It may have removed them.`;
	}
	const why = missingFiles(reason).join('; ') || error;
	return why === null
		? `It ended without files (${word(status)}), and Cortex does not say why.`
		: `It ended without files (${word(status)}): ${why.replace(/[\s.]+$/, '')}.`;
}

/** Whether it is known of a result of a script that there are no files: the count may be text, or missing. */
export const hasNoFiles = ({ retrieved_files: count }: JsonObject): boolean =>
	(numberOf(count) ?? 1) <= 0;

/**
 * Why an endpoint has no files of a script to download, in words.
 * @param row its result, as get_script_execution_results knows it
 */
export function whyNoScriptFiles(row: JsonObject | undefined): string {
	if (!row) return NOT_IN_ACTION;
	const status = textOf(row.execution_status ?? '');
	if (!meaningOf(ENDPOINT_STATUSES, status).finished) {
		return `The script has not ended there yet (${word(status)}): use Wait for Job first.`;
	}
	return hasNoFiles(row)
		? `The script brought back no files (${word(status)}).`
		: 'Cortex gives no link to its files. It removes files of scripts after some time.';
}
