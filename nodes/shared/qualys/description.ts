import {
	NodeConnectionTypes,
	type INodeProperties,
	type INodeTypeDescription,
	type NodeHint,
} from 'n8n-workflow';
import { readWholeNumber } from '../input/values';
import { qualysGatewayApiTest } from './credentialTest';
import { hintWhere, NO_ITEMS } from '../transport/hints';

/** The icon of all Qualys nodes. */
export const qualysIcon = {
	light: 'file:../../icons/qualys.svg',
	dark: 'file:../../icons/qualys.dark.svg',
} as const;

/** What else all nodes of Qualys have in common. */
export const qualysNode = {
	group: ['transform'],
	version: 1,
	inputs: [NodeConnectionTypes.Main],
	outputs: [NodeConnectionTypes.Main],
	credentials: [{ name: 'qualysGatewayApi', required: true, testedBy: 'qualysGatewayApiTest' }],
} satisfies Partial<INodeTypeDescription>;

/** The methods of all nodes of Qualys. */
export const qualysMethods = { credentialTest: { qualysGatewayApiTest } };

/**
 * A hint beside a result without items.
 * @param name the node's default name
 */
export const emptyResultHint = (name: string): NodeHint =>
	hintWhere(
		name,
		'Nothing was found. Qualys shows a user only what lies in the tag scope of that user, so there may be more than the user of this credential can see.',
		NO_ITEMS,
	);

/**
 * The digits of a job id that a user or an expression gave.
 * @throws {InputError}
 */
export const readJobId = (value: unknown): string =>
	readWholeNumber(
		'Job ID',
		value,
		'Use the job_id that Execute Script gives, or the id that Search Script Jobs or the trigger gives. It is a number, not a correlation UUID.',
	);

/** The field Job ID. */
export const jobIdProperty: INodeProperties = {
	displayName: 'Job ID',
	name: 'jobId',
	type: 'string',
	required: true,
	default: '={{ $json.job_id ?? $json.id }}',
	placeholder: 'e.g. 805452',
	description:
		'The job_id that Execute Script gives, or the ID of a job from Search Script Jobs. Taken from the incoming item unless you enter another one.',
};
