<?php
/**
 * Plugin Name: Afterlike
 * Description: One Like on every WooCommerce product, counted by your own collector.
 * Version: 0.1.0
 * Requires at least: 5.7
 * Requires PHP: 7.4
 *
 * Put this file into wp-content/plugins/, two lines into wp-config.php, and activate it:
 *
 *   define( 'AFTERLIKE_SITE', 'YOUR-SITE-KEY' );
 *   define( 'AFTERLIKE_COLLECTOR', 'https://likes.shop.example' );
 *
 * More attributes of the tag come through a filter:
 *
 *   add_filter( 'afterlike_attributes', function ( $attributes ) {
 *       return $attributes + array( 'data-shape' => 'star', 'data-count-from' => '5' );
 *   } );
 */

defined( 'ABSPATH' ) || exit;

/** Whether the constants are there; without them the plugin does nothing. */
function afterlike_is_set_up() {
	return defined( 'AFTERLIKE_SITE' ) && defined( 'AFTERLIKE_COLLECTOR' );
}

/** The tag, where WooCommerce shows products: a product's page, the shop, categories. */
function afterlike_tag() {
	if ( ! afterlike_is_set_up() || ! function_exists( 'is_woocommerce' ) || ! is_woocommerce() ) {
		return;
	}
	$attributes = array(
		'async'     => true,
		'src'       => esc_url( untrailingslashit( AFTERLIKE_COLLECTOR ) . '/w.js?site=' . rawurlencode( AFTERLIKE_SITE ) ),
		'data-site' => AFTERLIKE_SITE,
	);
	wp_print_script_tag( apply_filters( 'afterlike_attributes', $attributes ) ); // escapes each value
}
add_action( 'wp_head', 'afterlike_tag' );

/** Which product this is, and the button's place. */
function afterlike_place() {
	global $product;
	if ( ! afterlike_is_set_up() || ! $product instanceof WC_Product ) {
		return;
	}
	$image = wp_get_attachment_image_url( $product->get_image_id(), 'woocommerce_single' );
	printf(
		'<div data-afterlike-product="%1$s" data-url="%2$s" data-title="%3$s" data-image="%4$s" data-sku="%5$s" data-price="%6$s" data-currency="%7$s" data-availability="%8$s"><div data-afterlike-button></div></div>',
		esc_attr( $product->get_id() ),
		esc_url( $product->get_permalink() ),
		esc_attr( $product->get_name() ),
		esc_url( $image ? $image : '' ),
		esc_attr( $product->get_sku() ),
		esc_attr( wc_format_decimal( wc_get_price_to_display( $product ), wc_get_price_decimals() ) ),
		esc_attr( get_woocommerce_currency() ),
		esc_attr( $product->is_in_stock() ? 'InStock' : 'OutOfStock' )
	);
}
add_action( 'woocommerce_single_product_summary', 'afterlike_place', 6 ); // below the title, which is 5
add_action( 'woocommerce_after_shop_loop_item', 'afterlike_place', 6 );  // in lists: after the card's link, which ends at 5

/** Keeps the button's place free, so that nothing moves when it comes. */
function afterlike_reserve() {
	if ( afterlike_is_set_up() ) {
		wp_add_inline_style( 'woocommerce-general', '[data-afterlike-button] { display: inline-flex; vertical-align: top; min-width: 120px; min-height: 44px }' );
	}
}
add_action( 'wp_enqueue_scripts', 'afterlike_reserve', 20 );
