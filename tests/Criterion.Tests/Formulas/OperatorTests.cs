using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Numbers;

namespace Criterion.Tests.Formulas;

/// <summary>Operators with doubles and comparisons are short for the functions that every number has.</summary>
public class OperatorTests
{
    static readonly double[] Points = [-3, -1.5, -0.0, 0, 0.75, 1, 1.5, 3, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    /// <summary>Every operator, and what C# computes for doubles.</summary>
    static readonly Operator[] Operators =
    [
        Operator.Of(default(Sums), static (x, y) => (x + 1.5) * (1.5 + y)),
        Operator.Of(default(Differences), static (x, y) => (x - 1.5) * (1.5 - y)),
        Operator.Of(default(Products), static (x, y) => (x * 1.5) + (1.5 * y)),
        Operator.Of(default(Quotients), static (x, y) => (x / 2) + (1.5 / y)),
        Operator.Of(default(Constants), static (x, y) => 1 + x - y),
        Operator.Of(default(Comparisons), static (x, y) => Bits(x < y, x <= y, x > y, x >= y)),
        Operator.Of(default(ComparisonsWithDouble), static (x, _) => Bits(x < 1.5, x <= 1.5, x > 1.5, x >= 1.5)),
        Operator.Of(default(ComparisonsOfDouble), static (_, y) => Bits(1.5 < y, 1.5 <= y, 1.5 > y, 1.5 >= y)),
        Operator.Of(default(Selections), static (x, y) => (x < y ? 2 : x) + (x < y ? y : 3)),
    ];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Operators.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Numbers_compute_what_doubles_do(int index)
    {
        (IBinaryFormula formula, _, Func<double, double, double> expected) = Operators[index];
        foreach (double x in Points)
        {
            foreach (double y in Points)
            {
                Assert.Equal(expected(x, y), formula.Value<Real>(x, y).Value);
                Assert.Equal(expected(x, y), formula.Value(Dual<Real>.Variable(x), Dual<Real>.Const(y)).Value.Value);
                Assert.Equal(expected(x, y), formula.Value(SparseDual<Real>.Variable(x), SparseDual<Real>.Const(y)).Value.Value);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Lanes_and_tensors_compute_what_doubles_do(int index)
    {
        (IBinaryFormula formula, BinaryFormula onTensors, Func<double, double, double> expected) = Operators[index];
        double[] x = [.. Points.SelectMany(static _ => Points)];
        double[] y = [.. Points.SelectMany(static y => Enumerable.Repeat(y, Points.Length))];
        double[] all = [.. x.Zip(y, expected)];
        foreach (DType type in (DType[])[DType.Float32, DType.Float64])
        {
            Tensor a = Tensor.From(x).To(type);
            Tensor b = Tensor.From(y).To(type);
            Assert.Equal(all, onTensors.Map(a, b).To(DType.Float64).ToArray<double>());
            Assert.Equal(all, formula.Value<TensorReal>(a, b).ToTensor(a).To(DType.Float64).ToArray<double>());
        }
    }

    [Fact]
    public void Text_is_that_of_the_functions()
    {
        (Latex x, Latex y) = (new("x"), new("y"));
        Assert.Equal(@"\left(x + 1.5\right) \cdot \left(1.5 + y\right)", default(Sums).Value(x, y).ToString());
        Assert.Equal(@"2 \cdot \left(x - 1\right)", Scaled(x).ToString());
        Assert.Equal(@"\begin{cases}2 & x < 0 \\ 3 & \text{otherwise}\end{cases}", Chosen(x).ToString());
        Assert.Equal(@"\begin{cases}y & 0 \le x \\ 3 & \text{otherwise}\end{cases}", AtLeastZero(x, y).ToString());

        static T Scaled<T>(T x)
            where T : struct, IReal<T> => 2 * (x - T.One);

        static T Chosen<T>(T x)
            where T : struct, IReal<T> => T.Select(x < 0, 2, 3);

        static T AtLeastZero<T>(T x, T y)
            where T : struct, IReal<T> => T.Select(x >= 0, y, 3);
    }

    [Fact]
    public void Constants_have_no_derivative()
    {
        var x = Dual<Real>.Variable(3);
        Assert.Equal(new Dual<Real>(-0.5, 1), Shifted(x));
        Assert.Equal(new Dual<Real>(0.5, (Real)(-1.0 / 6)), Divided(x));

        static T Shifted<T>(T x)
            where T : struct, IReal<T> => x - 3.5 + T.Zero;

        static T Divided<T>(T x)
            where T : struct, IReal<T> => 1.5 / x;
    }

    static double Bits(bool isLess, bool isLessOrEqual, bool isGreater, bool isGreaterOrEqual) =>
        (isLess ? 1 : 0) + (isLessOrEqual ? 2 : 0) + (isGreater ? 4 : 0) + (isGreaterOrEqual ? 8 : 0);

    sealed record Operator(IBinaryFormula Formula, BinaryFormula OnTensors, Func<double, double, double> Expected)
    {
        public static Operator Of<TFormula>(TFormula formula, Func<double, double, double> expected)
            where TFormula : struct, IBinaryFormula => new(formula, BinaryFormula.From(formula), expected);
    }

    readonly struct Sums : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => (x + 1.5) * (1.5 + y);
    }

    readonly struct Differences : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => (x - 1.5) * (1.5 - y);
    }

    readonly struct Products : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => (x * 1.5) + (1.5 * y);
    }

    readonly struct Quotients : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => (x / 2) + (1.5 / y);
    }

    readonly struct Constants : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => T.One + x - (y + T.Zero);
    }

    readonly struct Comparisons : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> =>
            T.Select(x < y, 1, 0) + T.Select(x <= y, 2, 0) + T.Select(x > y, 4, 0) + T.Select(x >= y, 8, 0);
    }

    readonly struct ComparisonsWithDouble : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> =>
            T.Select(x < 1.5, 1, 0) + T.Select(x <= 1.5, 2, 0) + T.Select(x > 1.5, 4, 0) + T.Select(x >= 1.5, 8, 0);
    }

    readonly struct ComparisonsOfDouble : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> =>
            T.Select(1.5 < y, 1, 0) + T.Select(1.5 <= y, 2, 0) + T.Select(1.5 > y, 4, 0) + T.Select(1.5 >= y, 8, 0);
    }

    readonly struct Selections : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => T.Select(x < y, 2, x) + T.Select(x < y, y, 3);
    }
}
