import torch
import torch.nn.functional as F

from golden import File, distinct, r

S = (2, 3, 4)


def views(f):
    one = lambda: (r(*S),)
    for shape in ([6, 4], [4, -1], [24], [2, 2, 3, 2], [1, 24, 1]):
        f.add("reshape", "to_" + "_".join(map(str, shape)), lambda x: x.reshape(shape), one, {"shape": shape})
    for a, b in ((0, -1), (1, -1), (0, 1), (1, 1)):
        f.add("flatten", f"{a}_to_{b}", lambda x: x.flatten(a, b), one, {"start_dim": a, "end_dim": b})
    for a, b in ((0, 1), (0, -1), (-2, -1), (1, 1)):
        f.add("transpose", f"{a}_{b}", lambda x: x.transpose(a, b), one, {"dim0": a, "dim1": b})
    for dims in ([2, 0, 1], [1, 0, 2], [-1, -2, -3], [0, 1, 2]):
        f.add("permute", "_".join(map(str, dims)), lambda x: x.permute(dims), one, {"dims": dims})
    for shape, size in (((1, 3), [4, 3]), ((3, 1), [2, 3, 5]), ((), [2, 2]), ((2, 1, 3), [-1, 4, -1]), ((3,), [3])):
        n = "x".join(map(str, shape)) + "_to_" + "_".join(map(str, size))
        f.add("expand", n, lambda x: x.expand(size), lambda: (r(*shape),), {"size": size})
    for shape, dim in (((1, 3, 1, 2), None), ((1, 3, 1, 2), 0), ((1, 3, 1, 2), -2), ((1, 3, 1, 2), 1), ((1, 1), None)):
        n = "x".join(map(str, shape)) + f"_dim_{dim}"
        fn = (lambda x: x.squeeze()) if dim is None else (lambda x: x.squeeze(dim))
        f.add("squeeze", n, fn, lambda: (r(*shape),), {"dim": dim})
    for dim in (0, 1, -1, -3, 3):
        f.add("unsqueeze", f"dim_{dim}", lambda x: x.unsqueeze(dim), one, {"dim": dim})


def joins(f):
    for shapes, dim in ((((2, 3), (4, 3)), 0), (((2, 3), (2, 1), (2, 2)), 1), (((2, 3, 1), (2, 3, 2)), -1), (((3,),), 0)):
        n = "_".join("x".join(map(str, s)) for s in shapes) + f"_dim_{dim}"
        f.add("cat", n, lambda *xs: torch.cat(xs, dim), lambda: [r(*s) for s in shapes], {"dim": dim})
    for shape, count, dim in (((2, 3), 3, 0), ((2, 3), 2, 1), ((2, 3), 2, -1), ((), 3, 0), ((2, 3), 2, -2)):
        n = "x".join(map(str, shape)) + f"_times_{count}_dim_{dim}"
        f.add("stack", n, lambda *xs: torch.stack(xs, dim), lambda: [r(*shape) for _ in range(count)], {"dim": dim})
    for sizes, dim, index in ((2, 0, 0), (2, 0, 2), ([1, 3, 1], 0, 1), ([2, 1], 1, 0), (2, -1, 1), ([3], 1, 0)):
        args = {"split_size_or_sections": sizes, "dim": dim, "index": index}
        f.add("split", f"{sizes}_dim_{dim}_part_{index}", lambda x: x.split(sizes, dim)[index], lambda: (r(5, 3),), args)
    for chunks, dim, index in ((2, 0, 0), (2, 0, 1), (3, 0, 2), (3, 1, 1), (2, -1, 1)):
        args = {"chunks": chunks, "dim": dim, "index": index}
        f.add("chunk", f"{chunks}_dim_{dim}_part_{index}", lambda x: x.chunk(chunks, dim)[index], lambda: (r(5, 3),), args)


