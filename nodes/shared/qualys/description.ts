import { NodeConnectionTypes, type INodeTypeDescription, type NodeHint } from 'n8n-workflow';
import { qualysGatewayApiTest } from './credentialTest';
import { hintWhere, NO_ITEMS } from '../transport/hints';
import { GATEWAY_BASE_URL_EXPRESSION } from './gateway';

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
	requestDefaults: {
		baseURL: GATEWAY_BASE_URL_EXPRESSION,
		headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
	},
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
