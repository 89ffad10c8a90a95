using System.Numerics;
using System.Runtime.Intrinsics;
using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Tests.Formulas;

/// <summary>Every kind of number gives what the plain reference gives: lanes of every width and precision, duals, tensors.</summary>
public class NumberTests
{
    /// <summary>Values at which functions turn, overflow, cancel or are not defined, and a grid between.</summary>
    static readonly double[] Grid =
    [
        0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1, -1, 0.5, -0.5,
        1e-40, -1e-40, 1e-20, -1e-20, 1e-8, -1e-8, 1e-4, -1e-4, 0.3499, 0.3501, -0.35, 0.84374, 0.84376, 1.24999, 1.25001, 2.857, 2.858,
        5.99, 6.01, 9, 10, 20, 30, 80, 87, 88, -80, -87, -88, -100, -103, 700, -700, 709, -708, -745, 1000, -1000, 1e10, -1e10, 1e30, -1e30,
        .. Enumerable.Range(0, 400).Select(static i => -12 + (i * 0.0601)),
    ];

    /// <param name="Name">The function.</param>
    /// <param name="Exact">What it is.</param>
    /// <param name="Ulps">How far the lanes may be off, in units of the last place of the precision.</param>
    /// <param name="Floor">An absolute error below which nothing counts, in the same units of 1.</param>
    sealed record Function(string Name, IUnary Formula, double Ulps, double Floor = 0);

    static readonly Function[] Functions =
    [
        new("negation", new Unary<Negate>(default), 0),
        new("product", new Unary<FixedPower>(new(2)), 0.5),
        new("quotient", new Unary<Quotient>(new(3)), 0.5),
        new("exp", new Unary<Exponential>(default), 2),
        new("expm1", new Unary<ExponentialMinus1>(default), 4),
        new("log", new Unary<Logarithm>(default), 2),
        new("log1p", new Unary<LogarithmOf1Plus>(default), 4),
        new("sqrt", new Unary<SquareRoot>(default), 0.5),
        new("abs", new Unary<Absolute>(default), 0),
        new("sign", new Unary<Signum>(default), 0),
        new("sin", new Unary<Sine>(default), 4, Floor: 1),
        new("cos", new Unary<Cosine>(default), 4, Floor: 1),
        new("tanh", new Unary<HyperbolicTangent>(default), 6),
        new("erf", new Unary<ErrorFunction>(default), 6),
        new("sigmoid", new Unary<Logistic>(default), 4),
        new("softplus", new Unary<SmoothRelu>(new(1)), 4),
        new("power", new Unary<FixedPower>(new(1.75)), 2),
        new("power or zero", new Unary<RootOfSum>(new(1.75)), 2),
        new("inverse root or zero", new Unary<RootOfSum>(new(-0.5)), 2),
        new("positive part", new Unary<Positive>(default), 0),
        new("clamp", new Unary<Clamped>(new(-0.5, 2)), 0),
        new("larger of two", new Unary<OfPair<Larger>>(default), 0),
        new("smaller of two", new Unary<OfPair<Smaller>>(default), 0),
        new("less", new Unary<OfPair<IsLess>>(default), 0),
        new("less or equal", new Unary<OfPair<IsLessOrEqual>>(default), 0),
        new("equal", new Unary<OfPair<IsEqual>>(default), 0),
    ];

    public static IEnumerable<TheoryDataRow<string>> Names() =>
        Functions.Select(static f => new TheoryDataRow<string>(f.Name) { TestDisplayName = f.Name });

