namespace Criterion.Tests.Tensors;

/// <summary>Shapes and types in which operands meet: NumPy's rules for shapes, one order for types.</summary>
public class BroadcastTests
{
    public static TheoryData<int[], int[], int[]> Meeting => new()
    {
        { [], [], [] },
        { [], [3], [3] },
        { [3], [], [3] },
        { [1], [3], [3] },
        { [2, 3], [3], [2, 3] },
        { [2, 3], [1, 3], [2, 3] },
        { [2, 1], [1, 3], [2, 3] },
        { [4, 1, 3], [2, 1], [4, 2, 3] },
        { [1, 1, 1], [5], [1, 1, 5] },
        { [0], [1], [0] },
        { [3, 0], [1, 1], [3, 0] },
        { [2, 1, 4], [3, 1], [2, 3, 4] },
    };

    public static TheoryData<int[], int[]> NotMeeting => new()
    {
        { [2], [3] },
        { [2, 3], [2] },
        { [0], [2] },
        { [4, 2, 3], [4, 1] },
    };

    static readonly (string Name, Func<Tensor, Tensor, Tensor> Call)[] Operators =
    [
        ("operator +", static (a, b) => a + b),
        ("operator -", static (a, b) => a - b),
        ("operator *", static (a, b) => a * b),
        ("operator /", static (a, b) => a / b),
        ("LessOrEqual", static (a, b) => a.LessOrEqual(b)),
        ("EqualTo", static (a, b) => a.EqualTo(b)),
        ("Maximum", Tensor.Maximum),
        ("Minimum", Tensor.Minimum),
        ("Pow", static (a, b) => a.Pow(b)),
        ("Where", static (a, b) => Tensor.Where(Tensor.Ones([], DType.Bool), a, b)),
    ];

    [Theory]
    [MemberData(nameof(Meeting))]
    public void Shapes_meet(int[] a, int[] b, int[] expected)
    {
        Assert.Equal((Shape)expected, Shape.Broadcast(a, b));
        Assert.All(Operators, o => Assert.Equal((Shape)expected, o.Call(Tensor.Ones(a), Tensor.Ones(b)).Shape));
    }

    [Theory]
    [MemberData(nameof(Meeting))]
    public void Values_meet_as_an_index_by_index_loop_says(int[] a, int[] b, int[] expected)
    {
        Tensor x = Tensor.Arange(0, ((Shape)a).Count).Reshape(a);
        Tensor y = (Tensor.Arange(0, ((Shape)b).Count) * 100).Reshape(b);
        float[] sums = (x + y).ToArray<float>();
        for (int i = 0; i < sums.Length; i++)
        {
            Assert.Equal(At(x, expected, i) + At(y, expected, i), sums[i]);
        }
    }

