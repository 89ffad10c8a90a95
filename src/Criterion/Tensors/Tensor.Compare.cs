using Criterion.Formulas;

namespace Criterion;

// Comparisons and logic. == and != compare references, as for every class: a tensor may be null, and a hash set finds its own tensors.
public sealed partial class Tensor
{
    /// <summary>Returns whether a &lt; b element by element, as Bool; shapes are broadcast and types promoted.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator <(Tensor a, Tensor b) => Compare("operator <", default(IsLess), a, b);

    /// <summary>Returns whether a ≤ b element by element, as Bool; shapes are broadcast and types promoted.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator <=(Tensor a, Tensor b) => Compare("operator <=", default(IsLessOrEqual), a, b);

    /// <summary>Returns whether a &gt; b element by element, as Bool; shapes are broadcast and types promoted.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator >(Tensor a, Tensor b) => Compare("operator >", default(IsLess), b, a);

    /// <summary>Returns whether a ≥ b element by element, as Bool; shapes are broadcast and types promoted.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator >=(Tensor a, Tensor b) => Compare("operator >=", default(IsLessOrEqual), b, a);

    /// <summary>Returns whether x &lt; c, as Bool. The number takes a float tensor's type; a fraction converts integers to Float32.</summary>
    public static Tensor operator <(Tensor x, double c) => NotNull(x).Less(c);

    /// <summary>Returns whether x ≤ c, as Bool. The number takes a float tensor's type; a fraction converts integers to Float32.</summary>
    public static Tensor operator <=(Tensor x, double c) => NotNull(x).LessOrEqual(c);

    /// <summary>Returns whether x &gt; c, as Bool. The number takes a float tensor's type; a fraction converts integers to Float32.</summary>
    public static Tensor operator >(Tensor x, double c) => NotNull(x).Greater(c);

    /// <summary>Returns whether x ≥ c, as Bool. The number takes a float tensor's type; a fraction converts integers to Float32.</summary>
    public static Tensor operator >=(Tensor x, double c) => NotNull(x).GreaterOrEqual(c);

    /// <summary>Returns whether c &lt; x, as Bool. The number takes a float tensor's type; a fraction converts integers to Float32.</summary>
    public static Tensor operator <(double c, Tensor x) => x > c;

    /// <summary>Returns whether c ≤ x, as Bool. The number takes a float tensor's type; a fraction converts integers to Float32.</summary>
    public static Tensor operator <=(double c, Tensor x) => x >= c;

    /// <summary>Returns whether c &gt; x, as Bool. The number takes a float tensor's type; a fraction converts integers to Float32.</summary>
    public static Tensor operator >(double c, Tensor x) => x < c;

    /// <summary>Returns whether c ≥ x, as Bool. The number takes a float tensor's type; a fraction converts integers to Float32.</summary>
    public static Tensor operator >=(double c, Tensor x) => x <= c;

    /// <summary>Returns whether both elements are true; shapes are broadcast.</summary>
    /// <exception cref="DTypeException">A tensor is not Bool.</exception>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator &(Tensor a, Tensor b) => Compare("operator &", default(Multiply), Mask("operator &", a), Mask("operator &", b));

    /// <summary>Returns whether at least one of two elements is true; shapes are broadcast.</summary>
    /// <exception cref="DTypeException">A tensor is not Bool.</exception>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator |(Tensor a, Tensor b) => Compare("operator |", default(Add), Mask("operator |", a), Mask("operator |", b));

    /// <summary>Returns whether exactly one of two elements is true; shapes are broadcast.</summary>
    /// <exception cref="DTypeException">A tensor is not Bool.</exception>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator ^(Tensor a, Tensor b) =>
        Compare("operator ^", default(Subtract), Mask("operator ^", a), Mask("operator ^", b));

    /// <summary>Returns whether x is false.</summary>
    /// <exception cref="DTypeException">The tensor is not Bool.</exception>
    public static Tensor operator !(Tensor x) => Mask("operator !", x).EqualTo(0);

    /// <summary>Returns whether x = y, as Bool; shapes are broadcast and types promoted. NaN equals nothing.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor EqualTo(Tensor other) => Compare(nameof(EqualTo), default(IsEqual), this, other);

    /// <summary>Returns whether x ≠ y, as Bool; shapes are broadcast and types promoted. True where either is NaN.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor NotEqualTo(Tensor other) => Compare(nameof(NotEqualTo), default(IsEqual), this, other).Not();

    /// <summary>Returns whether x &lt; y, as Bool; shapes are broadcast and types promoted.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor Less(Tensor other) => Compare(nameof(Less), default(IsLess), this, other);

