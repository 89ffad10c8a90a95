namespace Criterion.Tests.Tensors;

/// <summary>Errors come at the call, with a type of their own, and name the operation and what it was given.</summary>
public class ErrorTests
{
    static Tensor Matrix => Tensor.Ones([2, 3]);
    static Tensor Image => Tensor.Ones([1, 2, 4, 4]);
    static Tensor Index => Tensor.From(0L, 3);

    /// <summary>What goes wrong: the call, the exception, and words that its message must hold.</summary>
    static readonly (string Name, Type Type, Func<Tensor> Call, string[] Said)[] Wrong =
    [
        Shape("MatMul sizes", static () => Matrix.MatMul(Matrix), "MatMul", "[2, 3] and [2, 3]"),
        Shape("MatMul of a scalar", static () => Matrix.MatMul(Tensor.Scalar(1)), "MatMul", "[]"),
        Shape("MatMul batches", static () => Tensor.Ones([2, 2, 3]).MatMul(Tensor.Ones([3, 3, 2])), "MatMul", "[2] and [3]"),
        DType("MatMul of integers", static () => Integers([2, 2]).MatMul(Integers([2, 2])), "MatMul", "Int64"),
        Shape("Dot of matrices", static () => Matrix.Dot(Matrix), "Dot", "[2, 3]"),
        Shape("Outer of matrices", static () => Matrix.Outer(Matrix), "Outer", "[2, 3]"),
        Shape("Reshape", static () => Matrix.Reshape(4), "Reshape", "[2, 3]", "[4]"),
        Shape("Reshape with a size to work out", static () => Matrix.Reshape(4, -1), "Reshape", "[4, -1]"),
        Shape("Reshape with two sizes to work out", static () => Matrix.Reshape(-1, -1), "-1"),
        Shape("Flatten backwards", static () => Matrix.Flatten(1, 0), "Flatten", "[2, 3]"),
        Shape("Transpose", static () => Matrix.Transpose(0, 2), "dim 2", "[2, 3]"),
        Shape("Permute too few", static () => Matrix.Permute(0), "Permute", "[2, 3]"),
        Shape("Permute twice", static () => Matrix.Permute(1, 1), "Permute", "[1, 1]"),
        Shape("Expand", static () => Matrix.Expand(4, 3), "Expand", "[2, 3]", "[4, 3]"),
        Shape("Expand to fewer dims", static () => Matrix.Expand(3), "Expand", "[2, 3]"),
        Shape("Squeeze", static () => Matrix.Squeeze(1), "Squeeze", "[2, 3]"),
        Shape("Unsqueeze", static () => Matrix.Unsqueeze(4), "Unsqueeze", "[2, 3]"),
        Shape("Cat of nothing", static () => Tensor.Cat([]), "Cat"),
        Shape("Cat", static () => Tensor.Cat([Matrix, Tensor.Ones([2, 4])]), "Cat", "[2, 4] and [2, 3]"),
        Shape("Stack", static () => Tensor.Stack([Matrix, Tensor.Ones([3, 2])]), "Stack", "[3, 2] and [2, 3]"),
        Shape("Split", static () => Matrix.Split([1, 1], 1)[0], "Split", "[2, 3]"),
        Shape("Slice", static () => Matrix.Slice(1, 2, 4), "Slice", "2..4", "[2, 3]"),
        Shape("Slice step", static () => Matrix.Slice(1, 0, 3, 0), "Slice", "step 0"),
        Shape("Narrow", static () => Matrix.Narrow(0, 1, 2), "1..3", "[2, 3]"),
        Shape("Indexer", static () => Matrix[2], "dim 0", "[2, 3]"),
        Shape("Indexer with too many", static () => Matrix[0, 0, 0], "3 indices", "[2, 3]"),
        Shape("IndexSelect outside", static () => Matrix.IndexSelect(1, Index), "IndexSelect", "index 3 at element 1", "[2, 3]"),
        Shape("IndexSelect by a matrix", static () => Matrix.IndexSelect(1, Integers([1, 1])), "IndexSelect", "[1, 1]"),
        DType("IndexSelect by floats", static () => Matrix.IndexSelect(1, Tensor.Ones([1])), "IndexSelect", "Float32"),
        Shape("Gather outside", static () => Matrix.Gather(1, Tensor.From([3L, 0], [2, 1])), "Gather", "index 3"),
        Shape("Gather shapes", static () => Matrix.Gather(1, Integers([3, 1])), "Gather", "[3, 1]", "[2, 3]"),
        Shape("ScatterAdd source", static () => Matrix.ScatterAdd(1, Integers([2, 1]), Matrix), "ScatterAdd", "[2, 3]", "[2, 1]"),
        Shape("PadReflect", static () => Matrix.PadReflect(3, 0), "PadReflect", "3"),
        Shape("PadReplicate", static () => Matrix.PadReplicate(-1, 0), "PadReplicate", "-1"),
        Shape("Pad with an odd number", static () => Matrix.Pad([1]), "Pad", "[2, 3]"),
        Shape("Pad cutting too much", static () => Matrix.Pad([-2, -2]), "Pad", "[2, 3]"),
        Shape("Sum over no such dim", static () => Matrix.Sum(2), "dim 2", "[2, 3]"),
        Shape("Sum over a dim twice", static () => Matrix.Sum([1, -1]), "Sum", "[2, 3]"),
        Shape("Max of nothing", static () => Tensor.Ones([0, 3]).Max(0), "Max", "[0, 3]"),
        Shape("Repeat", static () => Matrix.Repeat(2), "Repeat", "[2, 3]"),
        Shape("Repeat a negative number", static () => Matrix.Repeat(2, -1), "Repeat", "-1"),
        Shape("Tril of a vector", static () => Tensor.Ones(3).Tril(), "Tril", "[3]"),
        Shape("OneHot out of range", static () => Tensor.From([0, 5]).OneHot(5), "5"),
        Shape("ragged rows", static () => Tensor.From((float[][])[[1, 2], [3]]), "Tensor.From", "row 1", "2", "1"),
        Shape("Item of many", static () => { _ = Matrix.Item<float>(); return Matrix; }, "Item", "[2, 3]"),
        DType("operator & of floats", static () => Matrix & Matrix, "operator &", "Float32", "x > 0"),
        DType("operator ! of floats", static () => !Matrix, "operator !", "Float32"),
        DType("Item of a fraction as int", static () => { _ = Tensor.Scalar(1.5).Item<int>(); return Matrix; }, "1.5", "Int32"),
        DType("Item too large for int", static () => { _ = Tensor.From([1L << 40]).Item<int>(); return Matrix; }, "Int32"),
        DType("ulong out of range", static () => Tensor.From([ulong.MaxValue]), "Int64"),
        DType("gradient of integers", static () => Tensor.From([1, 2], requiresGrad: true), "Int64"),
        Shape("ArgMin of nothing", static () => Tensor.Ones([0, 3]).ArgMin(0), "ArgMin", "[0, 3]"),
        Shape("TopK", static () => Matrix.TopK(4).Values, "TopK", "4", "[2, 3]"),
        OutOfRange("Norm", static () => Matrix.Norm(p: 0), "Norm"),
        OutOfRange("Clamp", static () => Matrix.Clamp(2, 1), "Clamp", "2", "1"),
        Shape("Conv2d of a matrix", static () => Matrix.Conv2d(Image), "Conv2d", "[2, 3]"),
        Shape("Conv2d channels", static () => Image.Conv2d(Tensor.Ones([1, 3, 2, 2])), "Conv2d", "[1, 2, 4, 4]", "[1, 3, 2, 2]"),
        Shape("Conv2d kernel too large", static () => Image.Conv2d(Tensor.Ones([1, 2, 5, 5])), "Conv2d", "5×5", "[1, 2, 4, 4]"),
        Shape("Conv2d bias", static () => Image.Conv2d(Tensor.Ones([3, 2, 2, 2]), Tensor.Ones([2])), "Conv2d", "[2]", "3"),
        OutOfRange("Conv2d stride", static () => Image.Conv2d(Tensor.Ones([1, 2, 2, 2]), stride: 0), "Conv2d", "stride"),
        Shape("ConvTranspose2d channels", static () => Image.ConvTranspose2d(Tensor.Ones([3, 1, 2, 2])), "ConvTranspose2d", "[3, 1, 2, 2]"),
        Shape(
            "ConvTranspose2d output padding",
            static () => Image.ConvTranspose2d(Tensor.Ones([2, 1, 2, 2]), outputPadding: 1),
            "ConvTranspose2d",
            "1×1"),
        Shape("MaxPool2d padding", static () => Image.MaxPool2d(2, padding: 2), "MaxPool2d", "2×2"),
        Shape("AvgPool2d kernel", static () => Image.AvgPool2d(5), "AvgPool2d", "5×5", "[1, 2, 4, 4]"),
        Shape("AvgPool2d rank", static () => Matrix.AvgPool2d(1), "AvgPool2d", "[2, 3]"),
        Shape("Unfold", static () => Image.Unfold(5), "Unfold", "5×5"),
        OutOfRange("UpsampleNearest2d", static () => Image.UpsampleNearest2d(0), "UpsampleNearest2d"),
        Shape("From", static () => Tensor.From([1f, 2f], [3]), "2 values", "[3]"),
        Shape("Arange", static () => Tensor.Arange(0, 3, -1), "Arange", "-1"),
        DType("an integer beyond Int64", static () => Tensor.From<ulong>([1, ulong.MaxValue], [2]), "From", "18446744073709551615", "element 1"),
        DType("a gradient of integers", static () => Tensor.From([1, 2], requiresGrad: true), "Int64"),
        Shape("ragged rows", static () => Tensor.From([[1f, 2f], [3f]]), "From", "row 1", "1", "2"),
        Shape("ragged matrices", static () => Tensor.From(new float[][][] { [[1], [2]], [[3]] }), "From", "row 1"),
        DType("& of floats", static () => Matrix & Matrix, "operator &", "Float32"),
        DType("! of integers", static () => !Index, "operator !", "Int64"),
        Shape("operator <", static () => Matrix < Tensor.Ones([2]), "operator <", "[2]", "[2, 3]"),
        Shape("And", static () => Matrix.And(Tensor.Ones([2])), "And", "[2]", "[2, 3]"),
        OutOfRange("IsClose", static () => Matrix.IsClose(Matrix, relative: -1), "IsClose"),
        Shape("Repeat", static () => Matrix.Repeat(2), "Repeat", "[2, 3]"),
        Shape("Tile", static () => Matrix.Tile(-1), "Tile", "-1"),
        Shape("RepeatInterleave", static () => Matrix.RepeatInterleave(int.MaxValue, 0), "RepeatInterleave", "[2, 3]"),
        Shape("Diagonal", static () => Matrix.Diagonal(0, 1, 1), "Diagonal", "[2, 3]"),
        Shape("Tril", static () => Tensor.Ones([2]).Tril(), "Tril", "[2]"),
        Shape("DiagEmbed", static () => Matrix.DiagEmbed(int.MaxValue), "DiagEmbed", "2147483647"),
        Shape("Scatter source", static () => Matrix.Scatter(1, Integers([2, 1]), Matrix), "Scatter", "[2, 3]", "[2, 1]"),
        Shape("Scatter outside", static () => Matrix.Scatter(1, Tensor.From([3L, 0], [2, 1]), 1), "Scatter", "index 3"),
        Shape("MaskedSelect", static () => Matrix.MaskedSelect(Tensor.Ones([4, 2, 3])), "MaskedSelect", "[4, 2, 3]"),
        Shape("OneHot", static () => Index.OneHot(3), "OneHot", "index 3"),
        DType("OneHot of floats", static () => Matrix.OneHot(3), "OneHot", "Float32"),
        Shape("MeshGrid", static () => Tensor.MeshGrid(Matrix)[0], "MeshGrid", "[2, 3]"),
        Shape("MeshGrid of nothing", static () => Tensor.MeshGrid()[0], "MeshGrid"),
        OutOfRange("Bernoulli", static () => Tensor.Bernoulli(Matrix * 2), "Bernoulli", "[0, 1]"),
        OutOfRange("Bernoulli of NaN", static () => Tensor.Bernoulli(Matrix * double.NaN), "Bernoulli"),
        DType("Bernoulli of integers", static () => Tensor.Bernoulli(Index), "Bernoulli", "Int64"),
        OutOfRange("Multinomial", static () => Tensor.Multinomial(-Matrix, 1), "Multinomial", "negative"),
        OutOfRange("Multinomial of too few", static () => Tensor.Multinomial(Matrix, 4), "Multinomial", "4"),
        DType("a fraction in integers", static () => Tensor.Full([1], 0.5, Criterion.DType.Int64), "0.5"),
        Shape("Item", static () => Tensor.Scalar(Matrix.Item()), "Item", "[2, 3]"),
        DType("ToArray", static () => Tensor.From((Matrix / 4).ToArray<int>(), [2, 3]), "ToArray", "0.25", "Int32"),
        DType("ToArray of too large a number", static () => Tensor.From(Tensor.From(1, 300).ToArray<byte>()), "ToArray", "300", "element 1"),
        DType("ToArray of dates", static () => Dates(Matrix.ToArray<DateTime>()), "ToArray", "DateTime"),
        DType("Item of 2⁶³", static () => Tensor.Scalar(Tensor.Scalar(9223372036854775808.0).Item<long>()), "Item", "Int64"),
        DType("Item of NaN", static () => Tensor.Scalar(Tensor.Scalar(double.NaN).Item<int>()), "Item", "NaN"),
        DType("Item of 2 as bool", static () => Tensor.From(Tensor.Scalar(2).Item<bool>()), "Item", "2"),
        DType("a fraction assigned to integers", static () => Changed(static x => x.To(Criterion.DType.Int64)[0] = 0.5), "0.5"),
        Shape("CopyFrom", static () => Changed(static x => x.CopyFrom(Matrix)), "CopyFrom", "[2, 3]", "[2, 2]"),
        Shape("Assignment", static () => Changed(static x => x[0] = Matrix), "[2, 3]"),
    ];

