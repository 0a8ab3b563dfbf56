import type { Bar, Chart } from './benchmark.mts';

const WIDTH = 760;
const LABEL_WIDTH = 290;
const TEXT_WIDTH = 150;
const PLOT_WIDTH = WIDTH - LABEL_WIDTH - TEXT_WIDTH;
const TOP = 62;
const HEADING_HEIGHT = 30;
const ROW_HEIGHT = 30;
const BAR_HEIGHT = 16;
const BOTTOM = 16;

/** Colours for both of a reader's themes: as an image the chart takes nothing from the page around it. */
export const STYLE = `
	text { font: 13px system-ui, sans-serif; fill: #1f2328; }
	.title { font-size: 15px; font-weight: 600; }
	.heading { font-weight: 600; }
	.quiet { fill: #59636e; }
	.paper { fill: #ffffff; }
	.other { fill: #a8b1bb; }
	.ours { fill: #1f6feb; }
	.line { stroke: #59636e; stroke-width: 1; }
	.reference { stroke: #cf222e; stroke-width: 1; stroke-dasharray: 4 3; }
	@media (prefers-color-scheme: dark) {
		text { fill: #f0f6fc; }
		.quiet { fill: #9198a1; }
		.paper { fill: #0d1117; }
		.other { fill: #656c76; }
		.ours { fill: #58a6ff; }
		.line { stroke: #9198a1; }
		.reference { stroke: #f85149; }
	}`;

export function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const round = (value: number) => Number(value.toFixed(1));

/** Horizontal bars in groups, as an SVG image. */
export function drawChart({ title, description, groups, reference }: Chart): string {
	const bars = groups.flatMap((group) => group.bars);
	const most = Math.max(reference.value, ...bars.map(({ high }) => high));
	const x = (value: number) => round(LABEL_WIDTH + (value / most) * PLOT_WIDTH);

	const drawBar = ({ label, value, text, low, high, ours }: Bar, y: number) => {
		const middle = y + ROW_HEIGHT / 2;
		const from = middle - BAR_HEIGHT / 2;
		return [
			`<text x="${LABEL_WIDTH - 10}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>`,
			`<rect class="${ours ? 'ours' : 'other'}" x="${LABEL_WIDTH}" y="${from}" width="${round(x(value) - LABEL_WIDTH)}" height="${BAR_HEIGHT}" rx="2"/>`,
			`<path class="line" d="M${x(low)} ${middle}H${x(high)}M${x(low)} ${middle - 4}v8M${x(high)} ${middle - 4}v8"/>`,
			`<text x="${Math.max(x(high), x(value)) + 8}" y="${middle + 4}">${escaped(text)}</text>`,
		];
	};

	const lines: string[] = [];
	let y = TOP;
	for (const group of groups) {
		lines.push(`<text class="heading" x="16" y="${y + 20}">${escaped(group.label)}</text>`);
		y += HEADING_HEIGHT;
		for (const bar of group.bars) {
			lines.push(...drawBar(bar, y));
			y += ROW_HEIGHT;
		}
	}
	const height = y + BOTTOM;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title description">`,
		`<title id="title">${escaped(title)}</title>`,
		`<desc id="description">${escaped(description)}</desc>`,
		`<style>${STYLE}\n</style>`,
		`<rect class="paper" width="${WIDTH}" height="${height}" rx="6"/>`,
		`<text class="title" x="16" y="28">${escaped(title)}</text>`,
		`<text class="quiet" x="${x(reference.value)}" y="${TOP - 8}" text-anchor="middle">${escaped(reference.label)}</text>`,
		...lines,
		`<path class="reference" d="M${x(reference.value)} ${TOP}V${y}"/>`,
		'</svg>',
		'',
	].join('\n');
}