def picks(f):
    for slices in ([[0, 1, 4, 1]], [[1, 0, 6, 2]], [[0, -3, -1, 1], [1, 1, 6, 3]], [[1, 4, 4, 1]], [[-1, 2, 100, 1]]):
        def cut(x):
            for dim, start, end, step in slices:
                key = [slice(None)] * x.dim()
                key[dim] = slice(start, end, step)
                x = x[tuple(key)]
            return x
        n = "__".join("_".join(map(str, s)) for s in slices)
        f.add("slice", n, cut, lambda: (r(5, 6),), {"slices": slices})
    for dim, index in ((0, [1, 0, 1]), (1, [2, 2, 2, 0]), (-1, [3]), (2, [0, 1, 2, 3, 0])):
        f.add("index_select", f"dim_{dim}_{len(index)}", lambda x, i: x.index_select(dim, i),
              lambda: (r(*S), torch.tensor(index)), {"dim": dim})
    for dim, shape in ((0, (2, 3)), (1, (4, 2)), (-1, (3, 7)), (1, (1, 5))):
        high = (4, 5)[dim]
        f.add("gather", f"dim_{dim}_" + "x".join(map(str, shape)), lambda x, i: x.gather(dim, i),
              lambda: (r(4, 5), torch.randint(0, high, shape)), {"dim": dim})
    f.add("gather", "three_dims", lambda x, i: x.gather(1, i), lambda: (r(*S), torch.randint(0, 3, (2, 5, 3))), {"dim": 1})
    for dim, shape in ((0, (3, 4)), (1, (4, 6)), (-1, (2, 3)), (0, (1, 1))):
        high = (4, 5)[dim]
        width = (shape[0], min(shape[1], 5)) if dim == 0 else (min(shape[0], 4), shape[1])
        f.add("scatter_add", f"dim_{dim}_" + "x".join(map(str, width)), lambda x, i, s: x.scatter_add(dim, i, s),
              lambda: (r(4, 5), torch.randint(0, high, width), r(*width)), {"dim": dim})
    for shape, mask, value in (((3, 4), (3, 4), 0.0), ((3, 4), (4,), -1.5), ((2, 3, 2), (3, 1), 7.0)):
        f.add("masked_fill", "x".join(map(str, shape)) + "_by_" + "x".join(map(str, mask)),
              lambda x, m: x.masked_fill(m, value), lambda: (r(*shape), torch.rand(mask) < 0.5), {"value": value})
    f.add("masked_fill", "minus_infinity", lambda x, m: x.masked_fill(m, float("-inf")),
          lambda: (r(2, 3), torch.rand(2, 3) < 0.5), {"value": "-inf"}, kind="value")


def rearrange(f):
    for dims in ([0], [1, 2], [-1], [0, 1, 2], [-1, 0]):
        f.add("flip", "_".join(map(str, dims)), lambda x: x.flip(dims), lambda: (r(*S),), {"dims": dims})
    for shifts, dims in (([1], [0]), ([-2], [1]), ([2, -1], [1, 2]), ([7], [-1]), ([5], None)):
        fn = (lambda x: x.roll(shifts[0])) if dims is None else (lambda x: x.roll(shifts, dims))
        f.add("roll", f"{shifts}_{dims}", fn, lambda: (r(*S),), {"shifts": shifts, "dims": dims})
    pads = [((2, 3, 5), [1, 2]), ((2, 3, 5), [0, 3]), ((1, 2, 4, 5), [1, 2, 3, 1]), ((2, 1, 4, 5), [0, 1, 2, 0])]
    for shape, pad in pads:
        for mode in ("constant", "reflect", "replicate"):
            args = {"pad": pad, "mode": mode, "value": 1.25 if mode == "constant" else None}
            f.add("pad", f"{mode}_{len(pad) // 2}d_" + "_".join(map(str, pad)),
                  lambda x: F.pad(x, pad, mode, args["value"]), lambda: (r(*shape),), args)
    f.add("pad", "constant_three_dims", lambda x: F.pad(x, [1, 0, 0, 2, 1, 1]), lambda: (r(2, 2, 3),),
          {"pad": [1, 0, 0, 2, 1, 1], "mode": "constant", "value": 0.0})


def order(f):
    for dim in (0, 1, -1):
        for down in (False, True):
            f.add("sort", f"dim_{dim}" + ("_descending" if down else ""), lambda x: tuple(x.sort(dim, down)),
                  lambda: (distinct(3, 4, 5),), {"dim": dim, "descending": down})
    for k, dim in ((2, -1), (1, 0), (3, 1), (4, 1), (5, -1)):
        for largest in (True, False):
            f.add("topk", f"{k}_dim_{dim}" + ("" if largest else "_smallest"), lambda x: tuple(x.topk(k, dim, largest)),
                  lambda: (distinct(3, 4, 5),), {"k": k, "dim": dim, "largest": largest})
    ties = torch.tensor([2.0, 1.0, 2.0, 0.0, 1.0, 2.0])
    for down in (False, True):
        f.add("sort", "stable_with_ties" + ("_descending" if down else ""),
              lambda x: tuple(torch.sort(x, dim=0, descending=down, stable=True)), (ties,),
              {"dim": 0, "descending": down, "stable": True}, kind="value")
    nan = torch.tensor([2.0, float("nan"), -1.0, float("inf"), float("-inf")])
    f.add("sort", "nan_is_largest", lambda x: tuple(x.sort(0)), (nan,), {"dim": 0, "descending": False}, kind="value")


