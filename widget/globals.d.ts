/** What the build puts in, and style sheets as text. */
/** Stands in the names of all later files of this build: `panel-{BUILD}.js`. */
declare const BUILD: string;
/** Whether this build of the core brings parts along: `whole.js`. */
declare const WHOLE: boolean;
declare module '*.css' {
  const text: string;
  export default text;
}
