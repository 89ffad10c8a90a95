using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Numbers;

namespace CustomLoss;

/// <summary>
/// The linear-exponential loss (Varian, 1975): ℓ = exp(a d) − a d − 1, with d = x − y. For a above 0 the loss of an estimate that is too
/// high grows exponentially, and that of one that is too low approximately linearly.
/// </summary>
public sealed record LinexLoss : PointwiseLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="asymmetry">a, a finite number other than 0; near 0 the loss is ½ a² d². Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public LinexLoss(double asymmetry = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => Asymmetry = asymmetry;

    /// <summary>Gets a.</summary>
    public double Asymmetry
    {
        get;
        init => field = value != 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Asymmetry), value, "LinexLoss: Asymmetry must be finite and not 0.");
    }

    /// <inheritdoc/>
    protected override BinaryFormula Formula => BinaryFormula.From(new Linex(Asymmetry));

    /// <summary>exp(a d) − a d − 1.</summary>
    public readonly struct Linex(double asymmetry) : IBinaryFormula
    {
        // Inlined into the vector loop; a call for each lane would cost more than the formula.
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T error = asymmetry * (x - y);
            return T.Expm1(error) - error;
        }
    }
}
