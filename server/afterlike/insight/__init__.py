"""What the likes add up to: gauges, people, products, answers. It counts and shows, and never writes to anybody."""

from afterlike.insight.answers import add_up_answers, erase
from afterlike.insight.sums import add_up

__all__ = ["add_up", "add_up_answers", "erase"]
