import { LoadOptionsContext } from 'n8n-core';
import {
	Workflow,
	type ICredentialDataDecryptedObject,
	type INode,
	type INodeType,
	type INodeTypes,
} from 'n8n-workflow';
import { additionalDataOf, asN8nLoadsIt } from './engine';
import { credentialTypes, type World } from './world';

/** What a node gets from n8n when the editor asks for the choices of a field. */
export function loadOptionsOf(
	world: World,
	type: INodeType,
	parameters: INode['parameters'],
	credentials: Record<string, ICredentialDataDecryptedObject> = {},
): LoadOptionsContext {
	const nodeType = asN8nLoadsIt(type);
	const nodeTypes: INodeTypes = {
		getByName: () => nodeType,
		getByNameAndVersion: () => nodeType,
		getKnownTypes: () => ({}),
	};
	const node: INode = {
		id: '1',
		name: 'Node',
		type: 'test.node',
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: Object.fromEntries(
			(type.description.credentials ?? []).map(({ name }) => [name, { id: '1', name }]),
		),
	};
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const additionalData = additionalDataOf(
		credentialTypes,
		{ credentials: { ...world.credentials, ...credentials } },
		[],
	);
	additionalData.currentNodeParameters = parameters;
	return new LoadOptionsContext(workflow, node, additionalData, 'parameters');
}
