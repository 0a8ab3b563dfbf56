import { InputError } from '../errors';
import { sample } from '../input/values';

/**
 * Whether to act on every endpoint of the tenant.
 *
 * @param scope what the parameter holds for this item
 * @param options.chosen what the author of the workflow set it to: an expression, or one of its values
 * @param options.tool whether an AI agent uses the node as its tool
 * @throws {InputError} where a model, and not the author, may have chosen all endpoints
 */
export function choosesAll(scope: unknown, options: { chosen: unknown; tool: boolean }): boolean {
	if (scope === 'matching') return false;
	if (scope !== 'all') {
		throw new InputError(`Scope holds ${sample(scope ?? '')}`, 'It can be matching or all.');
	}
	if (!options.tool || options.chosen === 'all') return true;
	throw new InputError(
		'An AI agent cannot set Scope to all endpoints',
		'Only the author of the workflow can, by setting Scope itself to All Endpoints. Use filters instead.',
	);
}
