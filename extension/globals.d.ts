/** What the build puts in. */
/** Settings of the build. */
declare const BUILT: { collector: string, site: string, language: string };
/** Its name. */
declare const NAME: string;
