import { NodeConnectionTypes, type INodeTypeDescription, type NodeHint } from 'n8n-workflow';
import { qualysGatewayApiTest } from './credentialTest';
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

/** How many copies of a node, which n8n numbers, the hint below looks for. */
const COPIES = 9;

/**
 * A hint beside a result without items.
 *
 * Its condition can read the output of every node by name, but n8n tells an expression only the id and the
 * parameters of the node that it is about, and lists no names. So it looks under the names that n8n gives to a
 * node and to its copies, for one with the same parameters. A node that was renamed goes without the hint:
 * n8n lets only nodes with an `execute` of their own add hints to a run, not the functions of a declarative one.
 *
 * @param name the node's default name
 */
export function emptyResultHint(name: string): NodeHint {
	const names = Array.from({ length: COPIES + 1 }, (_, copy) => name + (copy || ''));
	return {
		message:
			'Nothing was found. Qualys shows a user only what lies in the tag scope of that user, so there may be more than the user of this credential can see.',
		type: 'info',
		location: 'outputPane',
		whenToDisplay: 'afterExecution',
		displayCondition: `={{ ${JSON.stringify(names)}.some((name) => { try { const node = $(name); return JSON.stringify(node.params) === JSON.stringify($rawParameter) && node.first(0, $runIndex) === undefined; } catch { return false; } }) }}`,
	};
}
