import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';

import type { Plot } from './benchmark.mts';
import { escaped, STYLE } from './chart.mts';

const WIDTH = 760;
const HEIGHT = 320;
const LEFT = 76;
const RIGHT = 24;
const TOP = 80;
const BOTTOM = 52;

/** Lines are told apart by their strokes too, for those who see no colours. */
const STROKES = [
	'class="first"',
	'class="second" stroke-dasharray="6 3"',
	'class="third" stroke-dasharray="2 3"',
];

const LINES = `
	.first, .second, .third { fill: none; stroke-width: 2; }
	.first { stroke: #1f6feb; } .second { stroke: #bf8700; } .third { stroke: #8250df; }
	.grid { stroke: #59636e; stroke-opacity: 0.25; }
	@media (prefers-color-scheme: dark) {
		.first { stroke: #58a6ff; } .second { stroke: #d29922; } .third { stroke: #bc8cff; }
	}`;

/** Lines over a number axis, both axes from 0, as an SVG image. */
export function drawPlot({ title, description, x, y, lines, marks }: Plot): string {
	const points = lines.flatMap((one) => one.points);
	const across = scaleLinear()
		.domain([0, Math.max(...points.map(([at]) => at))])
		.range([LEFT, WIDTH - RIGHT]);
	const up = scaleLinear()
		.domain([0, Math.max(...points.map(([, value]) => value))])
		.nice()
		.range([HEIGHT - BOTTOM, TOP]);
	const path = line<[number, number]>(
		([at]) => across(at),
		([, value]) => up(value),
	).digits(1);

	const grid = up
		.ticks(5)
		.flatMap((tick) => [
			`<path class="grid" d="M${LEFT} ${up(tick)}H${WIDTH - RIGHT}"/>`,
			`<text class="quiet" x="${LEFT - 8}" y="${up(tick) + 4}" text-anchor="end">${tick.toLocaleString('en-US')}</text>`,
		]);
	const ticks = across
		.ticks(6)
		.map(
			(tick) =>
				`<text class="quiet" x="${across(tick)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${tick.toLocaleString('en-US')}</text>`,
		);
	const moments = (marks?.at ?? []).map(
		(at) => `<path class="reference" d="M${across(at).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}"/>`,
	);
	const legend = [
		...lines.map(({ label }, index) => ({ label, stroke: STROKES[index % STROKES.length] })),
		...(marks ? [{ label: marks.label, stroke: 'class="reference"' }] : []),
	].flatMap(({ label, stroke }, index) => {
		const from = LEFT + index * 170;
		return [
			`<path ${stroke} d="M${from} 52h24"/>`,
			`<text x="${from + 30}" y="56">${escaped(label)}</text>`,
		];
	});
	const drawn = lines.flatMap((one, index) => {
		const stroke = STROKES[index % STROKES.length];
		const dots = one.points.map(
			([at, value]) => `<circle ${stroke} cx="${across(at)}" cy="${up(value)}" r="3"/>`,
		);
		return [`<path ${stroke} d="${path(one.points)}"/>`, ...(one.dots ? dots : [])];
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title description">`,
		`<title id="title">${escaped(title)}</title>`,
		`<desc id="description">${escaped(description)}</desc>`,
		`<style>${STYLE}${LINES}\n</style>`,
		`<rect class="paper" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
		`<text class="title" x="16" y="28">${escaped(title)}</text>`,
		...legend,
		...grid,
		...ticks,
		`<text class="quiet" x="${WIDTH - RIGHT}" y="${HEIGHT - 12}" text-anchor="end">${escaped(x)}</text>`,
		`<text class="quiet" x="16" y="${TOP - 12}">${escaped(y)}</text>`,
		...moments,
		...drawn,
		'</svg>',
		'',
	].join('\n');
}
