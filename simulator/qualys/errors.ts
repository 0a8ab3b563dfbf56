/** A search that the service refuses with 400; `code` becomes errorCode. */
export class SearchError extends Error {
	constructor(
		readonly code: string,
		message: string,
	) {
		super(message);
	}

	body(): object {
		return { errorCode: this.code, message: this.message, body: null };
	}
}
