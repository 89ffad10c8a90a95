using Criterion.Formulas;

namespace Criterion;

/// <content>
/// Comparisons and logic; the results are Bool. <c>==</c> compares references, as for any class. <see cref="EqualTo(Tensor)"/> compares
/// values.
/// </content>
public sealed partial class Tensor
{
    /// <summary>Returns whether a &lt; b element by element, as Bool; shapes are broadcast, and NaN compares as false.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator <(Tensor a, Tensor b) => NotNull(a).Less(b);

    /// <summary>Returns whether a &gt; b element by element, as Bool; shapes are broadcast, and NaN compares as false.</summary>
    /// <inheritdoc cref="op_LessThan(Tensor, Tensor)"/>
    public static Tensor operator >(Tensor a, Tensor b) => NotNull(a).Greater(b);

    /// <summary>Returns whether a ≤ b element by element, as Bool; shapes are broadcast, and NaN compares as false.</summary>
    /// <inheritdoc cref="op_LessThan(Tensor, Tensor)"/>
    public static Tensor operator <=(Tensor a, Tensor b) => NotNull(a).LessOrEqual(b);

    /// <summary>Returns whether a ≥ b element by element, as Bool; shapes are broadcast, and NaN compares as false.</summary>
    /// <inheritdoc cref="op_LessThan(Tensor, Tensor)"/>
    public static Tensor operator >=(Tensor a, Tensor b) => NotNull(a).GreaterOrEqual(b);

    /// <summary>Returns whether x &lt; c element by element, as Bool; NaN compares as false.</summary>
    public static Tensor operator <(Tensor x, double c) => NotNull(x).Less(c);

    /// <summary>Returns whether x &gt; c element by element, as Bool; NaN compares as false.</summary>
    public static Tensor operator >(Tensor x, double c) => NotNull(x).Greater(c);

    /// <summary>Returns whether x ≤ c element by element, as Bool; NaN compares as false.</summary>
    public static Tensor operator <=(Tensor x, double c) => NotNull(x).LessOrEqual(c);

    /// <summary>Returns whether x ≥ c element by element, as Bool; NaN compares as false.</summary>
    public static Tensor operator >=(Tensor x, double c) => NotNull(x).GreaterOrEqual(c);

    /// <summary>Returns whether c &lt; x element by element, as Bool; NaN compares as false.</summary>
    public static Tensor operator <(double c, Tensor x) => NotNull(x).Greater(c);

    /// <summary>Returns whether c &gt; x element by element, as Bool; NaN compares as false.</summary>
    public static Tensor operator >(double c, Tensor x) => NotNull(x).Less(c);

    /// <summary>Returns whether c ≤ x element by element, as Bool; NaN compares as false.</summary>
    public static Tensor operator <=(double c, Tensor x) => NotNull(x).GreaterOrEqual(c);

    /// <summary>Returns whether c ≥ x element by element, as Bool; NaN compares as false.</summary>
    public static Tensor operator >=(double c, Tensor x) => NotNull(x).LessOrEqual(c);

    /// <summary>Returns whether both elements are true; the tensors must be Bool.</summary>
    /// <exception cref="DTypeException">A tensor is not Bool.</exception>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Tensor operator &(Tensor a, Tensor b) => MustBeBool("operator &", a).And(MustBeBool("operator &", b));

    /// <summary>Returns whether an element is true, or both are; the tensors must be Bool.</summary>
    /// <inheritdoc cref="op_BitwiseAnd(Tensor, Tensor)"/>
    public static Tensor operator |(Tensor a, Tensor b) => MustBeBool("operator |", a).Or(MustBeBool("operator |", b));

    /// <summary>Returns whether exactly one of two elements is true; the tensors must be Bool.</summary>
    /// <inheritdoc cref="op_BitwiseAnd(Tensor, Tensor)"/>
    public static Tensor operator ^(Tensor a, Tensor b) => MustBeBool("operator ^", a).Xor(MustBeBool("operator ^", b));

    /// <summary>Returns whether an element is false; the tensor must be Bool.</summary>
    /// <exception cref="DTypeException">The tensor is not Bool.</exception>
    public static Tensor operator !(Tensor x) => MustBeBool("operator !", x).Not();

    /// <summary>Returns whether x = y, as Bool.</summary>
    /// <param name="other">y; shapes are broadcast and types promoted.</param>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor EqualTo(Tensor other) => Compare(nameof(EqualTo), default(IsEqual), this, other);

