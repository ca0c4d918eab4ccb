"""Which public methods of the SDKs the tests of a run have called, and been answered by the service."""
import collections
import contextlib
import functools
import inspect

import alibabacloud_oss_v2 as oss
import alibabacloud_oss_v2.aio as aio
import oss2

CLASSES = {
    "oss2.Bucket": oss2.Bucket, "oss2.Service": oss2.Service, "oss.Client": oss.Client,
    "oss.AsyncClient": aio.AsyncClient}

# By the name of the class: the methods that have returned, or have raised an answer of the service.
answered = collections.defaultdict(set)


def public_methods(kind):
    return {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}


def listen():
    """Counts from now on."""
    for name, kind in CLASSES.items():
        for method in public_methods(kind):
            counted = _awaited if inspect.iscoroutinefunction(getattr(kind, method)) else _called
            setattr(kind, method, counted(getattr(kind, method), answered[name]))


def _is_answer(error):
    """Of the service, and not what the SDK found by itself."""
    if isinstance(error, oss.exceptions.OperationError):
        return isinstance(error.unwrap(), oss.exceptions.ServiceError)
    return isinstance(error, oss2.exceptions.ServerError)


@contextlib.contextmanager
def _counted(function, found):
    try:
        yield
    except Exception as error:
        if _is_answer(error):
            found.add(function.__name__)
        raise
    found.add(function.__name__)


def _called(function, found):
    @functools.wraps(function)
    def call(*arguments, **options):
        with _counted(function, found):
            return function(*arguments, **options)
    return call


def _awaited(function, found):
    @functools.wraps(function)
    async def call(*arguments, **options):
        with _counted(function, found):
            return await function(*arguments, **options)
    return call
