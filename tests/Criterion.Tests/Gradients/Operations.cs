using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Tests.Gradients;

/// <summary>The table of differentiable operations. A new operation gets a row here, and with it all the tests of this folder.</summary>
static class Operations
{
    const int Chunk = 16384;

    public static readonly Operation[] All =
    [
        .. Binary(),
        .. Unary(),
        .. Reductions(),
        .. Movement(),
        .. Choice(),
        .. Linear(),
        .. Windows(),
    ];

    public static Operation Find(string name) => All.Single(o => o.Name == name);

    public static IEnumerable<TheoryDataRow<string>> Names() => Rows(static _ => true);

    public static IEnumerable<TheoryDataRow<string>> PointwiseNames() => Rows(static o => o.Pointwise);

    static IEnumerable<TheoryDataRow<string>> Rows(Func<Operation, bool> where) =>
        All.Where(where).Select(static o => new TheoryDataRow<string>(o.Name) { TestDisplayName = o.Name });

    static Operation[] Binary()
    {
        return
        [
            Pair("op_Addition", static x => x[0] + x[1]),
            Pair("op_Subtraction", static x => x[0] - x[1]),
            Pair("op_Multiply", static x => x[0] * x[1]),
            Pair("op_Division", static x => x[0] / x[1], low: 0.5),
            Pair("Pow", static x => x[0].Pow(x[1]), low: 0.5) with { Case = "tensor exponent" },
            Pair("Maximum", static x => Tensor.Maximum(x[0], x[1])),
            Pair("Minimum", static x => Tensor.Minimum(x[0], x[1])),
            Stretched("op_Addition", static x => x[0] + x[1]),
            Stretched("op_Subtraction", static x => x[0] - x[1]),
            Stretched("op_Multiply", static x => x[0] * x[1]),
            Stretched("op_Division", static x => x[0] / x[1], low: 0.5),
            Stretched("Pow", static x => x[0].Pow(x[1]), low: 0.5),
            Stretched("Maximum", static x => Tensor.Maximum(x[0], x[1])),
            new("op_Multiply", static x => x[0] * x[0], new Operand([5])) { Case = "by itself" },
            new("Where", static x => Tensor.Where(x[0], x[1], x[2]), new([2, 1], 0, 2, true), new([2, 3]), new([3]))
            {
                Large = [new([2, 1], 0, 2, true), new([2, Chunk + 1]), new([Chunk + 1])],
            },
            new("Where", static x => Tensor.Where(x[0], x[1], 0.3), new([2, 1], 0, 2, true), new([2, 3]))
            {
                Case = "number", Large = [new([2, 1], 0, 2, true), new([2, Chunk + 1])],
            },
            new("Where", static x => Tensor.Where(x[0], 0.3, x[1]), new([2, 1], 0, 2, true), new([2, 3]))
            {
                Case = "number first", Large = [new([2, 1], 0, 2, true), new([2, Chunk + 1])],
            },
            new("Lerp", static x => x[0].Lerp(x[1], x[2]), new([2, 3]), new([2, 3]), new([2, 3]))
            {
                Large = [new([Chunk + 1]), new([Chunk + 1]), new([Chunk + 1])],
                Pointwise = true,
            },
            new("Lerp", static x => x[0].Lerp(x[1], 0.7), new([2, 3]), new([3])) { Case = "number", Large = [new([131, 129]), new([129])] },
            new("MaskedFill", static x => x[1].MaskedFill(x[0], 3), new([3], 0, 2, true), new([2, 3])),
        ];

        static Operation Pair(string method, Func<Tensor[], Tensor> call, double low = -2) =>
            new(method, call, new([2, 3], low), new([2, 3], low))
            {
                Large = [new([Chunk + 1], low), new([Chunk + 1], low)],
                Pointwise = true,
            };

        static Operation Stretched(string method, Func<Tensor[], Tensor> call, double low = -2) =>
            new(method, call, new([2, 1, 3], low), new([4, 1], low))
            {
                Case = "stretched",
                Large = [new([3, 1, 129], low), new([131, 1], low)],
            };
    }