def repetition(f):
    for times in ([2], [1, 3], [2, 0], [3, 1, 2]):
        f.add("tile", "_".join(map(str, times)), lambda x: torch.tile(x, times), lambda: (r(2, 3),), {"dims": times})
    for times in ([2, 1], [1, 3], [2, 3, 2]):
        f.add("repeat", "_".join(map(str, times)), lambda x: x.repeat(times), lambda: (r(2, 3),), {"repeats": times})
    for times, dim in ((2, 0), (3, 1), (2, -1), (0, 0)):
        f.add("repeat_interleave", f"{times}_dim_{dim}", lambda x: x.repeat_interleave(times, dim), lambda: (r(2, 3),),
              {"repeats": times, "dim": dim})
    for diagonal in (-2, -1, 0, 1, 3):
        for shape in ((3, 4), (2, 4, 3)):
            for op in (torch.tril, torch.triu):
                f.add(op.__name__, f"{len(shape)}d_{diagonal}", lambda x: op(x, diagonal), lambda: (r(*shape),), {"diagonal": diagonal})
    for shape in ((3, 4), (4, 3), (2, 3, 3)):
        f.add("diagonal", "x".join(map(str, shape)), lambda x: torch.diagonal(x, dim1=-2, dim2=-1), lambda: (r(*shape),))
    f.add("one_hot", "classes_5", lambda x: F.one_hot(x, 5), lambda: (torch.randint(0, 5, (2, 3)),), {"num_classes": 5})


def repeats(f):
    for shape, times in (((2, 3), [2, 1]), ((2, 3), [1, 3]), ((3,), [2, 2]), ((), [3]), ((2, 3), [0, 2])):
        f.add("repeat", "x".join(map(str, shape)) + "_by_" + "_".join(map(str, times)), lambda x: x.repeat(times), lambda: (r(*shape),),
              {"repeats": times})
    for shape, times in (((2, 3), [2]), ((2, 3), [2, 1, 2]), ((2, 2, 2), [3, 1])):
        f.add("tile", "x".join(map(str, shape)) + "_by_" + "_".join(map(str, times)), lambda x: x.tile(times), lambda: (r(*shape),),
              {"dims": times})
    for times, dim in ((3, -1), (1, 1), (0, 1)):
        f.add("repeat_interleave", f"{times}_dim_{dim}", lambda x: x.repeat_interleave(times, dim), lambda: (r(2, 3),),
              {"repeats": times, "dim": dim})


def diagonals(f):
    for shape, offset, a, b in (((3, 4), 0, -2, -1), ((3, 4), 2, -2, -1), ((4, 3), -1, 0, 1), ((2, 3, 4), 1, 0, 2), ((2, 3, 4), 0, 2, 1),
                                ((3, 3), 3, 0, 1)):
        f.add("diagonal", "x".join(map(str, shape)) + f"_{offset}_{a}_{b}", lambda x: x.diagonal(offset, a, b), lambda: (r(*shape),),
              {"offset": offset, "dim1": a, "dim2": b})
    for shape, offset in (((3,), 0), ((3,), 1), ((2, 3), -2)):
        f.add("diag_embed", "x".join(map(str, shape)) + f"_{offset}", lambda x: x.diag_embed(offset), lambda: (r(*shape),), {"offset": offset})
    for op in (torch.tril, torch.triu):
        for shape in ((3, 4), (2, 4, 3)):
            for at in (0, 1, -2, 9):
                f.add(op.__name__, "x".join(map(str, shape)) + f"_{at}", lambda x: op(x, at), lambda: (r(*shape),), {"diagonal": at})


def scattered(f):
    for dim, shape in ((0, (2, 3)), (1, (4, 2)), (-1, (2, 5)), (0, (1, 1))):
        def unique():
            order = torch.rand(4, 5).argsort(dim)
            return order[:shape[0], :shape[1]].contiguous()
        n = f"dim_{dim}_" + "x".join(map(str, shape))
        f.add("scatter", n, lambda x, i, s: x.scatter(dim, i, s), lambda: (r(4, 5), unique(), r(*shape)), {"dim": dim})
        f.add("scatter", n + "_number", lambda x, i: x.scatter(dim, i, 1.5), lambda: (r(4, 5), unique()), {"dim": dim, "value": 1.5})
    for shape, mask in (((3, 4), (3, 4)), ((3, 4), (4,)), ((2, 3, 2), (3, 1))):
        f.add("masked_select", "x".join(map(str, shape)) + "_by_" + "x".join(map(str, mask)), torch.masked_select,
              lambda: (r(*shape), torch.rand(mask) < 0.5))
    for shape in ((7,), (3, 4), (2, 3, 2)):
        f.add("nonzero", "x".join(map(str, shape)), torch.nonzero, lambda: (torch.randint(0, 2, shape),))
    for shape in ((), (4,), (2, 3)):
        f.add("one_hot", "x".join(map(str, shape)) or "scalar", lambda x: F.one_hot(x, 5), lambda: (torch.randint(0, 5, shape),),
              {"num_classes": 5})
    for dim, index in ((0, 1), (-1, 2)):
        f.add("unbind", f"dim_{dim}_{index}", lambda x: x.unbind(dim)[index], lambda: (r(*S),), {"dim": dim, "index": index})
    for index in (0, 1, 2):
        f.add("meshgrid", f"axis_{index}", lambda *xs: torch.meshgrid(*xs, indexing="ij")[index], lambda: (r(2), r(3), r(1)), {"index": index})


def make():
    f = File("movement")
    views(f), joins(f), picks(f), rearrange(f), order(f), repetition(f), repeats(f), diagonals(f), scattered(f)
    return f