    public static IEnumerable<TheoryDataRow<string>> Names() =>
        Wrong.Select(static w => new TheoryDataRow<string>(w.Name) { TestDisplayName = w.Name });

    [Theory]
    [MemberData(nameof(Names))]
    public void Wrong_operands_are_named(string name)
    {
        (_, Type type, Func<Tensor> call, string[] said) = Wrong.Single(w => w.Name == name);
        Exception e = Assert.Throws(type, call);
        Assert.All(said, word => Assert.Contains(word, e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Null_is_refused_where_it_is_given()
    {
        Func<Tensor>[] calls =
        [
            static () => Matrix + null!, static () => null! * Matrix, static () => Tensor.Maximum(Matrix, null!),
            static () => Matrix.MatMul(null!), static () => Tensor.ZerosLike(null!), static () => Matrix.Gather(0, null!),
        ];
        Assert.All(calls, static call => Assert.Throws<ArgumentNullException>(call));
    }

    static Tensor Integers(Shape shape) => Tensor.Zeros(shape, Criterion.DType.Int64);

    static (string, Type, Func<Tensor>, string[]) Shape(string name, Func<Tensor> call, params string[] said) =>
        (name, typeof(ShapeException), call, said);

    static (string, Type, Func<Tensor>, string[]) DType(string name, Func<Tensor> call, params string[] said) =>
        (name, typeof(DTypeException), call, said);

    static (string, Type, Func<Tensor>, string[]) OutOfRange(string name, Func<Tensor> call, params string[] said) =>
        (name, typeof(ArgumentOutOfRangeException), call, said);

    static Tensor Dates(DateTime[] dates) => Tensor.Arange(dates.Length);

    static Tensor Changed(Action<Tensor> change)
    {
        Tensor x = Tensor.Ones([2, 2]);
        change(x);
        return x;
    }
}
