"""The arguments of operators that are no operands: axes, shapes, slices. Each as text and as NumPy's keywords."""


def axes(rng, x):
    """`axis` of none, one or several axes, from either end, and `keepdims`."""
    keywords = {}
    if x.ndim and rng.random() < 0.6:
        if rng.random() < 0.75:
            keywords["axis"] = rng.randrange(-x.ndim, x.ndim)
        else:
            chosen = rng.sample(range(x.ndim), rng.randrange(1, x.ndim + 1))
            keywords["axis"] = tuple(k - x.ndim if rng.random() < 0.3 else k for k in chosen)
    if rng.random() < 0.3:
        keywords["keepdims"] = True
    return keywords


def axis(rng, x):
    """At most one axis."""
    keywords = {"axis": rng.randrange(-x.ndim, x.ndim)} if x.ndim and rng.random() < 0.6 else {}
    return keywords | ({"keepdims": True} if rng.random() < 0.3 else {})


def ddof(rng, x):
    return axes(rng, x) | ({"ddof": rng.randrange(3)} if rng.random() < 0.4 else {})


def scan(rng, x):
    return {"axis": rng.randrange(-x.ndim, x.ndim)} if x.ndim and rng.random() < 0.7 else {}


def last(rng, x):
    return {"axis": rng.randrange(-x.ndim, x.ndim)} if rng.random() < 0.5 and x.ndim else {}


def decimals(rng, _):
    return {"decimals": rng.randrange(-3, 6)}


def initial(rng, x):
    return axes(rng, x) | {"initial": rng.randrange(100)}


def dtype(rng, x):
    return axes(rng, x) | {"dtype": rng.choice(["int8", "int32", "uint64", "float64"])}


def writes(rng, _):
    return {}


def sizes(rng, _):
    return {"shape": tuple(rng.randrange(4) for _ in range(rng.randrange(1, 3)))}


def arange(rng, _):
    start = {"start": rng.randrange(-4, 4)} if rng.random() < 0.5 else {}
    return start | {"stop": rng.randrange(9)}


def index(rng, x):
    """Numbers, slices, new axes, and the dots."""
    items = []
    for n in x.shape[: rng.randrange(x.ndim + 1) if rng.random() < 0.4 else x.ndim]:
        kind = rng.random()
        if kind < 0.2 and n:
            items.append(rng.randrange(-n, n))
        elif kind < 0.9:
            start, stop = (rng.choice([None, rng.randrange(-n - 2, n + 3)]) for _ in range(2))
            items.append(slice(start, stop, rng.choice([None, None, 1, 2, 3, -1, -2])))
        else:
            items.append(slice(None))
        if rng.random() < 0.15:
            items.append(None)
    if rng.random() < 0.2:
        # The dots stand for the axes that are not named, here none or those at the end.
        items.append(...)
    return {"index": tuple(items) or (...,)}


CHOOSE = {f.__name__: f for f in (axes, axis, ddof, decimals, scan, last, initial, dtype, writes, sizes, arange, index)}


def index_text(item):
    if item is ...:
        return "..."
    if isinstance(item, slice):
        text = f"{'' if item.start is None else item.start}:{'' if item.stop is None else item.stop}"
        return text if item.step is None else f"{text}:{item.step}"
    return str(item)


def text_of(choice, keywords):
    """How a formula writes the arguments."""
    if choice == "index":
        return f"[{', '.join(map(index_text, keywords['index']))}]"
    if choice in ("sizes", "arange"):
        return ", ".join(str(value) for value in keywords.values())
    return "".join(f", {name}={value}" for name, value in keywords.items())


def arguments(choice, keywords):
    """As NumPy's functions take them: positional for the generators, which have no common names."""
    if choice in ("sizes", "arange"):
        return list(keywords.values()), {}
    return [], keywords
