"""The shapes of what everybody may read of quotes; the OpenAPI is made from these."""

from marshmallow import fields

from afterlike.wire import WireSchema


class QuotesQuery(WireSchema):
    site = fields.String(required=True)
    product = fields.String(metadata={"description": "the product's key; left out: the newest of the site"})
    locale = fields.String(metadata={"description": "language of `how_we_know`; left out: the site's"})


class QuotedProduct(WireSchema):
    key = fields.String(required=True)
    title = fields.String(required=True)
    url = fields.String(required=True)


class QuoteTold(WireSchema):
    id = fields.Integer(required=True)
    words = fields.String(required=True)
    shortened = fields.Boolean(required=True, metadata={"description": "whether the person left words out"})
    name = fields.String(required=True, allow_none=True)
    profile = fields.String(required=True, allow_none=True)
    picture = fields.String(required=True, allow_none=True, metadata={"description": "a square WebP of 256 pixels at most"})
    liked_on = fields.String(required=True)
    bought = fields.Boolean(required=True, metadata={"description": "whether it stands in an order that the shop told us of"})
    address_confirmed = fields.Boolean(required=True)
    perk = fields.String(required=True, allow_none=True, metadata={"description": "show it beside the words"})
    how_we_know = fields.List(fields.String(), required=True)
    until = fields.String(required=True, allow_none=True)
    product = fields.Nested(QuotedProduct, required=True)


class Quotes(WireSchema):
    product = fields.Nested(QuotedProduct)
    page = fields.String(metadata={"description": "our own page of the product's quotes, to be linked"})
    quotes = fields.List(fields.Nested(QuoteTold), required=True)