    /// <summary>Returns whether x ≠ y, as Bool.</summary>
    /// <inheritdoc cref="EqualTo(Tensor)"/>
    public Tensor NotEqualTo(Tensor other) => EqualTo(other).Not();

    /// <summary>Returns whether x &lt; y, as Bool.</summary>
    /// <inheritdoc cref="EqualTo(Tensor)"/>
    public Tensor Less(Tensor other) => Compare(nameof(Less), default(IsLess), this, other);

    /// <summary>Returns whether x ≤ y, as Bool.</summary>
    /// <inheritdoc cref="EqualTo(Tensor)"/>
    public Tensor LessOrEqual(Tensor other) => Compare(nameof(LessOrEqual), default(IsLessOrEqual), this, other);

    /// <summary>Returns whether x &gt; y, as Bool.</summary>
    /// <inheritdoc cref="EqualTo(Tensor)"/>
    public Tensor Greater(Tensor other) => Compare(nameof(Greater), default(IsLess), other, this);

    /// <summary>Returns whether x ≥ y, as Bool.</summary>
    /// <inheritdoc cref="EqualTo(Tensor)"/>
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

    /// <summary>Returns whether x is NaN, as Bool.</summary>
    public Tensor IsNaN() => Map(default(IsNotANumber), Floating().Detach()).To(DType.Bool);

    /// <summary>Returns whether x is neither infinite nor NaN, as Bool.</summary>
    public Tensor IsFinite() => Map(default(IsFiniteNumber), Floating().Detach()).To(DType.Bool);

    /// <summary>Returns whether x is +∞ or −∞, as Bool.</summary>
    public Tensor IsInfinite() => Abs().EqualTo(double.PositiveInfinity);

    /// <summary>Returns whether both elements are true, as Bool; any value but 0 is true.</summary>
    /// <param name="other">The other tensor; shapes are broadcast.</param>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public Tensor And(Tensor other) => Compare(nameof(And), default(Multiply), To(DType.Bool), NotNull(other).To(DType.Bool));

    /// <summary>Returns whether an element is true, or both are, as Bool; any value but 0 is true.</summary>
    /// <inheritdoc cref="And"/>
    public Tensor Or(Tensor other) => Compare(nameof(Or), default(Larger), To(DType.Bool), NotNull(other).To(DType.Bool));

    /// <summary>Returns whether exactly one of two elements is true, as Bool; any value but 0 is true.</summary>
    /// <inheritdoc cref="And"/>
    public Tensor Xor(Tensor other) => Compare(nameof(Xor), default(IsEqual), To(DType.Bool), NotNull(other).To(DType.Bool)).Not();

    /// <summary>Returns whether x is false (0), as Bool.</summary>
    public Tensor Not() => EqualTo(0);

    /// <summary>
    /// Returns whether all elements of two tensors are close: |a − b| ≤ absolute + relative · |b|. Equal infinities are close; NaN is not.
    /// </summary>
    /// <param name="other">b, of the same shape.</param>
    /// <param name="relative">The tolerance in proportion to |b|. Default: 1e-5.</param>
    /// <param name="absolute">The tolerance near 0. Default: 1e-8.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public bool AllClose(Tensor other, double relative = 1e-5, double absolute = 1e-8)
    {
        if (NotNull(other).Shape != Shape)
        {
            throw new ShapeException($"AllClose: {Shape} and {other.Shape} differ. Expand or reshape one of them.");
        }

        Tensor a = Detach().To(DType.Float64), b = other.Detach().To(DType.Float64);
        Tensor isNear = ((a - b).Abs() <= (b.Abs() * relative) + absolute) & b.IsFinite();
        return (isNear | a.EqualTo(b)).All().Item() != 0;
    }

    static Tensor MustBeBool(string operation, Tensor x) => NotNull(x).DType == DType.Bool
        ? x
        : throw new DTypeException(
            $"{operation}: a tensor is {x.DType}, not Bool. Compare it first, as in x > 0, or convert it with .To(DType.Bool).");

    static Tensor Compare<TFormula>(string operation, TFormula formula, Tensor a, Tensor b)
        where TFormula : struct, IBinaryFormula
    {
        (Tensor x, Tensor y) = Promote(NotNull(a).Detach().Countable(), NotNull(b).Detach().Countable());
        return Arithmetic(operation, formula, x, y).To(DType.Bool);
    }
}