    [Theory]
    [MemberData(nameof(Names))]
    public void Lanes_of_floats_agree_with_the_reference(string name)
    {
        Function f = Functions.Single(f => f.Name == name);
        double[] grid = [.. Grid.Select(static x => (double)(float)x)];
        Assert.All(OfEveryWidth(f.Formula, Singles(grid)), actual => AgreesSingle(f, grid, actual));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lanes_of_doubles_agree_with_the_reference(string name)
    {
        Function f = Functions.Single(f => f.Name == name);
        Assert.All(OfEveryWidth(f.Formula, Grid), actual => AgreesDouble(f, actual));
    }

    /// <summary>Not only at landmarks: numbers of every exponent, in units of the last place of the rounded result.</summary>
    [Theory]
    [InlineData("log", 0.9, 1)]
    [InlineData("log1p", 2.5, 1.5)]
    [InlineData("exp", 1, 2)]
    [InlineData("expm1", 1.5, 5)]
    public void Functions_are_near_everywhere(string name, double ulpsOfFloats, double ulpsOfDoubles)
    {
        IUnary formula = Functions.Single(f => f.Name == name).Formula;
        float[] singles = EveryExponent(static bits => BitConverter.UInt32BitsToSingle((uint)(bits >> 32)), name);
        double[] doubles = EveryExponent(BitConverter.UInt64BitsToDouble, name);
        foreach (float[] actual in OfEveryWidth(formula, singles))
        {
            Near(singles, actual, ulpsOfFloats, x => formula.Reference(x),
                static x => MathF.BitIncrement(MathF.Abs((float)x)) - (double)MathF.Abs((float)x));
        }

        foreach (double[] actual in OfEveryWidth(formula, doubles))
        {
            Near(doubles, actual, ulpsOfDoubles, formula.Reference, static x => Math.BitIncrement(Math.Abs(x)) - Math.Abs(x));
        }
    }

    /// <summary>In lanes of every width that this processor has: those of 512 bits ask for AVX-512's own instructions.</summary>
    static IEnumerable<S[]> OfEveryWidth<S>(IUnary formula, S[] x)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        yield return formula.Lanes<S, Lane128<S>>(x);
        yield return formula.Lanes<S, Lane256<S>>(x);
        if (Vector512.IsHardwareAccelerated)
        {
            yield return formula.Lanes<S, Lane512<S>>(x);
        }
    }

    /// <summary>Numbers of random bits; for exponentials also many of moderate size.</summary>
    static S[] EveryExponent<S>(Func<ulong, S> of, string name)
        where S : System.Numerics.IFloatingPointIeee754<S>
    {
        Random random = new(3);
        S[] bits = [.. Enumerable.Range(0, 60_000).Select(_ => of(unchecked((ulong)random.NextInt64(long.MinValue, long.MaxValue))))];
        double width = name.StartsWith("exp", StringComparison.Ordinal) ? 80 : 3;
        return [.. bits, .. Enumerable.Range(0, 60_000).Select(_ => S.CreateTruncating((random.NextDouble() - 0.2) * width))];
    }