    static Operation[] Unary()
    {
        return
        [
            One("op_UnaryNegation", static x => -x),
            One("op_Addition", static x => x + 0.3, "number"),
            One("op_Subtraction", static x => x - 0.3, "number"),
            One("op_Subtraction", static x => 0.3 - x, "from a number"),
            One("op_Multiply", static x => 0.3 * x, "number"),
            One("op_Division", static x => x / 0.3, "number"),
            One("op_Division", static x => 0.3 / x, "of a number", 0.5),
            One("Exp", static x => x.Exp()),
            One("Expm1", static x => x.Expm1()),
            One("Log", static x => x.Log(), low: 0.5),
            One("Log1p", static x => x.Log1p(), low: -0.7),
            One("Sqrt", static x => x.Sqrt(), low: 0.5),
            One("Rsqrt", static x => x.Rsqrt(), low: 0.5),
            One("Square", static x => x.Square()),
            One("Round", static x => x.Round()),
            One("Floor", static x => x.Floor()),
            One("Ceil", static x => x.Ceil()),
            One("Trunc", static x => x.Trunc()),
            One("Abs", static x => x.Abs()),
            One("Sign", static x => x.Sign()),
            One("Sin", static x => x.Sin()),
            One("Cos", static x => x.Cos()),
            One("Tanh", static x => x.Tanh()),
            One("Erf", static x => x.Erf()),
            One("Sigmoid", static x => x.Sigmoid()),
            One("Softplus", static x => x.Softplus(beta: 1.5)),
            One("Relu", static x => x.Relu()),
            One("LeakyRelu", static x => x.LeakyRelu(0.2)),
            One("Elu", static x => x.Elu(0.7)),
            One("Selu", static x => x.Selu()),
            One("Gelu", static x => x.Gelu()),
            One("Gelu", static x => x.Gelu(tanh: true), "tanh"),
            One("Silu", static x => x.Silu()),
            One("Clamp", static x => x.Clamp(-0.8, 1.1)),
            One("Pow", static x => x.Pow(3), "cube"),
            One("Pow", static x => x.Pow(-1.7), "fraction", 0.5),
            One("Map", static x => TensorFormula.Map(default(Squash), x), "a user's formula"),
        ];

        static Operation One(string method, Func<Tensor, Tensor> call, string what = "", double low = -2) =>
            new(method, x => call(x[0]), new Operand([2, 3], low))
            {
                Case = what,
                Large = [new Operand([Chunk - 1], low)],
                Pointwise = true,
            };
    }

