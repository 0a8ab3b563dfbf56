import type {
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	INodeExecutionData,
} from 'n8n-workflow';
import { Fault } from '../shared/errors';
import { isObject, type JsonObject } from '../shared/json';
import { OPERATIONS } from '../shared/qualys/operations';
import { qualysRequests, questions, QUALYS_CREDENTIAL } from '../shared/qualys/send';
import { LAST } from '../shared/transport/attempts';
import { connectionFault } from '../shared/transport/connection';
import { secretsOf, showableFault } from '../shared/transport/secrets';
import { isSetByAuthor, isTool } from '../shared/transport/tool';
import { parentJobs } from './parentJobs';
import { readExecution, type Execution } from './request';

/**
 * What the item at hand asks for.
 * @throws {InputError}
 */
export function executionOf(
	context: IExecuteSingleFunctions | IExecutePaginationFunctions,
): Execution {
	const node = context.getNode();
	const parameter = (name: string): unknown => context.getNodeParameter(name, null);
	return readExecution(
		{
			scriptId: parameter('scriptId'),
			target: parameter('target'),
			testTags: parameter('testTags'),
			assetIds: parameter('assetIds'),
			assetTagIds: parameter('assetTagIds'),
			excludedAssetIds: parameter('excludedAssetIds'),
			description: parameter('description'),
			options: parameter('options') ?? {},
		},
		{
			tool: isTool(node),
			sets(field) {
				const stored: unknown = node.parameters[field];
				if (field !== 'options') return isSetByAuthor(stored);
				return isObject(stored) && isSetByAuthor(stored.rebootAfterScriptExecution);
			},
		},
	);
}

/** @throws {Fault} where the reply holds no UUID, so that nobody can follow the job */
export function correlationUuidOf({ body }: JsonObject): string {
	const uuid = isObject(body) ? body.correlationUuid : undefined;
	if (typeof uuid === 'string' && uuid.trim() !== '') return uuid.trim();
	throw new Fault('Qualys accepted Execute Script, but its answer holds no correlationUuid', {
		meaning: 'unexpected',
	});
}

/** What an item started, for the error of another one. */
function startedInWords([item]: INodeExecutionData[]): string | undefined {
	const { script_id: script, correlation_uuid: uuid, job_ids: ids } = item.json;
	const jobs = Array.isArray(ids) && ids.length > 0 ? `, job ${ids.join(', ')}` : '';
	return `script ${String(script)}, correlationUuid ${String(uuid)}${jobs}`;
}

/** Where Execute Script sends to, and how. */
export const executeRequests = qualysRequests(
	async function (ask) {
		const { scriptId, body } = executionOf(this);
		const { executeScript: operation } = OPERATIONS;
		const path = `/sm/v1/scripts/${scriptId}/execute`;
		const json = await questions(ask, { startsWork: true })({ operation, path, body });
		const correlationUuid = correlationUuidOf(json);
		const secrets = await secretsOf(this, QUALYS_CREDENTIAL);
		const { ids, reason } = await parentJobs(
			questions(ask, { patience: LAST }),
			{ scriptId, correlationUuid },
			{
				wordsOf: (error) => showableFault(connectionFault(error), secrets),
				signal: this.getExecutionCancelSignal(),
			},
		);
		return [
			{
				json: {
					script_id: scriptId,
					correlation_uuid: correlationUuid,
					job_id: ids[0] ?? null,
					job_ids: ids,
					...(reason === undefined ? {} : { reason }),
				},
			},
		];
	},
	{
		describe: startedInWords,
		unknown:
			'It is not known whether this script was started, and the request is not sent a second time. Look at the newest jobs of the script, in Qualys or with Search Script Jobs, before you run this node again.',
	},
);
