"""The shapes of everything that widget, extension and shops send; the OpenAPI is made from these."""

from marshmallow import ValidationError, fields, validate, validates_schema

from afterlike.purposes import PURPOSES
from afterlike.wire import Amount, ClientId, Currency, Flag, VisitorSecret, WebAddress, Whole, WireSchema, minor

AVAILABILITY = ("in_stock", "out_of_stock", "preorder", "backorder", "discontinued", "limited")
TOPICS = ("product", "category", "brand", "all")
EVENTS = ("shown", "dismissed", "snoozed")
LATEST = 8_640_000_000_000_000  # the last moment that JavaScript knows, in milliseconds


def _text(most: int, **more) -> fields.String:
    return fields.String(validate=validate.Length(max=most), **more)


def _line(most: int, *, least: int = 0, **more) -> fields.String:
    """A text that can stand on a line of its own, as it does where it is signed."""
    printable = validate.Regexp(r"[^\x00-\x1f\x7f\x85\u2028\u2029]*\Z", error="Must not hold line ends or control characters.")
    return fields.String(validate=[validate.Length(min=least, max=most), printable], **more)


def _name(most: int, **more) -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=1, max=most), **more)


def _whole(most: int, **more) -> Whole:
    return Whole(validate=validate.Range(min=0, max=most), **more)


class ProductFacts(WireSchema):
    """What a page shows of a product; money is a decimal text with its currency, both or neither."""

    title = _text(300)
    image = WebAddress()
    price = Amount()
    currency = Currency()
    category = _text(200)
    brand = _text(200)
    sku = _text(100)
    availability = fields.String(validate=validate.OneOf(AVAILABILITY))

    @validates_schema
    def _price_and_currency(self, data, **_more):
        if ("price" in data) != ("currency" in data):
            raise ValidationError("Send price and currency together, or neither.", "price")
        if "price" in data:
            try:
                minor(data["price"], data["currency"])
            except ValidationError as wrong:
                raise ValidationError(wrong.messages, "price") from None


class Product(ProductFacts):
    key = fields.String(validate=validate.Length(min=1, max=200))
    url = WebAddress(as_page=True, required=True)


class Page(WireSchema):
    url = WebAddress(required=True)
    title = _text(300)
    referrer = _text(2000)


class Context(WireSchema):
    locale = _text(35)
    placement = _text(100)
    position = _whole(100_000)
    dwell_ms = _whole(LATEST, metadata={"description": "more than a day counts as a day"})
    pressed_at = _whole(LATEST)
    lasting = Flag(metadata={"description": "false where the browser keeps nothing: nobody knows then whether they return"})


class FromVisitor(WireSchema):
    site = _name(300)
    visitor = VisitorSecret(required=True)
    install = _text(500, metadata={"description": "the extension's install token; from a web page it means nothing"})


class Like(FromVisitor):
    id = ClientId(required=True)
    site = _text(300, allow_none=True, metadata={"description": "the extension alone may leave it out"})
    source = fields.String(validate=validate.OneOf(("widget", "extension", "api")),
                           metadata={"description": "means nothing: the Origin says who sends"})
    product = fields.Nested(Product, required=True)
    page = fields.Nested(Page, required=True)
    context = fields.Nested(Context, load_default=dict)


class Details(FromVisitor):
    id = ClientId(required=True)
    product = fields.Nested(ProductFacts, required=True)
    waited = Flag(metadata={"description": "whether the page's buttons waited for a further part of the widget: `w.js` brings it "
                                           "along for 90 days then"})


class Unlike(FromVisitor):
    id = ClientId(required=True)


class Mine(FromVisitor):
    products = fields.List(_name(200), required=True, validate=validate.Length(max=200))


class ShownEvent(FromVisitor):
    id = ClientId(required=True)
    like = ClientId(required=True)
    prompt = _name(64)
    version = _whole(1_000_000_000, required=True)
    event = fields.String(required=True, validate=validate.OneOf(EVENTS))


class Answers(FromVisitor):
    id = ClientId(required=True)
    like = ClientId(required=True)
    prompt = _name(64)
    version = _whole(1_000_000_000, required=True)
    answers = fields.Dict(keys=fields.String(validate=validate.Length(max=64)), required=True, validate=validate.Length(max=4))
    done = Flag(load_default=False)


class MoreAnswers(Answers):
    like = ClientId()
    prompt = fields.String(validate=validate.Length(max=64))
    version = _whole(1_000_000_000)


