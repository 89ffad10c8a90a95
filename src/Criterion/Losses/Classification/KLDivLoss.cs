using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Pointwise Kullback–Leibler divergence: ℓ = y (ln y − x), with x the predicted log-probability and y the target's probability; with
/// LogTarget the target is a log-probability too, and ℓ = eʸ (y − x).
/// </summary>
/// <remarks>
/// <para>
/// The divergence of one distribution is the sum of its elements: <see cref="Reduction.BatchMean"/> (sum over N) is the mean divergence of
/// a batch [N, C]. <see cref="Reduction.Mean"/>, the default as in PyTorch, is smaller by a factor of C. Where the batch spans more
/// dimensions than the first, flatten them into it.
/// </para>
/// <para>
/// With the arguments (prediction, target) it is KL(target ‖ prediction). A class of target probability y = 0 adds 0 even where x = −∞. The
/// gradient by a target of 0, −∞ in the limit, is reported as −x (0 for x = −∞). Where y &gt; 0 and x = −∞ the loss is ∞. PyTorch
/// equivalent: <c>torch.nn.KLDivLoss</c>; unlike it, probabilities passed as log-probabilities throw.
/// </para>
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction (log-probabilities), target (probabilities) of one shape [N, ...] → scalar",
    Source = "Kullback, Leibler, On information and sufficiency, 1951",
    PyTorch = "torch.nn.KLDivLoss",
    Alternatives = "CrossEntropyLoss on logits has the same gradient by the prediction; JensenShannonLoss is symmetric and bounded.")]
public sealed record KLDivLoss : PointwiseLoss, IDivergenceLoss
{
    // A sum of rounded probabilities may slightly exceed 1.
    const double Rounding = 1e-4;

    const string LogProbability = "a log-probability, 0 or less";

    /// <summary>Initializes the loss.</summary>
    /// <param name="logTarget">Whether the target is a log-probability. Default: false.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public KLDivLoss(bool logTarget = false, Reduction reduction = Reduction.Mean)
        : base(reduction) => LogTarget = logTarget;

    /// <summary><inheritdoc cref="KLDivLoss(bool, Reduction)" path="/param[@name='logTarget']/node()"/></summary>
    public bool LogTarget { get; init; }

    /// <inheritdoc/>
    protected internal override BinaryFormula Formula => BinaryFormula.From(new Divergence(LogTarget));

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [Curve("two classes, y = (0.3, 0.7)", 0.3), Curve("two classes, y = (0.5, 0.5)", 0.5)];

    /// <inheritdoc/>
    private protected override bool IsNaNOutsideDomain => true;

    /// <inheritdoc/>
    protected override void Check(Tensor prediction, Tensor target)
    {
        CheckRange(
            prediction, double.NegativeInfinity, Rounding, LogProbability, "Apply LogSoftmax() to logits, or Log() to probabilities.");
        if (LogTarget)
        {
            CheckRange(target, double.NegativeInfinity, Rounding, LogProbability, "Unset LogTarget for probabilities.");
        }
        else
        {
            CheckRange(target, 0, 1 + Rounding, "a probability in [0, 1]", "Set LogTarget for log-probabilities.");
        }
    }

    LossCurve Curve(string name, double first) => new(name, "probability of the first", 0.01, 0.99, p =>
        OfClass(p, first) + OfClass(1 - p, 1 - first));

    Tensor OfClass(Tensor probability, double target) => Formula.Map(
        probability.Log(), Tensor.FullLike(probability, LogTarget ? Math.Log(target) : target));

    /// <summary>y (ln y − x), or eʸ (y − x) for the logarithm of a target.</summary>
    internal readonly struct Divergence(Flag logTarget) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            T probability = logTarget ? T.Exp(y) : y;
            T log = logTarget ? Guards.Weighable(y, probability) : T.Log(Guards.Unless(T.Equal(y, T.Zero), T.One, y));
            T loss = probability * (log - Guards.Weighable(x, probability));

            // The logarithm of a negative probability is NaN by itself.
            T excess = T.Max(x - Rounding, logTarget ? y - Rounding : y - (1 + Rounding));
            return Guards.UndefinedWhere(excess > 0, loss);
        }
    }
}
