import {
	NodeConnectionTypes,
	type IExecuteSingleFunctions,
	type INodeProperties,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { readWholeNumber } from '../input/values';
import { cortexXdrApiTest } from './credentialTest';

/** The icon of all Cortex nodes. */
export const cortexIcon = {
	light: 'file:../../icons/cortex.svg',
	dark: 'file:../../icons/cortex.dark.svg',
} as const;

/** What else all nodes of Cortex have in common. */
export const cortexNode = {
	group: ['transform'],
	version: 1,
	inputs: [NodeConnectionTypes.Main],
	outputs: [NodeConnectionTypes.Main],
	credentials: [{ name: 'cortexXdrApi', required: true, testedBy: 'cortexXdrApiTest' }],
} satisfies Partial<INodeTypeDescription>;

/** The methods of all nodes of Cortex. */
export const cortexMethods = { credentialTest: { cortexXdrApiTest } };

const ACTION_ID_HINT =
	'Use the action_id of the node that started the action, such as Scan, Isolate or Run Script. In Cortex it is under Response → Action Center, in the column Action ID.';

/** The digits of an action id that a user or an expression gave in the field of that label. */
export const readActionId = (value: unknown, field = 'Action ID', hint = ACTION_ID_HINT) =>
	readWholeNumber(field, value, hint);

/** An action id as the vendor wants it: a number, as long as it is exact as one. */
export const actionIdToSend = (id: string): number | string =>
	Number.isSafeInteger(Number(id)) ? Number(id) : id;

/** The description of a node's field Output. The editor knows one schema for all of its choices. */
export const outputDescription =
	'What an item stands for. Until the node has run, the editor shows the fields of Endpoints, whichever you choose.';

/** The default of Action ID in nodes that come after Wait for Job, whose items name an action by `job_id`. */
export const INCOMING_ACTION_ID = '={{ $json.action_id ?? $json.job_id }}';

/** The field Action ID. */
export const actionIdProperty: INodeProperties = {
	displayName: 'Action ID',
	name: 'actionId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 22519813685366',
	description:
		'The action_id of the node that started the action, such as Scan, Isolate or Run Script. In Cortex: Response → Action Center, column Action ID.',
};

/**
 * What the field Action ID holds for the item at hand.
 * @throws {InputError}
 */
export function actionIdOf(this: IExecuteSingleFunctions): string {
	return readActionId(this.getNodeParameter('actionId'));
}
