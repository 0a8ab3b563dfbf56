import type { IExecuteSingleFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import type { JsonObject } from '../shared/json';
import { readChoice, readSwitch } from '../shared/input/values';
import { simplifyProperty } from '../shared/input/properties';
import { assetJobRecords } from '../shared/qualys/assetJobPages';
import { assetJobOf, assetJobWithOutput, jobSummary } from '../shared/qualys/assetJobs';
import {
	jobIdProperty,
	qualysIcon,
	qualysMethods,
	qualysNode,
	readJobId,
} from '../shared/qualys/description';
import { NO_ASSETS } from '../shared/qualys/jobs';
import { qualysRequests, questions, wholeAnswer } from '../shared/qualys/send';
import { hintWhere, NO_ITEMS } from '../shared/transport/hints';
import { checked } from '../shared/transport/refusal';
import { builderHint, toolDescription } from '../shared/transport/tool';

const NAME = 'Qualys Get Script Job Results';

/**
 * What this item asks for.
 * @throws {InputError}
 */
function wantedOf(context: IExecuteSingleFunctions) {
	const parameter = (name: string): unknown => context.getNodeParameter(name, null);
	const id = readJobId(parameter('jobId'));
	const isSummary = readChoice('Output', parameter('output'), ['assets', 'summary']) === 'summary';
	return {
		id,
		isSummary,
		output: !isSummary && readSwitch('Include Output', parameter('includeOutput') ?? true),
		simplify: readSwitch('Simplify', parameter('simplify') ?? true),
	};
}

/** The json of the output items. */
function itemsOf(
	records: JsonObject[],
	{ id, isSummary, output, simplify }: ReturnType<typeof wantedOf>,
): JsonObject[] {
	if (isSummary) {
		return [
			jobSummary(
				id,
				records.map((record) => assetJobOf(record, id)),
			),
		];
	}
	if (!simplify) return records;
	return records.map((record) =>
		output ? assetJobWithOutput(record, id) : { ...assetJobOf(record, id) },
	);
}

const showForAssets = { show: { output: ['assets'] } };

const FOR_MODELS =
	'Get how a script job of Qualys Custom Assessment and Remediation stands on each asset, and what the script printed there. Takes the id of the job (a number). Returns an item per asset with state (pending, finished, unknown), succeeded, status, exit code and output, or one summary with counts. A job has finished only when its assets have; use Wait for Script Job to wait for that.';

export class QualysGetScriptJobResults implements INodeType {
	description: INodeTypeDescription = {
		...qualysNode,
		icon: qualysIcon,
		// As in qualysNode: n8n's scan of packages looks for the test of a credential in the text of a node's file.
		credentials: [{ name: 'qualysGatewayApi', required: true, testedBy: 'qualysGatewayApiTest' }],
		displayName: NAME,
		name: 'qualysGetScriptJobResults',
		subtitle: '={{ $parameter.output === "summary" ? "summary" : "an item per asset" }}',
		description: 'Get how a script ended on each asset, and what it printed there',
		defaults: { name: NAME },
		usableAsTool: { replacements: { description: FOR_MODELS } },
		builderHint: builderHint(
			'Take this to read how a script job of Qualys ended, and what the script printed. Items have job_id, asset_id, asset_name, state, succeeded, status, exit_code, exit_text, script_output, ended_at. Wait for Script Job gives the same rows in its field results once the job has ended.',
			{ qualysWaitForScriptJob: 'Waits until the job has ended on all assets' },
		),
		hints: [
			hintWhere(
				NAME,
				`Qualys names no assets of this job. Right after the start there are none yet. ${NO_ASSETS}`,
				NO_ITEMS,
			),
		],
		...qualysRequests(async function (ask) {
			const wanted = wantedOf(this);
			const records = await assetJobRecords(questions(ask), wanted.id, wanted);
			return itemsOf(records, wanted).map((json) => ({ json: json as never }));
		}),
		properties: [
			toolDescription(FOR_MODELS),
			{
				...jobIdProperty,
				routing: {
					request: { method: 'POST', url: '/sm/v1/assetjobs/search' },
					send: {
						paginate: true,
						preSend: [
							checked(function () {
								wantedOf(this);
							}),
						],
					},
					output: { postReceive: wholeAnswer },
				},
			},
			{
				displayName: 'Output',
				name: 'output',
				type: 'options',
				noDataExpression: true,
				default: 'assets',
				options: [
					{
						name: 'Assets',
						value: 'assets',
						description: 'An item for each asset that the script runs on',
					},
					{
						name: 'Summary',
						value: 'summary',
						description: 'One item for the job, with counts and its assets',
					},
				],
				description:
					'What an item stands for. Until the node has run, the editor shows the fields of Assets, whichever you choose.',
			},
			{
				displayName: 'Include Output',
				name: 'includeOutput',
				type: 'boolean',
				default: true,
				displayOptions: showForAssets,
				description:
					'Whether to add what the script printed. It can be 1 MB for each asset; without it, fewer requests are needed.',
			},
			{ ...simplifyProperty, displayOptions: showForAssets },
		],
	};

	methods = qualysMethods;
}
