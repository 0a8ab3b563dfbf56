import type { FastifyReply } from 'fastify';

import { refusals } from './errors';
import { requestData, text } from './schemaParts';
import type { CortexQueries, QueryRequest, ResultFormat } from './xqlQueries';
import type { Row } from './xqlRows';

const epochMilliseconds = { type: 'integer', minimum: 0 };
/** Request bodies of the queries by operation, as JSON schemas for fastify. */
export const xqlSchemas = {
	startQuery: requestData(
		{
			query: text,
			tenants: { type: 'array', items: text },
			timeframe: {
				type: 'object',
				additionalProperties: false,
				properties: {
					from: epochMilliseconds,
					to: epochMilliseconds,
					relativeTime: { type: 'integer', minimum: 1 },
				},
				oneOf: [{ required: ['from', 'to'] }, { required: ['relativeTime'] }],
			},
		},
		['query'],
	),
	getQueryResults: requestData(
		{
			query_id: text,
			pending_flag: { type: 'boolean' },
			limit: { type: 'integer', minimum: 1 },
			format: { enum: ['json', 'csv'] },
		},
		['query_id'],
	),
	getQueryStream: requestData({ stream_id: text, is_gzip_compressed: { type: 'boolean' } }, [
		'stream_id',
	]),
	getQueryQuota: requestData({}, []),
};

interface StartBody {
	request_data: QueryRequest;
}

interface ResultsBody {
	request_data: {
		query_id: string;
		pending_flag?: boolean;
		limit?: number;
		format?: ResultFormat;
	};
}

interface StreamBody {
	request_data: { stream_id: string; is_gzip_compressed?: boolean };
}

type Post = <Body>(
	path: string,
	operation: keyof typeof xqlSchemas,
	answer: (body: Body, reply: FastifyReply) => object,
) => void;

/** Rows of a stream that leave in one chunk. */
const CHUNK_ROWS = 500;

const chunksOf = (rows: Row[]): string[] =>
	Array.from({ length: Math.ceil(rows.length / CHUNK_ROWS) }, (_, chunk) => {
		const some = rows.slice(chunk * CHUNK_ROWS, (chunk + 1) * CHUNK_ROWS);
		return some.map((row) => `${JSON.stringify(row)}\n`).join('');
	});

/** The chunks, one after the other. */
function streamOf(chunks: string[]): ReadableStream<BufferSource> {
	const encoder = new TextEncoder();
	return new ReadableStream({
		start(controller) {
			for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
			controller.close();
		},
	});
}

/** A line of JSON for each row, chunk by chunk; packed only for whoever has asked for that, in one way or the other. */
function sendRows(reply: FastifyReply, rows: Row[], asked: boolean): FastifyReply {
	const { headers } = reply.request;
	const accepted = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
	if (asked || accepted) {
		if (!asked) reply.header('content-encoding', 'gzip');
		const packed = streamOf(chunksOf(rows)).pipeThrough(new CompressionStream('gzip'));
		return reply.type('application/octet-stream').send(packed);
	}
	reply.type('application/x-ndjson');
	// What a fault spoils has to be there in one piece.
	if (reply.request.logEntry?.fault) return reply.send(chunksOf(rows).join(''));
	return reply.send(streamOf(chunksOf(rows)));
}

/** Adds the calls around queries. */
export function addXqlRoutes(post: Post, queries: CortexQueries): void {
	post<StartBody>('/v1/xql/start_xql_query', 'startQuery', ({ request_data }) => ({
		reply: queries.start(request_data),
	}));

	post<ResultsBody>('/v1/xql/get_query_results', 'getQueryResults', ({ request_data }) => {
		const { query_id: id, pending_flag: atOnce = true, limit, format = 'json' } = request_data;
		if (!atOnce) throw refusals.badRequest('The simulator does not answer late: pending_flag');
		const reply = queries.results(id, { limit, format });
		if (!reply) throw refusals.noSuchQuery(id);
		return { reply };
	});

	post<StreamBody>('/v1/xql/get_query_results_stream', 'getQueryStream', (body, reply) => {
		const { stream_id: id, is_gzip_compressed: packed = false } = body.request_data;
		const rows = queries.stream(id);
		if (!rows) throw refusals.noSuchStream(id);
		return sendRows(reply, rows, packed);
	});

	post('/v1/xql/get_quota', 'getQueryQuota', () => ({ reply: queries.quota() }));
}