    [Theory]
    [MemberData(nameof(NotMeeting))]
    public void Shapes_that_do_not_meet_are_named(int[] a, int[] b) => Assert.All(Operators, o =>
    {
        ShapeException e = Assert.Throws<ShapeException>(() => o.Call(Tensor.Ones(a), Tensor.Ones(b)));
        Assert.Contains(o.Name, e.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"{(Shape)a} and {(Shape)b}", e.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Types_meet_in_the_later_one()
    {
        DType[] order = [DType.Bool, DType.UInt8, DType.Int64, DType.Float32, DType.Float64];
        Assert.Equal(order, Enum.GetValues<DType>());
        foreach (DType a in order)
        {
            foreach (DType b in order)
            {
                DType expected = a > b ? a : b;
                Assert.Equal(expected, DTypes.Promote(a, b));

                // Truth values are counted, so that a sum of masks is a number.
                DType sum = expected == DType.Bool ? DType.Int64 : expected;
                Assert.Equal(sum, (Tensor.Ones([2], a) + Tensor.Ones([2], b)).DType);
                Assert.Equal(sum, (Tensor.Ones([2], a) * Tensor.Ones([2], b)).DType);
                Assert.Equal(expected.IsFloat() ? expected : DType.Float32, (Tensor.Ones([2], a) / Tensor.Ones([2], b)).DType);
                Assert.Equal(DType.Bool, Tensor.Ones([2], a).Less(Tensor.Ones([2], b)).DType);
                Assert.Equal(expected, Tensor.Cat([Tensor.Ones([2], a), Tensor.Ones([2], b)]).DType);
            }
        }
    }

    public static TheoryData<DType, double, DType, DType> Scalars => new()
    {
        // tensor, number, + and ·, /
        { DType.Bool, 2, DType.Int64, DType.Float32 },
        { DType.UInt8, 2, DType.Int64, DType.Float32 },
        { DType.Int64, 2, DType.Int64, DType.Float32 },
        { DType.Int64, 2.5, DType.Float32, DType.Float32 },
        { DType.Float32, 2.5, DType.Float32, DType.Float32 },
        { DType.Float64, 2, DType.Float64, DType.Float64 },
    };

    [Theory]
    [MemberData(nameof(Scalars))]
    public void A_number_takes_the_tensors_type(DType dtype, double number, DType sum, DType quotient)
    {
        Tensor x = Tensor.Ones([2], dtype);
        Assert.All<Tensor>([x + number, number + x, x - number, number - x, x * number, number * x], y => Assert.Equal(sum, y.DType));
        Assert.All<Tensor>([x / number, number / x], y => Assert.Equal(quotient, y.DType));
        Assert.Equal(
            [1 + number, 1 - number, number - 1, number, 1 / number, number],
            Numbers(x + number, x - number, number - x, x * number, x / number, number / x),
            Close);
    }

    [Fact]
    public void Bytes_wrap_and_large_integers_stay_exact()
    {
        Tensor a = Tensor.From<byte>(250, 3, 16);
        Tensor b = Tensor.From<byte>(10, 5, 16);
        Assert.Equal([4, 8, 32], (a + b).ToArray<byte>());
        Assert.Equal([240, 254, 0], (a - b).ToArray<byte>());
        Assert.Equal([196, 15, 0], (a * b).ToArray<byte>());
        Assert.Equal([(1L << 60) + 1, -((1L << 60) + 1)], (Tensor.From(1L << 60, -(1L << 60)) + Tensor.From(1L, -1L)).ToArray<long>());
    }

    [Theory]
    [InlineData(DType.Bool)]
    [InlineData(DType.UInt8)]
    [InlineData(DType.Int64)]
    public void Functions_of_integers_give_Float32(DType dtype)
    {
        Tensor x = Tensor.Ones([2], dtype);
        Assert.All<Tensor>(
            [x.Exp(), x.Sqrt(), x.Sigmoid(), x.Relu(), x.Pow(2), x.Clamp(0, 1), x.Mean(), x.Softmax(0), x.Norm()],
            static y => Assert.Equal(DType.Float32, y.DType));
        Assert.All<Tensor>([x.Sum(), x.Max(), x.CumSum(0), -x, x.Abs(), x.Sign()], static y => Assert.Equal(DType.Int64, y.DType));
    }

    public static TheoryData<DType, double[]> Conversions => new()
    {
        // of −1.7, −0.2, 0, 0.9 and 200.6
        { DType.Bool, [1, 1, 0, 1, 1] },
        { DType.Int64, [-1, 0, 0, 0, 200] },
        { DType.Float32, [-1.7f, -0.2f, 0, 0.9f, 200.6f] },
        { DType.Float64, [-1.7, -0.2, 0, 0.9, 200.6] },
    };

    [Theory]
    [MemberData(nameof(Conversions))]
    public void Conversion_cuts_fractions_and_calls_nonzero_true(DType to, double[] expected) =>
        Assert.Equal(expected, Tensor.From(-1.7, -0.2, 0, 0.9, 200.6).To(to).To(DType.Float64).ToArray<double>());

    static double At(Tensor x, Shape shape, int element) => x.Expand(shape).Flatten()[element].Item();

    static IEnumerable<double> Numbers(params Tensor[] tensors) => tensors.Select(static t => t[0].Item());

    static bool Close(double a, double b) => Math.Abs(a - b) < 1e-6;
}
