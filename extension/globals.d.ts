/** What the build puts in. */
/** Settings of the build. */
declare const BUILT: { collector: string, site: string, language: string };
/** Its name. */
declare const NAME: string;
/** Of the pages. */
declare const LANGUAGES: string[];
/** That the rest of a step can be answered in the popup, by language. */
declare const LATER: Record<string, string>;
