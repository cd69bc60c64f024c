/** The global as its makers see it; pages get the types of the npm package instead. */
interface Window {
  Afterlike?: any;
}