    /// <summary>Returns whether x ≤ y, as Bool; shapes are broadcast and types promoted.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor LessOrEqual(Tensor other) => Compare(nameof(LessOrEqual), default(IsLessOrEqual), this, other);

    /// <summary>Returns whether x &gt; y, as Bool; shapes are broadcast and types promoted.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor Greater(Tensor other) => Compare(nameof(Greater), default(IsLess), other, this);

    /// <summary>Returns whether x ≥ y, as Bool; shapes are broadcast and types promoted.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor GreaterOrEqual(Tensor other) => Compare(nameof(GreaterOrEqual), default(IsLessOrEqual), other, this);

    /// <summary>Returns whether x = c, as Bool.</summary>
    public Tensor EqualTo(double c) => EqualTo(Like(c));

    /// <summary>Returns whether x ≠ c, as Bool.</summary>
    public Tensor NotEqualTo(double c) => NotEqualTo(Like(c));

    /// <summary>Returns whether x &lt; c, as Bool.</summary>
    public Tensor Less(double c) => Less(Like(c));

    /// <summary>Returns whether x ≤ c, as Bool.</summary>
    public Tensor LessOrEqual(double c) => LessOrEqual(Like(c));

    /// <summary>Returns whether x &gt; c, as Bool.</summary>
    public Tensor Greater(double c) => Greater(Like(c));

    /// <summary>Returns whether x ≥ c, as Bool.</summary>
    public Tensor GreaterOrEqual(double c) => GreaterOrEqual(Like(c));

    /// <summary>Returns whether both elements are true, as Bool; shapes are broadcast. Any value but 0 is true.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor And(Tensor other) => Compare(nameof(And), default(Multiply), To(DType.Bool), NotNull(other).To(DType.Bool));

    /// <summary>Returns whether at least one element is true, as Bool; shapes are broadcast. Any value but 0 is true.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor Or(Tensor other) => Compare(nameof(Or), default(Add), To(DType.Bool), NotNull(other).To(DType.Bool));

    /// <summary>Returns whether exactly one element is true, as Bool; shapes are broadcast. Any value but 0 is true.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor Xor(Tensor other) => Compare(nameof(Xor), default(Subtract), To(DType.Bool), NotNull(other).To(DType.Bool));

    /// <summary>Returns whether x is false (0), as Bool.</summary>
    public Tensor Not() => EqualTo(0);

    /// <summary>Returns whether an element is true over the given dimensions, as Bool; false where there are none.</summary>
    /// <remarks>Any value but 0 is true, NaN included.</remarks>
    /// <param name="dims">The dimensions to reduce; negative dims count from the end. Default: all.</param>
    /// <param name="keepDim">Whether the reduced dimensions are kept, with size 1. Default: false.</param>
    /// <exception cref="ShapeException">A dimension does not exist or is named twice.</exception>
    public Tensor Any(ReadOnlySpan<int> dims = default, bool keepDim = false)
    {
        ReducedDims to = new(Shape, dims, nameof(Any));
        return Reduce<Drivers.SumReduction>(To(DType.Bool).To(DType.Int64), to, keepDim).To(DType.Bool);
    }

    /// <summary>Returns whether an element is true along one dimension, as Bool.</summary>
    /// <inheritdoc cref="Any(ReadOnlySpan{int}, bool)"/>
    public Tensor Any(int dim, bool keepDim = false) => Any([dim], keepDim);

    /// <summary>Returns whether all elements are true over the given dimensions, as Bool; true where there are none.</summary>
    /// <inheritdoc cref="Any(ReadOnlySpan{int}, bool)"/>
    public Tensor All(ReadOnlySpan<int> dims = default, bool keepDim = false)
    {
        ReducedDims to = new(Shape, dims, nameof(All));
        return Reduce<Drivers.SumReduction>(Not().To(DType.Int64), to, keepDim).EqualTo(0);
    }

    /// <summary>Returns whether all elements are true along one dimension, as Bool.</summary>
    /// <inheritdoc cref="Any(ReadOnlySpan{int}, bool)"/>
    public Tensor All(int dim, bool keepDim = false) => All([dim], keepDim);

    /// <summary>Returns whether x is NaN, as Bool.</summary>
    public Tensor IsNaN() => Map(default(IsNotANumber), Floating().Detach()).To(DType.Bool);

    /// <summary>Returns whether x is neither infinite nor NaN, as Bool.</summary>
    public Tensor IsFinite() => Map(default(IsFiniteNumber), Floating().Detach()).To(DType.Bool);

    /// <summary>Returns whether x is ∞ or −∞, as Bool.</summary>
    public Tensor IsInfinite() => Map(default(IsInfiniteNumber), Floating().Detach()).To(DType.Bool);

