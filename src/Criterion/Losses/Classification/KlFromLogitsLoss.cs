using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Kullback–Leibler divergence of two rows of logits: ℓ = τ² Σⱼ qⱼ (ln qⱼ − ln pⱼ), p = softmax(prediction / τ), q = softmax(target / τ),
/// with the Temperature τ.
/// </summary>
/// <remarks>
/// It is 0 or more, and 0 only where p = q. The gradient by the prediction is τ (p − q): the factor τ² keeps it of the same size at any
/// temperature, as in distillation. The target has a gradient too, unless it is detached.
/// A class with a logit of −∞ in both rows adds nothing; in the prediction alone the divergence is +∞. PyTorch computes the same value by
/// <c>torch.nn.functional.kl_div(log_softmax(x), log_softmax(y), log_target=True)</c> with batchmean.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction, target [N, C, ...] or [C] of logits → scalar",
    Source = "Kullback and Leibler, On information and sufficiency, 1951; distillation: Hinton, Vinyals and Dean, Distilling the "
        + "knowledge in a neural network, 2015",
    Alternatives = "JensenShannonLoss is symmetric and bounded; CrossEntropyLoss is for classes; "
        + "KlFromProbabilitiesLoss and KlFromLogProbabilitiesLoss for inputs that are already normalized.")]
public sealed record KlFromLogitsLoss : SoftmaxLoss, IPredictionLoss, IDivergenceLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reverse">
    /// Whether to compute the reverse divergence Σⱼ pⱼ (ln pⱼ − ln qⱼ), which concentrates on one mode of q instead of covering all.
    /// Default: false.
    /// </param>
    /// <param name="dim">The class dimension; for [C] the only one. Default: 1.</param>
    /// <param name="temperature">τ, by which both rows of logits are divided; must be positive. 2 to 4 is common. Default: 1.</param>
    /// <param name="reduction">How per-element losses are reduced; the mean is over rows, never over classes. Default: Mean.</param>
    public KlFromLogitsLoss(bool reverse = false, int dim = 1, double temperature = 1, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Reverse, Dim, Temperature) = (reverse, dim, temperature);

    /// <summary><inheritdoc cref="KlFromLogitsLoss(bool, int, double, Reduction)" path="/param[@name='reverse']/node()"/></summary>
    public bool Reverse { get; init; }

    /// <summary><inheritdoc cref="KlFromLogitsLoss(bool, int, double, Reduction)" path="/param[@name='dim']/node()"/></summary>
    public int Dim { get; init; }

    /// <summary><inheritdoc cref="KlFromLogitsLoss(bool, int, double, Reduction)" path="/param[@name='temperature']/node()"/></summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public double Temperature { get; init => field = Require.Positive(value, nameof(KlFromLogitsLoss)); }

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(new Divergence(Reverse));

    /// <inheritdoc/>
    protected override string TargetName => @"\ln q_j";

    /// <summary>Computes the divergence of logits.</summary>
    /// <param name="prediction">The logits, [N, C, …] or [C].</param>
    /// <param name="target">The target's logits, of the same shape.</param>
    /// <returns>A scalar, or the divergence of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ, or the dimension does not exist.</exception>
    /// <exception cref="LossException">The batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        CheckSameShape(prediction, target);
        return Temperature == 1
            ? EvaluateRows(prediction, target, ClassDimOf(prediction, Dim), SoftmaxTarget.Logits)
            : EvaluateRows(prediction / Temperature, target / Temperature, ClassDimOf(prediction, Dim), SoftmaxTarget.Logits)
                * (Temperature * Temperature);
    }

    /// <inheritdoc/>
    public override string ToLatex() =>
        Temperature == 1 ? base.ToLatex() : $@"{Latex.Const(Temperature)}^{{2}} \cdot {base.ToLatex()}";

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs) => Temperature == 1 && (inputs.X.Rank == 1 || Dim == 1)
        ? FuseRows(inputs, ClassDim(inputs.X), SoftmaxTargetKind.Logits)
        : null;

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [FirstLogitCurve("q = (0.67, 0.24, 0.09)", (this with { Dim = 1, Reduction = Reduction.None }).Forward)];

    /// <summary>q (ln q − ln p) of logarithms, or p (ln p − ln q).</summary>
    internal readonly struct Divergence(Flag reverse) : ISoftmaxFormula
    {
        public static bool VanishesWithTarget => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T> => reverse ? Weighted(p, a, b, q) : Weighted(q, b, a, p);

        // p (a − b), and 0 where p is 0, even if logarithms are infinite there. NaN propagates: from a through p, from b through e^b.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Weighted<T>(T p, T a, T b, T ofB)
            where T : struct, IReal<T> => p * Guards.Unless(T.Equal(p, T.Zero), T.Detach(ofB), a - b);
    }
}
