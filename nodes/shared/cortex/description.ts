import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { readWholeNumber } from '../input/values';
import { TENANT_BASE_URL_EXPRESSION } from './tenant';

/** Where all Cortex nodes send to. */
export const cortexRequestDefaults: INodeTypeDescription['requestDefaults'] = {
	baseURL: TENANT_BASE_URL_EXPRESSION,
	headers: { Accept: 'application/json' },
};

/** The icon of all Cortex nodes. */
export const cortexIcon = {
	light: 'file:../../icons/cortex.svg',
	dark: 'file:../../icons/cortex.dark.svg',
} as const;

const ACTION_ID_HINT =
	'Use the action_id that Scan Endpoints or a script run gave. In Cortex it is under Response → Action Center, in the column Action ID.';

/** The digits of an action id that a user or an expression gave in the field of that label. */
export const readActionId = (value: unknown, field = 'Action ID') =>
	readWholeNumber(field, value, ACTION_ID_HINT);

/** An action id as the vendor wants it: a number, as long as it is exact as one. */
export const actionIdToSend = (id: string): number | string =>
	Number.isSafeInteger(Number(id)) ? Number(id) : id;

/** The description of a node's field Output. The editor knows one schema for all of its choices. */
export const outputDescription =
	'What an item stands for. Until the node has run, the editor shows the fields of Endpoints, whichever you choose.';

/** The field Action ID. */
export const actionIdProperty: INodeProperties = {
	displayName: 'Action ID',
	name: 'actionId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 22519813685366',
	description:
		'The action_id that Scan Endpoints or a script run gave. In Cortex: Response → Action Center, column Action ID.',
};
