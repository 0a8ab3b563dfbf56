import { InputError, passOn } from '../errors';
import type { IExecuteSingleFunctions, IHttpRequestOptions, PreSendAction } from 'n8n-workflow';

const refusals = new WeakMap<object, InputError>();

/**
 * A `preSend` that may refuse its input by throwing an {@link InputError}.
 *
 * Thrown at once, the error would end the item before it can be linked to its input, and after other
 * items were sent. So it is kept with the request until all items are known.
 */
export function checked(
	prepare: (this: IExecuteSingleFunctions, request: IHttpRequestOptions) => void,
): PreSendAction {
	return async function (this: IExecuteSingleFunctions, request: IHttpRequestOptions) {
		try {
			prepare.call(this, request);
		} catch (error) {
			if (!(error instanceof InputError)) return await passOn(error);
			if (!refusals.has(request)) refusals.set(request, error);
		}
		return request;
	};
}

/** Why this request's input was refused, if it was. */
export function refusalOf(request: object): InputError | undefined {
	return refusals.get(request);
}
