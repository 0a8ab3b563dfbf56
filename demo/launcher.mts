import { readFileSync } from 'node:fs';

const LOOK_MS = 1_000;

function parentOf(pid: number): number | undefined {
	try {
		// "pid (name) state ppid …", and the name may hold anything, brackets too.
		const [, ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
		return Number(ppid);
	} catch {
		return undefined;
	}
}

/**
 * Calls back once when the command that started this one is gone. A signal sent to npm alone ends npm
 * and its shell and is not passed on, so without this an `npm start` that was stopped so would go on
 * running unseen. (npm's shell stands between npm and us; where there is no /proc, only our own parent
 * is watched.)
 */
export function whenLauncherIsGone(callback: () => void): void {
	const started = { parent: process.ppid, grandparent: parentOf(process.ppid) };
	const timer = setInterval(() => {
		const same = process.ppid === started.parent && parentOf(process.ppid) === started.grandparent;
		if (same) return;
		clearInterval(timer);
		callback();
	}, LOOK_MS);
	timer.unref();
}
