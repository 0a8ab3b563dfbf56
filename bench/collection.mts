/** Measurements that one command makes and one page of docs tells of. */
export interface Collection {
	/** The npm script. */
	command: string;
	/** One measurement of the collection, in words. */
	noun: string;
	/** The folder with the measurements, and their results in `results`. */
	folder: URL;
	/** What the files of measurements end with. */
	ending: string;
	/** The page in docs, without `.md`; its charts are called after it. */
	page: string;
	/** The page's title and first paragraphs. */
	introduction: string;
}