    static IEnumerable<Operation> Reductions()
    {
        (string Method, Func<Tensor, int[], bool, Tensor> Call)[] calls =
        [
            ("Sum", static (x, dims, keep) => x.Sum(dims, keep)),
            ("Mean", static (x, dims, keep) => x.Mean(dims, keep)),
            ("Var", static (x, dims, keep) => x.Var(dims, keep)),
            ("Std", static (x, dims, keep) => x.Std(dims, keep)),
            ("Max", static (x, dims, keep) => x.Max(dims, keep)),
            ("Min", static (x, dims, keep) => x.Min(dims, keep)),
            ("Prod", static (x, dims, keep) => x.Prod(dims, keep)),
            ("LogSumExp", static (x, dims, keep) => x.LogSumExp(dims, keep)),
            ("Norm", static (x, dims, keep) => x.Norm(dims, keep)),
        ];
        foreach ((string method, Func<Tensor, int[], bool, Tensor> call) in calls)
        {
            yield return Over(method, x => call(x, [], false), "all", [2, 3, 2], [Chunk + 1, 3]);
            yield return Over(method, x => call(x, [-1], true), "rows", [2, 3, 2], [3, (2 * Chunk) + 1]);
            yield return Over(method, x => call(x, [0, 2], false), "outer and inner", [2, 3, 2], [131, 5, 67]);
            yield return Over(method, x => call(x, [0], false), "columns", [3, 4], [517, 131]);
        }

        yield return Over("Norm", static x => x.Norm(1, p: 1), "p = 1", [2, 3], [7, Chunk + 1]);
        yield return Over("Norm", static x => x.Norm(1, p: 3), "p = 3", [2, 3], [7, Chunk + 1]);
        yield return Over("Norm", static x => x.Norm(1, p: double.PositiveInfinity), "p = ∞", [2, 3], [7, Chunk + 1]);
        yield return Over("Softmax", static x => x.Softmax(-1), "rows", [2, 3], [7, Chunk + 1]);
        yield return Over("LogSoftmax", static x => x.LogSoftmax(0), "columns", [3, 2], [517, 131]);
        yield return Over("Frac", static x => x.Frac(), "", [2, 3], [Chunk + 1]);
        yield return Over("CumProd", static x => x.CumProd(1), "", [2, 3, 2], [3, 57, 3]);
        yield return Over("CumProd", static x => (x.Round() * x).CumProd(0), "zeros", [5, 2], [57, 3]);
        yield return Over("Prod", static x => (x.Round() * x).Prod(0), "zeros", [5, 2], [57, 3]);
        yield return Over("CumSum", static x => x.CumSum(1), "", [2, 3, 2], [3, 517, 3]);
        yield return Over("Sort", static x => x.Sort(0, descending: true).Values, "", [4, 2], [517, 7]);
        yield return Over("TopK", static x => x.TopK(2, 1).Values, "", [2, 4], [7, 517]);
    }

    static Operation[] Movement() =>
    [
        Over("Reshape", static x => x.Reshape(3, -1), "", [2, 3], [3, Chunk + 1]),
        Over("Flatten", static x => x.Flatten(1), "", [2, 3, 2], [3, 129, 131]),
        Over("Transpose", static x => x.Transpose(0, 2), "", [2, 3, 2], [3, 129, 131]),
        Over("Permute", static x => x.Permute(2, 0, 1), "", [2, 3, 2], [3, 129, 131]),
        Over("Expand", static x => x.Expand(2, -1, 3), "", [3, 1], [8193, 1]),
        Over("Squeeze", static x => x.Squeeze(1), "", [2, 1, 2], [Chunk + 1, 1, 2]),
        Over("Squeeze", static x => x.Squeeze(), "all", [2, 1, 2, 1], [Chunk + 1, 1, 2, 1]),
        Over("Unsqueeze", static x => x.Unsqueeze(-1), "", [2, 2], [Chunk + 1, 2]),
        Over("Clone", static x => x.Clone(), "", [2, 2], [Chunk + 1, 2]),
        Over("Contiguous", static x => x.Transpose().Contiguous(), "", [2, 3], [129, 131]),
        Over("To", static x => x.To(DType.Float64), "", [2, 2], [Chunk + 1, 2]),
        Over("Narrow", static x => x.Narrow(1, 1, 2), "", [2, 4], [Chunk + 1, 4]),
        Over("Slice", static x => x.Slice(0, 1, 5, 2), "", [5, 2], [5, Chunk + 1]),
        Over("get_Part", static x => x[1, .., 1..^0], "", [2, 2, 3], [2, 129, 131]),
        Over("Split", static x => x.Split(2)[1] * x.Split([1, 3])[1][1..], "", [4, 2], [4, Chunk + 1]),
        Over("Chunk", static x => x.Chunk(2, 1)[1], "", [2, 5], [Chunk + 1, 5]),
        Over("Diagonal", static x => x.Diagonal(), "main", [2, 3, 2], [2, 129, 131]),
        Over("Flip", static x => x.Flip(0, -1), "", [2, 3], [129, 131]),
        Over("Roll", static x => x.Roll(-2, 1), "", [2, 5], [129, 131]),
        Over("Repeat", static x => x.Repeat(2, 1, 3), "", [2, 3], [129, 131]),
        Over("Tile", static x => x.Tile(2), "", [2, 3], [129, 131]),
        Over("RepeatInterleave", static x => x.RepeatInterleave(3, 0), "", [2, 3], [129, 131]),
        Over("Diagonal", static x => x.Diagonal(1, 0, 2), "", [3, 2, 4], [129, 3, 131]),
        Over("DiagEmbed", static x => x.DiagEmbed(-1), "", [2, 3], [17, 131]),
        Over("Tril", static x => x.Tril(-1), "", [3, 4], [129, 131]),
        Over("Triu", static x => x.Triu(1), "", [2, 3, 4], [3, 129, 131]),
        Over("Unbind", static x => x.Unbind(1)[1], "", [2, 3], [129, 131]),
        Over("MeshGrid", static x => Tensor.MeshGrid(x, x)[0] * Tensor.MeshGrid(x, x)[1], "", [3], [131]),
        Over("Pad", static x => x.Pad([1, 2, 0, 1], 0.5), "", [2, 3], [129, 131]),
        Over("Pad", static x => x.Pad([-1, 1]), "cutting", [2, 3], [129, 131]),
        Over("PadReflect", static x => x.PadReflect(1, 2), "", [2, 4], [129, 131]),
        Over("PadReplicate", static x => x.PadReplicate(1, 2), "", [2, 3], [129, 131]),
        new("Cat", static x => Tensor.Cat(x, 1), new([2, 3]), new([2, 1])) { Large = [new([129, 131]), new([129, 7])] },
        new("Stack", static x => Tensor.Stack(x, -1), new([2, 2]), new([2, 2])) { Large = [new([129, 131]), new([129, 131])] },
    ];

