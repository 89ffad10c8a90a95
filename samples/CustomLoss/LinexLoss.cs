using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Numbers;

namespace CustomLoss;

/// <summary>
/// A loss that minds one side more (Varian, 1975): ℓ = exp(a d) − a d − 1, with d = x − y. For a above 0 an estimate that is too
/// high costs exponentially more, one that is too low about a for each unit.
/// </summary>
public sealed record LinexLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="asymmetry">a, not 0; near 0 the loss is ½ a² d².</param>
    /// <param name="reduction">What becomes of the losses of single elements.</param>
    public LinexLoss(double asymmetry = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => Asymmetry = asymmetry;

    /// <summary>a.</summary>
    public double Asymmetry
    {
        get;
        init => field = value != 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Asymmetry), value, "LinexLoss: the asymmetry must be a number other than 0.");
    }

    /// <inheritdoc/>
    protected override BinaryFormula Formula => BinaryFormula.From(new Linex(Asymmetry));

    /// <summary>exp(a d) − a d − 1.</summary>
    public readonly struct Linex(double asymmetry) : IBinaryFormula
    {
        /// <inheritdoc/>
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T error = T.Const(asymmetry) * (x - y);
            return T.Expm1(error) - error;
        }
    }
}
