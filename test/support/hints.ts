import { createRunExecutionData, Workflow, type INode, type INodeType } from 'n8n-workflow';

/**
 * Whether n8n's editor shows a hint of a node beside these items.
 * @param words of the hint
 */
export function isShown(
	type: INodeType,
	words: string,
	parameters: INode['parameters'],
	rows: object[],
): unknown {
	const { name, displayName, hints = [] } = type.description;
	const found = hints.filter(({ message }) => message.includes(words));
	if (found.length !== 1) throw new Error(`${found.length} hints of ${displayName} say "${words}"`);
	const workflow = new Workflow({
		nodes: [
			{ id: '1', name: displayName, type: name, typeVersion: 1, position: [0, 0], parameters },
		],
		connections: {},
		active: false,
		nodeTypes: { getByNameAndVersion: () => type } as never,
	});
	const items = rows.map((json) => ({ json }));
	const runData = { [displayName]: [{ data: { main: [items] } }] };
	return workflow.expression.getParameterValue(
		found[0].displayCondition ?? true,
		createRunExecutionData({ resultData: { runData: runData as never } }),
		0,
		0,
		displayName,
		[],
		'manual',
		{},
	);
}
