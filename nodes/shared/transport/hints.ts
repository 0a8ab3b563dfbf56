import type { NodeHint } from 'n8n-workflow';

/** How many copies of a node, which n8n numbers, a hint looks for. */
const COPIES = 9;

/** The condition of {@link hintWhere} for a result without items. */
export const NO_ITEMS = 'first === undefined';

/**
 * A hint beside a result of a declarative node.
 *
 * Its condition can read the output of every node by name, but n8n tells an expression only the id and the
 * parameters of the node that it is about, and lists no names. So it looks under the names that n8n gives to a
 * node and to its copies, for one with the same parameters. A node that was renamed goes without the hint:
 * n8n lets only nodes with an `execute` of their own add hints to a run, not the functions of a declarative one.
 *
 * @param name the node's default name
 * @param condition JavaScript of `first`, the first item of the result, `undefined` where there is none; and of `node`,
 *   which is what n8n's expressions know of the node
 */
export function hintWhere(name: string, message: string, condition: string): NodeHint {
	const names = Array.from({ length: COPIES + 1 }, (_, copy) => name + (copy || ''));
	return {
		message,
		type: 'info',
		location: 'outputPane',
		whenToDisplay: 'afterExecution',
		displayCondition: `={{ ${JSON.stringify(names)}.some((name) => { try { const node = $(name); const first = node.first(0, $runIndex); return JSON.stringify(node.params) === JSON.stringify($rawParameter) && ${condition}; } catch { return false; } }) }}`,
	};
}