    static Operation[] Choice() =>
    [
        new("IndexSelect", static x => x[1].IndexSelect(1, x[0]), new([4], 0, 3, true), new([2, 3]))
        {
            Large = [new([129], 0, 131, true), new([67, 131])],
        },
        new("Gather", static x => x[1].Gather(1, x[0]), new([2, 4], 0, 3, true), new([2, 3]))
        {
            Large = [new([131, 129], 0, 67, true), new([131, 67])],
        },
        new("MaskedSelect", static x => x[1].MaskedSelect(x[0]), new([2, 1], 0, 2, true), new([2, 3]))
        {
            Large = [new([129, 1], 0, 2, true), new([129, 131])],
        },
        new("Scatter", static x => x[1].Scatter(0, x[0], x[2]), new([4, 2], 0, 3, true), new([3, 2]), new([4, 2]))
        {
            Large = [new([517, 67], 0, 131, true), new([131, 67]), new([517, 67])],
        },
        new("ScatterAdd", static x => x[1].ScatterAdd(0, x[0], x[2]), new([4, 2], 0, 3, true), new([3, 2]), new([4, 2]))
        {
            Large = [new([517, 67], 0, 131, true), new([131, 67]), new([517, 67])],
        },
    ];

    static Operation[] Linear() =>
    [
        new("MatMul", static x => x[0].MatMul(x[1]), new([2, 3]), new([3, 2])) { Large = [new([131, 259]), new([259, 133])] },
        new("MatMul", static x => x[0].MatMul(x[1]), new([2, 1, 2, 3]), new([2, 3, 2]))
        {
            Case = "batch", Large = [new([5, 1, 17, 33]), new([3, 33, 19])],
        },
        new("MatMul", static x => x[0].MatMul(x[1]), new([3]), new([2, 3, 2])) { Case = "vector", Large = [new([131]), new([5, 131, 67])] },
        new("Dot", static x => x[0].Dot(x[1]), new([4]), new([4])) { Large = [new([Chunk + 1]), new([Chunk + 1])] },
        new("Outer", static x => x[0].Outer(x[1]), new([3]), new([2])) { Large = [new([131]), new([257])] },
        new("Conv2d", static x => x[0].Conv2d(x[1], x[2], stride: (2, 1), padding: 1), new([1, 2, 4, 3]), new([2, 2, 3, 2]), new([2]))
        {
            Large = [new([2, 8, 33, 31]), new([9, 8, 3, 2]), new([9])],
        },
        new("Conv2d", static x => x[0].Conv2d(x[1], dilation: (1, 2), groups: 2), new([2, 2, 3, 4]), new([4, 1, 2, 2]))
        {
            Case = "groups",
            Large = [new([2, 6, 17, 33]), new([4, 3, 2, 2])],
        },
        new("ConvTranspose2d", static x => x[0].ConvTranspose2d(x[1], x[2], stride: 2, padding: 1, outputPadding: 1),
            new([1, 2, 2, 3]), new([2, 2, 3, 3]), new([2]))
        {
            Large = [new([2, 9, 17, 19]), new([9, 8, 3, 3]), new([8])],
        },
    ];