    /// <summary>
    /// Returns whether |x − y| ≤ absolute + relative · |y|, as Bool; shapes are broadcast and types promoted. Equal infinities are close.
    /// </summary>
    /// <param name="other">The expected values.</param>
    /// <param name="relative">The relative tolerance; must not be negative. Default: 1e-5.</param>
    /// <param name="absolute">The absolute tolerance; must not be negative. Default: 1e-8.</param>
    /// <param name="equalNaN">Whether NaN is close to NaN. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">A tolerance is negative or NaN.</exception>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor IsClose(Tensor other, double relative = 1e-5, double absolute = 1e-8, bool equalNaN = false)
    {
        Tensor close = Compare(nameof(IsClose), new IsNear(Tolerance(relative, nameof(relative)), Tolerance(absolute, nameof(absolute))),
            Floating(), NotNull(other).Floating());
        return equalNaN ? close.Or(IsNaN().And(other.IsNaN())) : close;

        static double Tolerance(double value, string name) => value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, "IsClose: a tolerance must not be negative. Use 0 for equality.");
    }

    /// <summary>Returns whether all elements of two tensors of one shape are close, as <see cref="IsClose"/> defines it.</summary>
    /// <inheritdoc cref="IsClose"/>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public bool AllClose(Tensor other, double relative = 1e-5, double absolute = 1e-8, bool equalNaN = false) => NotNull(other).Shape == Shape
        ? IsClose(other, relative, absolute, equalNaN).All().Item() != 0
        : throw new ShapeException($"AllClose: {Shape} and {other.Shape} differ. Expand or reshape one of them.");

    /// <summary>Selects elements of <paramref name="a"/> where the condition is true, else of <paramref name="b"/>.</summary>
    /// <param name="condition">The condition; any value but 0 is true.</param>
    /// <param name="a">The elements where the condition is true.</param>
    /// <param name="b">The elements elsewhere. All three are broadcast.</param>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b)
    {
        (Tensor x, Tensor y) = Promote(a, b);
        Tensor mask = NotNull(condition).Detach().To(x.DType.IsFloat() ? x.DType : DType.Int64);
        Tensor chosen = TensorFormula.Map(default(Choice), mask, x.Countable(), y.Countable());
        return chosen.To(x.DType);
    }

    /// <summary>Selects elements of <paramref name="a"/> where the condition is true, else <paramref name="b"/>.</summary>
    /// <param name="condition">The condition, broadcast; any value but 0 is true.</param>
    /// <param name="a">The elements where the condition is true.</param>
    /// <param name="b">The number elsewhere. It takes the tensor's type; a fraction converts integers to Float32.</param>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor Where(Tensor condition, Tensor a, double b) => Where(condition, NotNull(a).Meeting(b), a.Like(b));

    /// <summary>Selects <paramref name="a"/> where the condition is true, else elements of <paramref name="b"/>.</summary>
    /// <param name="condition">The condition, broadcast; any value but 0 is true.</param>
    /// <param name="a">The number where the condition is true. It takes the tensor's type; a fraction converts integers to Float32.</param>
    /// <param name="b">The elements elsewhere.</param>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor Where(Tensor condition, double a, Tensor b) => Where(condition, NotNull(b).Like(a), b.Meeting(a));

    /// <summary>Selects <paramref name="a"/> where the condition is true, else <paramref name="b"/>.</summary>
    /// <param name="condition">The condition; any value but 0 is true.</param>
    /// <param name="a">The number where the condition is true.</param>
    /// <param name="b">The number elsewhere.</param>
    /// <param name="dtype">The element type. Default: Float32.</param>
    /// <exception cref="DTypeException">A number is not an integer in the range of an integer type.</exception>
    public static Tensor Where(Tensor condition, double a, double b, DType dtype = DType.Float32) =>
        Where(condition, Scalar(a, dtype), Scalar(b, dtype));

    static Tensor Compare<TFormula>(string operation, TFormula formula, Tensor a, Tensor b)
        where TFormula : struct, IBinaryFormula
    {
        (Tensor x, Tensor y) = Promote(NotNull(a).Detach().Countable(), NotNull(b).Detach().Countable());
        return Arithmetic(operation, formula, x, y).To(DType.Bool);
    }

    static Tensor Mask(string operation, Tensor x) => NotNull(x).DType == DType.Bool
        ? x
        : throw new DTypeException(
            $"{operation}: a tensor of {x.DType} is not a mask. Compare it, as in x > 0, or convert it with .To(DType.Bool).");

    Tensor Like(double c) => Scalar(c, Meeting(c).DType);
}
