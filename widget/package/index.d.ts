/** The npm package: puts the tag on a page from a bundle, and names the types of all that a page may rely on. */
export type Product = {
    /**
     * names it within the site, at most 200 characters
     */
    key: string;
    /**
     * absolute, without tracking
     */
    url: string;
    title?: string;
    image?: string;
    /**
     * a decimal with a point, always together with `currency`
     */
    price?: string;
    /**
     * ISO 4217
     */
    currency?: string;
    category?: string;
    /**
     * in_stock, out_of_stock, preorder, backorder, discontinued or limited
     */
    availability?: string;
    sku?: string;
    brand?: string;
};
export type Liked = Product & {
    liked: boolean;
    count?: number;
};
export type Option = {
    key: string;
    text: string;
    /**
     * key of the card that it leads to
     */
    next?: string;
    image?: string;
};
export type Card = {
    key: string;
    /**
     * such as single, multi, text, rating, yes_no
     */
    type: string;
    title: string;
    help?: string;
    required?: boolean;
    options?: Option[];
    /**
     * key of the card that follows
     */
    next?: string;
    /**
     * on the button that sends
     */
    submit?: string;
};
export type NextStep = {
    /**
     * no event tells of `none`
     */
    kind: 'none' | 'survey' | 'opt_in' | 'profile_link' | 'redirect' | 'thanks';
    /**
     * why it is asked, or not
     */
    reason: string;
    /**
     * key of what is asked
     */
    prompt?: string;
    version?: number;
    locale?: string;
    dir?: 'ltr' | 'rtl';
    cards?: Card[];
    thanks?: string;
    /**
     * of a redirect
     */
    url?: string;
    /**
     * of its link
     */
    text?: string;
};
export type Answered = {
    product: Product;
    prompt: string;
    version: number;
    /**
     * all so far, by key of the card
     */
    answers: Record<string, any>;
    done: boolean;
};
export type Refused = {
    product: Product;
    /**
     * such as likes, unlike, answers
     */
    kind: string;
    status: number;
    /**
     * problem+json: `reason` and a sentence in `detail`
     */
    answer: Record<string, any>;
};
export type Pressed = CustomEvent<{
    product: Product;
}>;
export type Asked = CustomEvent<{
    product: Product;
    next_step: NextStep;
}>;
export type Presses = {
    'afterlike:like': Pressed;
    'afterlike:unlike': Pressed;
    'afterlike:details': Pressed;
};
export type Answers = {
    'afterlike:next': Asked;
    'afterlike:answer': CustomEvent<Answered>;
    'afterlike:error': CustomEvent<Refused>;
};
export type Events = Presses & Answers;
export type Afterlike = {
    /**
     * the visitor's answer about being remembered. With `data-consent` nothing
     * begins before `true`; `false` takes the buttons away and deletes what this browser holds
     */
    consent: (yes: boolean) => Promise<void>;
    /**
     * deletes what this browser holds; what the collector has stays there
     */
    forget: () => Promise<void>;
    /**
     * looks at the page again, now
     */
    look: () => Promise<void>;
    /**
     * as a press on this product's button; only from a press of the
     * visitor's on something of yours. Whether there is such a product, and it is liked now
     */
    like: (key: string) => Promise<boolean | undefined>;
    /**
     * whether there is such a product, and it is not liked now
     */
    unlike: (key: string) => Promise<boolean | undefined>;
    /**
     * those that have a button now, in the order of the page
     */
    products: () => Promise<Liked[] | undefined>;
};
export type Texts = {
    button?: Record<string, string>;
    panel?: Record<string, string>;
    fields?: Record<string, string>;
    optin?: Record<string, string>;
    remember?: Record<string, string>;
};
export type Options = {
    /**
     * the site's public key
     */
    site: string;
    /**
     * address of your collector, such as https://likes.shop.example
     */
    collector: string;
    /**
     * language of the button; else the page's, else the browser's
     */
    locale?: string;
    /**
     * the console says what was found where, and why there is no button or no question
     */
    debug?: boolean;
    /**
     * nothing begins before `Afterlike.consent(true)`
     */
    consent?: boolean;
    /**
     * whether likes are remembered in the browser
     */
    remember?: 'like' | 'ask' | 'never';
    /**
     * pages without a product whose path begins so can be liked themselves
     */
    pages?: string;
    /**
     * CSS selector of the button's place on the page of one product
     */
    target?: string;
    /**
     * and within the card of a list
     */
    cardTarget?: string;
    /**
     * how the button stands to that place
     */
    position?: 'after' | 'before' | 'append' | 'prepend';
    shape?: 'heart' | 'thumb' | 'star';
    /**
     * the “d” of one SVG path in a box of 24 × 24
     */
    icon?: string;
    /**
     * smaller counts are not shown
     */
    countFrom?: number;
    /**
     * your words by locale; `*` for all others
     */
    texts?: Record<string, Texts>;
    /**
     * of the script, when it is not `w.js` of the collector
     */
    src?: string;
    /**
     * checksum of exactly that file
     */
    integrity?: string;
    /**
     * of your Content-Security-Policy
     */
    nonce?: string;
};
/**
 * Puts the tag on the page, once, and answers when `window.Afterlike` is there; `afterlike:ready` follows with the buttons. On a server, where there is no document,
 * it answers with undefined and does nothing. Rejects with an Error that says what to do: a wrong option, a second site,
 * a script that cannot be loaded.
 * @param {Options} options
 * @returns {Promise<Afterlike|undefined>}
 */
export declare function load(options: Options): Promise<Afterlike | undefined>;

declare global {
  interface Window {
    /** There once the tag has run. */
    Afterlike?: Afterlike;
  }
  interface GlobalEventHandlersEventMap extends Events {}
  interface DocumentEventMap {
    /** The widget runs; buttons follow. */
    'afterlike:ready': Event;
  }
}