    static Operation[] Windows() =>
    [
        Over("AvgPool2d", static x => x.AvgPool2d(2, 1, 1), "", [1, 2, 3, 2], [2, 5, 67, 33]),
        Over("AvgPool2d", static x => x.AvgPool2d(3, 2, 1, countPadding: false), "without padding", [1, 1, 4, 3], [2, 5, 67, 33]),
        Over("MaxPool2d", static x => x.MaxPool2d((2, 3), 1, (1, 1)), "", [1, 2, 3, 3], [1, 40, 33, 35]),
        Over("AdaptiveAvgPool2d", static x => x.AdaptiveAvgPool2d((2, 3)), "", [1, 2, 3, 4], [2, 5, 67, 33]),
        Over("AdaptiveMaxPool2d", static x => x.AdaptiveMaxPool2d((2, 2)), "", [1, 2, 3, 4], [2, 12, 67, 33]),
        Over("UpsampleNearest2d", static x => x.UpsampleNearest2d((4, 6)), "whole", [1, 2, 2, 3], [2, 5, 2, 3]),
        Over("UpsampleNearest2d", static x => x.UpsampleNearest2d((3, 2)), "ragged", [1, 2, 2, 3], [2, 5, 67, 33]),
        new("GridSample", static x => x[0].GridSample(x[1]), new([1, 2, 3, 4]), new([1, 2, 2, 2], -0.6, 0.6))
            { Large = [new Operand([2, 3, 33, 17]), new Operand([2, 67, 31, 2], -0.9, 0.9)] },
        new("AffineGrid", static x => Tensor.AffineGrid(x[0], (2, 3)), new Operand([2, 2, 3])),
        Over("UpsampleBilinear2d", static x => x.UpsampleBilinear2d((3, 5)), "", [1, 2, 2, 3], [2, 5, 67, 33]),
        Over("UpsampleBilinear2d", static x => x.UpsampleBilinear2d((3, 5), alignCorners: true), "corners", [1, 1, 2, 3], [2, 5, 67, 33]),
        Over("UpsampleBilinear2d", static x => x.UpsampleBilinear2d((2, 5), antialias: true), "antialiased", [1, 1, 5, 3], [2, 5, 67, 33]),
        Over("Unfold", static x => x.Unfold(2, (1, 2), 1), "", [1, 2, 3, 2], [2, 3, 33, 31]),
    ];

    static Operation Over(string method, Func<Tensor, Tensor> call, string what, Shape small, Shape large) =>
        new(method, x => call(x[0]), new Operand(small)) { Case = what, Large = [new Operand(large)] };

    readonly struct Squash : IUnaryFormula
    {
        public T Value<T>(T x)
            where T : struct, IReal<T> => x / (T.Const(1) + T.Abs(x));
    }
}