class ProfileLink(FromVisitor):
    id = ClientId(required=True)
    like = ClientId(required=True)
    url = _name(2000)
    name = _text(100)


class Box(WireSchema):
    """A box that was ticked, and the id of its exact words."""

    purpose = fields.String(required=True, validate=validate.OneOf(tuple(PURPOSES)))
    text = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z", error="Must be the text_id of the box."))


class OptIn(FromVisitor):
    id = ClientId(required=True)
    like = ClientId(required=True)
    address = _name(320)
    topics = fields.List(fields.String(validate=validate.OneOf(TOPICS)), load_default=list, validate=validate.Length(max=4))
    consents = fields.List(fields.Nested(Box), required=True, validate=validate.Length(min=1, max=len(PURPOSES)))
    locale = _text(35)
    website = _text(2000, metadata={"description": "a field that people do not see; whoever fills it in is a script"})
    took_ms = _whole(86_400_000, metadata={"description": "from the card's appearance to its sending"})
    gpc = Flag(load_default=False)


class Erasure(FromVisitor):
    pass


class Install(WireSchema):
    version = _text(40, required=True)


class Visit(FromVisitor):
    id = ClientId(required=True)
    page = fields.Nested(Page, required=True)


class OrderItem(WireSchema):
    key = _name(200)
    quantity = Whole(load_default=1, validate=validate.Range(min=1, max=1_000_000))
    price = Amount()


class Order(WireSchema):
    site = _name(64)
    order_id = _line(100, least=1, required=True)
    visitor = VisitorSecret()
    total = Amount(required=True)
    currency = Currency(required=True)
    discount = Amount()
    coupon = _line(100)
    items = fields.List(fields.Nested(OrderItem), validate=validate.Length(max=200))
    signature = _text(128)

    @validates_schema
    def _money(self, data, **_more):
        for name in ("total", "discount"):
            if name in data:
                try:
                    minor(data[name], data["currency"])
                except ValidationError as wrong:
                    raise ValidationError(wrong.messages, name) from None


class CountsQuery(WireSchema):
    site = _name(64)
    products = fields.String(required=True, metadata={"description": "up to 200 keys, percent-encoded, with commas between"})


class Step(WireSchema):
    kind = fields.String(required=True)
    reason = fields.String(required=True)
    prompt = fields.String()
    version = fields.Integer()
    locale = fields.String()
    dir = fields.String()
    cards = fields.List(fields.Dict())
    thanks = fields.String(allow_none=True)
    url = fields.String()
    text = fields.String()
    page = fields.String(metadata={"description": "our own page with the same cards, for a like that came from a server"})


class Liked(WireSchema):
    id = fields.UUID(required=True)
    liked = fields.Boolean(required=True)
    count = fields.Integer(required=True)
    next_step = fields.Nested(Step)
    site = fields.String(metadata={"description": "to the extension: the key under which the like is kept"})


class NamedProduct(WireSchema):
    key = fields.String(required=True)
    url = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)


class PageAddress(WireSchema):
    url = fields.String(required=True)


class SignedLike(WireSchema):
    id = fields.UUID(required=True)
    site = fields.String(required=True)
    liked = fields.Boolean(required=True)
    liked_at = fields.DateTime(required=True)
    product = fields.Nested(NamedProduct, required=True)
    page = fields.Nested(PageAddress, required=True)
    source = fields.String(required=True)
    answered = fields.Boolean(required=True)


class Kept(WireSchema):
    id = fields.String(required=True)


class Saved(WireSchema):
    id = fields.UUID(required=True)
    saved = fields.Boolean(required=True)
    next_step = fields.Nested(Step)


class Claimed(WireSchema):
    id = fields.UUID(required=True)
    state = fields.String(required=True)
    url = fields.String(required=True)
    next_step = fields.Nested(Step)


class Accepted(WireSchema):
    id = fields.UUID(required=True)
    accepted = fields.Boolean(required=True)
    detail = fields.String(required=True)


class Installed(WireSchema):
    token = fields.String(required=True)


class Erased(WireSchema):
    erased = fields.Boolean(required=True)
    kept = fields.String(required=True, allow_none=True, validate=validate.OneOf(("address",)))
    me = fields.String(required=True, metadata={"description": "where what belongs to an address is erased"})


class Ordered(WireSchema):
    order_id = fields.String(required=True)
    kept = fields.Boolean(required=True)


class Counts(WireSchema):
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class OwnLikes(WireSchema):
    likes = fields.Dict(keys=fields.String(), values=fields.Nested(Kept), required=True)

