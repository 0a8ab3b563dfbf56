import { createServer } from 'node:net';

import { UserError } from './errors.mts';

export const LOOPBACK = '127.0.0.1';
/** "localhost" means this one too, and a browser may try it first. */
const LOOPBACK_6 = '::1';

/**
 * Ports are drawn from here: below those that operating systems give to outgoing connections, any of which could take
 * a port between the moment it is found free and the moment a server listens there.
 */
const DRAWN_FROM = { lowest: 20_000, highest: 31_999 };

interface Held {
	port: number;
	close: () => Promise<void>;
}

function listen(port: number, host: string): Promise<Held> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen({ port, host, exclusive: true }, () =>
			resolve({ port, close: () => new Promise((done) => server.close(() => done())) }),
		);
	});
}

/** The code of the error that a server on this port of the loopback interface meets, or undefined. */
async function obstacleAt(port: number): Promise<string | undefined> {
	for (const host of [LOOPBACK, LOOPBACK_6]) {
		try {
			await (await listen(port, host)).close();
		} catch (error) {
			const { code = String(error) } = error as NodeJS.ErrnoException;
			// A machine may have no IPv6; then nobody listens there.
			if (host === LOOPBACK || code === 'EADDRINUSE') return code;
		}
	}
	return undefined;
}

/** Whether a server could listen on this port of the loopback interface now. */
export async function isPortFree(port: number): Promise<boolean> {
	return (await obstacleAt(port)) === undefined;
}

/** Given out by this process; whoever asked may not listen there yet. */
const givenOut = new Set<number>();

/** That many different free ports, none of which this process has given out before. */
export async function freePorts(count: number): Promise<number[]> {
	const { lowest, highest } = DRAWN_FROM;
	const found: number[] = [];
	while (found.length < count) {
		const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
		if (givenOut.has(port)) continue;
		givenOut.add(port);
		if (await isPortFree(port)) found.push(port);
	}
	return found;
}

/** One free port. */
export async function freePort(): Promise<number> {
	return (await freePorts(1))[0];
}

/** Somebody who wants a port. */
export interface Wanted {
	port: number;
	/** As the sentence's subject: "n8n". */
	what: string;
	/** The option that changes it: "--port". */
	option: string;
}

/** Reads a port as somebody has typed it. Throws a `UserError` for anything else. */
export function readPort(text: string | undefined, option: string, fallback: number): number {
	if (text === undefined || text === '') return fallback;
	const port = Number(text);
	if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
	throw new UserError(`"${text}" is not a port: give ${option} a number from 1 to 65535.`);
}

/** Why a port cannot be had, as a sentence. */
export function describeObstacle(code: string, { port, what, option }: Wanted): string {
	const other = `choose another port with "npm start -- ${option} <port>"`;
	if (code === 'EADDRINUSE') {
		return `Port ${port} is in use, so ${what} cannot start: stop the program that listens there, or ${other}.`;
	}
	if (code === 'EACCES') {
		return `Port ${port} is kept for administrators, so ${what} cannot start there: ${other}, above 1023.`;
	}
	return `Port ${port} cannot be used (${code}), so ${what} cannot start: ${other}.`;
}

/** Throws a `UserError` that says what to do, unless each can have its port. */
export async function requirePorts(all: Wanted[]): Promise<void> {
	for (const [index, wanted] of all.entries()) {
		const other = all.slice(0, index).find(({ port }) => port === wanted.port);
		if (other) {
			throw new UserError(
				`${other.what} and ${wanted.what} cannot both have port ${wanted.port}: choose another one with "npm start -- ${other.option} <port>" or "npm start -- ${wanted.option} <port>".`,
			);
		}
		const code = await obstacleAt(wanted.port);
		if (code !== undefined) throw new UserError(describeObstacle(code, wanted));
	}
}
