"""What every process that is forked for a test finds ready: the package, and the functions that build its addresses.

Werkzeug compiles two of these for each address of an application, which is half of what a start costs.
"""

import gc

from werkzeug.routing import Map, Rule

from afterlike import cli
from afterlike.app import FACES

__all__ = ["cli"]

_made: dict[tuple, object] = {}
_compile = Rule._compile_builder


def _compiled(rule: Rule, append_unknown: bool = True):
    key = (rule.rule, *rule._trace, append_unknown, repr(rule.defaults))
    if key not in _made:
        _made[key] = _compile(rule, append_unknown)
    return _made[key]


Rule._compile_builder = _compiled
Map([Rule(face.path, methods=[face.method]) for face in FACES])

# What is there by now stays as it is, so that the collector of a forked process need not copy it by looking at it.
gc.collect()
gc.freeze()