    static void Near<S>(S[] x, S[] actual, double ulps, Func<double, double> reference, Func<double, double> ulp)
        where S : System.Numerics.IFloatingPointIeee754<S>
    {
        (double worst, S at) = (0, S.Zero);
        for (int i = 0; i < x.Length; i++)
        {
            double expected = reference(double.CreateTruncating(x[i]));
            bool isSame = S.CreateTruncating(expected).Equals(actual[i]);
            double off = isSame ? 0 : Math.Abs(double.CreateTruncating(actual[i]) - expected) / ulp(expected);
            (worst, at) = off <= worst ? (worst, at) : (off, x[i]);
        }

        Assert.True(worst <= ulps, $"{worst:F2} units off at {at:R}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tensors_agree_with_the_reference(string name)
    {
        Function f = Functions.Single(f => f.Name == name);
        AgreesDouble(f, f.Formula.Tensors(Grid));
    }

    [Theory]
    [InlineData("exp", 0.0, 1.0)]
    [InlineData("sigmoid", 0.0, 0.5)]
    [InlineData("sigmoid", 200.0, 1.0)]
    [InlineData("tanh", 200.0, 1.0)]
    [InlineData("tanh", 0.0, 0.0)]
    [InlineData("erf", 200.0, 1.0)]
    [InlineData("expm1", 0.0, 0.0)]
    [InlineData("log", 1.0, 0.0)]
    [InlineData("cos", 0.0, 1.0)]
    [InlineData("softplus", 200.0, 200.0)]
    public void Landmarks_are_exact(string name, double x, double expected)
    {
        IUnary formula = Functions.Single(f => f.Name == name).Formula;
        Assert.All(OfEveryWidth(formula, [(float)x]), actual => Assert.Equal((float)expected, actual[0]));
        Assert.All(OfEveryWidth(formula, [x]), actual => Assert.Equal(expected, actual[0]));
    }

    /// <summary>The reference is checked where mathematics gives the number to all digits.</summary>
    [Theory]
    [InlineData("erf", 0.5, 0.5204998778130465)]
    [InlineData("erf", 2.5, 0.9995930479825550)]
    [InlineData("erf", -4, -0.9999999845827421)]
    [InlineData("expm1", 1e-9, 1.0000000005e-9)]
    [InlineData("log1p", 1e-9, 9.999999995e-10)]
    [InlineData("log1p", 2e-5, 1.9999800002666627e-5)]
    [InlineData("softplus", -40, 4.248354255291589e-18)]
    public void The_reference_is_right(string name, double x, double expected)
    {
        double actual = Functions.Single(f => f.Name == name).Formula.Reference(x);
        Assert.Equal(expected, actual, Math.Abs(expected) * 2e-15);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Duals_agree_with_differences(string name)
    {
        IUnary formula = Functions.Single(f => f.Name == name).Formula;
        foreach (double x in Enumerable.Range(0, 60).Select(static i => 0.111 + (i * 0.0601)))
        {
            (double value, double slope, double curvature) = formula.Derivatives(x);
            Assert.Equal(formula.Reference(x), value);
            Assert.Equal(Difference(formula.Reference, x), slope, 1e-6 * Math.Max(1, Math.Abs(slope)));
            Assert.Equal(Difference(t => formula.Derivatives(t).Slope, x), curvature, 1e-6 * Math.Max(1, Math.Abs(curvature)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Numbers_that_know_whether_they_vary_agree_with_duals(string name)
    {
        IUnary formula = Functions.Single(f => f.Name == name).Formula;
        foreach (double x in Enumerable.Range(0, 60).Select(static i => 0.111 + (i * 0.0601)))
        {
            (double value, double slope, _) = formula.Derivatives(x);
            Assert.Equal((value, slope), formula.Partial(x, varies: true));
            Assert.Equal((value, 0.0), formula.Partial(x, varies: false));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lines_know_what_bends(string name)
    {
        IUnary formula = Functions.Single(f => f.Name == name).Formula;
        Assert.All(Grid, x => Assert.Equal(AffineForm.Const(formula.Reference(x)), formula.Along(AffineForm.Const(x))));
        Assert.Equal(name == "negation", formula.Along(AffineForm.Variable).IsAffine);
    }

    [Fact]
    public void Lines_pass_through_what_keeps_them_straight()
    {
        AffineForm x = AffineForm.Variable;
        AffineForm two = AffineForm.Const(2);
        Assert.Equal(new AffineForm(3, 4), (two * x) - ((-x - two) * AffineForm.Const(1)) + (AffineForm.Sqrt(AffineForm.Const(16)) / two));
        Assert.Equal(new AffineForm(0.5, 0.5), AffineForm.Pow((x + AffineForm.Const(1)) / two, 1));
        Assert.Equal(x, AffineForm.Select(AffineForm.Less(AffineForm.Const(1), two), x, x * x));
        Assert.Equal(two, AffineForm.WithSlope(AffineForm.Detach(two), two, x));
        Assert.All(
            [two / x, AffineForm.Detach(x), AffineForm.WithSlope(two, x, two), AffineForm.Select(x, two, two)],
            curved => Assert.False(curved.IsAffine));
    }

    [Fact]
    public void Of_two_numbers_each_may_vary()
    {
        SparseDual<Real> x = SparseDual<Real>.Variable(3);
        SparseDual<Real> y = SparseDual<Real>.Fixed(5);
        SparseDual<Real> infinite = SparseDual<Real>.Fixed(double.PositiveInfinity);
        Assert.Equal([1.0, 1, -1, 5, 5, 6, 0.2, -5.0 / 9], new[]
        {
            x + y, x - y, y - x, x * y, y * x, x * x, x / y, y / x,
        }.Select(static z => z.Tangent.Value));
        Assert.Equal([0.0, 0, 0], new[] { y * y, y + y, y * infinite }.Select(static z => z.Tangent.Value));
        Assert.Equal(0, (SparseDual<Real>.Const(0) * infinite).Tangent.Value);
    }

    [Fact]
    public void Duals_pass_both_operands()
    {
        // At (1.3, 0.7): f = xʸ + max(x, y)/y.
        Dual<Dual<Real>> x = Dual<Dual<Real>>.Variable(Dual<Real>.Fixed(1.3));
        Dual<Dual<Real>> y = Dual<Dual<Real>>.Fixed(Dual<Real>.Variable(0.7));
        Dual<Dual<Real>> f = Dual<Dual<Real>>.Pow(x, y) + (Dual<Dual<Real>>.Max(x, y) / y);
        Assert.Equal((0.7 * Math.Pow(1.3, -0.3)) + (1 / 0.7), f.Tangent.Value.Value, 1e-13);
        Assert.Equal((Math.Pow(1.3, 0.7) * Math.Log(1.3)) - (1.3 / 0.49), f.Value.Tangent.Value, 1e-13);
        Assert.Equal((Math.Pow(1.3, -0.3) * (1 + (0.7 * Math.Log(1.3)))) - (1 / 0.49), f.Tangent.Tangent.Value, 1e-13);
    }

    [Theory]
    [InlineData("power or zero", 0, 0)]
    [InlineData("inverse root or zero", 0, 0)]
    [InlineData("positive part", 1, 0)]
    public void Singular_points_have_the_derivatives_that_are_said(string name, double slope, double curvature) =>
        Assert.Equal((0.0, slope, curvature), Functions.Single(f => f.Name == name).Formula.Derivatives(0));

    [Fact]
    public void The_branch_not_taken_does_not_leak_into_a_derivative()
    {
        // √x below 1 has no derivative at −1, but there the other branch counts.
        Dual<Real> x = Dual<Real>.Variable(-1);
        Dual<Real> y = Dual<Real>.Select(Dual<Real>.Less(x, Dual<Real>.Const(0)), x * x, Dual<Real>.Sqrt(x));
        Assert.Equal((1.0, -2.0), (y.Value.Value, y.Tangent.Value));
    }

    static double Difference(Func<double, double> f, double x) => (f(x + 1e-5) - f(x - 1e-5)) / 2e-5;

    static float[] Singles(double[] values) => [.. values.Select(static v => (float)v)];

    static void AgreesSingle(Function f, double[] grid, float[] actual) =>
        Agrees(f, grid, [.. actual.Select(static v => (double)v)], 1.1920929e-7, 1.4012985e-45, 1.17549435e-38, static v => (float)v);

    static void AgreesDouble(Function f, double[] actual) =>
        Agrees(f, Grid, actual, 2.220446049250313e-16, double.Epsilon, 2.2250738585072014e-308, static v => v);

    static void Agrees(Function f, double[] grid, double[] actual, double epsilon, double least, double normal, Func<double, double> round)
    {
        for (int i = 0; i < grid.Length; i++)
        {
            double expected = f.Formula.Reference(grid[i]);
            double rounded = round(expected);

            // Half a unit for rounding the exact value; results below the normal numbers may be flushed or short of digits.
            double allowed = ((f.Ulps + 0.5) * epsilon * Math.Max(Math.Abs(expected), normal)) + (f.Floor * epsilon) + least;
            Assert.True(
                rounded.Equals(actual[i]) || rounded == actual[i] || Math.Abs(expected - actual[i]) <= allowed,
                $"{f.Name}({grid[i]:R}): expected {rounded:R}, got {actual[i]:R}, "
                + $"{(actual[i] - expected) / (epsilon * Math.Abs(expected)):F1} units of the last place off");
        }
    }

    /// <summary>A formula whose runs on other numbers need no type argument.</summary>
    interface IUnary
    {
        double Reference(double x);

        (double Value, double Slope, double Curvature) Derivatives(double x);

        (double Value, double Slope) Partial(double x, bool varies);

        AffineForm Along(AffineForm x);

        S[] Lanes<S, L>(S[] x)
            where S : unmanaged
            where L : struct, ILane<L, S>;

        double[] Tensors(double[] x);
    }

    sealed class Unary<TFormula>(TFormula formula) : IUnary
        where TFormula : struct, IUnaryFormula
    {
        public double Reference(double x) => formula.Value<Real>(x).Value;

        public (double Value, double Slope, double Curvature) Derivatives(double x)
        {
            Dual<Dual<Real>> result = formula.Value(Dual<Dual<Real>>.Variable(Dual<Real>.Variable(x)));
            return (result.Value.Value.Value, result.Tangent.Value.Value, result.Tangent.Tangent.Value);
        }

        public (double Value, double Slope) Partial(double x, bool varies)
        {
            SparseDual<Real> result = formula.Value(varies ? SparseDual<Real>.Variable(x) : SparseDual<Real>.Fixed(x));
            return (result.Value.Value, result.Tangent.Value);
        }

        public AffineForm Along(AffineForm x) => formula.Value(x);

        public S[] Lanes<S, L>(S[] x)
            where S : unmanaged
            where L : struct, ILane<L, S>
        {
            S[] padded = [.. x, .. new S[L.Width]];
            S[] result = new S[padded.Length];
            for (int i = 0; i < x.Length; i += L.Width)
            {
                formula.Value(L.Load(in padded[0], i)).Store(ref result[0], i);
            }

            return result[..x.Length];
        }

        public double[] Tensors(double[] x)
        {
            Tensor tensor = Tensor.From(x, [x.Length]);
            return formula.Value<TensorReal>(tensor).ToTensor(tensor).ToArray<double>();
        }
    }

    readonly struct Positive : IUnaryFormula
    {
        public T Value<T>(T x)
            where T : struct, IReal<T> => T.PositivePart(x);
    }

    /// <summary>A formula of two numbers on x and 1 − x.</summary>
    readonly struct OfPair<TFormula> : IUnaryFormula
        where TFormula : struct, IBinaryFormula
    {
        public T Value<T>(T x)
            where T : struct, IReal<T> => default(TFormula).Value(x, T.Const(1) - x);
    }
}
